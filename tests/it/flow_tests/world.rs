//! The world around a talk: services that answer or do not, what is watched, flows that change.

use vestibule::rehearsal::play::Run;

use super::runner::{book_of, passes_on, played};

const ORDER: &str = r#"flow: order
title: { en: Order, it: Ordine }
start: { default: true, commands: [order] }
slots:
  state: { type: choice, options: [packed, sent] }
  weight: { type: number }
  again: { type: bool }
steps:
  - id: look
    http:
      url: "https://api.example.com/orders/7"
      into: { state: body.state, weight: body.weight }
      on_error: silent
  - say: { en: "It is {{ slots.state }}.", it: "È {{ slots.state }}." }
  - id: more
    confirm:
      slot: again
      prompt: { en: "Once more?", it: "Ancora?" }
      "yes": look
      "no": bye
  - id: silent
    say: { en: "No word of it.", it: "Niente." }
  - id: bye
    end: { outcome: informed }
"#;

const FAULT: &str = r#"flow: fault
title: { en: Fault, it: Guasto }
start: { default: true, commands: [fault] }
slots: { told: { type: bool } }
steps:
  - watch: { incident: network }
  - id: ask
    confirm: { slot: told, prompt: { en: "Did you know?", it: "Lo sapevi?" }, "yes": person, "no": bye }
  - id: person
    handoff: { queue: faults, priority: high, on_unreached: bye }
  - id: bye
    end: { outcome: informed }
"#;

#[test]
fn services_answer_as_the_test_says() {
    passes_on(
        &book_of(ORDER),
        r#"
tests:
  - test: the answer fills the slots
    http: [{ step: look, status: 200, body: { state: sent, weight: 2.5 } }]
    talk: [{ bot: It is sent. }, { button: "no" }]
    expect: { slots: { state: sent, weight: 2.5 }, outcome: informed }
  - test: a status that is no success
    http: [{ url: /orders/, status: 503 }]
    talk: [{ bot: { says: No word of it., not: It is } }]
    expect: { slots: { state: none, weight: none }, outcome: informed }
  - test: no answer in time
    http: [{ fail: timeout }]
    talk: [{ bot: No word of it. }]
    expect: { slots: { state: none } }
  - test: two answers in turn, and the last goes on
    http: [{ body: { state: packed, weight: 1 } }, { body: { state: sent, weight: 2 } }]
    talk:
      - bot: It is packed.
      - button: "yes"
      - bot: It is sent.
      - button: "yes"
      - bot: It is sent.
      - given: { http: [{ step: other, status: 200 }, { step: look, fail: refused }] }
      - button: "yes"
      - bot: No word of it.
    expect: { slots: { state: sent, weight: 2 }, outcome: informed }
"#,
    );
}

/// Nothing leaves the machine: a call that the test has no answer for fails the test, and so does an answer that the
/// flow cannot use.
#[test]
fn a_service_without_a_good_answer_fails_the_test() {
    let none =
        "the step `look` calls https://api.example.com/orders/7, and the test has no `http` answer for it";
    for (stubs, wanted) in [
        ("[]", none),
        ("[{ step: other, status: 200 }]", none),
        ("[{ url: elsewhere, status: 200 }]", none),
        ("[{ body: { state: lost, weight: 1 } }]", "the answer has no value for the slot state"),
    ] {
        let source = format!("- test: no good\n  http: {stubs}\n  talk: [{{ bot: No word of it. }}]\n");
        let all = played(&book_of(ORDER), &source, Run::ToEnd);
        assert_eq!(all.len(), 2);
        for (_, one) in all {
            let got: Vec<&String> = one.differences.iter().flat_map(|found| &found.got).collect();
            assert!(got.iter().any(|got| got.ends_with(wanted)), "{got:?}");
        }
    }
}

#[test]
fn who_watches_is_told_in_chat_once() {
    passes_on(
        &book_of(FAULT),
        r#"
incidents: [{ area: network, title: Cable cut }, { area: power, title: Dark }]
tests:
  - test: at once, and once
    channels: [chat]
    talk:
      - expect: { watching: [network] }
      - given: { incidents: [{ area: network, title: Cable cut }] }
      - bot: { not: is fixed }
      - given: { incidents: [] }
      - bot: "You asked me to tell you: “Cable cut” (network) is fixed."
      - button: "no"
      - bot: { not: is fixed }
    expect: { outcome: informed }
  - test: a person has the conversation, so later
    channels: [chat]
    agents: 1
    talk:
      - button: "yes"
      - expect: { queue: faults, priority: high }
      - agent: claims
      - given: { incidents: [] }
      - bot: { not: is fixed }
      - agent: closes
      - bot: “Cable cut” (network) is fixed
  - test: not on a call
    channels: [voice]
    talk: [{ given: { incidents: [] } }, { bot: { not: is fixed } }]
    expect: { watching: [network], queue: none, priority: none }
"#,
    );
}

#[test]
fn a_step_that_is_gone_is_told_and_what_was_said_is_kept() {
    let (book, stubs) = (book_of(ORDER), "http: [{ body: { state: sent, weight: 2 } }]");
    passes_on(
        &book,
        &format!(
            r#"
{stubs}
tests:
  - test: the step is gone
    talk:
      - changed:
      - button: "no"
      - bot: this form was changed while we were talking
      - expect: {{ flow: system/flow_changed, slots: {{ state: sent }} }}
"#
        ),
    );
    let late = format!("- test: late\n  {stubs}\n  talk: [{{ button: \"no\" }}, {{ changed: }}]\n");
    for (_, one) in played(&book, &late, Run::ToFirst) {
        assert_eq!(one.differences[0].note.as_deref(), Some("the conversation stands at no step"));
    }
}
