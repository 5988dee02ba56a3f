//! Who is at the desk: an agent is there while a page of theirs is open, unless they say busy or away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Web;
use super::super::auth::Acting;
use super::super::error::{Problem, ProblemBody};
use super::super::json::JsonBody;
use crate::store::Store;

/// A page that is reloaded is not an agent who left.
const GRACE: Duration = Duration::from_secs(10);

/// What an agent says of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Online,
    Busy,
    Away,
}

impl Presence {
    fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Choice {
    #[schema(inline)]
    pub presence: Presence,
}

/// What was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Chosen {
    #[schema(inline)]
    pub presence: Presence,
}

#[utoipa::path(
    post, path = "/api/presence", tag = "desk", request_body = Choice, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Chosen), (status = 401, body = ProblemBody), (status = 403, body = ProblemBody))
)]
pub async fn choose(
    State(web): State<Web>,
    Acting(agent): Acting,
    JsonBody(choice): JsonBody<Choice>,
) -> Result<Json<Chosen>, Problem> {
    web.present.lock().entry(agent.name().to_owned()).or_default().says = Some(choice.presence);
    web.app.store.set_presence(agent.name(), choice.presence.word()).await?;
    Ok(Json(Chosen { presence: choice.presence }))
}

/// The pages that are open, by agent.
#[derive(Debug, Clone)]
pub struct Present {
    store: Store,
    agents: Arc<Mutex<HashMap<String, Pages>>>,
}

#[derive(Debug, Default)]
struct Pages {
    open: usize,
    says: Option<Presence>,
}

/// One open page; the agent is offline some seconds after the last one closed.
#[derive(Debug)]
pub struct Page {
    present: Present,
    agent: String,
}

impl Present {
    pub fn new(store: Store) -> Self {
        Self { store, agents: Arc::default() }
    }

    pub fn open(&self, agent: &str) -> Page {
        self.lock().entry(agent.to_owned()).or_default().open += 1;
        Page { present: self.clone(), agent: agent.to_owned() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Pages>> {
        self.agents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_open(&self, agent: &str) -> bool {
        self.lock().get(agent).is_some_and(|pages| pages.open > 0)
    }
}

impl Page {
    /// Writes down that the agent is there, and how.
    pub async fn beat(&self) {
        let says =
            self.present.lock().get(&self.agent).and_then(|pages| pages.says).unwrap_or(Presence::Online);
        if let Err(error) = self.present.store.set_presence(&self.agent, says.word()).await {
            tracing::warn!(%error, "an agent's presence could not be written");
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(pages) = self.present.lock().get_mut(&self.agent) {
            pages.open = pages.open.saturating_sub(1);
        }
        let (present, agent) = (self.present.clone(), std::mem::take(&mut self.agent));
        // Dropped while the program ends there is no runtime; the store's own time-out then counts.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            tokio::time::sleep(GRACE).await;
            if !present.is_open(&agent) {
                present.lock().remove(&agent);
                let _ = present.store.set_presence(&agent, "offline").await;
            }
        });
    }
}
