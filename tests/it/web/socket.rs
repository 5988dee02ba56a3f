//! The live side of the chat.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::Request;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::{Visitor, start, texts};

struct Socket(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

fn request(visitor: &Visitor, query: &str) -> Request<()> {
    let address = format!("{}/chat/ws{query}", visitor.base.replace("http", "ws"));
    address.into_client_request().expect("a request")
}

impl Socket {
    async fn open(request: Request<()>) -> Self {
        Self(tokio_tungstenite::connect_async(request).await.expect("a socket").0)
    }

    async fn hello(visitor: &Visitor, after: u64) -> Self {
        let mut socket = Self::open(request(visitor, "")).await;
        socket.send(json!({ "token": visitor.token, "after": after })).await;
        assert_eq!(socket.next().await, json!({ "ready": true }));
        socket
    }

    async fn send(&mut self, value: Value) {
        self.0.send(Message::Text(value.to_string().into())).await.expect("sent");
    }

    /// The next frame of ours.
    async fn next(&mut self) -> Value {
        loop {
            let frame = tokio::time::timeout(Duration::from_secs(10), self.0.next()).await.expect("in time");
            match frame.expect("open").expect("whole") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn is_closed(&mut self) -> bool {
        let end = async {
            while let Some(Ok(frame)) = self.0.next().await {
                if matches!(frame, Message::Close(_)) {
                    return true;
                }
            }
            true
        };
        tokio::time::timeout(Duration::from_secs(15), end).await.unwrap_or(false)
    }
}

#[tokio::test]
async fn each_message_comes_once_and_in_order() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let mut socket = Socket::hello(&visitor, 0).await;
    let caught = socket.next().await["messages"].clone();
    assert_eq!(texts(&caught), texts(&visitor.first), "what was missed comes first");
    // One turn by this socket, one by another way.
    socket.send(json!({ "client_id": "a", "text": "my screen stays black" })).await;
    let mut seen = caught.as_array().cloned().expect("a list");
    loop {
        let frame = socket.next().await;
        if frame["done"] == "a" {
            break;
        }
        seen.extend(frame["messages"].as_array().cloned().expect("messages before the word that it is done"));
    }
    let told = visitor.post(json!({ "client_id": "b", "text": "no" })).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let wanted = visitor.after("after=0").await.as_array().map_or(0, Vec::len);
    while seen.len() < wanted {
        seen.extend(socket.next().await["messages"].as_array().cloned().expect("messages"));
    }
    assert_eq!(Value::Array(seen), visitor.after("after=0").await);
}

#[tokio::test]
async fn a_frame_sent_twice_is_one_turn() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({})).await;
    let mut socket = Socket::hello(&visitor, 1_000).await;
    for _ in 0..2 {
        socket.send(json!({ "client_id": "same", "text": "my screen stays black" })).await;
        while socket.next().await["done"] != "same" {}
    }
    let own = visitor.after("after=0&own=true").await;
    assert_eq!(own.to_string().matches("\"contact\"").count(), 1);
}

#[tokio::test]
async fn the_token_may_come_as_a_protocol_but_not_in_the_address() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({})).await;
    let mut asked = request(&visitor, "?after=0");
    let offered = format!("vestibule.chat, bearer.{}", visitor.token).parse().expect("a header");
    asked.headers_mut().insert("sec-websocket-protocol", offered);
    let mut socket = Socket::open(asked).await;
    assert_eq!(socket.next().await, json!({ "ready": true }));
    assert_eq!(texts(&socket.next().await["messages"]), texts(&visitor.first));
    let mut socket = Socket::open(request(&visitor, &format!("?token={}", visitor.token))).await;
    socket.send(json!({ "after": 0 })).await;
    assert_eq!(socket.next().await["error"]["code"], "bad_token");
    assert!(socket.is_closed().await);
}

#[tokio::test]
async fn foreign_pages_and_strangers_get_no_socket() {
    let server = start(&[("VESTIBULE_CHANNELS__WEB__ALLOWED_ORIGINS", "https://shop.example")]);
    let visitor = Visitor::open(&server, json!({})).await;
    let from = |origin: &str| {
        let mut asked = request(&visitor, "");
        asked.headers_mut().insert("origin", origin.parse().expect("a header"));
        tokio_tungstenite::connect_async(asked)
    };
    match from("https://evil.example").await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 403),
        other => panic!("{other:?}"),
    }
    assert!(from("https://shop.example").await.is_ok());
    assert!(from(&visitor.base).await.is_ok(), "our own page may");
    let mut stranger = Socket::open(request(&visitor, "")).await;
    stranger.send(json!({ "token": "guess", "after": 0 })).await;
    assert_eq!(stranger.next().await["error"]["code"], "bad_token");
    let mut silent = Socket::open(request(&visitor, "")).await;
    assert!(silent.is_closed().await, "who says nothing is shown out");
}

#[tokio::test]
async fn nonsense_is_answered_and_does_not_end_the_line() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({})).await;
    let mut socket = Socket::hello(&visitor, 1_000).await;
    socket.send(json!([1, 2])).await;
    assert_eq!(socket.next().await["error"]["code"], "bad_form");
    socket.send(json!({ "client_id": "x", "text": "" })).await;
    let refused = socket.next().await;
    assert_eq!((&refused["error"]["code"], &refused["client_id"]), (&json!("empty"), &json!("x")));
    socket.send(json!({ "client_id": "y", "text": "hello" })).await;
    assert_eq!(socket.next().await["done"], "y");
}
