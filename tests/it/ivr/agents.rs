//! A person on the line: the agent writes, the caller hears and speaks.

use vestibule::app::desk::DeskError;
use vestibule::conversation::Event;

use super::desk::{Desk, gather};
use crate::support::twiml::Verb;

#[tokio::test]
async fn an_agents_words_are_spoken_and_the_callers_are_written_down() {
    let desk = Desk::open().await;
    let menu = desk.post("/ivr/twilio", "").await;
    let queued = desk.post(&gather(&menu).0.action, "&Digits=2").await;
    let (waiting, poll, said) = gather(&queued);
    assert!(said.contains("Please hold the line.") && waiting.timeout == 10, "{queued:?}");
    let poll = poll.to_owned();

    let id = desk.conversation().await;
    desk.app.claim("Ada", id).await.expect("claimed");
    desk.app.reply("Ada", id, "m1", "Good morning, Ada <here> & ready.").await.expect("written");
    // What the agent wrote is heard at the next poll, once, and the same poll again gets the same.
    let heard = desk.post(&poll, "").await;
    assert!(gather(&heard).2.ends_with("Good morning, Ada <here> & ready."), "{heard:?}");
    assert_eq!(desk.post(&poll, "").await, heard);
    let (listening, next_poll, _) = gather(&heard);
    assert_ne!(next_poll, poll);
    assert_eq!(gather(&desk.post(next_poll, "").await).2, "");

    // The caller's words reach the agent, also where the agent wrote in between.
    let action = listening.action.clone();
    desk.app.reply("Ada", id, "m2", "Are you there?").await.expect("written");
    let after = desk.post(&action, "&SpeechResult=Yes+I+am+here&Confidence=0.9").await;
    assert!(gather(&after).2.contains("Are you there?"), "{after:?}");
    let rows = desk.app.store.journal(id).await.expect("a journal");
    let written = rows
        .iter()
        .flat_map(|row| &row.events)
        .any(|event| matches!(event, Event::Heard { text, .. } if text == "Yes I am here"));
    assert!(written, "{rows:?}");

    // Handed back, the bot goes on and its prompt is heard at the next poll.
    desk.app.hand_back("Ada", id).await.expect("handed back");
    let back = desk.post(gather(&after).1, "").await;
    let (menu, silence, said) = gather(&back);
    assert!(said.contains("back to me") && said.contains("press 1"), "{back:?}");
    assert!(menu.num_digits == Some(1) && silence.contains("silence=1"), "{back:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn what_was_said_to_an_agent_who_just_left_answers_no_menu_unheard() {
    let desk = Desk::open().await;
    let menu = desk.post("/ivr/twilio", "").await;
    let queued = desk.post(&gather(&menu).0.action, "&Digits=2").await;
    let id = desk.conversation().await;
    desk.app.claim("Ada", id).await.expect("claimed");
    let heard = desk.post(gather(&queued).1, "").await;
    desk.app.hand_back("Ada", id).await.expect("handed back");
    // The caller presses 1 for Ada, who is gone, and gets the menu in place of the problem's question.
    let late = desk.post(&gather(&heard).0.action, "&Digits=1").await;
    let (menu, _, said) = gather(&late);
    assert!(menu.num_digits == Some(1) && said.contains("press 1"), "{late:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn an_agent_has_the_call_put_through_to_a_telephone() {
    let desk = Desk::with(
        "flow: support\ntitle: Support\nstart: { default: true }\nsteps:\n  - handoff: { on_unreached: bye }\n  - id: bye\n    end: { outcome: informed }\n",
        &[("VESTIBULE_CALLS__ALLOW", "+39"), ("VESTIBULE_CALLS__OPERATOR", "sip:desk@pbx.example")],
    )
    .await;
    let queued = desk.post("/ivr/twilio", "").await;
    let id = desk.conversation().await;
    let refused = desk.app.put_through("Ada", id, "+390212345678").await.expect_err("not hers");
    assert!(matches!(refused, DeskError::NotYours), "{refused}");
    desk.app.claim("Ada", id).await.expect("claimed");
    for odd in ["+19005550100", "0212345678", "sip:fraud@evil.example", ""] {
        let refused = desk.app.put_through("Ada", id, odd).await.expect_err(odd);
        assert!(matches!(refused, DeskError::NotAllowed(_)), "{odd}: {refused}");
    }
    desk.app.put_through("Ada", id, "+39 02 1234-5678").await.expect("put through");
    let dial = |verbs: &[Verb]| match verbs.last() {
        Some(Verb::Dial(dial)) => dial.clone(),
        other => panic!("no dial: {other:?}"),
    };
    let first = dial(&desk.post(gather(&queued).1, "").await);
    assert_eq!((first.to.as_str(), first.sip), ("+390212345678", false));
    let told = desk.send("CA2", &first.whisper.expect("a whisper"), "&ParentCallSid=CA1").await;
    assert!(told.1.contains("A call about: Support."), "{}", told.1);

    // Nobody answers: the agent goes on by typing, and tries the operator's line.
    let back = desk.post(&first.action.expect("an address"), "&DialCallStatus=no-answer").await;
    assert!(gather(&back).2.contains("Nobody answers there."), "{back:?}");
    desk.app.put_through("Ada", id, "sip:desk@pbx.example").await.expect("put through");
    let second = dial(&desk.post(gather(&back).1, "").await);
    assert!(second.sip, "{second:?}");
    let over = desk.post(&second.action.expect("an address"), "&DialCallStatus=completed").await;
    assert_eq!(over, [Verb::Hangup]);
    desk.app.store.close().await;
}
