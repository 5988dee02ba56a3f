//! What is read, what is refused where, and that nothing an author can write is too much.

use proptest::prelude::*;

use super::{Parsed, SourceFile, intents, playbook, revision};
use crate::flow::check::Known;
use crate::flow::step::Kind;
use crate::flow::{Playbook, SlotKind};

const LOCALES: [&str; 2] = ["en", "it"];

fn read(files: &[SourceFile], locales: &[&str]) -> Parsed {
    let locales: Vec<String> = locales.iter().map(|locale| (*locale).to_owned()).collect();
    playbook(files, &locales, &Known::default())
}

fn one(text: &str) -> Parsed {
    read(&[SourceFile::new("a.yaml", text)], &LOCALES)
}

fn served(text: &str) -> Playbook {
    let parsed = one(text);
    parsed.playbook.unwrap_or_else(|| panic!("{:#?}", parsed.diagnostics))
}

/// Code, line and column of each finding.
fn found(text: &str) -> Vec<(&'static str, usize, usize)> {
    one(text).diagnostics.iter().map(|one| (one.code, one.at.line, one.at.column)).collect()
}

const HELLO: &str = "{ en: Hello, it: Ciao }";

#[test]
fn short_and_long_forms_mean_the_same() {
    let text = format!(
        "flow: forms\nstart: {{}}\nslots: {{ a: text, b: {{ type: bool }} }}\nsteps:\n\
         \x20 - say: {HELLO}\n    voice: {{ en: Hi }}\n    link: https://example.org\n\
         \x20 - say: {{ text: {HELLO}, voice: {{ en: Hi }}, link: https://example.org }}\n\
         \x20 - status:\n  - status: all\n  - status: \"12345\"\n  - survey: nps\n  - handoff: second\n  - end: done\n"
    );
    let book = served(&text);
    let steps = &book.flows["forms"].steps;
    for step in &steps[..2] {
        let Kind::Say(say) = &step.kind else { panic!("{step:?}") };
        assert_eq!(say.text.written["it"].source, "Ciao");
        assert_eq!(say.text.spoken["en"].source, "Hi");
        assert_eq!(say.link.as_ref().map(|link| link.source.as_str()), Some("https://example.org"));
    }
    assert!(matches!(&steps[2].kind, Kind::Status(status) if status.code.is_none()));
    assert!(matches!(&steps[3].kind, Kind::Status(status) if status.code.is_none()));
    assert!(matches!(&steps[4].kind, Kind::Status(status) if status.code.is_some()));
    assert!(
        matches!(&steps[6].kind, Kind::Handoff(handoff) if handoff.queue.as_ref().is_some_and(|q| q.value == "second"))
    );
    assert!(matches!(&book.flows["forms"].slots["a"].kind, SlotKind::Text { .. }));
}

#[test]
fn scalars_stay_as_written() {
    let options = "[\"yes\", no, 007, 1.0, true, 0x1F, .inf, \"null\"]";
    let book = served(&format!(
        "flow: scalars\nstart: {{}}\nslots: {{ c: {{ type: choice, options: {options} }} }}\nsteps:\n\
         \x20 - when: not channel.voice\n    ask: {{ slot: c, prompt: {HELLO} }}\n  - end:\n"
    ));
    let SlotKind::Choice { options } = &book.flows["scalars"].slots["c"].kind else { panic!("a choice") };
    assert_eq!(options, &["yes", "no", "007", "1.0", "true", "0x1F", ".inf", "null"]);
}

#[test]
fn options_have_their_place_or_their_key() {
    let book = served(&format!(
        "flow: menu\nstart: {{}}\nsteps:\n  - choose:\n      prompt: {HELLO}\n      options:\n\
         \x20       - {{ label: {HELLO}, goto: bye }}\n        - {{ label: {HELLO}, key: 0, goto: bye }}\n\
         \x20       - {{ label: {HELLO}, goto: bye }}\n        - {{ label: {HELLO}, key: \"*\", goto: bye }}\n\
         \x20 - id: bye\n    end:\n"
    ));
    let Kind::Choose(choose) = &book.flows["menu"].steps[0].kind else { panic!("a menu") };
    let keys: Vec<&str> = choose.options.iter().map(|option| option.key.as_str()).collect();
    assert_eq!(keys, ["1", "0", "3", "*"]);
}

#[test]
fn a_file_that_is_no_yaml_stops_only_itself() {
    let files = [
        SourceFile::new("bad.yaml", "flow: bad\nsteps:\n  - say: [\n"),
        SourceFile::new(
            "worse.yaml",
            "flow: worse\nstart: {}\nsteps:\n  - end:\n    goto: nowhere\n    gotoo: x\n",
        ),
    ];
    let parsed = read(&files, &LOCALES);
    let codes: Vec<_> = parsed.diagnostics.iter().map(|one| (&*one.at.file, one.code)).collect();
    assert!(codes.contains(&("bad.yaml", "V001")));
    assert!(codes.contains(&("worse.yaml", "V101")) && codes.contains(&("worse.yaml", "V002")));
}

#[test]
fn texts_that_yaml_cut_are_told_where_they_were_cut() {
    let step = |text: &str| found(&format!("flow: cut\nstart: {{}}\nsteps:\n  - say: {text}\n  - end:\n"));
    assert_eq!(step("{ en: Well, then, it: Ciao }"), [("V008", 4, 22)]);
    assert_eq!(step("{ en: Room #3, it: Ciao }"), [("V008", 4, 21)]);
    assert_eq!(step("{ en: Note: this, it: Ciao }"), [("V001", 4, 20)]);
    assert_eq!(step("{ en: \"Room #3, well: then\", it: \"Ciao # a tutti\" }"), []);
    let block = found(
        "flow: cut\nstart: {}\nsteps:\n  - say:\n      en: Press # for more\n      it: Ciao\n  - end:\n",
    );
    assert_eq!(block, [("V008", 5, 17)]);
    let quoted = "flow: cut\nstart: {}\nsteps:\n  - say:\n      en: \"Hello\" # a comment\n      it: |\n        Ciao # a tutti\n  - end:\n";
    assert_eq!(found(quoted), []);
}

#[test]
fn places_are_those_of_the_key_or_value_itself() {
    let text = "flow: è\nstart: {}\nslots: { età: number }\nsteps:\n  - say: { en: \"àè {{ slots.x }}\", it: \"x\" }\n  - end:\n";
    assert_eq!(found(text), [("V011", 3, 10), ("V402", 5, 23)]);
    let folded = "flow: f\nstart: {}\nsteps:\n  - say:\n      en: >-\n        one\n        two {{ nothing }}\n      it: \"tab\\t{{ nothing }}\"\n  - end:\n";
    assert_eq!(found(folded), [("V402", 7, 16), ("V402", 8, 20)]);
}

#[test]
fn bombs_and_towers_are_refused() {
    let mut bomb = String::from("flow: bomb\nl0: &l0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let below = vec![format!("*l{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("l{level}: &l{level} [{below}]\n"));
    }
    assert_eq!(one(&bomb).diagnostics[0].code, "V001");
    let tower = format!("flow: tower\nsteps: {}{}\n", "[".repeat(4_000), "]".repeat(4_000));
    assert_eq!(one(&tower).diagnostics[0].code, "V001");
    let endless = "flow: endless\nsteps: &s [*s]\n";
    assert!(one(endless).playbook.is_none());
    let two = "flow: one\nsteps:\n  - end:\n---\nflow: two\nsteps:\n  - end:\n";
    assert_eq!(found(two)[0].0, "V001");
    let many: String = (0..20_001).map(|_| "  - status:\n").collect();
    assert!(found(&format!("flow: many\nsteps:\n{many}")).iter().any(|one| one.0 == "V010"));
}

#[test]
fn an_operator_s_words_override_key_by_key_and_locale_by_locale() {
    let file = SourceFile::new(
        "mine/system/words.yaml",
        "words:\n  solved: { it: Fatto? }\n  option: { en: \"{{ label }} is {{ key }}.\", voice: { en: \"{{ key }}: {{ label }}\" } }\n\
         lists:\n  yes: { it: [certo] }\n",
    );
    let parsed = read(&[file], &LOCALES);
    let book = parsed.playbook.unwrap_or_else(|| panic!("{:#?}", parsed.diagnostics));
    let solved = book.words.text("solved").expect("there");
    assert_eq!(solved.written["it"].source, "Fatto?");
    assert_ne!(solved.written["en"].source, "Fatto?");
    assert_eq!(book.words.text("option").expect("there").spoken["en"].source, "{{ key }}: {{ label }}");
    assert_eq!(book.words.list("yes", "it"), ["certo"]);
    assert!(book.words.list("yes", "en").len() > 1);
    let typo = SourceFile::new("mine/system/words.yaml", "words:\n  solvd: { en: x, it: y }\n");
    let found = &read(&[typo], &LOCALES).diagnostics[0];
    assert_eq!((found.code, found.help.as_deref()), ("V002", Some("did you mean `solved`?")));
}

#[test]
fn system_flows_are_there_and_one_of_the_same_name_replaces_one() {
    let plain = served("flow: a\nstart: {}\nsteps:\n  - end:\n");
    assert!(plain.flows["system/failure"].system && plain.flows.contains_key("system/agent"));
    let files = [
        SourceFile::new("flows/a.yaml", "flow: a\nstart: {}\nsteps:\n  - end:\n"),
        SourceFile::new("flows/system/failure.yaml", "flow: system/failure\nsteps:\n  - end: mine\n"),
    ];
    let book = read(&files, &LOCALES).playbook.expect("served");
    assert_eq!(book.flows["system/failure"].steps.len(), 1);
}

#[test]
fn locales_that_the_system_lacks_are_a_warning_and_the_author_s_an_error() {
    let text = "flow: a\nstart: {}\nsteps:\n  - say: { en: Hello, es: Hola, it: Ciao }\n  - end:\n";
    let parsed = read(&[SourceFile::new("a.yaml", text)], &["en", "es"]);
    assert!(parsed.playbook.is_some());
    let codes: Vec<_> = parsed.diagnostics.iter().map(|one| (one.code, one.is_error())).collect();
    assert!(codes.contains(&("V503", false)) && codes.contains(&("V502", false)), "{codes:?}");
    let lacking = read(&[SourceFile::new("a.yaml", text)], &["en", "fr"]);
    assert!(lacking.diagnostics.iter().any(|one| one.code == "V501" && one.at.line == 4));
}

#[test]
fn the_revision_tells_sets_apart() {
    let hash = revision([("a", "b")]);
    assert_eq!(hash.len(), 64);
    assert_eq!(hash, revision([("a", "b")]));
    assert_ne!(hash, revision([("ab", "")]));
    assert_ne!(hash, revision([("a", "b"), ("", "")]));
}

#[test]
fn phrases_are_handed_on() {
    let book = served("flow: a\nstart: { phrases: { en: [it broke, help], it: rotto } }\nsteps:\n  - end:\n");
    let intents = intents(&book);
    assert_eq!(intents[0].0, "a");
    assert_eq!(intents[0].1["en"], ["it broke", "help"]);
    assert_eq!(intents[0].1["it"], ["rotto"]);
}

const WHOLE: &str = include_str!("../../../flows/support.yaml");

/// A flow with pieces cut out, doubled and put in.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ": ",
        "-",
        "- ",
        "#",
        " #",
        "\"",
        "'",
        "|",
        ">",
        "&a ",
        "*a",
        "<<: ",
        "!!x ",
        "\t",
        "\n",
        "{{",
        "}}",
        "{%",
        "%}",
        "{{ slots.",
        "is defined",
        "if ",
        "else ",
        "goto: ",
        "\u{0}",
        "é",
        "🙂",
        "\u{feff}",
        "---\n",
        "? ",
        ", ",
        "~",
        "%",
        "@",
        "`",
        "\r",
    ]);
    let change = (any::<prop::sample::Index>(), 0..40_usize, piece);
    (any::<prop::sample::Index>(), prop::collection::vec(change, 1..12)).prop_map(|(from, changes)| {
        let chars: Vec<char> = WHOLE.chars().collect();
        let from = from.index(chars.len());
        let mut chars = chars[from..(from + 1_500).min(chars.len())].to_vec();
        if from > 0 {
            chars.splice(0..0, "flow: x\nsteps:\n".chars());
        }
        for (at, cut, piece) in changes {
            let at = at.index(chars.len());
            let end = (at + cut).min(chars.len());
            chars.splice(at..end, piece.chars());
            if chars.is_empty() {
                chars.push('x');
            }
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_written_makes_it_panic(text in mutated()) {
        let parsed = one(&text);
        prop_assert_eq!(parsed.playbook.is_none(), parsed.diagnostics.iter().any(crate::source::Diagnostic::is_error));
        for one in &parsed.diagnostics {
            prop_assert!(one.at.line >= 1 && one.at.column >= 1);
        }
    }

    #[test]
    fn any_text_at_all_is_read(text in "\\PC{0,200}") {
        one(&text);
        one(&format!("flow: x\nstart: {{}}\nsteps:\n  - say: {}\n  - when: {}\n    end:\n", serde_json::json!(text), serde_json::json!(text)));
    }
}
