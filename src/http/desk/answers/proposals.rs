//! Changes to the files of answers: proposed by an agent, approved or refused by a lead.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::super::Web;
use super::super::super::auth::{Acting, Agent};
use super::super::super::error::{Problem, ProblemBody, ProblemText};
use super::super::super::json::{JsonBody, MaybeJson};
use super::super::acts::Nothing;
use super::may_approve;
use super::view::{CheckRefusal, ProposalView, Proposals};
use crate::app::proposals::{Change, Draft, ProposalError};
use crate::http::playbook::FindingView;

const MOST: u32 = 200;
const MOST_PHRASINGS: usize = 30;
const LONGEST_ANSWER: usize = 8_000;

/// What is proposed: `phrasings` of an `article`, or, with an `answer`, a new article.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Proposed {
    /// The article that gets the phrasings; the id of a new one may be empty.
    #[serde(default)]
    pub article: String,
    pub locale: String,
    /// Up to 30, each up to 300 characters; the first one of a new article is its title.
    pub phrasings: Vec<String>,
    /// Makes it a new article.
    #[serde(default)]
    pub answer: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// For a new article: a file of the list, or the name of a new one.
    #[serde(default)]
    pub file: String,
    /// Numbers of the questions that it answers.
    #[serde(default)]
    pub questions: Vec<i64>,
}

impl Proposed {
    fn change(self) -> Result<(Change, Vec<i64>), Problem> {
        let long = self.phrasings.len() > MOST_PHRASINGS
            || self.phrasings.iter().any(|text| text.chars().count() > 300)
            || self.answer.as_ref().is_some_and(|text| text.chars().count() > LONGEST_ANSWER);
        if long {
            return Err(Problem::bad(
                "too_long",
                "At most 30 phrasings of 300 characters, and 8,000 of an answer.",
            ));
        }
        let change = match self.answer {
            None => {
                Change::Phrasings { article: self.article, locale: self.locale, phrasings: self.phrasings }
            }
            Some(answer) => {
                let (id, tags, locale) = (self.article, self.tags, self.locale);
                let draft = Draft { id, tags, locale, questions: self.phrasings, answer };
                Change::Article { file: self.file, draft }
            }
        };
        Ok((change, self.questions))
    }
}

/// An answer that is no: the check's findings are told beside it.
pub enum Refusal {
    Problem(Problem),
    Check(Box<CheckRefusal>),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Check(refusal) => (StatusCode::UNPROCESSABLE_ENTITY, Json(*refusal)).into_response(),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<crate::store::StoreError> for Refusal {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<ProposalError> for Refusal {
    fn from(error: ProposalError) -> Self {
        let message = error.to_string();
        Self::Problem(match error {
            ProposalError::Unknown => Problem::not_found("proposal"),
            ProposalError::Settled => Problem::conflict("settled", "This proposal is not open any more."),
            ProposalError::Impossible(why) => Problem::bad("impossible", sentence(&why)),
            ProposalError::Conflict(_) => Problem::conflict("file_changed", sentence(&message)),
            ProposalError::Store(error) => error.into(),
            ProposalError::Refused(findings) => {
                let first =
                    findings.first().map(|one| format!("{}: {}", one.code, one.message)).unwrap_or_default();
                let error = ProblemText {
                    code: "check_refused".into(),
                    message: format!("The check refuses it. {first}"),
                };
                let findings = findings.iter().map(FindingView::from).collect();
                return Self::Check(Box::new(CheckRefusal { error, findings }));
            }
        })
    }
}

fn sentence(text: &str) -> String {
    let mut signs = text.chars();
    let first: String = signs.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", signs.as_str().trim_end_matches('.'))
}

async fn view(web: &Web, id: &str) -> Result<Json<ProposalView>, Refusal> {
    let row = web.app.store.proposal(id).await?.ok_or(ProposalError::Unknown)?;
    let history = web.app.store.proposal_history(id).await?;
    Ok(Json(ProposalView::new(row, history)))
}

#[utoipa::path(
    post, path = "/api/answers/proposals", tag = "desk", request_body = Proposed,
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = ProposalView), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 422, body = CheckRefusal)
    )
)]
pub async fn propose(
    State(web): State<Web>,
    Acting(agent): Acting,
    JsonBody(proposed): JsonBody<Proposed>,
) -> Result<Json<ProposalView>, Refusal> {
    let (change, questions) = proposed.change()?;
    let row = web.app.propose(agent.name(), change, questions).await?;
    view(&web, &row.id).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct StateQuery {
    /// open, applied or refused; all where not given.
    pub state: String,
}

#[utoipa::path(
    get, path = "/api/answers/proposals", tag = "desk", params(StateQuery), security(("desk_cookie" = [])),
    responses((status = 200, body = Proposals), (status = 401, body = ProblemBody))
)]
pub async fn list(
    State(web): State<Web>,
    agent: Agent,
    Query(asked): Query<StateQuery>,
) -> Result<Json<Proposals>, Problem> {
    let rows = web.app.store.proposals(&asked.state, MOST).await?;
    let mut proposals = Vec::with_capacity(rows.len());
    for row in rows {
        let history = web.app.store.proposal_history(&row.id).await?;
        proposals.push(ProposalView::new(row, history));
    }
    Ok(Json(Proposals { proposals, may_approve: may_approve(&agent) }))
}

#[utoipa::path(
    post, path = "/api/answers/proposals/{id}/approve", tag = "desk", params(("id" = String, Path)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = ProposalView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = CheckRefusal)
    )
)]
pub async fn approve(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<ProposalView>, Refusal> {
    if !may_approve(&agent) {
        return Err(leads_only().into());
    }
    web.app.approve(agent.name(), &id).await?;
    view(&web, &id).await
}

fn leads_only() -> Problem {
    Problem::forbidden("leads_only", "A lead or an admin approves and refuses changes.")
}

/// Why it is refused.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, expecting = "an object")]
pub struct Why {
    pub note: String,
}

/// Refuses a proposal; who proposed it withdraws it so.
#[utoipa::path(
    post, path = "/api/answers/proposals/{id}/refuse", tag = "desk", params(("id" = String, Path)), request_body = Why,
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = ProposalView), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)
    )
)]
pub async fn refuse(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    MaybeJson(why): MaybeJson<Why>,
) -> Result<Json<ProposalView>, Refusal> {
    let row = web.app.store.proposal(&id).await?.ok_or(ProposalError::Unknown)?;
    if row.proposer != agent.name() && !may_approve(&agent) {
        return Err(leads_only().into());
    }
    web.app.refuse_proposal(agent.name(), &id, &why.note).await?;
    view(&web, &id).await
}

/// Makes an open proposal anew from the file as it is now.
#[utoipa::path(
    post, path = "/api/answers/proposals/{id}/renew", tag = "desk", params(("id" = String, Path)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = ProposalView), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = CheckRefusal)
    )
)]
pub async fn renew(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<ProposalView>, Refusal> {
    web.app.renew(agent.name(), &id).await?;
    view(&web, &id).await
}

/// The difference as a patch, for where the files are not written by this program.
#[utoipa::path(
    get, path = "/api/answers/proposals/{id}/patch", tag = "desk", params(("id" = String, Path)),
    security(("desk_cookie" = [])),
    responses((status = 200, body = String, content_type = "text/x-patch"), (status = 404, body = ProblemBody))
)]
pub async fn patch(State(web): State<Web>, _: Agent, Path(id): Path<String>) -> Result<Response, Refusal> {
    let row = web.app.store.proposal(&id).await?.ok_or(ProposalError::Unknown)?;
    let name: String = row.id.chars().filter(char::is_ascii_alphanumeric).collect();
    let fields = [
        (header::CONTENT_TYPE, "text/x-patch; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"answers-{name}.patch\"")),
    ];
    Ok((fields, row.diff).into_response())
}
