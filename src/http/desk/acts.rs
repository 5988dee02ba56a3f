//! What an agent does to a conversation. Each answers with how it stands then.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::Web;
use super::super::auth::Acting;
use super::super::error::{Problem, ProblemBody};
use super::super::json::{JsonBody, MaybeJson};
use super::super::web_chat::{clean_text, client_id};
use super::conversation_id;
use super::view::ConversationView;
use crate::conversation::ConversationId;
use crate::desk::agent::Role;

const MAX_DISPOSITION: usize = 100;

/// How a conversation stands after an act.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    pub conversation: ConversationView,
}

/// Words of an agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Words {
    /// The page's own id of this message, new for each: the same one again writes nothing twice.
    pub client_id: String,
    /// Up to 4,000 characters.
    pub text: String,
}

/// How a conversation was closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Closing {
    /// A word or two, such as `solved`, up to 100 characters.
    #[schema(example = "solved")]
    pub disposition: String,
}

/// Whom a call is put through to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct PuttingThrough {
    /// A number in E.164 that `calls.allow` allows, or `calls.operator`.
    #[schema(example = "+390212345678")]
    pub to: String,
}

/// Nothing to say: an empty object, or no body.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Nothing {}

pub(super) async fn done(web: &Web, id: ConversationId) -> Result<Json<Done>, Problem> {
    let row = web.app.store.conversation_row(id).await?.ok_or_else(|| Problem::not_found("conversation"))?;
    Ok(Json(Done { conversation: row.into() }))
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/claim", tag = "desk", params(("id" = String, Path, format = Uuid)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Done), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn claim(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    web.app.claim(agent.name(), id).await?;
    done(&web, id).await
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/reply", tag = "desk", params(("id" = String, Path, format = Uuid)),
    request_body = Words, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Done), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn reply(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    JsonBody(words): JsonBody<Words>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    web.app.reply(agent.name(), id, client_id(&words.client_id)?, &clean_text(&words.text)?).await?;
    done(&web, id).await
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/note", tag = "desk", params(("id" = String, Path, format = Uuid)),
    request_body = Words, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Done), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn note(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    JsonBody(words): JsonBody<Words>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    web.app.note(agent.name(), id, client_id(&words.client_id)?, &clean_text(&words.text)?).await?;
    done(&web, id).await
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/hand-back", tag = "desk", params(("id" = String, Path, format = Uuid)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Done), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn hand_back(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    web.app.hand_back(agent.name(), id).await?;
    done(&web, id).await
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/put-through", tag = "desk", params(("id" = String, Path, format = Uuid)),
    request_body = PuttingThrough, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Done), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn put_through(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    JsonBody(putting): JsonBody<PuttingThrough>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    web.app.put_through(agent.name(), id, &putting.to).await?;
    done(&web, id).await
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/close", tag = "desk", params(("id" = String, Path, format = Uuid)),
    request_body = Closing, security(("desk_cookie" = [], "csrf" = [])),
    responses((status = 200, body = Done), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody))
)]
pub async fn close(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    JsonBody(closing): JsonBody<Closing>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    let disposition = closing.disposition.trim();
    if disposition.is_empty()
        || disposition.chars().count() > MAX_DISPOSITION
        || disposition.chars().any(char::is_control)
    {
        return Err(Problem::bad(
            "bad_disposition",
            "`disposition` must be a word or two, up to 100 characters.",
        ));
    }
    web.app.close_conversation(agent.name(), id, disposition).await?;
    done(&web, id).await
}

#[utoipa::path(
    post, path = "/api/conversations/{id}/unlink", tag = "desk", params(("id" = String, Path, format = Uuid)),
    security(("desk_cookie" = [], "csrf" = [])),
    responses(
        (status = 200, body = Done), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody)
    )
)]
pub async fn unlink(
    State(web): State<Web>,
    Acting(agent): Acting,
    Path(id): Path<String>,
    MaybeJson(Nothing {}): MaybeJson<Nothing>,
) -> Result<Json<Done>, Problem> {
    let id = conversation_id(&id)?;
    if Role::from_word(&agent.row.role).is_none_or(|role| role < Role::Lead) {
        return Err(Problem::forbidden("not_allowed", "Parting a contact's channels is for leads."));
    }
    web.app.unlink(agent.name(), id).await?;
    done(&web, id).await
}
