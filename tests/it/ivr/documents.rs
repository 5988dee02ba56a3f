use proptest::prelude::*;
use serde_json::json;
use vestibule::app::outcome::{From, Message, Outcome};
use vestibule::channel::ivr::dialect::Dialect;
use vestibule::channel::ivr::speech::{self, Audio, Synthetic, Tongues, script};
use vestibule::channel::ivr::twiml;
use vestibule::channel::ivr::urls::Urls;
use vestibule::channel::ivr::{document, jambonz};
use vestibule::cli::playbook;
use vestibule::conversation::{
    Conversation, Prompt, PromptKind, PromptOption, Recorded as RecordedText, Segment,
};
use vestibule::flow::Playbook;

use crate::support::twiml::{Gather, Verb, read};

const BASE: &str = "https://desk.example.org";

fn conversation(hope: serde_json::Value) -> Conversation {
    let id = "00000000-0000-0000-0000-000000000001";
    serde_json::from_value(json!({
        "id": id, "channel": "twilio", "address": "CA1", "contact": id, "locale": "en", "revision": "r",
        "life": "active", "owner": "bot", "epoch": 0, "turn": 7, "seq": 3, "frames": [], "hope": hope,
        "heard_at": "2026-11-24T10:00:00Z"
    }))
    .expect("a conversation")
}

fn message(locale: &str, text: Vec<Segment>, options: Vec<PromptOption>) -> Message {
    let prompt = Prompt { text, options, ..Prompt::new(PromptKind::Say, locale, "") };
    Message { seq: 1, from: From::Bot, prompt }
}

fn plain(text: &str) -> Message {
    message("en", vec![Segment::Text(text.to_owned())], Vec::new())
}

fn write(conversation: &Conversation, messages: &[Message], polls: u32) -> Vec<Verb> {
    let outcome = Outcome { conversation, messages };
    let xml = twiml::of(&script(&outcome, polls, book(), &Synthetic), &urls(), polls);
    read(&xml, BASE).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn urls() -> Urls {
    Urls::new(BASE, Dialect::Twilio)
}

/// One with the words that are compiled in.
fn book() -> &'static Playbook {
    static BOOK: std::sync::LazyLock<Playbook> = std::sync::LazyLock::new(compiled);
    &BOOK
}

fn compiled() -> Playbook {
    let flow = "flow: a\ntitle: A\nstart: { default: true }\nsteps:\n  - say: Hello\n  - end:\n";
    let flows = [("a.yaml".to_owned(), flow.to_owned())];
    let (book, found) = playbook::from_texts(&flows, &[], &["en".to_owned()]);
    book.unwrap_or_else(|| panic!("{found:?}"))
}

fn gather(verbs: &[Verb]) -> &Gather {
    match verbs {
        [Verb::Gather(gather), Verb::Redirect(_)] => gather,
        other => panic!("no gather: {other:?}"),
    }
}

fn option(key: &str) -> PromptOption {
    PromptOption { value: key.to_owned(), label: key.to_owned(), key: key.to_owned() }
}

#[test]
fn a_menu_takes_one_key_and_tells_of_silence() {
    let menu =
        message("it", vec![Segment::Text("Per fatture, premi 1.".into())], vec![option("1"), option("2")]);
    let verbs = write(
        &conversation(json!({"for": "choice", "hints": ["billing, money", "<net>"]})),
        &[plain("Hi."), menu],
        0,
    );
    let gather = gather(&verbs);
    assert_eq!((gather.num_digits, gather.finish_on_key.as_str(), gather.timeout), (Some(1), "", 5));
    assert_eq!(gather.hints, ["billing money", "<net>"]);
    assert_eq!(gather.action, "/ivr/twilio?step=7");
    assert_eq!(verbs[1], Verb::Redirect("/ivr/twilio?step=7&silence=1".into()));
    let said: Vec<(&str, &str)> =
        gather.says.iter().map(|say| (say.language.as_str(), say.text.as_str())).collect();
    assert_eq!(said, [("en-US", "Hi."), ("it-IT", "Per fatture, premi 1.")]);
}

#[test]
fn keys_of_two_digits_are_ended_by_a_key() {
    let menu = message("en", vec![Segment::Text("Pick.".into())], vec![option("9"), option("10")]);
    let verbs = write(&conversation(json!({"for": "choice", "hints": []})), &[menu], 0);
    assert_eq!((gather(&verbs).num_digits, gather(&verbs).finish_on_key.as_str()), (None, "#"));
}

#[test]
fn numbers_end_by_their_length_or_by_a_key() {
    let exact =
        write(&conversation(json!({"for": "digits", "max": 6, "exact": true})), &[plain("Number?")], 0);
    let exact = gather(&exact);
    assert_eq!((exact.num_digits, exact.finish_on_key.as_str(), exact.timeout), (Some(6), "", 8));
    let open =
        write(&conversation(json!({"for": "digits", "max": 18, "exact": false})), &[plain("How many?")], 0);
    let open = gather(&open);
    assert_eq!((open.num_digits, open.finish_on_key.as_str(), open.action_on_empty), (None, "#", true));
}

#[test]
fn a_code_is_said_in_groups_where_it_stands() {
    let code = Segment::Code("123456789".into());
    let text = |text: &str| Segment::Text(text.to_owned());
    let said = message(
        "en",
        vec![text("Your ticket is "), code.clone(), text(". I repeat: "), code, text(".")],
        vec![],
    );
    let verbs = write(&conversation(json!({"for": "nothing"})), &[said], 0);
    let [Verb::Say(say), Verb::Hangup] = verbs.as_slice() else { panic!("{verbs:?}") };
    assert_eq!(say.text, "Your ticket is 123 456 789. I repeat: 123 456 789.");
}

#[test]
fn an_end_hangs_up_even_without_a_word() {
    let mut over = conversation(json!({"for": "words"}));
    over.life = serde_json::from_value(json!({"closed": "ticketed"})).expect("a life");
    assert_eq!(write(&over, &[], 0), [Verb::Hangup]);
}

#[test]
fn waiting_for_a_person_asks_for_news_each_time_anew() {
    let mut queued = conversation(json!({"for": "person"}));
    queued.owner = serde_json::from_value(json!({"queue": "default"})).expect("an owner");
    let first = write(&queued, &[plain("Please hold.")], 0);
    assert_eq!(gather(&first).timeout, 10);
    assert_eq!(first[1], Verb::Redirect("/ivr/twilio?step=7&poll=1".into()));
    let second = write(&queued, &[], 1);
    assert!(gather(&second).says.is_empty());
    assert_eq!(second[1], Verb::Redirect("/ivr/twilio?step=7&poll=2".into()));
    // A queue without a word sounds like a dead line.
    assert!(!gather(&write(&queued, &[], 3)).says.is_empty());
}

#[test]
fn our_own_failures_are_documents_too() {
    let book = book();
    let again = urls().again(Some(4), &"ab".repeat(32), 1);
    let said = |locales: &[&str]| {
        let locales: Vec<String> = locales.iter().map(|locale| (*locale).to_owned()).collect();
        let tongues = Tongues { locales: &locales, words: &book.words, operator: None };
        let verbs = read(&twiml::one_moment(&tongues, 2, &again, &urls()), BASE).expect("a document");
        let ended = read(&twiml::way_out(&tongues, None, &urls()), BASE).expect("a document");
        assert!(matches!(ended.as_slice(), [Verb::Say(_), .., Verb::Hangup]), "{ended:?}");
        assert!(matches!(verbs.as_slice(), [.., Verb::Pause(2), Verb::Redirect(_)]), "{verbs:?}");
        let says = verbs.iter().filter_map(|verb| match verb {
            Verb::Say(say) => Some(say.language.clone()),
            _ => None,
        });
        says.collect::<Vec<String>>()
    };
    assert_eq!(said(&["en", "it", "de"]), ["en-US", "it-IT"]);
    assert_eq!(said(&["de"]), ["de-DE"]);
    // A language without words of its own is spoken to in the first one that has them.
    assert_eq!(said(&[]), ["en-US"]);
    assert_eq!(said(&["es", "de"]), ["en-US", "de-DE"]);
}

#[test]
fn the_longest_outcome_stays_below_the_limit_and_keeps_the_question() {
    let long = "&<>\"' ".repeat(1_400);
    let hints: Vec<String> = (0..500).map(|n| format!("\"hint\" {n}")).collect();
    let mut messages = vec![plain(&long); 20];
    messages.push(plain("Which one is it?"));
    let verbs = write(&conversation(json!({"for": "choice", "hints": hints})), &messages, 0);
    assert_eq!(gather(&verbs).says.last().map(|say| say.text.as_str()), Some("Which one is it?"));
    let many = vec![plain("x"); 5_000];
    write(&conversation(json!({"for": "words"})), &many, 0);
}

/// A recording of what the phone says while one waits, of the greeting, and a voice for Italian.
struct Recorded;

impl Audio for Recorded {
    fn find(&self, locale: &str, name: &str) -> Option<String> {
        let known = locale == "en" && ["phone_hold", "support/greeting"].contains(&name);
        known.then(|| format!("{locale}/{name}.wav"))
    }

    fn voice(&self, locale: &str) -> Option<String> {
        (locale == "it").then(|| "Polly.Bianca".to_owned())
    }

    fn music(&self) -> Option<String> {
        Some("https://desk.example.org/hold.mp3".to_owned())
    }
}

#[test]
fn recordings_and_voices_stand_in_where_there_are_some() {
    let written = |conversation: &Conversation, messages: &[Message], polls: u32| {
        let outcome = Outcome { conversation, messages };
        let xml = twiml::of(&script(&outcome, polls, book(), &Recorded), &urls(), polls);
        (read(&xml, BASE).unwrap_or_else(|wrong| panic!("{wrong}")), xml)
    };
    let mut greeting =
        message("en", vec![Segment::Text("Hello there. For A, press 1.".into())], vec![option("1")]);
    let known = |name: &str| RecordedText { name: name.to_owned(), text: "Hello there.".to_owned() };
    greeting.prompt.recorded = Some(known("support/greeting"));
    let menu = conversation(json!({"for": "choice", "hints": []}));
    let (verbs, _) = written(&menu, &[greeting.clone()], 0);
    assert_eq!(gather(&verbs).plays, ["https://desk.example.org/ivr/audio/en/support/greeting.wav"]);
    assert_eq!(gather(&verbs).says[0].text, "For A, press 1.");
    // Without one, or in another language, it is said.
    greeting.prompt.recorded = Some(known("support/other"));
    let (verbs, _) = written(&menu, &[greeting.clone()], 0);
    assert!(gather(&verbs).plays.is_empty() && gather(&verbs).says[0].text.starts_with("Hello there."));
    greeting.prompt.locale = "it".to_owned();
    let (_, xml) = written(&menu, &[greeting], 0);
    assert!(xml.contains("<Say language=\"it-IT\" voice=\"Polly.Bianca\">"), "{xml}");
    // Who waits hears music between the looks, and the recorded word now and then.
    let mut queued = conversation(json!({"for": "person"}));
    queued.owner = serde_json::from_value(json!({"queue": "default"})).expect("an owner");
    assert_eq!(gather(&written(&queued, &[], 1).0).plays, ["https://desk.example.org/hold.mp3"]);
    assert_eq!(
        gather(&written(&queued, &[], 3).0).plays,
        ["https://desk.example.org/ivr/audio/en/phone_hold.wav"]
    );
}

#[test]
fn what_looks_like_markup_is_text() {
    for hostile in
        ["</Say><Dial>+19005550100</Dial>", "]]>", "<!-- x -->", "<![CDATA[x]]>", "&#0;", "<?php ?>", "&lol;"]
    {
        let verbs = write(&conversation(json!({"for": "words"})), &[plain(hostile)], 0);
        assert_eq!(gather(&verbs).says[0].text, hostile);
    }
    let verbs = write(
        &conversation(json!({"for": "words"})),
        &[plain("a\u{0}b\u{b}\u{fffe}c\u{202e}d\r\n\te\u{1f600}")],
        0,
    );
    assert_eq!(gather(&verbs).says[0].text, "abcd e\u{1f600}");
}

/// Any text at all, with more of what breaks documents than chance would bring.
fn text() -> impl Strategy<Value = String> {
    let odd = prop_oneof![
        Just("</Say>".to_owned()),
        Just("]]>".to_owned()),
        Just("&amp;".to_owned()),
        Just("\u{fffe}\u{ffff}\u{0}\u{1f}\u{85}".to_owned()),
        Just("\u{202e}\u{200d}\u{feff}".to_owned()),
        Just("e\u{301}\u{301}\u{301}".to_owned()),
        Just("👩‍👩‍👧‍👦".to_owned()),
        any::<char>().prop_map(String::from),
        "\\PC{0,40}",
        "[a-z .,]{0,60}",
    ];
    prop::collection::vec(odd, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_was_said(texts in prop::collection::vec(text(), 0..4), ends in any::<bool>()) {
        let hope = if ends { json!({"for": "nothing"}) } else { json!({"for": "choice", "hints": texts}) };
        let messages: Vec<Message> = texts.iter().map(|text| plain(text)).collect();
        let verbs = write(&conversation(hope), &messages, 0);
        let says: Vec<String> = match verbs.as_slice() {
            [Verb::Gather(gather), _] => gather.says.iter().map(|say| say.text.clone()).collect(),
            verbs => verbs.iter().filter_map(|verb| match verb { Verb::Say(say) => Some(say.text.clone()), _ => None }).collect(),
        };
        // Only the spaces at which a long text was cut are gone.
        let squeeze = |text: String| text.replace(' ', "");
        let told: String = says.concat();
        let meant: String = texts.iter().map(|text| speech::clean(text)).collect();
        prop_assert_eq!(squeeze(told), squeeze(meant));
    }

    #[test]
    fn any_text_is_text_to_jambonz_too(texts in prop::collection::vec(text(), 0..4), how in 0_u8..4) {
        let hope = match how {
            0 => json!({"for": "nothing"}),
            1 => json!({"for": "choice", "hints": texts}),
            2 => json!({"for": "recording", "longest": 60}),
            _ => json!({"for": "transfer", "to": "+390212345678", "ring": 20, "whisper": "w", "from": null}),
        };
        let messages: Vec<Message> = texts.iter().map(|text| plain(text)).collect();
        let conversation = conversation(hope);
        let outcome = Outcome { conversation: &conversation, messages: &messages };
        let written = jambonz::of(&script(&outcome, 0, book(), &Synthetic), &Urls::new(BASE, Dialect::Jambonz), 0);
        prop_assert!(written.len() < document::MAX_DOCUMENT, "{} bytes", written.len());
        let verbs: Vec<serde_json::Value> = serde_json::from_str(&written).expect("JSON");
        let known = ["say", "gather", "dial", "redirect", "hangup"];
        for verb in &verbs {
            let name = verb["verb"].as_str().unwrap_or_default();
            prop_assert!(known.contains(&name), "{name}");
            let said = verb["text"].as_str().or_else(|| verb["say"]["text"].as_str());
            prop_assert!(said.is_none_or(|said| !said.is_empty() && !said.to_lowercase().starts_with("<speak")));
        }
        let count = |name: &str| verbs.iter().filter(|verb| verb["verb"] == name).count();
        prop_assert_eq!(count("dial"), usize::from(how == 3));
        prop_assert_eq!(count("gather"), usize::from(how == 1 || how == 2));
        // The same with XML: nothing that is said makes an element.
        let verbs = write(&conversation, &messages, 0);
        let says = |verb: &Verb| matches!(verb, Verb::Say(_));
        prop_assert!(verbs.iter().filter(|verb| !says(verb)).count() <= 2);
    }

    #[test]
    fn any_bytes_are_parsed_or_refused(body in prop::collection::vec(any::<u8>(), 0..400)) {
        let form = vestibule::channel::ivr::form::Form::parse(&body);
        prop_assert!(form.is_ok_and(|form| form.fields().count() <= 200) || body.iter().filter(|byte| **byte == b'&').count() >= 200);
    }
}
