//! The simulator: one request a turn, everything in it. Nothing is stored and nothing is sent.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::super::Web;
use super::super::super::auth::Acting;
use super::super::super::error::{Problem, ProblemBody};
use super::super::super::json::JsonBody;
use super::view::Preview;
use crate::app::From;
use crate::app::simulate::{self, Simulated, World};
use crate::conversation::{
    Channel, ContactFacts, Event, Hope, HttpAnswer, Incident, Owner, Prompt, Said, TransferEnd,
};

const MOST_INCIDENTS: usize = 20;
const LONGEST: usize = 200;

/// A turn to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Try {
    /// The flow to begin with; the default one where not given. Read only where there is no state.
    pub flow: Option<String>,
    pub locale: Option<String>,
    pub channel: TryChannel,
    /// The clock. What is due since the state's own time happens first.
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    #[serde(default)]
    pub contact: TryContact,
    #[serde(default)]
    pub facts: TryFacts,
    /// As the last answer gave it; none to begin.
    #[schema(value_type = Option<Object>)]
    pub state: Option<Value>,
    /// Without it only time passes.
    pub utterance: Option<TrySaid>,
}

/// Where it is shown or spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TryChannel {
    Web,
    Discord,
    Telegram,
    Phone,
}

/// Who is there.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TryContact {
    pub name: Option<String>,
    pub profile: Option<String>,
    pub verified: bool,
}

/// What else holds.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TryFacts {
    pub agents_free: u32,
    /// Whether the desk is open; by its hours where not given.
    pub business_open: Option<bool>,
    pub incidents: Vec<TryIncident>,
}

/// A known incident.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryIncident {
    pub area: String,
    pub title: String,
}

/// What is said, pressed or done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "as", deny_unknown_fields)]
pub enum TrySaid {
    Text {
        text: String,
    },
    Choice {
        value: String,
    },
    Keys {
        keys: String,
    },
    Speech {
        text: String,
    },
    Silence {},
    /// The contact hangs up or leaves.
    Left {},
    /// An agent takes over, writes, hands back; or nobody comes.
    Claimed {},
    AgentWrote {
        text: String,
    },
    HandedBack {},
    NobodyCame {},
    /// The call that was put through ended: completed, busy, no_answer or failed.
    Transferred {
        how: String,
    },
    /// A message was recorded.
    Recorded {},
    /// The service that is called replies, with JSON or a text.
    ServiceReplies {
        status: u16,
        #[serde(default)]
        #[schema(value_type = Object)]
        body: Value,
    },
    /// It does not.
    ServiceFails {},
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tried {
    pub messages: Vec<TriedMessage>,
    /// To be sent with the next turn.
    #[schema(value_type = Object)]
    pub state: Value,
    /// On a call: `transfer` while it is put through, `recording` while a message is taken.
    pub line: Option<String>,
    /// Where the conversation stands; null where it is over.
    pub step: Option<Place>,
    pub walked: Vec<Walk>,
    pub slots: BTreeMap<String, String>,
    /// Facts as the journal would keep them.
    #[schema(value_type = Vec<Object>)]
    pub events: Vec<Value>,
    /// bot, queue or agent.
    pub owner: String,
    pub outcome: Option<String>,
    /// Services that are called and wait for an answer of the asker.
    pub calls: Vec<TriedCall>,
    /// When the next timer runs out.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
}

/// A message, and how the platform shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedMessage {
    /// bot or agent.
    pub from: String,
    pub text: String,
    pub options: Vec<TriedOption>,
    pub shown: Preview,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct TriedOption {
    pub value: String,
    pub label: String,
    pub key: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Place {
    pub flow: String,
    pub step: String,
}

/// A request of an `http` step.
#[derive(Debug, Serialize, ToSchema)]
pub struct TriedCall {
    pub step: String,
    pub method: String,
    pub url: String,
    pub body: Option<String>,
}

/// Steps entered and ways taken in one flow, in order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Walk {
    pub flow: String,
    pub steps: Vec<String>,
    /// Step and exit.
    #[schema(value_type = Vec<Vec<String>>)]
    pub exits: Vec<(String, String)>,
}

#[utoipa::path(
    post, path = "/api/simulate", tag = "desk", request_body = Try, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Tried), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn turn(
    State(web): State<Web>,
    _: Acting,
    JsonBody(asked): JsonBody<Try>,
) -> Result<Json<Tried>, Problem> {
    // A turn is bounded work, but a state from outside may be anything: what it does to a thread stays there.
    let turn = tokio::task::spawn_blocking(move || take(&web, asked)).await;
    turn.map_err(|error| Problem::internal(&error))?.map(Json)
}

fn take(web: &Web, asked: Try) -> Result<Tried, Problem> {
    let (playbook, desk) = (web.app.playbook(), &web.app.settings.desk);
    let world = world(asked.channel, asked.locale.as_deref(), asked.now, &asked.contact, &asked.facts)?;
    let done = match asked.state {
        None => {
            let startable = |name: &str| playbook.flow(name).is_some_and(|flow| flow.start.is_some());
            if asked.flow.as_deref().is_some_and(|name| !startable(name)) {
                return Err(Problem::bad("bad_flow", "`flow` names no flow that can be begun."));
            }
            simulate::begin(&playbook, desk, &world, asked.flow.as_deref())
        }
        Some(state) => {
            let bad = |why: &dyn std::fmt::Display| {
                Problem::bad("bad_state", format!("The state does not fit: {why}."))
            };
            let state: simulate::State = serde_json::from_value(state).map_err(|error| bad(&error))?;
            let said = asked.utterance.map(|utterance| said(utterance, &state)).transpose()?;
            simulate::go_on(&playbook, desk, &world, state, said).map_err(|error| bad(&error))?
        }
    };
    Ok(Tried::of(done, world.channel.voice()))
}

/// The world of a turn, checked.
pub(super) fn world(
    channel: TryChannel,
    locale: Option<&str>,
    now: Timestamp,
    contact: &TryContact,
    facts: &TryFacts,
) -> Result<World, Problem> {
    let texts = [contact.name.as_deref(), contact.profile.as_deref(), locale];
    let long = texts.into_iter().flatten().any(|text| text.chars().count() > LONGEST);
    let incidents = &facts.incidents;
    let wordy = incidents.iter().any(|one| one.area.len() + one.title.len() > 4 * LONGEST);
    if long || wordy || incidents.len() > MOST_INCIDENTS {
        return Err(Problem::bad("too_long", "A name, a profile or the incidents are too long."));
    }
    let incident = |one: &TryIncident| Incident {
        area: one.area.clone(),
        title: one.title.clone(),
        since: now.to_string(),
    };
    Ok(World {
        channel: if channel == TryChannel::Phone { Channel::Phone } else { Channel::Web },
        locale: locale.map(str::to_owned),
        now,
        contact: ContactFacts {
            name: contact.name.clone().filter(|name| !name.is_empty()),
            profile: contact.profile.clone().filter(|profile| !profile.is_empty()),
            verified: contact.verified,
            chat: false,
        },
        business_open: facts.business_open,
        agent_free: facts.agents_free > 0,
        incidents: incidents.iter().map(incident).collect(),
    })
}

/// What the engine is told.
pub(super) fn said(said: TrySaid, state: &simulate::State) -> Result<Said, Problem> {
    let agent = || "Agent".to_owned();
    let answered = |answer: HttpAnswer| {
        let none = || Problem::bad("no_call", "No service is called that could answer.");
        Ok::<_, Problem>(Said::HttpAnswered { id: state.calls.last().ok_or_else(none)?.id, answer })
    };
    Ok(match said {
        TrySaid::Text { text } => Said::Text { text },
        TrySaid::Choice { value } => Said::Choice { value },
        TrySaid::Keys { keys } => Said::Keys { keys: crate::channel::ivr::speech::pressed(&keys) },
        TrySaid::Speech { text } => Said::Speech { text, confidence: Some(1.0) },
        TrySaid::Silence {} => Said::Silence,
        TrySaid::Left {} => Said::Left { reason: "left".to_owned() },
        TrySaid::Claimed {} => Said::Claimed { agent: agent() },
        TrySaid::AgentWrote { text } => Said::AgentWrote { agent: agent(), text },
        TrySaid::HandedBack {} => Said::HandedBack,
        TrySaid::NobodyCame {} => Said::NobodyCame,
        TrySaid::Transferred { how } => {
            let known = TransferEnd::ALL.into_iter().find(|end| end.word() == how);
            let odd = || Problem::bad("bad_how", "A transfer ends as completed, busy, no_answer or failed.");
            Said::Transferred { how: known.ok_or_else(odd)? }
        }
        TrySaid::Recorded {} => {
            Said::Recorded { url: "https://platform.example/message".to_owned(), seconds: 12 }
        }
        TrySaid::ServiceReplies { status, body } => {
            answered(HttpAnswer::Reply { status, headers: BTreeMap::new(), body })?
        }
        TrySaid::ServiceFails {} => answered(HttpAnswer::Failed { reason: "not in time".to_owned() })?,
    })
}

impl Tried {
    fn of(done: Simulated, voice: bool) -> Self {
        let conversation = &done.state.conversation;
        let here = conversation.frames.last().filter(|_| !conversation.is_closed());
        let shown = |prompt: &Prompt| match voice {
            true => Preview::of(&[], std::slice::from_ref(prompt)),
            false => Preview::of(std::slice::from_ref(prompt), &[]),
        };
        let message = |message: &crate::app::Message| TriedMessage {
            from: if message.from == From::Agent { "agent" } else { "bot" }.to_owned(),
            text: message.prompt.plain(),
            options: message.prompt.options.iter().map(option).collect(),
            shown: shown(&message.prompt),
        };
        let walk = |event: &Event| match event {
            Event::Walked { flow, steps, exits } => {
                Some(Walk { flow: flow.clone(), steps: steps.clone(), exits: exits.clone() })
            }
            _ => None,
        };
        let slots = conversation.frames.iter().flat_map(|frame| &frame.slots);
        Self {
            messages: done.messages.iter().map(message).collect(),
            line: match &conversation.hope {
                Hope::Transfer { .. } => Some("transfer".to_owned()),
                Hope::Recording { .. } => Some("recording".to_owned()),
                _ => None,
            },
            step: here.map(|frame| Place { flow: frame.flow.clone(), step: frame.step.clone() }),
            walked: done.events.iter().filter_map(walk).collect(),
            slots: slots.map(|(name, value)| (name.clone(), value.to_string())).collect(),
            events: done.events.iter().filter_map(|event| serde_json::to_value(event).ok()).collect(),
            owner: match conversation.owner {
                Owner::Bot => "bot",
                Owner::Queue(_) => "queue",
                Owner::Agent(_) => "agent",
            }
            .to_owned(),
            outcome: conversation.outcome().map(str::to_owned),
            calls: done.state.calls.iter().map(call).collect(),
            due: done.state.timers.values().min().copied(),
            state: serde_json::to_value(&done.state).unwrap_or_default(),
        }
    }
}

fn call(call: &simulate::Call) -> TriedCall {
    let simulate::Call { id: _, step, method, url, body } = call.clone();
    TriedCall { step, method, url, body }
}

fn option(option: &crate::conversation::PromptOption) -> TriedOption {
    TriedOption { value: option.value.clone(), label: option.label.clone(), key: option.key.clone() }
}
