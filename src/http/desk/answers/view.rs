//! Gaps and proposals as the API tells them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::gaps::{Gap, Resolution};
use crate::app::proposals::Change;
use crate::http::playbook::FindingView;
use crate::store::proposals::{ProposalAct, ProposalRow};

/// Questions without an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gaps {
    pub gaps: Vec<GapView>,
    /// Gaps that are not told.
    pub more: usize,
    /// Articles that a phrasing may be added to.
    pub articles: Vec<ArticleChoice>,
    /// Files that an article may be added to.
    pub files: Vec<String>,
    pub locales: Vec<String>,
    /// Whether this agent may approve changes.
    pub may_approve: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleChoice {
    pub id: String,
    pub title: String,
    pub tags: Vec<String>,
    pub file: String,
}

/// An entry beside a gap.
#[derive(Debug, Serialize, ToSchema)]
pub struct NearestView {
    pub article: String,
    pub score: f64,
}

/// Wordings that ask for the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapView {
    /// The most central one, personal data masked.
    pub wording: String,
    pub locale: String,
    /// Questions.
    pub count: usize,
    pub conversations: usize,
    /// Conversations that ended in a ticket or with a person.
    pub ticketed: usize,
    /// Questions whose every answer was refused.
    pub refused: usize,
    #[schema(value_type = String, format = DateTime)]
    pub first: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub last: Timestamp,
    /// Questions a week over eight weeks, the last one now.
    pub weeks: Vec<usize>,
    pub nearest: Vec<NearestView>,
    pub suggested_now: bool,
    /// The different wordings, as they may stand in a file.
    pub phrasings: Vec<String>,
    pub topics: Vec<String>,
    pub channels: Vec<String>,
    pub tickets: Vec<String>,
    pub in_conversations: Vec<uuid::Uuid>,
    /// Their numbers, for a proposal.
    pub questions: Vec<i64>,
}

impl From<Gap> for GapView {
    fn from(gap: Gap) -> Self {
        let near =
            |near: crate::conversation::Nearest| NearestView { article: near.article, score: near.score };
        Self {
            wording: gap.wording,
            locale: gap.locale,
            count: gap.count,
            conversations: gap.conversations,
            ticketed: gap.ticketed,
            refused: gap.refused,
            first: gap.first,
            last: gap.last,
            weeks: gap.weeks,
            nearest: gap.nearest.into_iter().map(near).collect(),
            suggested_now: gap.suggested_now,
            phrasings: gap.phrasings,
            topics: gap.topics,
            channels: gap.channels,
            tickets: gap.tickets,
            in_conversations: gap.in_conversations,
            questions: gap.questions,
        }
    }
}

/// What agents wrote, what solved the matter first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resolutions {
    pub resolutions: Vec<ResolutionView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ResolutionView {
    /// Personal data masked.
    pub text: String,
    pub agent: String,
    pub conversation: uuid::Uuid,
    pub solved: bool,
}

impl From<Resolution> for ResolutionView {
    fn from(one: Resolution) -> Self {
        Self { text: one.text, agent: one.agent, conversation: one.conversation, solved: one.solved }
    }
}

/// Proposed changes, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposals {
    pub proposals: Vec<ProposalView>,
    pub may_approve: bool,
}

/// A proposed change to a file of answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    pub id: String,
    /// phrasings or article.
    pub kind: String,
    pub title: String,
    pub file: String,
    /// Unified.
    pub diff: String,
    /// open, applied or refused.
    pub state: String,
    pub by: String,
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    pub reviewer: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub reviewed: Option<Timestamp>,
    pub note: Option<String>,
    /// Questions that it answers.
    pub questions: usize,
    /// The article that it is about.
    pub article: String,
    pub history: Vec<ActView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ActView {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub by: String,
    /// proposed, renewed, applied, refused, withdrawn or conflicted.
    pub what: String,
    pub text: Option<String>,
}

impl ProposalView {
    pub fn new(row: ProposalRow, history: Vec<ProposalAct>) -> Self {
        let article = match serde_json::from_str(&row.change) {
            Ok(Change::Phrasings { article, .. }) => article,
            Ok(Change::Article { draft, .. }) => draft.id,
            Err(_) => String::new(),
        };
        let act = |act: ProposalAct| ActView { at: act.at, by: act.by, what: act.what, text: act.text };
        Self {
            id: row.id,
            kind: row.kind,
            title: row.title,
            file: row.file,
            diff: row.diff,
            state: row.state,
            by: row.proposer,
            created: row.created,
            reviewer: row.reviewer,
            reviewed: row.reviewed,
            note: row.note,
            questions: row.questions.len(),
            article,
            history: history.into_iter().map(act).collect(),
        }
    }
}

/// Why a change is refused by the check.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckRefusal {
    pub error: crate::http::error::ProblemText,
    pub findings: Vec<FindingView>,
}
