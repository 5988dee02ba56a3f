//! Answers as the desk sees them: gaps, proposed changes to the files, and what became of those who asked.

pub mod figures;
pub mod proposals;
pub mod view;

use axum::Json;
use axum::extract::{Query, State};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use self::view::{ArticleChoice, GapView, Gaps, Resolutions};
use super::super::Web;
use super::super::auth::Agent;
use super::super::error::{Problem, ProblemBody};
use crate::app::gaps;
use crate::desk::Role;
use crate::store::questions::UnansweredFilter;

/// Questions that a page of gaps is made of, the newest.
const MOST_QUESTIONS: u32 = 20_000;
/// Gaps that are told.
const MOST_GAPS: usize = 200;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct GapQuery {
    /// From this day on; the last 90 days where not given.
    pub since: Option<String>,
    pub locale: Option<String>,
    /// Only gaps of at least so many conversations; 1 where not given.
    pub min: Option<usize>,
    /// Those too that the answers of today would suggest something for.
    pub all: bool,
}

/// Questions without an answer, clustered; those most worth an article first.
#[utoipa::path(
    get, path = "/api/answers/gaps", tag = "desk", params(GapQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = Gaps), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody))
)]
pub async fn list(
    State(web): State<Web>,
    agent: Agent,
    Query(asked): Query<GapQuery>,
) -> Result<Json<Gaps>, Problem> {
    let now = Timestamp::now();
    let since = match asked.since.as_deref().filter(|day| !day.is_empty()) {
        Some(day) => super::flows::start_of(&web, day)?,
        None => gaps::usual_since(now),
    };
    let locale = asked.locale.clone().filter(|locale| !locale.is_empty());
    let filter = UnansweredFilter { since: Some(since), locale: locale.as_deref(), limit: MOST_QUESTIONS };
    let rows = web.app.store.unanswered(&filter).await?;
    let playbook = web.app.playbook();
    let (least, base) = (asked.min.unwrap_or(1), playbook.faq.clone());
    let found = tokio::task::spawn_blocking(move || gaps::gaps(&base, &rows, least, now)).await;
    let found = found.map_err(|error| Problem::internal(&error))?;
    let open = found.into_iter().filter(|gap| asked.all || !gap.suggested_now || gap.refused > 0);
    let (gaps, more): (Vec<_>, Vec<_>) = open.enumerate().partition(|(nth, _)| *nth < MOST_GAPS);
    let (files, _) = files(&web).await;
    let default = playbook.default_locale();
    let articles = playbook.faq.articles().iter().map(|article| ArticleChoice {
        id: article.id.clone(),
        title: article.title(default, default).unwrap_or(&article.id).to_owned(),
        tags: article.tags.clone(),
        file: article.at.file.to_string(),
    });
    Ok(Json(Gaps {
        gaps: gaps.into_iter().map(|(_, gap)| GapView::from(gap)).collect(),
        more: more.len(),
        articles: articles.collect(),
        files,
        locales: playbook.locales.clone(),
        may_approve: may_approve(&agent),
    }))
}

/// The names of the files, none where they cannot be read.
async fn files(web: &Web) -> (Vec<String>, bool) {
    match web.app.answer_files().await {
        Ok(files) => (files.into_iter().map(|(name, _)| name).collect(), true),
        Err(error) => {
            tracing::warn!(%error, "the files of answers cannot be listed");
            (Vec::new(), false)
        }
    }
}

/// Changes to what everybody is told are for leads and admins.
pub(super) fn may_approve(agent: &Agent) -> bool {
    matches!(Role::from_word(&agent.row.role), Some(Role::Lead | Role::Admin))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ResolutionQuery {
    /// Ids of conversations, parted by commas; the first dozen are read.
    pub conversations: String,
}

/// What agents wrote in these conversations, for the draft of an article.
#[utoipa::path(
    get, path = "/api/answers/resolutions", tag = "desk", params(ResolutionQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = Resolutions), (status = 401, body = ProblemBody))
)]
pub async fn resolutions(
    State(web): State<Web>,
    _: Agent,
    Query(asked): Query<ResolutionQuery>,
) -> Result<Json<Resolutions>, Problem> {
    let ids: Vec<uuid::Uuid> =
        asked.conversations.split(',').filter_map(|id| id.trim().parse().ok()).collect();
    let found = gaps::resolutions(&web.app.store, &ids).await?;
    Ok(Json(Resolutions { resolutions: found.into_iter().map(Into::into).collect() }))
}
