use proptest::prelude::*;

use super::edit::{Edit, apply};
use super::lock::Lock;
use super::report::Report;
use super::*;

const FLOW: &str = r#"# A flow, with comments.
flow: support   # its name
title: { en: Support, it: Assistenza }  # shown
start:
  phrases:
    en:
      - something is broken
      - it doesn't work, sorry?
    it:
      - non funziona
slots: { it: bool, topic: { type: choice, options: [a, b] } }
steps:
  - say:
      en: >-
        Hello there, this is a long text that is folded
        over two lines.
      it: "Ciao: «a tutti»"   # a comment

    voice:
      en: Hello
  # before the menu
  - id: topic
    choose:
      slot: topic
      prompt: { en: "What?", it: 'Che cos''è?', voice: { en: "What is it" } }
      options:
        - { value: a, label: { en: Apple, it: Mela }, synonyms: { en: [fruit, "red, one"], it: [frutto] } }
        - value: b
          label: Pear
      reprompts: ["Once more.", { en: Again, it: Ancora }]
  - set: { it: "true" }
  - end: { outcome: done }
"#;

fn of(text: &str) -> Vec<Unit> {
    units("flows/support.yaml", text, "en").expect("YAML")
}

fn keys(units: &[Unit]) -> Vec<&str> {
    units.iter().map(|unit| unit.key.as_str()).collect()
}

fn german(key: &str, value: Value) -> Edit {
    Edit { key: key.to_owned(), locale: "de".to_owned(), value }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[test]
fn every_text_has_a_key_of_names() {
    let units = of(FLOW);
    let expected = [
        "support/title",
        "support/start/phrases",
        "support/+1/say",
        "support/+1/voice",
        "support/topic/choose/prompt",
        "support/topic/choose/prompt/voice",
        "support/topic/choose/options/a/label",
        "support/topic/choose/options/a/synonyms",
        "support/topic/choose/options/b/label",
        "support/topic/choose/reprompts/1",
        "support/topic/choose/reprompts/2",
    ];
    assert_eq!(keys(&units), expected);
    assert_eq!(
        units[2].values["en"],
        text("Hello there, this is a long text that is folded over two lines.")
    );
    assert_eq!(units[8].values.keys().collect::<Vec<_>>(), ["en"]);
}

#[test]
fn words_and_articles_have_keys_too() {
    let words =
        "words:\n  glad: { en: Good, voice: { en: good } }\nlists:\n  \"yes\": { en: [\"yes\", ok] }\n";
    let found = units("flows/system/words.yaml", words, "en").expect("YAML");
    assert_eq!(keys(&found), ["words/glad", "words/glad/voice", "lists/yes"]);
    let faq = "- id: a\n  tags: [it]\n  questions: [one, two]\n  answer: { en: A, it: B }\n  voice: A\n";
    let found = units("faq/a.yaml", faq, "en").expect("YAML");
    assert_eq!(keys(&found), ["faq/a/questions", "faq/a/answer", "faq/a/voice"]);
    assert_eq!(found[0].part, Part::Faq);
}

#[test]
fn texts_are_put_in_where_they_stand() {
    let edits = [
        german("support/title", text("Kundendienst")),
        german("support/start/phrases", Value::List(vec!["etwas ist kaputt".into(), "geht: nicht".into()])),
        german("support/+1/say", text("Hallo zusammen")),
        german("support/topic/choose/prompt", text("Was \"ist\" es, {{ slots.topic }}?")),
        german(
            "support/topic/choose/options/a/synonyms",
            Value::List(vec!["Obst".into(), "rot, eins".into()]),
        ),
        german("support/topic/choose/options/b/label", text("Birne")),
        german("support/topic/choose/reprompts/1", text("Noch einmal.")),
    ];
    let applied = apply("flows/support.yaml", FLOW, "en", &edits);
    assert_eq!(applied.refused, []);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (lines(FLOW), lines(&applied.text));
    let new: Vec<&str> = after.iter().filter(|line| !before.contains(line)).map(|line| line.trim()).collect();
    let expected = [
        "title: { en: Support, it: Assistenza, de: Kundendienst }  # shown",
        "de:",
        "- etwas ist kaputt",
        "- \"geht: nicht\"",
        "de: \"Hallo zusammen\"",
        "prompt: { en: \"What?\", it: 'Che cos''è?', de: \"Was \\\"ist\\\" es, {{ slots.topic }}?\", voice: { en: \"What is it\" } }",
        "- { value: a, label: { en: Apple, it: Mela }, synonyms: { en: [fruit, \"red, one\"], it: [frutto], de: [Obst, \"rot, eins\"] } }",
        "label: { en: \"Pear\", de: \"Birne\" }",
        "reprompts: [{ en: \"Once more.\", de: \"Noch einmal.\" }, { en: Again, it: Ancora }]",
    ];
    assert_eq!(new, expected, "{}", applied.text);
    assert!(
        before
            .iter()
            .filter(|line| line.contains('#'))
            .all(|line| after.iter().any(|new| new.contains(line.split('#').nth(1).expect("a comment"))))
    );
}

#[test]
fn texts_that_are_there_are_replaced_in_their_style() {
    let long = "Eine neue Zeile, die lang genug ist, um gefaltet zu werden, weil sie mehr als hundertzwanzig Zeichen hat, was man hier sieht.";
    let edits = [
        Edit { locale: "en".into(), ..german("support/+1/say", text(long)) },
        Edit { locale: "it".into(), ..german("support/topic/choose/prompt", text("E poi?")) },
        Edit { locale: "en".into(), ..german("support/topic/choose/options/b/label", text("Plum: red")) },
        Edit {
            locale: "it".into(),
            ..german("support/start/phrases", Value::List(vec!["uno".into(), "due, tre".into()]))
        },
    ];
    let applied = apply("flows/support.yaml", FLOW, "en", &edits);
    assert_eq!(applied.refused, []);
    let units = of(&applied.text);
    for edit in &edits {
        let unit = units.iter().find(|unit| unit.key == edit.key).expect("a unit");
        assert_eq!(unit.values[&edit.locale], edit.value, "{}", applied.text);
    }
    assert!(applied.text.contains("      en: >-\n        Eine neue"), "{}", applied.text);
    assert!(applied.text.contains("it: \"Ciao: «a tutti»\"   # a comment\n\n    voice:"), "{}", applied.text);
    assert!(applied.text.contains("it: \"E poi?\", voice"));
}

#[test]
fn what_cannot_be_changed_safely_is_refused() {
    let anchored = "flow: a\ntitle: &t { en: A }\nsteps:\n  - say: *t\n  - say: &s Hello\n";
    let applied =
        apply("a.yaml", anchored, "en", &[german("a/+2/say", text("Hallo")), german("a/none", text("x"))]);
    assert_eq!(applied.text, anchored);
    assert_eq!(applied.refused.len(), 2);
    assert!(applied.refused[1].1.contains("no text `a/none`"));
}

#[test]
fn a_text_is_stale_where_its_source_changed_and_it_did_not() {
    let mut lock = Lock::default();
    of(FLOW).iter().for_each(|unit| lock.accept(unit, "en", "it"));
    let lock = Lock::read(&lock.written()).expect("a lock");
    let stale = |text: &str| {
        let units = of(text);
        Report::of(&units, &lock, "en", "it").stale.iter().map(|unit| unit.key.clone()).collect::<Vec<_>>()
    };
    assert!(stale(FLOW).is_empty());
    assert_eq!(
        stale(&FLOW.replace("en: Apple", "en: Green apple")),
        ["support/topic/choose/options/a/label"]
    );
    assert!(stale(&FLOW.replace("en: Apple, it: Mela", "en: Green apple, it: Mela verde")).is_empty());
    // A step more moves the ones after it, and makes nothing stale.
    assert!(stale(&FLOW.replace("  - say:\n", "  - say: { en: New, it: Nuovo }\n  - say:\n")).is_empty());
    assert_eq!(Lock::read("# x\nkey it zz zz\n"), Err(2));
}

#[test]
fn a_report_counts_what_is_needed() {
    let units = of(FLOW);
    let report = Report::of(&units, &Lock::default(), "en", "it");
    assert_eq!(
        keys(&report.missing.into_iter().cloned().collect::<Vec<_>>()),
        ["support/topic/choose/options/b/label", "support/topic/choose/reprompts/1"]
    );
    assert_eq!((report.needed, report.present), (7, 5));
    assert_eq!(report.optional.len(), 2);
    let copies = Report::of(&units, &Lock::default(), "en", "en");
    assert_eq!((copies.percent(), copies.copies.len()), (100, 0));
}

/// Texts of the kinds that break YAML.
fn any_text() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "plain",
        "two words",
        "yes",
        "null",
        "a: b",
        "a #b",
        "- a",
        "{{ slots.x }}",
        "[a]",
        "\"q\"",
        "it's",
        "a, b",
        "ende.",
        "ß ü €",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "1.5",
        "~",
        "a\\b",
        "a\nb",
        "tab\there",
        "  gap  inside x",
        "? a",
        "|",
        ">",
    ]);
    prop_oneof![odd.prop_map(str::to_owned), "[a-zäöü ,.:'\"#{}\\[\\]-]{1,40}"]
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("a text", |text| !text.is_empty())
}

proptest! {
    #[test]
    fn any_texts_go_in_and_all_else_stays(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any_text(), any_text(), 0..3_usize), 1..8)
    ) {
        let units = of(FLOW);
        let mut edits: Vec<Edit> = Vec::new();
        for (index, one, two, locale) in picks {
            let unit = index.get(&units);
            let locale = ["de", "it", "en"][locale].to_owned();
            if edits.iter().any(|edit| edit.key == unit.key) {
                continue;
            }
            let list = unit.values.values().any(|value| matches!(value, Value::List(_)));
            let value = if list { Value::List(vec![one, two]) } else { Value::Text(one) };
            edits.push(Edit { key: unit.key.clone(), locale, value });
        }
        let applied = apply("flows/support.yaml", FLOW, "en", &edits);
        prop_assert_eq!(&applied.refused, &Vec::new(), "{}", applied.text);
        let after = of(&applied.text);
        prop_assert_eq!(keys(&after), keys(&units));
        for (unit, old) in after.iter().zip(&units) {
            let edited = |locale: &str| edits.iter().find(|edit| edit.key == unit.key && edit.locale == locale);
            for locale in ["en", "it", "de"] {
                let expected = edited(locale).map(|edit| &edit.value).or_else(|| old.values.get(locale));
                prop_assert_eq!(unit.values.get(locale), expected, "{} {}\n{}", unit.key, locale, applied.text);
            }
        }
        for comment in ["# A flow, with comments.", "# its name", "# shown", "# a comment", "  # before the menu\n"] {
            prop_assert!(applied.text.contains(comment));
        }
        let same: Vec<Edit> = after.iter().flat_map(|unit| unit.values.iter().map(|(locale, value)| Edit {
            key: unit.key.clone(), locale: locale.clone(), value: value.clone(),
        })).collect();
        prop_assert_eq!(apply("flows/support.yaml", &applied.text, "en", &same).text, applied.text);
    }
}
