//! The live side of the web chat: what was missed, then each message once and in order, and turns the other way.
//!
//! The first frame is `{"token": …, "after": SEQ, "own"?: bool}`, unless the token came as the sub-protocol
//! `bearer.<token>` beside `vestibule.chat` and `after` in the address (the token never stands there, for addresses
//! get logged). The server answers with
//! `{"ready": true}` and `{"messages": […]}`. Later frames of the client are as in `POST /chat/messages`, answered by
//! `{"done": client_id}` after the messages, or `{"error": …, "client_id": …}`.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::error::Problem;
use super::guard::MAX_BODY;
use super::web_chat::{self, Saying, Since, Visitor};
use super::{Web, json, origin};

const PROTOCOL: &str = "vestibule.chat";
/// A socket must say who it is within this.
const HELLO_TIME: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(25);
/// A socket that has not been heard for this long (pongs count) is gone.
const GONE_AFTER: Duration = Duration::from_secs(70);

#[derive(Debug, Default, Deserialize)]
#[serde(default, expecting = "an object")]
struct Hello {
    token: String,
    after: u64,
    own: bool,
}

/// `GET /chat/ws`.
pub async fn upgrade(
    State(web): State<Web>,
    headers: HeaderMap,
    since: Result<Query<Since>, axum::extract::rejection::QueryRejection>,
    socket: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let socket =
        socket.map_err(|_| Problem::bad("not_a_socket", "This address is for WebSocket connections."))?;
    if origin::of(&headers, &web.app.settings) == origin::Origin::Foreign {
        return Err(Problem::forbidden(
            "foreign_origin",
            "This page may not use the chat; see `channels.web.allowed_origins`.",
        ));
    }
    let offered =
        headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = offered.split(',').find_map(|one| one.trim().strip_prefix("bearer.")).map(str::to_owned);
    let since = since.map(|Query(since)| since).unwrap_or_default();
    let socket = socket.protocols([PROTOCOL]).max_message_size(MAX_BODY).max_frame_size(MAX_BODY);
    Ok(socket.on_upgrade(move |socket| run(web, socket, token, since)))
}

async fn run(web: Web, mut socket: WebSocket, token: Option<String>, since: Since) {
    let known = match token {
        Some(token) => Visitor::by_token(&web, &token).await.map(|visitor| Some((visitor, since))),
        None => greet(&web, &mut socket).await,
    };
    match known {
        // However a line ends, the other side comes back and catches up.
        Ok(Some((visitor, since))) => {
            let _ = Line { web, socket, visitor, last: since.after, own: since.own }.serve().await;
        }
        Ok(None) => {}
        Err(problem) => {
            let _ = send(&mut socket, &json!({ "error": problem.body().error })).await;
            let frame = CloseFrame { code: close_code::POLICY, reason: problem.code().into() };
            let _ = socket.send(Message::Close(Some(frame))).await;
        }
    }
}

/// Waits for the first frame. `None`: the socket closed.
async fn greet(web: &Web, socket: &mut WebSocket) -> Result<Option<(Visitor, Since)>, Problem> {
    let late = || Problem::unauthorized("The first frame did not come in time.");
    let text = loop {
        match tokio::time::timeout(HELLO_TIME, socket.recv()).await.map_err(|_| late())? {
            Some(Ok(Message::Text(text))) => break text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return Ok(None),
        }
    };
    let hello: Hello = json::parse(text.as_bytes())?;
    let visitor = Visitor::by_token(web, &hello.token).await?;
    Ok(Some((visitor, Since { after: hello.after, own: hello.own })))
}

/// One open socket.
struct Line {
    web: Web,
    socket: WebSocket,
    visitor: Visitor,
    /// The number of the last message sent.
    last: u64,
    own: bool,
}

/// Why a line ends.
struct Ended;

impl Line {
    async fn serve(mut self) -> Result<(), Ended> {
        let watch = self.web.hub.watch(&self.visitor.address);
        send(&mut self.socket, &json!({ "ready": true })).await?;
        self.pump().await?;
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.reset();
        let mut heard = tokio::time::Instant::now();
        loop {
            tokio::select! {
                frame = self.socket.recv() => {
                    heard = tokio::time::Instant::now();
                    self.take(frame).await?;
                }
                () = watch.rung() => self.pump().await?,
                _ = ping.tick() => {
                    if heard.elapsed() > GONE_AFTER {
                        return Err(Ended);
                    }
                    self.socket.send(Message::Ping(Vec::new().into())).await.map_err(|_| Ended)?;
                }
            }
        }
    }

    async fn take(&mut self, frame: Option<Result<Message, axum::Error>>) -> Result<(), Ended> {
        match frame {
            Some(Ok(Message::Text(text))) => self.turn(text.as_bytes()).await,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            _ => Err(Ended),
        }
    }

    async fn turn(&mut self, frame: &[u8]) -> Result<(), Ended> {
        let saying: Saying = match json::parse(frame) {
            Ok(saying) => saying,
            Err(problem) => return send(&mut self.socket, &json!({ "error": problem.body().error })).await,
        };
        let client_id = saying.client_id.clone();
        let done = match web_chat::take(&self.web, &self.visitor, saying).await {
            Ok(_) => {
                self.pump().await?;
                json!({ "done": client_id })
            }
            Err(problem) => json!({ "error": problem.body().error, "client_id": client_id }),
        };
        send(&mut self.socket, &done).await
    }

    /// Sends what the journal holds beyond the last number sent.
    async fn pump(&mut self) -> Result<(), Ended> {
        let told = web_chat::since_seq(&self.web, &self.visitor.address, self.last, self.own).await;
        // The store is out of reach for now: the next bell or the client's return brings what is missing.
        let Ok(told) = told else { return Ok(()) };
        let Some(last) = told.messages.last() else { return Ok(()) };
        self.last = last.seq;
        send(&mut self.socket, &json!({ "messages": told.messages })).await
    }
}

async fn send(socket: &mut WebSocket, value: &serde_json::Value) -> Result<(), Ended> {
    socket.send(Message::Text(value.to_string().into())).await.map_err(|_| Ended)
}
