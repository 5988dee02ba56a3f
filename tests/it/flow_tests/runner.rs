//! The runner itself, on a small flow.

use vestibule::cli::playbook;
use vestibule::config::{self, Settings};
use vestibule::flow::Playbook;
use vestibule::rehearsal::play::{Run, play};
use vestibule::rehearsal::update::rewritten;
use vestibule::rehearsal::{ChannelKind, Coverage, Played, Speaker, read};

const FLOW: &str = r#"flow: door
title: { en: Door, it: Porta }
start: { default: true, commands: [door] }
slots:
  topic: { type: choice, options: [keys, bell] }
  since: { type: date, past: true }
  secret: { type: pattern, pattern: '[0-9]{4}', voice: digits, sensitive: true }
steps:
  - say:
      en: "Welcome. It is {{ now[0:10] }}."
      it: "Benvenuto."
      voice: { en: "Welcome to the door." }
  - id: topic
    choose:
      slot: topic
      prompt: { en: "Keys or bell?", it: "Chiavi o campanello?" }
      options:
        - { value: keys, label: { en: Keys, it: Chiavi }, goto: secret }
        - { value: bell, label: { en: Bell, it: Campanello } }
  - when: channel.voice
    say: { en: "Listen to it ring.", it: "Ascolta." }
  - ask: { slot: since, prompt: { en: "Since when?", it: "Da quando?" } }
  - ticket: { category: "{{ slots.topic }}", urgency: high, impact: high, subject: "{{ slots.since }}", without_faq: "a test" }
  - say: { en: "Your ticket is {{ ticket.code }}.", it: "Il ticket è {{ ticket.code }}." }
  - end: { outcome: ticketed }
  - id: secret
    ask: { slot: secret, prompt: { en: "Your four digits?", it: "Le quattro cifre?" } }
  - handoff: { queue: doors, on_unreached: alone }
  - end: { outcome: handed_over }
  - id: alone
    end: { outcome: informed }
"#;

fn settings() -> Settings {
    config::load(None, std::iter::empty()).expect("the defaults")
}

fn book() -> Playbook {
    book_of(FLOW)
}

pub(super) fn book_of(flow: &str) -> Playbook {
    let locales = ["en".to_owned(), "it".to_owned()];
    let flows = [("flows/door.yaml".to_owned(), flow.to_owned())];
    let (book, found) = playbook::from_texts(&flows, &[], &locales);
    book.unwrap_or_else(|| panic!("{found:#?}"))
}

/// Plays the tests of a file, each on its channels.
pub(super) fn played(book: &Playbook, source: &str, run: Run) -> Vec<(ChannelKind, Played)> {
    let (script, found) = read("tests/door.yaml", source, book);
    assert_eq!(found, []);
    let each = script.tests.iter().flat_map(|test| test.channels.iter().map(move |kind| (test, *kind)));
    each.map(|(test, kind)| (kind, play(book, &settings().desk, test, kind, run))).collect()
}

fn passes(source: &str) {
    passes_on(&book(), source);
}

pub(super) fn passes_on(book: &Playbook, source: &str) {
    for (kind, played) in played(book, source, Run::ToFirst) {
        assert_eq!(played.differences, [], "{}: {:#?}", kind.word(), played.talk);
    }
}

#[test]
fn a_talk_passes_on_both_kinds_of_channel() {
    passes(
        r#"
- test: the bell
  now: 2026-03-01T09:00
  talk:
    - bot: It is 2026-03-01
      voice: Welcome to the door.
    - bot: { says: Keys or bell?, not: Listen to it ring }
      voice: [Keys or bell?, press 1]
    - button: bell
    - voice: [{ bot: Listen to it ring. }]
    - bot: Since when?
    - user: tomorrow
    - bot: That day is still to come.
    - user: yesterday
    - bot: "Your ticket is {code}"
    - bot: { exactly: "Your ticket is {code}." }
      voice: I repeat
  expect:
    slots: { topic: bell, since: 2026-02-28 }
    ticket: { category: bell, priority: urgent, subject: /^2026-02/, without_faq: a test }
    tickets: 1
    outcome: ticketed
"#,
    );
}

#[test]
fn the_world_of_a_test_has_agents_silence_and_a_clock() {
    passes(
        r#"
agents: 1
tests:
  - test: nothing is heard, then an agent
    channels: [voice]
    talk:
      - silence: 2
      - bot: Still nothing
      - key: 1
      - key: 1234
      - expect: { with: queue doors, masked: [secret] }
      - agent: claims
      - expect: { with: agent Ada, state: waiting }
      - user: hello
      - bot:
      - agent: hands back
    expect: { outcome: handed_over }
  - test: nobody comes in time
    talk: [{ button: keys }, { key: 1234 }, { silence: 119 seconds }, { expect: { outcome: none } }, { silence: 1s }]
    expect: { outcome: informed }
  - test: a chat is reminded, parked, and goes on
    channels: [chat]
    talk:
      - silence: 1
      - expect: { state: active }
      - silence: 1
      - expect: { state: parked }
      - button: Keys
    expect: { state: active, step: secret }
  - test: after the end a chat begins anew
    agents: 0
    channels: [chat]
    talk: [{ button: keys }, { key: 1234 }, { expect: { outcome: informed } }, { user: bell }, { bot: Since when? }]
  - test: the world changes amid a talk
    agents: 0
    talk: [{ button: keys }, { given: { agents: 1 } }, { key: 1234 }, { expect: { with: queue doors } }, { leaves: }]
    expect: { outcome: abandoned }
"#,
    );
}

#[test]
fn a_difference_names_its_place_and_what_came() {
    let source = "- test: wrong\n  talk:\n    - button: bell\n    - bot: Until when?\n    - user: today\n";
    let all = played(&book(), source, Run::ToFirst);
    let (kind, first) = &all[0];
    assert_eq!((*kind, first.differences.len()), (ChannelKind::Chat, 1));
    let difference = &first.differences[0];
    assert_eq!((difference.at.line, difference.at.column), (4, 12));
    assert_eq!(
        (difference.want.as_str(), difference.got.last().map(String::as_str)),
        ("Until when?", Some("Since when?"))
    );
    assert!(first.talk.iter().any(|entry| entry.by == Speaker::Contact && entry.text == "[Bell]"));
    assert!(!first.talk.iter().any(|entry| entry.text == "today"), "it stops at the first difference");
    let late = "- test: late\n  channels: [voice]\n  talk:\n    - button: bell\n    - user: today\n    - user: more\n";
    let played = played(&book(), late, Run::ToFirst);
    assert_eq!(played[0].1.differences[0].note.as_deref(), Some("the conversation is over"));
}

#[test]
fn what_differs_is_rewritten_and_nothing_else() {
    let before = "# kept\n- test: drift   # kept too\n  now: 2026-03-01T09:00\n  talk:\n    - bot: \"Good day\"  # greeting\n    - button: bell\n    - bot: Since   # a part is enough\n    - user: yesterday\n    - bot: Ticket closed\n  expect: { slots: { topic: keys, since: 2026-02-28 }, ticket: none, outcome: informed } # end\n";
    let book = book();
    let mut source = before.to_owned();
    for _ in 0..2 {
        let edits =
            played(&book, &source, Run::ToEnd).into_iter().flat_map(|(_, played)| played.edits).collect();
        source = rewritten(&source, edits);
    }
    for kept in
        ["# kept\n", "drift   # kept too", "# greeting", "Since   # a part is enough", "informed } # end"]
    {
        let kept = kept.replace("informed }", "ticketed }");
        assert!(source.contains(&kept), "`{kept}` in\n{source}");
    }
    for now in ["topic: bell", "ticket: any", "\n      voice: ", "Your ticket is {code}."] {
        assert!(source.contains(now), "`{now}` in\n{source}");
    }
    let again = played(&book, &source, Run::ToEnd);
    assert!(
        again.iter().all(|(_, played)| played.differences.is_empty() && played.edits.is_empty()),
        "{again:#?}"
    );
}

#[test]
fn coverage_knows_what_a_channel_cannot_do() {
    let book = book();
    let all = played(&book, "- test: bell\n  talk: [{ button: bell }, { user: today }]\n", Run::ToFirst);
    let walked = all.iter().flat_map(|(kind, played)| played.walked.iter().map(|way| (*kind, way)));
    let coverage = Coverage::of(&book, &ChannelKind::ALL, walked);
    let door = |item: &&vestibule::rehearsal::coverage::Item| item.flow == "door";
    let missing: Vec<String> = coverage
        .missing
        .iter()
        .filter(door)
        .filter(|item| item.kind == ChannelKind::Chat)
        .map(|item| format!("{} {} {}", item.at.line, item.step, item.exit.clone().unwrap_or_default()))
        .collect();
    assert_eq!(
        missing,
        ["18 topic option:keys", "27 secret ", "28 #9 ", "29 #10 ", "31 alone "].map(str::to_owned)
    );
    let shut: Vec<(ChannelKind, &str)> = coverage
        .inapplicable
        .iter()
        .filter(|(item, _)| item.flow == "door")
        .map(|(item, _)| (item.kind, item.exit.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(shut, [(ChannelKind::Chat, "next"), (ChannelKind::Voice, "skipped")]);
}

#[test]
fn bad_tests_are_told_with_their_place() {
    let source = r#"- test: bad
  flow: doors
  local: en
  now: soon
  talk:
    - usr: hello
    - user: a
      bot: b
    - key: x1
    - silence: often
    - bot: /(/
    - agent: {}
    - expect: { slots: { topik: keys }, step: secrets, ticket: yes }
  tickets: [{ code: 123 }]
- test: named
  flow: dor
  talk: [{ expect: { slots: { topik: keys }, step: secrets } }]
- test: named
"#;
    let (_, found) = read("tests/door.yaml", source, &book());
    let told: Vec<(usize, &str)> = found.iter().map(|one| (one.at.line, one.code)).collect();
    let expected = [
        (3, "V002"),
        (4, "V903"),
        (6, "V002"),
        (8, "V901"),
        (9, "V903"),
        (10, "V903"),
        (11, "V903"),
        (12, "V003"),
        (13, "V009"),
        (14, "V903"),
        (16, "V902"),
        (17, "V902"),
        (18, "V005"),
    ];
    for one in expected {
        assert!(told.contains(&one), "{one:?} in {found:#?}");
    }
    let helped =
        |name: &str| found.iter().any(|one| one.help.as_ref().is_some_and(|help| help.contains(name)));
    assert!(["`locale`", "`door`", "`topic`", "`secret`"].into_iter().all(helped), "{found:#?}");
}
