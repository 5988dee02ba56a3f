//! Known incidents, and files that contacts sent.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Web;
use super::super::auth::{Acting, Agent};
use super::super::error::{Problem, ProblemBody};
use super::super::json::{JsonBody, MaybeJson};
use super::acts::Nothing;
use crate::app::notices;
use crate::conversation::{code, utterance};
use crate::store::world::IncidentRow;

const MAX_AREA: usize = 60;
const MAX_TITLE: usize = 200;

/// A known incident.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IncidentView {
    pub id: String,
    /// As flows name it in `known_incidents('…')`.
    pub area: String,
    pub title: String,
    #[schema(value_type = String, format = DateTime)]
    pub opened: Timestamp,
    /// Who opened it.
    pub by: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed: Option<Timestamp>,
    /// The ticket under which its reports are collected.
    pub master: Option<String>,
}

impl From<IncidentRow> for IncidentView {
    fn from(row: IncidentRow) -> Self {
        let IncidentRow { id, area, title, opened, by, closed, master } = row;
        Self { id, area, title, opened, by, closed, master }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Incidents {
    pub incidents: Vec<IncidentView>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct IncidentQuery {
    /// Closed ones too.
    pub closed: bool,
}

#[utoipa::path(
    get, path = "/api/incidents", tag = "desk", params(IncidentQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = Incidents), (status = 401, body = ProblemBody))
)]
pub async fn incidents(
    State(web): State<Web>,
    _agent: Agent,
    asked: Result<Query<IncidentQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Incidents>, Problem> {
    let Query(asked) = asked.map_err(|_| Problem::bad("bad_query", "`closed` must be true or false."))?;
    let rows = web.app.store.incidents(asked.closed).await?;
    Ok(Json(Incidents { incidents: rows.into_iter().map(IncidentView::from).collect() }))
}

/// What is wrong, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Opening {
    /// Up to 60 characters.
    #[schema(example = "network")]
    pub area: String,
    /// Up to 200 characters; contacts may be told it.
    pub title: String,
    /// The code of the ticket under which new tickets of the area are collected; they are resolved when the incident is closed.
    #[serde(default)]
    pub master: Option<String>,
}

#[utoipa::path(
    post, path = "/api/incidents", tag = "desk", request_body = Opening,
    security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = IncidentView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn open(
    State(web): State<Web>,
    Acting(agent): Acting,
    JsonBody(opening): JsonBody<Opening>,
) -> Result<Json<IncidentView>, Problem> {
    let area = text(&opening.area, MAX_AREA, "area")?;
    let title = text(&opening.title, MAX_TITLE, "title")?;
    let master = match opening.master.as_deref().filter(|code| !code.trim().is_empty()) {
        None => None,
        Some(given) => {
            let code = code::parse(given).ok_or_else(|| Problem::not_found("ticket"))?;
            Some(web.app.store.ticket(&code).await?.ok_or_else(|| Problem::not_found("ticket"))?.code)
        }
    };
    let incident = notices::open(&web.app.store, &area, &title, agent.name(), master).await?;
    Ok(Json(incident.into()))
}

fn text(given: &str, most: usize, name: &str) -> Result<String, Problem> {
    let kept = utterance::clean(given).replace('\n', " ");
    if kept.is_empty() || kept.chars().count() > most {
        return Err(Problem::bad("bad_incident", format!("`{name}` must have 1 to {most} characters.")));
    }
    Ok(kept)
}

/// What became of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub struct Closed {
    pub id: String,
}

/// Closes an incident; everybody who watches its area is told.
#[utoipa::path(
    post, path = "/api/incidents/{id}/close", tag = "desk", params(("id" = String, Path)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Closed), (status = 401, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn close(
    State(web): State<Web>,
    Acting(_agent): Acting,
    Path(id): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<Closed>, Problem> {
    if web.app.store.close_incident(&id, Timestamp::now()).await? {
        return Ok(Json(Closed { id }));
    }
    Err(Problem::not_found("open incident"))
}

/// A file that a contact sent, to be saved: it is never shown as a page of ours.
#[utoipa::path(
    get, path = "/api/files/{id}", tag = "desk", params(("id" = String, Path)), security(("desk_cookie" = [])),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 401, body = ProblemBody), (status = 404, body = ProblemBody)
    )
)]
pub async fn file(
    State(web): State<Web>,
    _agent: Agent,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let file = web.app.store.file(&id).await?.ok_or_else(|| Problem::not_found("file"))?;
    let plain: String = file
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || ".-_ ".contains(c) { c } else { '_' })
        .collect();
    let headers = [
        (header::CONTENT_TYPE, file.kind),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}\"")),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file.content).into_response())
}
