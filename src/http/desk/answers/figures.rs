//! What became of those who asked: figures, trend and articles of a period.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::super::Web;
use super::super::super::auth::Agent;
use super::super::super::error::{Problem, ProblemBody};
use crate::app::deflection::{self, ArticleFigures, By, Period, Report};
use crate::desk::deflection::Tally;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// First day; the 29th before the last where not given.
    pub from: Option<String>,
    /// Last day; today where not given.
    pub to: Option<String>,
    /// For CSV: article, flow, channel, locale or topic.
    pub by: Option<String>,
}

/// Conversations in which a question was put, and what came of them. Shares are over nothing where they are null.
#[derive(Debug, Serialize, ToSchema)]
pub struct TallyView {
    pub asked: u64,
    pub offered: u64,
    /// The contact said that it is solved.
    pub confirmed: u64,
    /// The contact left after an answer and said nothing.
    pub assumed: u64,
    /// A ticket or a person followed, or no answer did it.
    pub failed: u64,
    pub open: u64,
    /// Confirmed or assumed more than 7 days ago.
    pub due: u64,
    /// Of the due: who did not come back on the matter.
    pub durable: u64,
    pub confirmed_share: Option<f64>,
    pub deflected_share: Option<f64>,
    pub durable_share: Option<f64>,
}

impl From<&Tally> for TallyView {
    fn from(sum: &Tally) -> Self {
        Self {
            asked: sum.asked,
            offered: sum.offered,
            confirmed: sum.confirmed,
            assumed: sum.assumed,
            failed: sum.failed,
            open: sum.open,
            due: sum.due,
            durable: sum.durable,
            confirmed_share: sum.confirmed_share(),
            deflected_share: sum.deflected_share(),
            durable_share: sum.durable_share(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct KeyedTally {
    /// A flow, channel, locale or topic, or a day.
    pub key: String,
    #[serde(flatten)]
    pub tally: TallyView,
}

/// An article and what came of giving it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleView {
    pub article: String,
    /// Its first question; empty where it is no more.
    pub title: String,
    pub offered: u64,
    /// To a question amid a form, where nobody is asked whether it helped.
    pub asides: u64,
    pub confirmed: u64,
    pub refused: u64,
    pub assumed: u64,
    pub due: u64,
    pub durable: u64,
    /// Confirmed among those who said something.
    pub confirmed_share: Option<f64>,
    pub durable_share: Option<f64>,
    pub reasons: BTreeMap<String, u64>,
}

/// The figures of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnswerFigures {
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    pub total: TallyView,
    pub days: Vec<KeyedTally>,
    /// By the Monday that they begin on.
    pub weeks: Vec<KeyedTally>,
    pub flows: Vec<KeyedTally>,
    pub channels: Vec<KeyedTally>,
    pub locales: Vec<KeyedTally>,
    pub topics: Vec<KeyedTally>,
    pub articles: Vec<ArticleView>,
    /// Articles that nobody was given in the period.
    pub idle: usize,
}

async fn asked(web: &Web, asked: &PeriodQuery) -> Result<Report, Problem> {
    let bad = || Problem::bad("bad_query", "`from` and `to` must be days such as 2026-11-24, in order.");
    let day = |text: &Option<String>| match text.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => text.parse::<Date>().map(Some).map_err(|_| bad()),
        None => Ok(None),
    };
    let now = Timestamp::now();
    let settings = &web.app.settings;
    let period = Period::new(day(&asked.from)?, day(&asked.to)?, settings, now).ok_or_else(bad)?;
    if period.days() > 1_100 {
        return Err(Problem::bad("too_long", "A period has at most three years."));
    }
    Ok(deflection::report(&web.app.store, settings, period, now).await?)
}

#[utoipa::path(
    get, path = "/api/answers/figures", tag = "desk", params(PeriodQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = AnswerFigures), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn figures(
    State(web): State<Web>,
    _: Agent,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<AnswerFigures>, Problem> {
    let report = asked(&web, &query).await?;
    let playbook = web.app.playbook();
    let settings = &web.app.settings;
    let keyed = |rows: Vec<(String, Tally)>| -> Vec<KeyedTally> {
        rows.into_iter().map(|(key, sum)| KeyedTally { key, tally: TallyView::from(&sum) }).collect()
    };
    let trend = |weekly| {
        keyed(report.trend(settings, weekly).into_iter().map(|(day, sum)| (day.to_string(), sum)).collect())
    };
    let default = playbook.default_locale();
    let title = |id: &str| {
        playbook.faq.by_id(id).and_then(|article| article.title(default, default)).unwrap_or_default()
    };
    let given = |id: &str| report.articles.iter().any(|one| one.article == id);
    Ok(Json(AnswerFigures {
        from: report.period.from,
        to: report.period.to,
        total: TallyView::from(&report.total),
        days: trend(false),
        weeks: trend(true),
        flows: keyed(report.by(By::Flow)),
        channels: keyed(report.by(By::Channel)),
        locales: keyed(report.by(By::Locale)),
        topics: keyed(report.by(By::Topic)),
        idle: playbook.faq.articles().iter().filter(|article| !given(&article.id)).count(),
        articles: report.articles.iter().map(|one| article(one, title(&one.article))).collect(),
    }))
}

fn article(one: &ArticleFigures, title: &str) -> ArticleView {
    ArticleView {
        article: one.article.clone(),
        title: title.to_owned(),
        offered: one.offered,
        asides: one.asides,
        confirmed: one.confirmed,
        refused: one.refused,
        assumed: one.assumed,
        due: one.due,
        durable: one.durable,
        confirmed_share: one.confirmed_share(),
        durable_share: one.durable_share(),
        reasons: one.reasons.clone(),
    }
}

/// The same as a table for spreadsheets.
#[utoipa::path(
    get, path = "/api/answers/figures.csv", tag = "desk", params(PeriodQuery), security(("desk_cookie" = [])),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 400, body = ProblemBody),
        (status = 401, body = ProblemBody)
    )
)]
pub async fn csv(
    State(web): State<Web>,
    _: Agent,
    Query(query): Query<PeriodQuery>,
) -> Result<Response, Problem> {
    let report = asked(&web, &query).await?;
    let by = query.by.as_deref().unwrap_or("article");
    let text = match by {
        "article" => deflection::articles_csv(&report.articles),
        "flow" => deflection::tallies_csv(by, &report.by(By::Flow)),
        "channel" => deflection::tallies_csv(by, &report.by(By::Channel)),
        "locale" => deflection::tallies_csv(by, &report.by(By::Locale)),
        "topic" => deflection::tallies_csv(by, &report.by(By::Topic)),
        _ => return Err(Problem::bad("bad_query", "`by` must be article, flow, channel, locale or topic.")),
    };
    let name = format!("answers-{}-{}-by-{by}.csv", report.period.from, report.period.to);
    let fields = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((fields, text).into_response())
}
