//! Files of visitors: one request brings the file in and takes its turn.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::message::{ChatMessage, Messages};
use super::{Visitor, client_id, render};
use crate::app::{Arrival, Opens, Who, files};
use crate::conversation::{Channel, Said, SentFile, Utterance};
use crate::http::Web;
use crate::http::error::{Problem, ProblemBody};

/// How long a file may take to arrive.
const TIME: std::time::Duration = std::time::Duration::from_secs(120);

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// The client's own id of this message, as in `POST /chat/messages`.
    pub client_id: String,
    /// What the visitor calls the file.
    pub name: String,
}

/// A file that was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileTaken {
    /// Its reference.
    pub file: String,
    pub name: String,
    /// Its media type, by what is in it.
    pub kind: String,
    /// Bytes.
    pub size: u64,
    /// What the bot says to it.
    pub messages: Vec<ChatMessage>,
}

/// Sends a file: the body is the file itself. Pictures (PNG, JPEG, GIF, WebP), PDF and plain text are taken, by what is
/// in them, whatever the name and the type say.
#[utoipa::path(
    post, path = "/chat/files", tag = "chat", params(FileQuery), security(("chat_token" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, body = FileTaken), (status = 400, body = ProblemBody), (status = 401, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 415, body = ProblemBody), (status = 429, body = ProblemBody)
    )
)]
pub async fn upload(
    State(web): State<Web>,
    visitor: Visitor,
    asked: Result<Query<FileQuery>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Json<FileTaken>, Problem> {
    let Query(asked) = asked.map_err(|_| Problem::bad("bad_query", "Send `client_id` and `name`."))?;
    web.pace.take(&visitor.token_hash, std::time::Instant::now()).map_err(Problem::too_fast)?;
    let client = client_id(&asked.client_id)?.to_owned();
    let content =
        tokio::time::timeout(TIME, read(request.into_body(), web.app.settings.file_bytes)).await.map_err(
            |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "The file did not arrive in time."),
        )??;
    let kind = files::kind(&content).ok_or_else(wrong_kind)?;
    let sent = files::Sent {
        channel: Channel::Web,
        address: &visitor.address,
        // The same upload again is the same file.
        delivery: &client,
        name: &asked.name,
        kind,
        content,
    };
    let SentFile { file: id, name, kind, size } = web.app.keep_file(sent).await?;
    let said = Said::File { file: id.clone(), name: name.clone(), kind: kind.clone(), size };
    let arrival = Arrival {
        channel: Channel::Web,
        address: visitor.address.clone(),
        key: Some(format!("web:{}:file:{client}", visitor.address)),
        who: Who { contact: Some(visitor.contact), name: None, verified: true, ..Who::default() },
        locale: None,
        utterance: Utterance { said, answers_turn: None },
        opens: Opens::IfOver,
    };
    let answer = web.app.take(arrival, Box::new(render)).await?;
    let Messages { messages } =
        serde_json::from_str(&answer.body).map_err(|error| Problem::internal(&error))?;
    Ok(Json(FileTaken { file: id, name, kind, size, messages }))
}

async fn read(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::bad("broken_body", "The file did not arrive whole."))?;
        if whole.len() + chunk.len() > most {
            let message = format!("The file is longer than {most} bytes.");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        whole.extend_from_slice(&chunk);
    }
    if whole.is_empty() { Err(Problem::bad("empty", "The file is empty.")) } else { Ok(whole) }
}

fn wrong_kind() -> Problem {
    let message = "Pictures (PNG, JPEG, GIF, WebP), PDF and plain text can be sent.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_kind", message)
}
