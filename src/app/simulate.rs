//! A conversation that nobody has: the engine's own turns on a world that the asker makes up. Nothing is stored, nothing
//! is sent; where it stands travels with the asker and comes back as data from outside.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::facts::{Changes, clock};
use super::outcome::Message;
use super::{commit, timers};
use crate::config::Desk;
use crate::conversation::{
    Channel, ContactFacts, Conversation, Event, Facts, Incident, LinkFacts, OpenTicket, Prompt, Said,
    TimerKind, Utterance, code, ids, link, utterance,
};
use crate::engine::{self, Beginning};
use crate::flow::{Flow, Playbook};

/// Bounds of what may come back as a state.
const MOST_FRAMES: usize = 40;
const MOST_COUNT: u64 = 100_000;
const MOST_LISTED: usize = 100;
/// Timers that one step of the clock may fire.
const MOST_FIRED: usize = 200;

/// Of the code to link by that every simulation shows.
const CODE: u64 = 31_415_926;

/// The world as the asker wants it.
#[derive(Debug, Clone)]
pub struct World {
    pub channel: Channel,
    pub locale: Option<String>,
    pub now: Timestamp,
    pub contact: ContactFacts,
    /// `None`: as the hours of the settings say.
    pub business_open: Option<bool>,
    pub agent_free: bool,
    pub incidents: Vec<Incident>,
}

/// Where a simulated conversation stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub conversation: Conversation,
    #[serde(default)]
    pub timers: BTreeMap<TimerKind, Timestamp>,
    /// Opened in this conversation.
    #[serde(default)]
    pub tickets: Vec<OpenTicket>,
    /// Requests to services that nothing answered yet.
    #[serde(default)]
    pub calls: Vec<Call>,
    pub now: Timestamp,
}

/// A request that the asker is to answer: here nothing is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub id: Uuid,
    pub step: String,
    pub method: String,
    pub url: String,
    pub body: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Simulated {
    pub messages: Vec<Message>,
    pub events: Vec<Event>,
    pub state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(String);

/// Begins a conversation with a flow, else the default one.
pub fn begin(playbook: &Playbook, desk: &Desk, world: &World, flow: Option<&str>) -> Simulated {
    let conversation = fresh(playbook, world, "simulated");
    let state = State {
        conversation,
        timers: BTreeMap::new(),
        tickets: Vec::new(),
        calls: Vec::new(),
        now: world.now,
    };
    let mut run = Run { playbook, desk, world, state, events: Vec::new() };
    run.take(Said::Started { flow: flow.map(str::to_owned) });
    run.done()
}

/// Goes on: the clock moves to the world's now, what is due on the way happens, then something is said, if anything.
///
/// # Errors
/// A state that cannot have come from here.
pub fn go_on(
    playbook: &Playbook,
    desk: &Desk,
    world: &World,
    state: State,
    said: Option<Said>,
) -> Result<Simulated, Unfit> {
    fit(&state, world)?;
    let mut run = Run { playbook, desk, world, state, events: Vec::new() };
    // What is carried may be of a playbook that is gone: what it names and is not there ends by itself.
    let wished = playbook.nearest_locale(&run.state.conversation.locale);
    run.state.conversation.locale = wished.unwrap_or_else(|| playbook.default_locale()).to_owned();
    run.pass();
    if let Some(said) = said.filter(|_| !run.state.conversation.is_closed()) {
        run.take(cleaned(said));
    }
    Ok(run.done())
}

fn fit(state: &State, world: &World) -> Result<(), Unfit> {
    let no = |why: &str| Err(Unfit(why.to_owned()));
    let c = &state.conversation;
    let counts = [c.turn, c.seq, c.epoch, u64::from(c.reminders), u64::from(c.callbacks)];
    if c.channel != world.channel {
        return no("the state is of another channel; begin anew");
    }
    if c.frames.len() > MOST_FRAMES || counts.iter().any(|count| *count > MOST_COUNT) {
        return no("the state is of no conversation that could have been");
    }
    let failures = c.frames.iter().filter_map(|frame| frame.wait.as_ref()).any(|wait| wait.failures > 1_000);
    let lists = [c.tickets.len(), c.offered.len(), state.tickets.len(), state.calls.len()];
    if failures || lists.iter().any(|length| *length > MOST_LISTED) {
        return no("the state is of no conversation that could have been");
    }
    Ok(())
}

fn cleaned(said: Said) -> Said {
    match said {
        Said::Text { text } => Said::Text { text: utterance::clean(&text) },
        Said::Speech { text, confidence } => Said::Speech { text: utterance::clean(&text), confidence },
        other => other,
    }
}

struct Run<'a> {
    playbook: &'a Playbook,
    desk: &'a Desk,
    world: &'a World,
    state: State,
    events: Vec<Event>,
}

impl Run<'_> {
    /// What is due until the world's now, in order.
    fn pass(&mut self) {
        for _ in 0..MOST_FIRED {
            let Some((kind, at)) = timers::next(&self.state.timers).filter(|(_, at)| *at <= self.world.now)
            else {
                break;
            };
            self.state.now = self.state.now.max(at);
            self.state.timers.remove(&kind);
            let said = timers::said(kind, &self.state.conversation, self.desk, false, self.state.now);
            if let Some(said) = said.filter(|_| !self.state.conversation.is_closed()) {
                self.take(said);
            }
        }
        self.state.now = self.state.now.max(self.world.now);
    }

    fn take(&mut self, said: Said) {
        let facts = facts(self.desk, self.world, &self.state.tickets, self.state.now);
        let utterance = Utterance { said, answers_turn: None };
        let take = |facts: &Facts| {
            let before = self.state.conversation.clone();
            engine::take_turn(self.playbook, before, facts, &utterance, self.state.now)
        };
        let mut turn = take(&facts);
        if turn.code_tried().is_some() {
            // Nobody else is there whose code it could be.
            let found = Some(link::Found::Refused { why: link::Refused::Unknown });
            turn = take(&Facts { link: LinkFacts { found, ..facts.link.clone() }, ..facts });
        }
        self.state.conversation = turn.conversation;
        for event in &turn.events {
            match event {
                Event::TimersCleared => self.state.timers.clear(),
                Event::TimerSet { timer } => {
                    let due = commit::due(self.desk, &self.state.conversation, *timer, self.state.now);
                    self.state.timers.insert(*timer, due);
                }
                Event::TicketOpened { draft } => {
                    self.state.tickets.push(OpenTicket::drafted(draft, crate::desk::State::New.word()));
                }
                Event::HttpRequested { id, step, request, .. } => self.state.calls.push(Call {
                    id: *id,
                    step: step.clone(),
                    method: request.method.clone(),
                    url: request.url.clone(),
                    body: request.body.clone(),
                }),
                Event::HttpAnswered { id, .. } => self.state.calls.retain(|call| call.id != *id),
                _ => {}
            }
        }
        self.events.extend(turn.events);
    }

    fn done(self) -> Simulated {
        Simulated { messages: Message::of(&self.events), events: self.events, state: self.state }
    }
}

/// A conversation that nobody has, on an address that no channel gives.
fn fresh(playbook: &Playbook, world: &World, address: &str) -> Conversation {
    let beginning = Beginning {
        id: ids::conversation(world.channel.word(), address, address),
        channel: world.channel,
        address,
        contact: ids::contact(world.channel.word(), address),
        locale: world.locale.as_deref(),
        seq: 0,
        number: None,
        now: world.now,
    };
    engine::fresh(playbook, &beginning)
}

/// The world as the engine is told of it; without tickets.
pub fn told(desk: &Desk, world: &World) -> Facts {
    facts(desk, world, &[], world.now)
}

fn facts(desk: &Desk, world: &World, tickets: &[OpenTicket], now: Timestamp) -> Facts {
    let clock = clock(&desk.hours, now, Changes::of(&desk.hours, now));
    Facts {
        contact: world.contact.clone(),
        open_tickets: if world.contact.verified { tickets.to_vec() } else { Vec::new() },
        incidents: world.incidents.clone(),
        business_open: world.business_open.unwrap_or(clock.business_open),
        agent_free: world.agent_free,
        link: LinkFacts { code: Some(code::of_random(CODE)), ..LinkFacts::default() },
        ..clock
    }
}

/// What one step says on a kind of channel.
pub fn preview(playbook: &Playbook, desk: &Desk, world: &World, flow: &Flow, step: usize) -> Vec<Prompt> {
    let conversation = fresh(playbook, world, "preview");
    let facts = facts(desk, world, &[], world.now);
    engine::preview::preview(playbook, conversation, &facts, flow, step, world.now)
}
