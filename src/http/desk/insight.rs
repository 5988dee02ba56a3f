//! What is behind the figures and what is to be expected: conversations, the funnel, tickets of a figure, patterns, forecast,
//! risks. Each answers as the command line's `--json` does.

use axum::Json;
use axum::extract::{Query, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::super::Web;
use super::super::auth::{Acting, Agent};
use super::super::error::{Problem, ProblemBody};
use super::super::json::JsonBody;
use super::figures::{FiguresQuery, by, period};
use super::targets::TicketState;
use crate::app::kpi::{self, Wanted};
use crate::app::patterns;
use crate::app::tickets::Known;
use crate::app::{foresight, lines, talks};
use crate::conversation::code;
use crate::desk::agent::Role;
use crate::desk::contacts::TalkBy;

const MAX_SUBJECT: usize = 200;
/// Incidents that one problem record is opened of at once.
const MAX_INCIDENTS: usize = 500;
const MAX_HOURS: usize = 28 * 24;

fn plain<T: Serialize>(told: &T) -> Result<Json<Value>, Problem> {
    Ok(Json(serde_json::to_value(told).map_err(|error| Problem::internal(&error))?))
}

#[utoipa::path(
    get, path = "/api/figures/contacts", operation_id = "desk_figures_contacts", tag = "desk", params(FiguresQuery),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Object), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn contacts(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<FiguresQuery>,
) -> Result<Json<Value>, Problem> {
    let words = || TalkBy::ALL.into_iter().map(TalkBy::word).collect::<Vec<_>>().join(", ");
    let by = match asked.by.as_deref().filter(|by| !by.is_empty()) {
        None => None,
        Some(word) => Some(
            TalkBy::from_word(word)
                .ok_or_else(|| Problem::bad("bad_by", format!("`by` must be one of {}.", words())))?,
        ),
    };
    let now = Timestamp::now();
    let period = period(&web, &asked, now)?;
    let report = talks::report(&web.app.store, &web.app.settings, period, by, now).await?;
    Ok(Json(report.told().map_err(|error| Problem::internal(&error))?))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct FunnelQuery {
    /// First day; the 29th before the last where not given.
    pub from: Option<String>,
    /// Last day; today where not given.
    pub to: Option<String>,
    /// All flows where not given.
    pub flow: Option<String>,
}

#[utoipa::path(
    get, path = "/api/figures/funnel", operation_id = "desk_figures_funnel", tag = "desk", params(FunnelQuery),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Object), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn funnel(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<FunnelQuery>,
) -> Result<Json<Value>, Problem> {
    let days = FiguresQuery { from: asked.from, to: asked.to, by: None };
    let period = period(&web, &days, Timestamp::now())?;
    let flow = asked.flow.filter(|flow| !flow.is_empty());
    let playbook = web.app.playbook();
    if flow.as_ref().is_some_and(|flow| playbook.flow(flow).is_none()) {
        return Err(Problem::not_found("flow"));
    }
    let rows = talks::funnel(&web.app.store, &web.app.settings, &playbook, period, flow.as_deref()).await?;
    plain(&json!({ "from": period.from.to_string(), "to": period.to.to_string(), "steps": rows }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct BehindQuery {
    /// opened, answered, resolved, closed, reopened, escalated, recategorised, csat, nps, passed_over, survey_asked, backlog, or kept_ or missed_
    /// with first_response, next_response or resolution.
    pub figure: String,
    /// First day; the 29th before the last where not given.
    pub from: Option<String>,
    /// Last day; today where not given.
    pub to: Option<String>,
    /// queue, category, type, priority, channel, locale or agent: with `part`.
    pub by: Option<String>,
    pub part: Option<String>,
}

#[utoipa::path(
    get, path = "/api/figures/tickets", operation_id = "desk_figures_tickets", tag = "desk", params(BehindQuery),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Object), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn behind(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<BehindQuery>,
) -> Result<Json<Value>, Problem> {
    let BehindQuery { figure, from, to, by: key, part } = asked;
    let wanted = Wanted::from_word(&figure).ok_or_else(|| {
        Problem::bad("bad_figure", format!("`figure` must be one of {}.", Wanted::words().join(", ")))
    })?;
    let days = FiguresQuery { from, to, by: key };
    let now = Timestamp::now();
    let (period, by) = (period(&web, &days, now)?, by(&days)?);
    let part = by.zip(part.as_deref());
    let rows = kpi::behind(&web.app.store, &web.app.settings, period, &wanted, part, now).await?;
    plain(&json!({ "from": period.from.to_string(), "to": period.to.to_string(), "tickets": rows }))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ForecastQuery {
    /// All queues together where not given.
    pub queue: Option<String>,
    /// Up to 672; 168 where not given.
    pub hours: Option<usize>,
}

#[utoipa::path(
    get, path = "/api/forecast", operation_id = "desk_forecast", tag = "desk", params(ForecastQuery),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Object), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn forecast(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<ForecastQuery>,
) -> Result<Json<Value>, Problem> {
    let hours = asked.hours.unwrap_or(foresight::WEEK);
    if !(1..=MAX_HOURS).contains(&hours) {
        return Err(Problem::bad("bad_hours", format!("`hours` must be from 1 to {MAX_HOURS}.")));
    }
    let queue = asked.queue.filter(|queue| !queue.is_empty());
    let (store, settings) = (&web.app.store, &web.app.settings);
    plain(&foresight::volume(store, settings, queue.as_deref(), hours, Timestamp::now()).await?)
}

#[utoipa::path(
    get, path = "/api/risks", operation_id = "desk_risks", tag = "desk", security(("desk_cookie" = [])),
    responses((status = 200, body = Object), (status = 401, body = ProblemBody))
)]
pub async fn risks(State(web): State<Web>, _: Agent) -> Result<Json<Value>, Problem> {
    let now = Timestamp::now();
    lines::refresh(&web.app.store, &web.app.settings, now, |_| {}).await?;
    plain(&foresight::risks(&web.app.store, &web.app.settings, now).await?)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PatternsQuery {
    /// 1 to 104; 4 where not given.
    pub weeks: Option<u32>,
    /// Incidents of a pattern, at least; 3 where not given.
    pub least: Option<usize>,
}

#[utoipa::path(
    get, path = "/api/patterns", operation_id = "desk_patterns", tag = "desk", params(PatternsQuery),
    security(("desk_cookie" = [])),
    responses((status = 200, body = Object), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn alike(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<PatternsQuery>,
) -> Result<Json<Value>, Problem> {
    let weeks = asked.weeks.unwrap_or(4);
    if !(1..=104).contains(&weeks) {
        return Err(Problem::bad("bad_weeks", "`weeks` must be from 1 to 104."));
    }
    let found = patterns::patterns(&web.app.store, weeks, asked.least.unwrap_or(3), Timestamp::now()).await?;
    plain(&json!({ "patterns": found }))
}

/// Incidents that have one cause.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object", deny_unknown_fields)]
pub struct NewProblem {
    pub subject: String,
    /// Their codes.
    pub tickets: Vec<String>,
}

#[utoipa::path(
    post, path = "/api/patterns/problems", operation_id = "open_problem", tag = "desk", request_body = NewProblem,
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = TicketState), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)
    )
)]
pub async fn open_problem(
    State(web): State<Web>,
    Acting(agent): Acting,
    JsonBody(asked): JsonBody<NewProblem>,
) -> Result<Json<TicketState>, Problem> {
    if Role::from_word(&agent.row.role).is_none_or(|role| role < Role::Lead) {
        return Err(Problem::forbidden("not_allowed", "A lead or an admin does that."));
    }
    if asked.tickets.is_empty() || asked.tickets.len() > MAX_INCIDENTS {
        return Err(Problem::bad("bad_tickets", format!("`tickets` must have 1 to {MAX_INCIDENTS} codes.")));
    }
    let codes: Option<Vec<String>> = asked.tickets.iter().map(|given| code::parse(given)).collect();
    let codes = codes.ok_or_else(|| Problem::bad("bad_code", "`tickets` must be codes of incidents."))?;
    let subject: String = asked.subject.trim().chars().take(MAX_SUBJECT).collect();
    let own = web.app.open_problem(agent.name(), &subject, &codes).await?;
    let known = Known::read(&web.app.store, &own).await.map_err(Problem::from)?;
    Ok(Json(TicketState::new(&own, known.ticket)))
}
