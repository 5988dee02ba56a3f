//! What must hold of callbacks, on every platform's door alike.

use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use ring::signature::Ed25519KeyPair;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vestibule::app::App;
use vestibule::channel::ivr::dialect::Dialect;
use vestibule::channel::ivr::form::Form;
use vestibule::channel::ivr::signature::{Hash, sign};
use vestibule::channel::ivr::stamped;
use vestibule::cli::playbook;
use vestibule::config;
use vestibule::http::ivr;
use vestibule::store::Store;

use crate::support::server::PUBLIC_URL;

const SECRET: &str = "a secret of the test's own";
/// Its private key, and the public one: of the vectors.
const SEED: [u8; 32] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    29, 30, 31,
];
const TELNYX: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

/// The small desk behind all four doors.
struct Doors {
    app: App,
    _folder: tempfile::TempDir,
}

/// One platform's callback, not signed yet.
#[derive(Clone)]
struct Post {
    dialect: Dialect,
    target: String,
    body: Vec<u8>,
}

impl Doors {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/desk");
        let url = format!("sqlite://{}", folder.path().join("desk.db").display());
        let mut environment = vec![
            ("PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("DATABASE_URL", url.clone()),
            ("FLOWS", root.join("flows").display().to_string()),
            ("FAQ", root.join("faq").display().to_string()),
            ("CHANNELS__TWILIO__AUTH_TOKEN", SECRET.to_owned()),
            ("CHANNELS__SIGNALWIRE__SIGNING_KEY", SECRET.to_owned()),
            ("CHANNELS__TELNYX__PUBLIC_KEY", TELNYX.to_owned()),
            ("CHANNELS__JAMBONZ__WEBHOOK_SECRET", SECRET.to_owned()),
        ];
        for menu in ["TWILIO", "SIGNALWIRE", "TELNYX", "JAMBONZ"] {
            let key: &'static str = format!("CHANNELS__{menu}__LANGUAGE_MENU").leak();
            environment.push((key, "false".to_owned()));
        }
        let environment = environment.into_iter().map(|(name, value)| (format!("VESTIBULE_{name}"), value));
        let settings = config::load(None, environment).expect("settings");
        let playbook = playbook::load_or_report(&settings).expect("files").expect("a playbook").playbook;
        let store = Store::open(&url).await.expect("a store");
        Self { app: App::new(store, Arc::new(settings), playbook), _folder: folder }
    }

    async fn send(&self, post: &Post, secret: &str) -> (u16, String) {
        let now = jiff::Timestamp::now().as_second();
        let kind = match post.dialect {
            Dialect::Jambonz => "application/json",
            _ => "application/x-www-form-urlencoded",
        };
        let url = format!("{PUBLIC_URL}{}", post.target);
        let form = Form::parse(&post.body).unwrap_or_default();
        let request = Request::post(&post.target).header("content-type", kind);
        let request = match post.dialect {
            Dialect::Twilio => request.header("x-twilio-signature", sign(Hash::Sha1, secret, &url, &form)),
            Dialect::Signalwire => {
                request.header("x-signalwire-signature", sign(Hash::Sha1, secret, &url, &form))
            }
            Dialect::Telnyx => {
                let seed = if secret == SECRET { SEED } else { [9; 32] };
                let pair = Ed25519KeyPair::from_seed_unchecked(&seed).expect("a key");
                let signed = [now.to_string().as_bytes(), b"|", &post.body].concat();
                use base64::Engine as _;
                let signature = base64::engine::general_purpose::STANDARD.encode(pair.sign(&signed));
                request.header("telnyx-timestamp", now).header("telnyx-signature-ed25519", signature)
            }
            Dialect::Jambonz => {
                request.header("jambonz-signature", stamped::sign_jambonz(secret, now, &post.body))
            }
        };
        let request = request.body(Body::from(post.body.clone())).expect("a request");
        let answer = ivr::routes(self.app.clone()).oneshot(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 100_000).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    async fn good(&self, post: &Post) -> String {
        let (status, body) = self.send(post, SECRET).await;
        assert_eq!(status, 200, "{:?}: {body}", post.dialect);
        body
    }
}

/// What the caller does, as the platform tells it.
#[derive(Clone, Copy)]
enum Does {
    Rings,
    Presses(&'static str),
    Nothing,
    HangsUp,
}

fn post(dialect: Dialect, query: &str, call: &str, does: Does) -> Post {
    let way = if matches!(does, Does::HangsUp) { "/status" } else { "" };
    let target = format!("/ivr/{}{way}{query}", dialect.word());
    // A number of its own each: the same caller would be asked to go on with the call before.
    let from =
        format!("1415555012{}", Dialect::ALL.iter().position(|one| *one == dialect).unwrap_or_default());
    let body = if dialect == Dialect::Jambonz {
        let mut told = json!({ "call_sid": call, "from": format!("+{from}"), "direction": "inbound", "call_status": "in-progress" });
        match does {
            Does::Rings => told["call_status"] = json!("trying"),
            Does::Presses(keys) => (told["digits"], told["reason"]) = (json!(keys), json!("dtmfDetected")),
            Does::Nothing => told["reason"] = json!("timeout"),
            Does::HangsUp => told["call_status"] = json!("completed"),
        }
        told.to_string()
    } else {
        let told = match does {
            Does::Rings => "CallStatus=ringing".to_owned(),
            Does::Presses(keys) => format!("CallStatus=in-progress&Digits={keys}"),
            Does::Nothing => "CallStatus=in-progress".to_owned(),
            Does::HangsUp => "CallStatus=completed".to_owned(),
        };
        format!("CallSid={call}&From=%2B{from}&{told}")
    };
    Post { dialect, target, body: body.into_bytes() }
}

/// The query of where the answer goes.
fn action(document: &str) -> String {
    let plain = document.replace("&amp;", "&");
    let at = plain.find("?step=").unwrap_or_else(|| panic!("nothing is asked: {document}"));
    plain[at..].chars().take_while(|c| !matches!(c, '"' | '<')).collect()
}

fn hangs_up(document: &str) -> bool {
    document.contains("<Hangup/>") || document.contains("\"verb\":\"hangup\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_holds_to_the_table() {
    let doors = Doors::open().await;
    for dialect in Dialect::ALL {
        let of = |query: &str, does: Does| post(dialect, query, "c1", does);
        let menu = doors.good(&of("", Does::Rings)).await;
        assert!(menu.contains("What is it about?"), "{dialect:?}: {menu}");
        let first = action(&menu);

        // Delivered twice, and by twins at the same time: the same bytes, one effect.
        let key = of(&first, Does::Presses("1"));
        let asked = doors.good(&key).await;
        assert!(asked.contains("Tell me what happened."), "{dialect:?}: {asked}");
        assert_eq!(doors.good(&key).await, asked, "{dialect:?}");
        let second = action(&asked);
        let silent = of(&format!("{second}&silence=1"), Does::Nothing);
        let (one, other) = tokio::join!(doors.good(&silent), doors.good(&silent));
        assert_eq!(one, other, "{dialect:?}");
        assert!(one.contains("I did not hear anything."), "{dialect:?}: {one}");

        // A stale step is not applied: what is asked now is asked again.
        let stale = doors.good(&of(&first, Does::Presses("2"))).await;
        assert!(
            stale.contains("Tell me what happened.") && !stale.contains("hold the line"),
            "{dialect:?}: {stale}"
        );

        // The end is sticky, told early, twice, or amid the call.
        assert_eq!(doors.send(&of("", Does::HangsUp), SECRET).await.0, 204, "{dialect:?}");
        assert_eq!(doors.send(&of("", Does::HangsUp), SECRET).await.0, 204, "{dialect:?}");
        let late = doors.good(&of(&action(&stale), Does::Presses("1"))).await;
        assert!(hangs_up(&late), "{dialect:?}: {late}");
        let never = post(dialect, "", "c9", Does::HangsUp);
        assert_eq!(doors.send(&never, SECRET).await.0, 204, "{dialect:?}: it never began");
        assert!(!hangs_up(&doors.good(&post(dialect, "", "c9", Does::Rings)).await), "{dialect:?}");

        // Signed, but no call: sorry, and the end; nothing is kept of it.
        let nobody = doors.good(&post(dialect, "", "", Does::Rings)).await;
        assert!(hangs_up(&nobody) && nobody.contains("sorry"), "{dialect:?}: {nobody}");

        // A wrong signature, whatever it signs: 403, always the same bytes.
        let mut refused = Vec::new();
        for (query, call) in [("", "c1"), ("?step=1", "c2"), ("?step=1", "")] {
            refused.push(doors.send(&post(dialect, query, call, Does::Presses("1")), "another secret").await);
        }
        assert!(refused.iter().all(|answer| *answer == (403, "Forbidden".to_owned())), "{refused:?}");
    }
    doors.app.store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_bodies_are_taken_or_refused_and_never_a_fault() {
    let doors = Doors::open().await;
    for dialect in Dialect::ALL {
        let odd = |call: &str, body: Vec<u8>| Post { body, ..post(dialect, "", call, Does::Rings) };
        if dialect == Dialect::Jambonz {
            for (at, body) in
                [&b"\xff\xfe"[..], b"{", b"[]", b"{\"call_sid\":null}", b""].into_iter().enumerate()
            {
                let said = doors.good(&odd("", body.to_vec())).await;
                assert!(hangs_up(&said), "{at}: {said}");
            }
            let deep = [vec![b'['; 20_000], vec![b']'; 20_000]].concat();
            assert!(hangs_up(&doors.good(&odd("", deep)).await));
        } else {
            // Bytes that are no UTF-8 are signed as they came, and shown as replaced.
            let bad = b"CallSid=u1&From=%2B14155550123&SpeechResult=caf%E9%FF%C3%28&Extra=\xff\xfe".to_vec();
            assert!(!hangs_up(&doors.good(&odd("u1", bad)).await), "{dialect:?}");
            // Two hundred of one name: the first is read.
            let keys = (0..198).map(|at| format!("Digits={at}")).collect::<Vec<_>>().join("&");
            let many = format!("CallSid=d1&From=%2B14155550123&{keys}").into_bytes();
            assert!(!hangs_up(&doors.good(&odd("d1", many.clone())).await), "{dialect:?}");
            let over = [many, b"&Digits=1".to_vec()].concat();
            assert_eq!(doors.send(&odd("d1", over), SECRET).await.0, 413, "{dialect:?}");
        }
        // 64 KiB are taken, a byte more is not, whoever signed it.
        let filled = |length: usize| {
            let begin = match dialect {
                Dialect::Jambonz => "{\"call_sid\":\"l1\",\"x\":\"".to_owned(),
                _ => "CallSid=l1&x=".to_owned(),
            };
            let end = if dialect == Dialect::Jambonz { "\"}" } else { "" };
            let fill = "a".repeat(length - begin.len() - end.len());
            format!("{begin}{fill}{end}").into_bytes()
        };
        let whole = doors.send(&odd("l1", filled(64 * 1024)), SECRET).await;
        assert_eq!(whole.0, 200, "{dialect:?}");
        let over = doors.send(&odd("l1", filled(64 * 1024 + 1)), SECRET).await;
        assert_eq!(over.0, 413, "{dialect:?}");
        let forged = doors.send(&odd("l1", filled(64 * 1024 + 1)), "another secret").await;
        assert_eq!(forged, over, "{dialect:?}");
    }
    doors.app.store.close().await;
}

/// A failure of the store is still a document, which leads to the operator in the end.
#[tokio::test(flavor = "multi_thread")]
async fn our_own_failure_is_a_document_too() {
    let doors = Doors::open().await;
    doors.app.store.close().await;
    for dialect in Dialect::ALL {
        let ring = post(dialect, "", "f1", Does::Rings);
        let moment = doors.good(&ring).await;
        assert!(
            moment.contains("One moment, please.") && moment.contains("again=1"),
            "{dialect:?}: {moment}"
        );
        let last = post(dialect, &format!("?again=2&of={}", "ab".repeat(32)), "f1", Does::Rings);
        let sorry = doors.good(&last).await;
        assert!(hangs_up(&sorry) && sorry.contains("sorry"), "{dialect:?}: {sorry}");
        if dialect == Dialect::Jambonz {
            assert!(serde_json::from_str::<Value>(&sorry).is_ok_and(|verbs| verbs.is_array()), "{sorry}");
        }
    }
}
