//! What is served: the revision, who is still on another, and the last set that was refused.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Web;
use super::auth::Agent;
use super::error::{Problem, ProblemBody};
use crate::app::App;
use crate::app::playbooks::Refused;
use crate::source::{Diagnostic, Severity};

/// Findings shown at most; the log has all.
const SHOWN: usize = 50;

pub fn routes() -> Router<Web> {
    Router::new().route("/api/playbook", get(playbook))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PlaybookView {
    /// Hex; new conversations begin on it.
    pub revision: String,
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// Conversations that are not closed, the served revision first; some seconds old.
    pub conversations: Vec<OnRevision>,
    /// The set that was refused last, unless a good one came after it.
    pub refused: Option<RefusedView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OnRevision {
    pub revision: String,
    pub count: u64,
}

/// A set of files that was refused; the old one serves on.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Errors, at most 50.
    pub findings: Vec<FindingView>,
    /// How many errors there are.
    pub errors: usize,
}

/// As `vestibule check --format json` prints it.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    pub code: String,
    /// error or warning.
    pub severity: &'static str,
    pub file: String,
    pub line: usize,
    pub column: usize,
    pub message: String,
    pub help: Option<String>,
}

impl From<&Diagnostic> for FindingView {
    fn from(found: &Diagnostic) -> Self {
        Self {
            code: found.code.to_owned(),
            severity: match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            file: found.at.file.to_string(),
            line: found.at.line,
            column: found.at.column,
            message: found.message.clone(),
            help: found.help.as_deref().map(str::to_owned),
        }
    }
}

impl From<Refused> for RefusedView {
    fn from(refused: Refused) -> Self {
        Self {
            at: refused.at,
            findings: refused.findings.iter().take(SHOWN).map(FindingView::from).collect(),
            errors: refused.findings.len(),
        }
    }
}

/// What `/readyz` says of the last reload; `None` where nothing is refused.
pub fn refusal(app: &App) -> Option<serde_json::Value> {
    let refused = RefusedView::from(app.playbooks.refused()?);
    Some(serde_json::json!({
        "refused": refused.at, "errors": refused.errors, "findings": refused.findings,
    }))
}

#[utoipa::path(
    get, path = "/api/playbook", tag = "desk", security(("desk_cookie" = [])),
    responses((status = 200, body = PlaybookView), (status = 401, body = ProblemBody))
)]
pub async fn playbook(State(web): State<Web>, _agent: Agent) -> Result<Json<PlaybookView>, Problem> {
    let app = &web.app;
    let revision = app.playbook().revision.clone();
    let counts = app.live_by_revision().await?.into_iter();
    let mut conversations: Vec<OnRevision> =
        counts.map(|(revision, count)| OnRevision { revision, count }).collect();
    conversations.sort_by(|left, right| {
        let key = |one: &OnRevision| (one.revision != revision, std::cmp::Reverse(one.count));
        key(left).cmp(&key(right))
    });
    Ok(Json(PlaybookView {
        since: app.playbooks.since(),
        conversations,
        refused: app.playbooks.refused().map(RefusedView::from),
        revision,
    }))
}
