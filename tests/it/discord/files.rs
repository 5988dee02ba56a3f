//! Files, edits, signs and what is taken back, in the transcript.

use serde_json::{Value, json};

use super::desk::Web;
use super::{settled, small};
use crate::support::dc::{Dc, Person};

#[tokio::test(flavor = "multi_thread")]
async fn files_edits_signs_and_deletions_are_in_the_transcript() {
    use base64::Engine as _;
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    super::desk::agents(&server);
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    let hello = ada.write("hello").await;
    ada.hears("What is it about?").await;
    let picture = base64::engine::general_purpose::STANDARD.encode(b"\x89PNG\r\n\x1a\n....");
    let files: Vec<Value> =
        ["one.png", "two.png", "three.png"].map(|name| json!({ "name": name, "content": picture })).to_vec();
    ada.send(json!({ "files": files })).await;
    ada.hears("I have kept the file.").await;
    dc.control("edit", json!({ "channel": ada.channel, "message": hello, "text": "hello there" })).await;
    let mine = ada.told().await[0]["id"].clone();
    ada.act("react", json!({ "message": mine, "emoji": "👍" })).await;
    let oops = ada.write("what a silly thing to say").await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    dc.control("delete", json!({ "channel": ada.channel, "message": oops })).await;
    let anna = Web::login(&server, "anna").await;
    let until = std::time::Instant::now() + std::time::Duration::from_secs(15);
    let wanted = ["one.png", "two.png", "three.png", "hello there", "👍", "\"deleted\"", "silly"];
    loop {
        let text = anna.first("all").await["transcript"].to_string();
        let missing: Vec<&&str> = wanted.iter().filter(|word| !text.contains(**word)).collect();
        if missing.is_empty() {
            break;
        }
        assert!(std::time::Instant::now() < until, "{missing:?} in {text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let kept = ada.all().await.iter().filter(|text| text.contains("I have kept the file.")).count();
    assert_eq!(kept, 1, "several files are one utterance");
    settled(&dc, &server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_kept_is_said() {
    use base64::Engine as _;
    let dc = Dc::start().await;
    let server = small(&dc, &[]).await;
    let mut ada = Person::new(&dc, "ada", "en-US").await;
    ada.says("hello", "What is it about?").await;
    let program =
        base64::engine::general_purpose::STANDARD.encode(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\0\0\0");
    ada.send(json!({ "files": [{ "name": "x.png", "content": program }] })).await;
    ada.hears("I could not take that file").await;
    settled(&dc, &server).await;
}
