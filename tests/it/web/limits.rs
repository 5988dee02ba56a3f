//! Slow and oversized senders.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Visitor, ask, start};

async fn connect(server: &crate::support::server::Server) -> TcpStream {
    TcpStream::connect(server.url().trim_start_matches("http://")).await.expect("a connection")
}

/// Reads until the server closes, and how long that took.
async fn until_closed(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut text = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut text))
        .await
        .expect("closed in time");
    (String::from_utf8_lossy(&text).into_owned(), begun.elapsed())
}

#[tokio::test]
async fn who_dawdles_is_shown_out_and_holds_nobody_up() {
    let server = start(&[]);
    let mut slow_head = connect(&server).await;
    slow_head.write_all(b"POST /chat/conversations HTTP/1.1\r\nhost: x\r\nx-a: ").await.expect("sent");
    let mut slow_body = connect(&server).await;
    let head = "POST /chat/conversations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{";
    slow_body.write_all(head.as_bytes()).await.expect("sent");
    let crowd = futures::future::join_all((0..200).map(|_| connect(&server))).await;
    let begun = Instant::now();
    Visitor::open(&server, json!({})).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "others wait {:?}", begun.elapsed());
    drop(crowd);
    let ((_, head_time), (answer, body_time)) =
        tokio::join!(until_closed(slow_head), until_closed(slow_body));
    assert!(head_time < Duration::from_secs(13), "slow headers were borne for {head_time:?}");
    assert!(body_time < Duration::from_secs(23), "a slow body was borne for {body_time:?}");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn long_bodies_are_refused_before_they_are_read() {
    let server = start(&[]);
    let http = reqwest::Client::new();
    let at = format!("{}/chat/conversations", server.url());
    let long = |length: usize| {
        let body = format!("{{\"locale\":\"{}\"}}", "e".repeat(length));
        http.post(&at).header("content-type", "application/json").body(body)
    };
    assert_eq!(ask(long(60_000)).await.status, 201);
    let told = ask(long(70_000)).await;
    assert_eq!((told.status, told.refusal().as_str()), (413, "too_large"));
    let pieces = futures::stream::iter((0..200).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_000])));
    let chunked =
        http.post(&at).header("content-type", "application/json").body(reqwest::Body::wrap_stream(pieces));
    assert_eq!(ask(chunked).await.status, 413, "whatever its head says");
    let mut liar = connect(&server).await;
    let head = "POST /chat/conversations HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    liar.write_all(head.as_bytes()).await.expect("sent");
    let mut start = [0_u8; 12];
    tokio::time::timeout(Duration::from_secs(2), liar.read_exact(&mut start))
        .await
        .expect("at once")
        .expect("an answer");
    assert_eq!(&start, b"HTTP/1.1 413");
}
