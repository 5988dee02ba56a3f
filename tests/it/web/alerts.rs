//! What agents are told of tickets elsewhere: by a real SMTP conversation, and by webhooks whose signature is checked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Agent;
use super::tickets::{lead, small, ticket};

const SECRET: &str = "a secret of ours";

/// Listens, and hands each connection to `serve`.
fn listen(serve: impl Fn(TcpStream) + Send + Clone + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its number").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

/// A mail server that is busy at the first mail, and keeps every one that it took.
fn mail_server(taken: Arc<Mutex<Vec<String>>>) -> String {
    let refused = Arc::new(Mutex::new(0));
    listen(move |stream| {
        let mut out = stream.try_clone().expect("a stream");
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let mut say = |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).is_ok();
        say("220 mail.example.org ESMTP");
        while let Some(line) = lines.next() {
            let command = line.to_uppercase();
            if command.starts_with("EHLO") {
                say("250-mail.example.org\r\n250 8BITMIME");
            } else if command.starts_with("DATA") {
                say("354 go on");
                let mail: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                let mut refused = refused.lock().expect("a count");
                if *refused == 0 {
                    *refused += 1;
                    say("451 try again later");
                } else {
                    taken.lock().expect("mails").push(mail.join("\n"));
                    say("250 taken");
                }
            } else if command.starts_with("QUIT") {
                say("221 bye");
                return;
            } else {
                say("250 ok");
            }
        }
    })
}

#[derive(Debug, Clone)]
struct Posted {
    id: String,
    at: String,
    signature: String,
    body: String,
}

/// A webhook that answers 500 to the first post.
fn webhook(posted: Arc<Mutex<Vec<Posted>>>) -> String {
    listen(move |mut stream| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read(&mut byte).unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let header = |name: &str| {
            let named = |line: &str| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            };
            head.lines().find_map(named).unwrap_or_default()
        };
        let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
        stream.read_exact(&mut body).expect("a body");
        let mut all = posted.lock().expect("posts");
        all.push(Posted {
            id: header("webhook-id"),
            at: header("webhook-timestamp"),
            signature: header("webhook-signature"),
            body: String::from_utf8_lossy(&body).into_owned(),
        });
        let status = if all.len() == 1 { "500 Oops" } else { "204 No Content" };
        let _ = stream.write_all(
            format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes(),
        );
    })
}

async fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{what} did not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn agents_are_told_by_mail_and_webhook_each_thing_once() {
    let mails: Arc<Mutex<Vec<String>>> = Arc::default();
    let posts: Arc<Mutex<Vec<Posted>>> = Arc::default();
    let (mail, hook) = (mail_server(mails.clone()), webhook(posts.clone()));
    let alerts = json!([
        { "on": ["assigned"], "mail": ["agent", "lead@example.org"] },
        { "on": ["opened", "resolved"], "webhook": format!("http://{hook}/desk") },
        { "on": ["resolved"], "queues": ["another"], "mail": ["nobody@example.org"] },
    ]);
    let server = small(&[
        ("VESTIBULE_DESK__ALERTS", &alerts.to_string()),
        ("VESTIBULE_MAIL__URL", &format!("smtp://{mail}")),
        ("VESTIBULE_MAIL__FROM", "Desk <desk@example.org>"),
        ("VESTIBULE_MAIL__AGENTS", "anna=anna@example.org"),
        ("VESTIBULE_WEBHOOKS__SECRET", SECRET),
    ]);
    let code = ticket(&server).await;
    let chief = lead(&server, "chief").await;
    let _anna = Agent::new(&server, "anna").await;
    let acts = format!("tickets/{code}/acts");
    for given in [json!({ "act": "assign", "agent": "anna" }), json!({ "act": "resolve" })] {
        let done = chief.post(&acts, given).await;
        assert_eq!(done.status, 200, "{}", done.text);
    }
    // The first was not taken, and came again.
    let all = until("both mails", || {
        let all = mails.lock().expect("mails").clone();
        (all.len() >= 2).then_some(all)
    })
    .await;
    let grouped = format!("{} {} {}", &code[..3], &code[3..6], &code[6..]);
    for to in ["anna@example.org", "lead@example.org"] {
        let mail = all.iter().find(|mail| mail.contains(&format!("To: {to}"))).expect(to);
        assert!(mail.contains(&format!("Subject: [{grouped}] Assigned: the roof leaks")), "{mail}");
        assert!(
            mail.contains("From: Desk <desk@example.org>") && mail.contains("Message-ID: <alert."),
            "{mail}"
        );
        assert!(
            mail.contains("held by anna") && mail.contains("Content-Type: text/plain; charset=utf-8"),
            "{mail}"
        );
    }
    let all = until("the posts", || {
        let all = posts.lock().expect("posts").clone();
        (all.len() >= 3).then_some(all)
    })
    .await;
    assert_eq!(
        all.iter().filter(|post| post.id == all[0].id).count(),
        2,
        "the refused one has the same id: {all:#?}"
    );
    for post in &all {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("a key");
        mac.update(format!("{}.{}.{}", post.id, post.at, post.body).as_bytes());
        let signed = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(post.signature, format!("v1,{signed}"));
    }
    let mut whats: Vec<String> = all
        .iter()
        .map(|post| serde_json::from_str::<Value>(&post.body).expect("JSON"))
        .map(|told| format!("{} {} {}", told["what"], told["by"], told["ticket"]["code"]))
        .collect();
    whats.sort();
    whats.dedup();
    assert_eq!(
        whats,
        [format!("\"opened\" \"bot\" \"{code}\""), format!("\"resolved\" \"chief\" \"{code}\"")]
    );
    // Nothing more comes.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (mails, posts) = (mails.lock().expect("mails"), posts.lock().expect("posts"));
    assert_eq!((mails.len(), posts.len()), (2, 3), "{mails:#?}");
}

#[tokio::test]
async fn what_happened_before_they_were_wanted_is_not_told() {
    let posts: Arc<Mutex<Vec<Posted>>> = Arc::default();
    let hook = webhook(posts.clone());
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("alerts.db").display());
    let on = |alerts: &str| {
        let all = [
            ("VESTIBULE_PUBLIC_URL", ""),
            ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", ""),
            ("VESTIBULE_DESK__ALERTS", alerts),
        ];
        crate::support::server::Server::small(&database, &all)
    };
    let server = on("[]");
    let before = ticket(&server).await;
    drop(server);
    let alerts = json!([{ "on": ["opened"], "webhook": format!("http://{hook}/desk") }]).to_string();
    let server = on(&alerts);
    // The program looks every second; what is there when it looks first is old.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = ticket(&server).await;
    until("the post", || {
        posts.lock().expect("posts").iter().any(|post| post.body.contains(&after)).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let all = posts.lock().expect("posts");
    assert!(!all.iter().any(|post| post.body.contains(&before)), "{all:#?}");
}
