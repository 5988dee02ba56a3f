//! The web chat: a visitor opens one, writes with the token it got, and catches up by the last number seen.

pub mod files;
pub mod message;

use std::time::Instant;

use axum::extract::{DefaultBodyLimit, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use self::message::{ChatMessage, Messages};
use super::error::{Problem, ProblemBody};
use super::json::{JsonBody, MaybeJson};
use super::{Web, chat_socket, origin, token};
use crate::app::{Arrival, Opens, Outcome, Who};
use crate::conversation::{Channel, ContactId, Said, Utterance, ids, utterance};

/// A text may have this many characters.
pub const MAX_TEXT: usize = 4_000;
const MAX_CLIENT_ID: usize = 128;
const MAX_VALUE: usize = 200;
const MAX_NAME: usize = 100;

pub fn routes(web: &Web) -> Router<Web> {
    Router::new()
        .route("/chat/settings", get(settings).options(flight))
        .route("/chat/conversations", post(open).options(flight))
        .route("/chat/messages", get(catch_up).post(say).options(flight))
        .route("/chat/files", post(files::upload).options(flight).layer(DefaultBodyLimit::disable()))
        .route("/chat/ws", get(chat_socket::upgrade))
        .layer(middleware::from_fn_with_state(web.clone(), origin::share))
}

/// A browser asks before another site's page may; the answer is in the headers.
async fn flight() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// What a page must know before it opens a chat.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChatSettings {
    /// The languages spoken here; the first is the default.
    pub locales: Vec<String>,
    /// Whether the phone can be tried at `/phone`.
    pub phone: bool,
    /// The largest file that may be sent, in bytes; 0: none.
    pub file_bytes: usize,
}

#[utoipa::path(get, path = "/chat/settings", tag = "chat", responses((status = 200, body = ChatSettings)))]
pub async fn settings(State(web): State<Web>) -> Json<ChatSettings> {
    Json(ChatSettings {
        locales: web.app.playbook().locales.clone(),
        phone: web.app.settings.phone_simulator,
        file_bytes: web.app.settings.file_bytes,
    })
}

/// How a chat begins. All is optional.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, expecting = "an object")]
pub struct Opening {
    /// The visitor's language; the nearest that is spoken here is taken.
    #[schema(example = "it")]
    pub locale: Option<String>,
    /// The flow to begin with, where the page wants a certain one.
    pub flow: Option<String>,
    /// What the page knows of the visitor.
    pub context: Option<OpeningContext>,
}

#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, expecting = "an object")]
pub struct OpeningContext {
    /// A name to greet with; proves nothing.
    pub name: Option<String>,
}

/// A chat that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Opened {
    /// The chat's own id; tickets show it as `external_id`.
    pub conversation: String,
    /// The bearer token of all further calls. Shown once.
    pub token: String,
    /// What the flow says up to its first question.
    pub messages: Vec<ChatMessage>,
}

#[utoipa::path(
    post, path = "/chat/conversations", tag = "chat", request_body = Opening,
    responses((status = 201, body = Opened), (status = 400, body = ProblemBody), (status = 503, body = ProblemBody))
)]
pub async fn open(
    State(web): State<Web>,
    MaybeJson(opening): MaybeJson<Opening>,
) -> Result<Response, Problem> {
    let random = |error: getrandom::Error| Problem::internal(&error);
    let address = token::random_uuid().map_err(random)?.to_string();
    let token = token::fresh().map_err(random)?;
    let contact = ids::contact(Channel::Web.word(), &address);
    // The token first: a chat without one could never be answered, a token without a chat is nothing.
    web.app.store.add_web_token(&token::hash(&token), &address, contact, Timestamp::now()).await?;
    let name = opening.context.and_then(|context| context.name).map(|name| utterance::clean(&name));
    let arrival = Arrival {
        channel: Channel::Web,
        address: address.clone(),
        key: Some(format!("web:{address}:open")),
        who: Who {
            contact: Some(contact),
            name: name.filter(|name| !name.is_empty() && name.chars().count() <= MAX_NAME),
            verified: false,
            tongue: None,
            phone: None,
            number: None,
        },
        locale: opening.locale.filter(|locale| locale.len() <= 35),
        utterance: Utterance {
            said: Said::Started { flow: opening.flow.filter(|flow| flow.len() <= MAX_VALUE) },
            answers_turn: None,
        },
        opens: Opens::IfNone,
    };
    let answer = web.app.take(arrival, Box::new(render)).await?;
    let Messages { messages } =
        serde_json::from_str(&answer.body).map_err(|error| Problem::internal(&error))?;
    Ok((StatusCode::CREATED, Json(Opened { conversation: address, token, messages })).into_response())
}

/// What a visitor says: words or a choice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct Saying {
    /// The client's own id of this message, new for each: the same one again gets the same reply and does nothing.
    #[schema(min_length = 1, max_length = 128)]
    pub client_id: String,
    /// Up to 4,000 characters.
    pub text: Option<String>,
    /// An option's `value`.
    pub choice: Option<String>,
    /// The `turn` of the message whose option was pressed: an option of an older one is not taken.
    pub turn: Option<u64>,
    /// Its `conversation`: an option of one that is over is not taken.
    pub conversation: Option<Uuid>,
    /// Its `revision`, where it has one: an option of other flows is not taken.
    pub revision: Option<String>,
}

#[utoipa::path(
    post, path = "/chat/messages", tag = "chat", request_body = Saying, security(("chat_token" = [])),
    responses(
        (status = 200, body = Messages), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 429, body = ProblemBody), (status = 503, body = ProblemBody)
    )
)]
pub async fn say(
    State(web): State<Web>,
    visitor: Visitor,
    JsonBody(saying): JsonBody<Saying>,
) -> Result<Response, Problem> {
    let body = take(&web, &visitor, saying).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// One turn of a visitor; the recorded reply, as it was sent the first time.
pub async fn take(web: &Web, visitor: &Visitor, saying: Saying) -> Result<String, Problem> {
    web.pace.take(&visitor.token_hash, Instant::now()).map_err(Problem::too_fast)?;
    let key = format!("web:{}:{}", visitor.address, client_id(&saying.client_id)?);
    let arrival = Arrival {
        channel: Channel::Web,
        address: visitor.address.clone(),
        key: Some(key),
        who: Who { contact: Some(visitor.contact), name: None, verified: true, ..Who::default() },
        locale: None,
        utterance: Utterance { answers_turn: saying.turn, said: said(saying)? },
        opens: Opens::IfOver,
    };
    Ok(web.app.take(arrival, Box::new(render)).await?.body)
}

/// A client's id of a message as part of a key.
pub fn client_id(id: &str) -> Result<&str, Problem> {
    let fits = !id.is_empty() && id.len() <= MAX_CLIENT_ID && id.chars().all(|c| c.is_ascii_graphic());
    if fits {
        return Ok(id);
    }
    Err(Problem::bad(
        "bad_client_id",
        "`client_id` must be 1 to 128 printable ASCII characters without spaces.",
    ))
}

/// A text of a person, freed of what no channel carries; not empty and not too long.
pub fn clean_text(text: &str) -> Result<String, Problem> {
    if text.chars().count() > MAX_TEXT {
        return Err(Problem::bad("too_long", format!("The text is longer than {MAX_TEXT} characters.")));
    }
    let text = utterance::clean(text);
    if text.is_empty() {
        return Err(Problem::bad("empty", "The text is empty."));
    }
    Ok(text)
}

fn said(saying: Saying) -> Result<Said, Problem> {
    let Saying { text, choice, turn, conversation, revision, .. } = saying;
    match (text, choice) {
        (Some(text), None) => Ok(Said::Text { text: clean_text(&text)? }),
        (None, Some(value)) if value.chars().count() <= MAX_VALUE && !value.is_empty() => {
            Ok(match (conversation, turn) {
                (Some(conversation), Some(turn)) => Said::Pressed { value, conversation, revision, turn },
                _ => Said::Choice { value },
            })
        }
        (None, Some(_)) => Err(Problem::bad("bad_choice", "`choice` must be the `value` of an option.")),
        _ => Err(Problem::bad("bad_form", "Send either `text` or `choice`.")),
    }
}

fn render(outcome: &Outcome<'_>) -> String {
    let messages =
        outcome.messages.iter().map(|message| ChatMessage::out(message, outcome.conversation)).collect();
    // Strings and numbers only: this cannot fail.
    serde_json::to_string(&Messages { messages }).unwrap_or_default()
}

/// Where to go on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The last `seq` that was seen; 0 for all.
    pub after: u64,
    /// Also what the visitor said, as `from: "contact"`.
    pub own: bool,
}

#[utoipa::path(
    get, path = "/chat/messages", tag = "chat", params(Since), security(("chat_token" = [])),
    responses((status = 200, body = Messages), (status = 401, body = ProblemBody))
)]
pub async fn catch_up(
    State(web): State<Web>,
    visitor: Visitor,
    since: Result<Query<Since>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Messages>, Problem> {
    let Query(since) =
        since.map_err(|_| Problem::bad("bad_query", "`after` must be a number, `own` true or false."))?;
    web.pace.take(&visitor.token_hash, Instant::now()).map_err(Problem::too_fast)?;
    Ok(Json(since_seq(&web, &visitor.address, since.after, since.own).await?))
}

/// What was said on a chat after message number `after`, in order.
pub async fn since_seq(web: &Web, address: &str, after: u64, own: bool) -> Result<Messages, Problem> {
    let rows = web.app.store.journal_after(Channel::Web, address, after).await?;
    Ok(Messages { messages: message::of_journal(&rows, after, own) })
}

/// Who holds a chat's token.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub address: String,
    pub contact: ContactId,
    pub token_hash: String,
}

impl Visitor {
    /// # Errors
    /// 401 for a token that is not one of ours.
    pub async fn by_token(web: &Web, token: &str) -> Result<Self, Problem> {
        let refused = || {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "bad_token",
                "Send the token of this chat as `Authorization: Bearer …`.",
            )
        };
        if token.is_empty() || token.len() > 200 {
            return Err(refused());
        }
        let token_hash = token::hash(token);
        let (address, contact) = web.app.store.web_token(&token_hash).await?.ok_or_else(refused)?;
        Ok(Self { address, contact, token_hash })
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let given = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let (scheme, token) = given.split_once(' ').unwrap_or_default();
        let token = if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" };
        Self::by_token(web, token).await
    }
}
