//! What chat platforms sent and could not be dealt with: put aside as it came, to be taken once more.

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::Web;
use super::super::auth::{Acting, Agent};
use super::super::error::{Problem, ProblemBody};
use super::super::json::MaybeJson;
use super::acts::Nothing;
use crate::store::channels::UpdateRow;

/// An update that was put aside after three tries.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedView {
    pub number: i64,
    pub channel: String,
    /// The platform's own id of it.
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub received: Timestamp,
    pub why: String,
}

impl From<UpdateRow> for ParkedView {
    fn from(row: UpdateRow) -> Self {
        Self {
            number: row.num,
            channel: row.update.channel.word().to_owned(),
            id: row.update.id,
            received: row.received,
            why: row.parked.unwrap_or_default(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Parked {
    pub updates: Vec<ParkedView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    pub number: i64,
}

#[utoipa::path(
    get, path = "/api/inbox", tag = "desk", security(("desk_cookie" = [])),
    responses((status = 200, body = Parked), (status = 401, body = ProblemBody))
)]
pub async fn parked(State(web): State<Web>, _agent: Agent) -> Result<Json<Parked>, Problem> {
    let rows = web.app.store.parked_updates().await?;
    Ok(Json(Parked { updates: rows.into_iter().map(ParkedView::from).collect() }))
}

#[utoipa::path(
    post, path = "/api/inbox/{number}/replay", tag = "desk", params(("number" = i64, Path)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Replayed), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn replay(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(number): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<Replayed>, Problem> {
    let unknown = || Problem::not_found("update");
    let number: i64 = number.parse().map_err(|_| unknown())?;
    tracing::info!(update = number, agent = agent.name(), "an update is taken once more");
    if web.app.replay_update(number).await? { Ok(Json(Replayed { number })) } else { Err(unknown()) }
}
