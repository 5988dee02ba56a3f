//! The beginning of a conversation.

use crate::conversation::{
    Channel, ContactId, Conversation, ConversationId, Event, Frame, Hope, Life, Owner, Wait, WaitKind,
};
use crate::flow::{Flow, Playbook};

use super::working::Working;
use super::{elsewhere, notice, resume, run};

/// What a new conversation is told of itself.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    pub id: ConversationId,
    pub channel: Channel,
    /// The call's or chat's own id.
    pub address: &'a str,
    pub contact: ContactId,
    /// The language wished for, where one is known.
    pub locale: Option<&'a str>,
    /// The last message's number on the address so far.
    pub seq: u64,
    /// The number that a call shows.
    pub number: Option<&'a str>,
    pub now: jiff::Timestamp,
}

/// A conversation before its first turn.
pub fn fresh(playbook: &Playbook, beginning: &Beginning<'_>) -> Conversation {
    let Beginning { id, channel, address, contact, locale, seq, number, now } = *beginning;
    let wished = locale.and_then(|tag| playbook.nearest_locale(tag));
    Conversation {
        id,
        channel,
        address: address.to_owned(),
        contact,
        locale: wished.unwrap_or_else(|| playbook.default_locale()).to_owned(),
        revision: playbook.revision.clone(),
        life: Life::Active,
        owner: Owner::Bot,
        epoch: 0,
        turn: 0,
        seq,
        frames: Vec::new(),
        trail: Vec::new(),
        reopened: None,
        tongue_chosen: false,
        asked: 0,
        gathered: None,
        tickets: Vec::new(),
        offered: Vec::new(),
        hope: Hope::Nothing,
        heard_at: now,
        reminders: 0,
        proven: None,
        callbacks: 0,
        number: number.map(str::to_owned),
        message: None,
        callback: None,
        queued_at: None,
        put_through: None,
        place_told: None,
        unreachable: false,
    }
}

/// Begins with the named flow, else the default one; on a call the language may be asked for first.
pub(super) fn begin(w: &mut Working<'_>, flow: Option<&str>) {
    let named =
        flow.and_then(|name| w.playbook.flow(name)).filter(|flow| !flow.system && flow.start.is_some());
    let Some(flow) = named.or_else(|| w.playbook.default_flow()) else {
        w.fault("begin", "the playbook has no flow to begin with");
        w.close("failed");
        return;
    };
    w.event(Event::Started { flow: flow.name.clone() });
    notice::emergency(w);
    notice::all(w);
    enter(w, flow);
    if elsewhere::offer(w) || resume::offer(w) {
        return;
    }
    if w.facts.ask_language && w.playbook.locales.len() > 1 {
        w.wait(Wait { kind: WaitKind::Language { under: None }, failures: 0 });
        return;
    }
    run::run(w);
}

/// Puts a flow on top of those under way, at its first step.
pub(super) fn enter(w: &mut Working<'_>, flow: &Flow) {
    let step = flow.steps.first().map(|step| step.id.clone()).unwrap_or_default();
    w.event(Event::FlowEntered { flow: flow.name.clone() });
    w.c.frames.push(Frame {
        flow: flow.name.clone(),
        step,
        slots: Default::default(),
        ahead: Vec::new(),
        digression: false,
        wait: None,
    });
}
