//! The desk's figures over a period.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::Web;
use super::super::auth::Agent;
use super::super::error::{Problem, ProblemBody};
use crate::app::deflection::Period;
use crate::app::kpi::{self, Report};
use crate::desk::figures::{By, Figures, Kept, Times};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct FiguresQuery {
    /// First day; the 29th before the last where not given.
    pub from: Option<String>,
    /// Last day; today where not given.
    pub to: Option<String>,
    /// queue, category, type, priority, channel, locale or agent; all together where not given.
    pub by: Option<String>,
}

/// Figures of a period. What is null is over nothing.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresReport {
    pub from: String,
    pub to: String,
    pub by: Option<String>,
    pub total: FiguresView,
    pub parts: Vec<PartView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    pub name: String,
    #[serde(flatten)]
    pub figures: FiguresView,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    pub opened: u64,
    pub resolved: u64,
    /// Closed or cancelled.
    pub closed: u64,
    pub reopened: u64,
    pub escalated: u64,
    /// Categories that an agent put right.
    pub recategorised: u64,
    /// Not over at the end of the period.
    pub backlog: u64,
    /// Opened ÷ closed.
    pub turnaround: Option<f64>,
    /// To the first claim or answer of a person.
    pub to_answer: TimesView,
    pub to_answer_working: TimesView,
    /// To the resolution that stood, without waiting for the contact.
    pub to_resolve: TimesView,
    pub to_resolve_working: TimesView,
    pub first_response: KeptView,
    pub next_response: KeptView,
    pub resolution: KeptView,
    pub csat: CsatView,
    pub nps: NpsView,
    /// Surveys that were passed over.
    pub unanswered: u64,
    /// Closed tickets about which the contact was asked, and answered; the share of the answered.
    pub asked: u64,
    pub answered: u64,
    pub response: Option<f64>,
}

/// Scores from 1 to 5 of contacts with a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct CsatView {
    pub n: u64,
    /// The share of 4 and 5.
    pub satisfied: Option<f64>,
}

/// Scores from 0 to 10.
#[derive(Debug, Serialize, ToSchema)]
pub struct NpsView {
    pub n: u64,
    /// The share of 9 and 10 less that of 0 to 6, −100 to 100.
    pub score: Option<f64>,
}

/// Times in seconds.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimesView {
    pub n: u64,
    pub mean: Option<f64>,
    pub median: Option<f64>,
    pub p90: Option<f64>,
}

/// Promises that came due.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeptView {
    pub due: u64,
    pub kept: u64,
    pub share: Option<f64>,
}

impl From<Times> for TimesView {
    fn from(Times { n, mean, median, p90 }: Times) -> Self {
        Self { n, mean, median, p90 }
    }
}

impl From<Kept> for KeptView {
    fn from(kept: Kept) -> Self {
        Self { due: kept.due, kept: kept.kept, share: kept.share() }
    }
}

impl From<&Figures> for FiguresView {
    fn from(figures: &Figures) -> Self {
        Self {
            opened: figures.opened,
            resolved: figures.resolved,
            closed: figures.closed,
            reopened: figures.reopened,
            escalated: figures.escalated,
            recategorised: figures.recategorised,
            backlog: figures.backlog,
            turnaround: figures.turnaround,
            to_answer: figures.to_answer.into(),
            to_answer_working: figures.to_answer_working.into(),
            to_resolve: figures.to_resolve.into(),
            to_resolve_working: figures.to_resolve_working.into(),
            first_response: figures.first_response.into(),
            next_response: figures.next_response.into(),
            resolution: figures.resolution.into(),
            csat: CsatView { n: figures.csat.n, satisfied: figures.csat.satisfied() },
            nps: NpsView { n: figures.nps.n, score: figures.nps.promoters() },
            unanswered: figures.unanswered,
            asked: figures.asked,
            answered: figures.answered,
            response: figures.response(),
        }
    }
}

impl From<Report> for FiguresReport {
    fn from(report: Report) -> Self {
        let part =
            |(name, figures): &(String, Figures)| PartView { name: name.clone(), figures: figures.into() };
        Self {
            from: report.period.from.to_string(),
            to: report.period.to.to_string(),
            by: report.by.map(|by| by.word().to_owned()),
            total: (&report.total).into(),
            parts: report.parts.iter().map(part).collect(),
        }
    }
}

/// The days that are asked for.
pub(super) fn period(web: &Web, asked: &FiguresQuery, now: Timestamp) -> Result<Period, Problem> {
    let day = |given: &Option<String>, name: &str| match given.as_deref().filter(|day| !day.is_empty()) {
        None => Ok(None),
        Some(day) => day
            .parse::<Date>()
            .map(Some)
            .map_err(|_| Problem::bad("bad_date", format!("`{name}` must be a day, such as 2026-11-24."))),
    };
    let period = Period::new(day(&asked.from, "from")?, day(&asked.to, "to")?, &web.app.settings, now);
    period.ok_or_else(|| Problem::bad("bad_period", "The period ends before it begins."))
}

/// What figures are told by.
pub(super) fn by(asked: &FiguresQuery) -> Result<Option<By>, Problem> {
    let Some(word) = asked.by.as_deref().filter(|by| !by.is_empty()) else { return Ok(None) };
    By::from_word(word).map(Some).ok_or_else(|| {
        let words: Vec<&str> = By::ALL.into_iter().map(By::word).collect();
        Problem::bad("bad_by", format!("`by` must be one of {}.", words.join(", ")))
    })
}

async fn report(web: &Web, asked: &FiguresQuery) -> Result<Report, Problem> {
    let now = Timestamp::now();
    let (period, by) = (period(web, asked, now)?, by(asked)?);
    Ok(kpi::report(&web.app.store, &web.app.settings, period, by, now).await?)
}

#[utoipa::path(
    get, path = "/api/figures", operation_id = "desk_figures", tag = "desk", params(FiguresQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = FiguresReport), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn figures(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<FiguresQuery>,
) -> Result<Json<FiguresReport>, Problem> {
    Ok(Json(report(&web, &asked).await?.into()))
}

#[utoipa::path(
    get, path = "/api/figures.csv", operation_id = "desk_figures_csv", tag = "desk", params(FiguresQuery), security(("desk_cookie" = [])),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody)
    )
)]
pub async fn csv(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<FiguresQuery>,
) -> Result<Response, Problem> {
    let report = report(&web, &asked).await?;
    let name = format!("figures-{}-{}.csv", report.period.from, report.period.to);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, report.csv()).into_response())
}
