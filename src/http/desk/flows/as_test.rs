//! A conversation of the simulator as a test of flows: it is had again, and written down as it goes.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::super::Web;
use super::super::super::auth::Acting;
use super::super::super::error::{Problem, ProblemBody};
use super::super::super::json::JsonBody;
use super::simulate::{TryChannel, TryContact, TryFacts, TrySaid, said, world};
use crate::app::simulate::{self, Simulated, World};
use crate::conversation::Said;
use crate::rehearsal::repro::{Record, Setting};

/// Turns that one test may have.
const MOST_TURNS: usize = 200;

/// A conversation from its beginning.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Had {
    /// The test's name.
    pub name: String,
    /// The flow that it began with; the default one where not given.
    pub flow: Option<String>,
    pub locale: Option<String>,
    pub channel: TryChannel,
    /// The first one is the beginning, and nothing is said in it.
    pub turns: Vec<HadTurn>,
}

/// A turn and the world in it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HadTurn {
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    #[serde(default)]
    pub contact: TryContact,
    #[serde(default)]
    pub facts: TryFacts,
    pub utterance: Option<TrySaid>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AsTest {
    /// An item of a file of tests (`flows/tests/*.yaml`).
    pub yaml: String,
}

#[utoipa::path(
    post, path = "/api/simulate/test", tag = "desk", request_body = Had, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = AsTest), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn test(
    State(web): State<Web>,
    _: Acting,
    JsonBody(had): JsonBody<Had>,
) -> Result<Json<AsTest>, Problem> {
    let written = tokio::task::spawn_blocking(move || write(&web, had)).await;
    written.map_err(|error| Problem::internal(&error))?.map(|yaml| Json(AsTest { yaml }))
}

fn write(web: &Web, had: Had) -> Result<String, Problem> {
    if had.turns.len() > MOST_TURNS {
        return Err(Problem::bad("too_long", "A test has at most 200 turns."));
    }
    let (playbook, desk) = (web.app.playbook(), &web.app.settings.desk);
    let (channel, locale) = (had.channel, had.locale.as_deref());
    let here = |turn: &HadTurn| world(channel, locale, turn.now, &turn.contact, &turn.facts);
    let mut turns = had.turns.into_iter();
    let first = turns.next().ok_or_else(|| Problem::bad("no_turns", "There is no turn to write down."))?;
    let mut now = here(&first)?;
    let begun = simulate::begin(&playbook, desk, &now, had.flow.as_deref());
    let setting = Setting {
        flow: had.flow.clone(),
        locale: Some(begun.state.conversation.locale.clone()),
        voice: now.channel.voice(),
        now: desk.hours.local(now.now).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        open: now.business_open,
        facts: simulate::told(desk, &now),
    };
    let mut record = Record::default();
    record.turn(&Said::Started { flow: had.flow }, &begun.events);
    let mut state = begun.state;
    for turn in turns {
        let then = here(&turn)?;
        if !alike(&now, &then) {
            record.changed(&simulate::told(desk, &then), then.business_open);
        }
        let bad = |error: simulate::Unfit| Problem::bad("bad_turn", error.to_string());
        let passed = then.now.duration_since(now.now);
        let waited = simulate::go_on(&playbook, desk, &then, state, None).map_err(bad)?;
        record.passed(passed, &waited.events);
        state = waited.state;
        if let Some(utterance) = turn.utterance {
            let said = said(utterance, &state)?;
            let Simulated { events, state: after, .. } =
                simulate::go_on(&playbook, desk, &then, state, Some(said.clone())).map_err(bad)?;
            record.turn(&said, &events);
            state = after;
        }
        now = then;
    }
    Ok(record.test(&had.name, &setting))
}

/// Whether two worlds differ in nothing but the time.
fn alike(before: &World, now: &World) -> bool {
    let known = |world: &World| -> Vec<(String, String)> {
        world.incidents.iter().map(|one| (one.area.clone(), one.title.clone())).collect()
    };
    before.contact == now.contact
        && before.business_open == now.business_open
        && before.agent_free == now.agent_free
        && known(before) == known(now)
}
