//! Conversations and a new version of the flows: who goes on, where, and who is stranded. Without a database.

use jiff::Timestamp;
use vestibule::cli::playbook::from_texts;
use vestibule::conversation::{Channel, Conversation, Event, Facts, Said, Utterance, ids};
use vestibule::engine::moving::{Class, Classifier, Stranding};
use vestibule::engine::{Beginning, Versions, fresh, take_turn, turn};
use vestibule::flow::Playbook;

const FORM: &str = r#"flow: form
start: { default: true }
slots:
  topic: { type: choice, options: [network, billing] }
  account: { type: pattern, pattern: '[0-9]{4}' }
  place: { type: text }
  problem: { type: text }
steps:
  - id: topic
    choose:
      slot: topic
      prompt: What is it about?
      options:
        - { value: network, label: Network }
        - { value: billing, label: Billing }
  - ask: { slot: account, prompt: Your number? }
  - id: visit
    call: { flow: where, into: { place: city } }
  - id: problem
    ask: { slot: problem, prompt: "What happened in {{ slots.place }}?" }
  - id: sure
    confirm: { prompt: "Shall I note {{ slots.problem }}?", yes: done, no: problem }
  - id: done
    say: Noted.
  - end: informed
"#;

const WHERE: &str = r#"flow: where
slots:
  city: { type: text }
steps:
  - id: city
    ask: { slot: city, prompt: In which city? }
"#;

fn playbook(files: &[(&str, &str)]) -> Playbook {
    let files: Vec<(String, String)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let (playbook, found) = from_texts(&files, &[], &["en".to_owned()]);
    playbook.unwrap_or_else(|| panic!("{found:#?}"))
}

fn first() -> Playbook {
    playbook(&[("form.yaml", FORM), ("where.yaml", WHERE)])
}

/// The first version with something else in place of something.
fn changed(changes: &[(&str, &str)]) -> Playbook {
    let (mut form, mut place) = (FORM.to_owned(), WHERE.to_owned());
    for (from, to) in changes {
        assert!(form.contains(from) || place.contains(from), "{from}");
        form = form.replace(from, to);
        place = place.replace(from, to);
    }
    playbook(&[("form.yaml", &form), ("where.yaml", &place)])
}

fn text(text: &str) -> Utterance {
    Utterance { said: Said::Text { text: text.to_owned() }, answers_turn: None }
}

/// A chat that gave these answers.
fn after(playbook: &Playbook, answers: &[&str]) -> Conversation {
    let beginning = Beginning {
        id: uuid::Uuid::nil(),
        channel: Channel::Web,
        address: "someone",
        contact: ids::contact("web", "someone"),
        locale: Some("en"),
        seq: 0,
        number: None,
        now: Timestamp::UNIX_EPOCH,
    };
    let begin = Utterance { said: Said::Started { flow: None }, answers_turn: None };
    let all = std::iter::once(begin).chain(answers.iter().map(|answer| text(answer)));
    all.fold(fresh(playbook, &beginning), |conversation, utterance| {
        take_turn(playbook, conversation, &Facts::default(), &utterance, Timestamp::UNIX_EPOCH).conversation
    })
}

const ANSWERS: [&str; 4] = ["network", "1234", "Rome", "smoke"];

/// What a new version would make of one who gave so many answers.
fn class(new: &Playbook, answers: usize) -> Class {
    let old = first();
    Classifier::new(new).class(Some(&old), &after(&old, &ANSWERS[..answers]))
}

fn stranded(class: Class) -> Stranding {
    match class {
        Class::Stranded(reason) => reason.what,
        other => panic!("{other:?}"),
    }
}

/// One more turn: what was said, and the conversation after it.
fn goes_on(
    old: Option<&Playbook>,
    new: &Playbook,
    from: Conversation,
    said: &str,
) -> (Vec<String>, Conversation) {
    let versions = Versions { own: old, current: new };
    let turn = turn(versions, from, &Facts::default(), &text(said), Timestamp::UNIX_EPOCH);
    let mut texts = Vec::new();
    for event in &turn.events {
        assert!(!matches!(event, Event::Faulted { .. }), "{event:?}");
        if let Event::Prompted { prompt, .. } = event {
            texts.push(prompt.plain());
        }
    }
    (texts, turn.conversation)
}

#[test]
fn what_did_not_change_is_the_same() {
    let new = changed(&[("Noted.", "It is noted.")]);
    for answers in 0..=ANSWERS.len() {
        assert_eq!(class(&new, answers), Class::Same, "after {answers} answers");
    }
}

#[test]
fn a_changed_question_is_movable_and_put_again() {
    let new = changed(&[("What is it about?", "What shall we talk about?")]);
    assert_eq!(class(&new, 0), Class::Movable);
    assert_eq!(class(&new, 1), Class::Same);
    // The options in another order: the same words may mean something else.
    let turned = changed(&[("Your number?", "Which number?"), ("'[0-9]{4}'", "'[0-9]{5}'")]);
    assert_eq!(
        class(&turned, 1),
        Class::Stranded(vestibule::engine::moving::Reason {
            flow: "form".to_owned(),
            step: "#2".to_owned(),
            what: Stranding::StepGone,
        })
    );
}

#[test]
fn a_renamed_step_and_flow_are_movable_by_moved_alone() {
    let renamed = [("id: problem", "id: matter"), ("no: problem", "no: matter")];
    assert_eq!(stranded(class(&changed(&renamed), 3)), Stranding::StepGone);
    let mut moved = renamed.to_vec();
    moved.push(("flow: form\n", "flow: form\nmoved: { problem: matter }\n"));
    assert_eq!(class(&changed(&moved), 3), Class::Movable);
    let flow = [("flow: form\n", "flow: sheet\n")];
    assert_eq!(stranded(class(&changed(&flow), 1)), Stranding::FlowGone);
    assert_eq!(class(&changed(&[("flow: form\n", "flow: sheet\nmoved_from: form\n")]), 1), Class::Movable);
    // The flow that was called is renamed as well as its caller.
    let both = [("flow: where\n", "flow: site\nmoved_from: [where]\n"), ("flow: where,", "flow: site,")];
    assert_eq!(class(&changed(&both), 2), Class::Movable);
}

#[test]
fn a_step_without_an_id_is_found_by_what_it_means() {
    let put_in = [("  - ask: { slot: account", "  - say: One more thing.\n  - ask: { slot: account")];
    assert_eq!(class(&changed(&put_in), 1), Class::Movable);
    let old = first();
    let waiting = after(&old, &ANSWERS[..1]);
    let without = Classifier::new(&changed(&put_in)).class(None, &waiting);
    assert_eq!(stranded(without), Stranding::Unnamed);
}

#[test]
fn why_one_is_stranded() {
    let gone = [(
        "  - id: sure\n    confirm: { prompt: \"Shall I note {{ slots.problem }}?\", yes: done, no: problem }\n",
        "",
    )];
    assert_eq!(stranded(class(&changed(&gone), 4)), Stranding::StepGone);
    let kind = [(
        "ask: { slot: problem, prompt: \"What happened in {{ slots.place }}?\" }",
        "set: { problem: none }",
    )];
    assert_eq!(stranded(class(&changed(&kind), 3)), Stranding::OtherKind("set"));
    let narrower = [("'[0-9]{4}'", "'[0-9]{6}'")];
    assert_eq!(stranded(class(&changed(&narrower), 3)), Stranding::Invalid("account".to_owned()));
    let more = [
        ("  problem: { type: text }", "  problem: { type: text }\n  since: { type: date }"),
        ("  - id: topic\n", "  - ask: { slot: since, prompt: Since when? }\n  - id: topic\n"),
        ("Noted.", "\"Noted, since {{ slots.since }}.\""),
    ];
    assert_eq!(stranded(class(&changed(&more), 4)), Stranding::Unfilled("since".to_owned()));
    let chain = [
        ("call: { flow: where, into: { place: city } }", "set: { place: Rome }"),
        ("flow: where\n", "flow: where\nstart: { commands: [where] }\n"),
        ("In which city? }\n", "In which city? }\n  - end: informed\n"),
    ];
    assert_eq!(stranded(class(&changed(&chain), 2)), Stranding::ChainBroken);
}

#[test]
fn one_stays_on_the_own_version_unless_called_over() {
    let old = first();
    let new = changed(&[("What happened", "What went wrong"), ("id: sure", "id: really")]);
    let (texts, stayed) = goes_on(Some(&old), &new, after(&old, &ANSWERS[..2]), "Rome");
    assert_eq!((texts, stayed.revision), (vec!["What happened in Rome?".to_owned()], old.revision.clone()));
    let moved = changed(&[
        ("flow: form\n", "flow: form\nmoved: { problem: matter }\n"),
        ("id: problem", "id: matter"),
        ("no: problem", "no: matter"),
    ]);
    // The question is the same, so the answer is one.
    let (texts, carried) = goes_on(Some(&old), &moved, after(&old, &ANSWERS[..3]), "smoke");
    assert_eq!((texts, carried.revision), (vec!["Shall I note smoke?".to_owned()], moved.revision.clone()));
}

#[test]
fn an_answer_to_another_question_is_not_taken() {
    let old = first();
    let new = changed(&[("What is it about?", "What shall we talk about?")]);
    let (texts, carried) = goes_on(None, &new, after(&old, &[]), "billing");
    assert!(texts[0].contains("once more") && texts[1] == "What shall we talk about?", "{texts:?}");
    assert!(carried.frames[0].slots.is_empty());
    // But a word that works everywhere does.
    let (_, over) = goes_on(None, &new, after(&old, &[]), "cancel");
    assert_eq!(over.outcome(), Some("cancelled"));
}

#[test]
fn a_stranded_one_is_told_and_keeps_its_answers() {
    let old = first();
    let gone = changed(&[("id: problem", "id: matter"), ("no: problem", "no: matter")]);
    let (texts, told) = goes_on(None, &gone, after(&old, &ANSWERS[..3]), "smoke");
    assert!(texts[0].contains("was changed") && texts[1].contains("go on"), "{texts:?}");
    let again =
        take_turn(&gone, told.clone(), &Facts::default(), &text("start again"), Timestamp::UNIX_EPOCH);
    let last = again.conversation.frames.last().expect("a flow");
    assert_eq!((last.flow.as_str(), last.step.as_str()), ("where", "city"), "topic and number are kept");
    assert_eq!(again.conversation.frames[0].slots.len(), 3);
    let person = take_turn(&gone, told, &Facts::default(), &text("a person"), Timestamp::UNIX_EPOCH);
    let draft = person.events.iter().find_map(|event| match event {
        Event::TicketOpened { draft } => Some(draft),
        _ => None,
    });
    let draft = draft.unwrap_or_else(|| panic!("a ticket: {:#?}", person.events));
    assert_eq!(draft.slots.get("account").map(ToString::to_string).as_deref(), Some("1234"));
}
