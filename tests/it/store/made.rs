//! Conversations and turns as an engine would make them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use vestibule::conversation::{
    Channel, Conversation, Event, Frame, Hope, Life, OpenedTicket, Owner, Prompt, PromptKind, TicketDraft,
    code, ids,
};
use vestibule::store::{Contact, Decision, Loaded, Outgoing, Store, TurnDone, TurnJob, Whose};

/// Second `n` of the tests' time, which is far from now so that nothing leans on the clock.
pub fn at(n: i64) -> Timestamp {
    "2031-05-06T07:08:09.000001Z".parse::<Timestamp>().expect("a time") + SignedDuration::from_secs(n)
}

pub fn conversation(channel: Channel, address: &str, begun_by: &str) -> Conversation {
    Conversation {
        id: ids::conversation(channel.word(), address, begun_by),
        channel,
        address: address.to_owned(),
        contact: ids::contact(channel.word(), address),
        locale: "en".to_owned(),
        revision: "r1".to_owned(),
        life: Life::Active,
        owner: Owner::Bot,
        epoch: 0,
        turn: 0,
        seq: 0,
        frames: vec![Frame {
            flow: "support".to_owned(),
            step: "topic".to_owned(),
            slots: BTreeMap::new(),
            ahead: Vec::new(),
            digression: false,
            wait: None,
        }],
        trail: Vec::new(),
        reopened: None,
        tongue_chosen: false,
        asked: 0,
        gathered: None,
        tickets: Vec::new(),
        offered: Vec::new(),
        hope: Hope::Words,
        heard_at: Timestamp::UNIX_EPOCH,
        reminders: 0,
        proven: None,
        callbacks: 0,
        number: None,
        message: None,
        callback: None,
        queued_at: None,
        put_through: None,
        place_told: None,
        unreachable: false,
    }
}

pub fn prompted(seq: u64, text: &str) -> Event {
    Event::Prompted { seq, prompt: Prompt::new(PromptKind::Say, "en", text) }
}

pub fn heard(seq: u64, text: &str) -> Event {
    Event::Heard { seq, how: "text".to_owned(), text: text.to_owned() }
}

/// One more turn of the loaded conversation (or of a new one on the address): hears `text`, says it back.
pub fn echo(loaded: &Loaded, channel: Channel, address: &str, text: &str) -> Decision {
    let mut events = Vec::new();
    let mut conversation = match &loaded.conversation {
        Some(conversation) if !conversation.is_closed() => conversation.clone(),
        last => {
            events.push(Event::Started { flow: "support".to_owned() });
            let mut new = conversation(channel, address, text);
            new.seq = last.as_ref().map_or(0, |last| last.seq);
            new
        }
    };
    conversation.turn += 1;
    events.push(heard(conversation.seq + 1, text));
    events.push(prompted(conversation.seq + 2, &format!("you said {text}")));
    conversation.seq += 2;
    let reply = Some(format!("reply to {text} in turn {}", conversation.turn));
    Decision { conversation: Some(conversation), events, reply, ..Decision::default() }
}

/// A job that echoes.
pub fn say(channel: Channel, address: &str, text: &str) -> TurnJob {
    let (name, text) = (address.to_owned(), text.to_owned());
    let whose = Whose::Address(channel, address.to_owned());
    TurnJob::new(whose, at(0), move |loaded| echo(&loaded, channel, &name, &text))
}

/// A job that echoes, with what `more` adds.
pub fn act(
    whose: Whose,
    now: Timestamp,
    mut more: impl FnMut(&Loaded, &mut Decision) + Send + 'static,
) -> TurnJob {
    let whose_is = whose.clone();
    TurnJob::new(whose, now, move |loaded| {
        let mut decision = match (&whose_is, &loaded.conversation) {
            (Whose::Address(channel, address), _) => echo(&loaded, *channel, address, "act"),
            (Whose::Conversation(_), Some(conversation)) => {
                echo(&loaded, conversation.channel, &conversation.address.clone(), "act")
            }
            (Whose::Conversation(_), None) => Decision::default(),
        };
        more(&loaded, &mut decision);
        decision
    })
}

pub fn keyed(mut job: TurnJob, key: &str) -> TurnJob {
    job.key = Some(key.to_owned());
    job
}

pub fn on(channel: Channel, address: &str) -> Whose {
    Whose::Address(channel, address.to_owned())
}

/// Begins a conversation, and gives it back as committed.
pub async fn begun(store: &Store, channel: Channel, address: &str) -> Conversation {
    let done = store.turn(say(channel, address, "hello")).await.expect("a first turn");
    done.conversation.expect("a conversation")
}

/// The draft of a ticket of the conversation's present turn, and the code written into the conversation.
pub fn draft(conversation: &mut Conversation, salt: u32) -> TicketDraft {
    let code = code::of_turn(conversation.id, conversation.turn, salt);
    conversation.tickets.push(OpenedTicket {
        code: code.clone(),
        category: "access".to_owned(),
        r#type: "incident".to_owned(),
        flow: "support".to_owned(),
        added: false,
    });
    TicketDraft {
        id: ids::of_turn(conversation.id, conversation.turn, "ticket-id", 0),
        code,
        conversation: conversation.id,
        flow: "support".to_owned(),
        category: "access".to_owned(),
        r#type: "incident".to_owned(),
        urgency: "high".to_owned(),
        impact: "medium".to_owned(),
        subject: "Locked out — \"così\" 🔑".to_owned(),
        body: "line one\nline two".to_owned(),
        fields: BTreeMap::from([("account".to_owned(), "204417".to_owned())]),
        queue: None,
        slots: BTreeMap::from([
            ("blocked".to_owned(), vestibule::flow::SlotValue::Bool(true)),
            ("count".to_owned(), vestibule::flow::SlotValue::Number(2.0)),
            ("problem".to_owned(), vestibule::flow::SlotValue::Text("it's \"broken\"".to_owned())),
        ]),
        answers: vec![vestibule::conversation::Offered {
            article: "reset-password".to_owned(),
            query: "locked out".to_owned(),
            solved: Some(false),
            reason: Some("did not work".to_owned()),
            amid: false,
            listed: false,
            sent: false,
        }],
        without_faq: None,
        unreached: false,
        profile: None,
    }
}

/// Opens a ticket in the decision, with the salt that the store asks for.
pub fn open_ticket(loaded: &Loaded, decision: &mut Decision) {
    let Some(conversation) = &mut decision.conversation else { return };
    let draft = draft(conversation, loaded.code_salt);
    decision.events.push(Event::TicketOpened { draft: Box::new(draft) });
}

/// A conversation on `address` with one ticket, and its code.
pub async fn ticketed(store: &Store, channel: Channel, address: &str) -> (Conversation, String) {
    let job = act(on(channel, address), at(1), open_ticket);
    let done = store.turn(job).await.expect("a turn with a ticket");
    let conversation = done.conversation.expect("a conversation");
    let code = conversation.tickets[0].code.clone();
    (conversation, code)
}

pub fn message(conversation: &Conversation, seq: u64) -> Outgoing {
    Outgoing {
        id: ids::of_turn(
            conversation.id,
            conversation.turn,
            "message",
            u32::try_from(seq).expect("a small one"),
        ),
        conversation: conversation.id,
        channel: conversation.channel,
        address: conversation.address.clone(),
        turn: conversation.turn,
        seq,
        epoch: conversation.epoch,
        from: "agent".to_owned(),
        body: format!("{{\"text\":\"message {seq}\"}}"),
    }
}

pub fn contact(conversation: &Conversation, verified: bool) -> Contact {
    Contact {
        id: conversation.contact,
        name: Some("Ada".to_owned()),
        profile: Some("vip".to_owned()),
        locale: Some("it".to_owned()),
        verified,
        phone: None,
    }
}

pub fn turn_of(done: &TurnDone) -> u64 {
    done.conversation.as_ref().map_or(0, |conversation| conversation.turn)
}
