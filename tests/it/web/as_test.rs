//! What was tried in the simulator, copied as a test, is a test that passes.

use std::process::Command;

use serde_json::{Value, json};

use super::{Agent, start};
use crate::support::server::Server;

const ORDER: &str = r#"flow: main
title: { en: Orders, it: Ordini }
start: { default: true }
slots:
  order: { type: text, min: 2 }
  state: text
  note: { type: text }
steps:
  - ask: { slot: order, prompt: { en: "Which order?", it: "Quale ordine?" } }
  - http:
      url: "https://api.example.com/orders/{{ slots.order | urlencode }}"
      into: { state: body.state }
      say: { en: "One moment.", it: "Un attimo." }
      on_error: sorry
  - say: { en: "It is \"{{ slots.state }}\".", it: "È \"{{ slots.state }}\"." }
    goto: more
  - id: sorry
    say: { en: "No answer: sorry.", it: "Nessuna risposta." }
  - id: more
    ask: { slot: note, prompt: { en: "Anything else, {{ contact.name | default('you') }}?", it: "Altro?" } }
  - ticket: { category: other, subject: "{{ slots.note | truncate(80) }}", without_faq: "it is an order" }
  - handoff: { queue: default, on_unreached: bye }
    goto: bye
  - id: bye
    say: { en: "Your code is {{ ticket.code }}.", it: "Il codice è {{ ticket.code }}." }
  - end: done
"#;

fn turn(now: &str, contact: &Value, agents: u32, utterance: Value) -> Value {
    let facts = json!({ "agents_free": agents, "business_open": null, "incidents": [] });
    json!({ "now": now, "contact": contact, "facts": facts, "utterance": utterance })
}

/// The conversation as a test, which is then run on `flows`.
async fn passes(agent: &Agent, flows: &str, had: &Value) -> String {
    let told = agent.post("simulate/test", had.clone()).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let yaml = told.json()["yaml"].as_str().expect("a test").to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("copied.yaml");
    std::fs::write(&file, &yaml).expect("written");
    let flows = flows.to_owned();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["test", &file.display().to_string()])
            .env("VESTIBULE_FLOWS", flows)
            .env_remove("VESTIBULE_RANDOM_CASES")
            .output()
    };
    let ran = tokio::task::spawn_blocking(run).await.expect("no panic").expect("the program runs");
    let out = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{yaml}\n{out}");
    yaml
}

#[tokio::test]
async fn calls_of_services_time_and_a_changed_world_are_in_the_test() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("main.yaml"), ORDER).expect("a flow");
    let flows = folder.path().display().to_string();
    let server = Server::small(
        "",
        &[("VESTIBULE_FLOWS", flows.as_str()), ("VESTIBULE_HTTP__ALLOW", "api.example.com")],
    );
    let agent = Agent::new(&server, "ada").await;
    let (nobody, zoe) = (json!({ "verified": false }), json!({ "name": "Zoë", "verified": true }));
    let text = |text: &str| json!({ "as": "text", "text": text });
    let reply = json!({ "as": "service_replies", "status": 200, "body": { "state": "sent, \"at last\"", "more": [1, true, null] } });
    let had = |answer: Value| {
        json!({ "name": "an order: #1", "flow": "main", "locale": "en", "channel": "web", "turns": [
            turn("2026-11-24T10:00:00Z", &nobody, 0, Value::Null),
            turn("2026-11-24T10:01:30Z", &nobody, 0, text("A 1/2")),
            turn("2026-11-24T10:01:30Z", &nobody, 0, answer),
            turn("2026-11-24T10:40:00Z", &zoe, 1, Value::Null),
            turn("2026-11-24T10:41:00Z", &zoe, 1, text("a scratch: \"deep\"")),
            turn("2026-11-24T10:41:00Z", &zoe, 1, json!({ "as": "claimed" })),
            turn("2026-11-24T10:41:00Z", &zoe, 1, json!({ "as": "agent_wrote", "text": "Hello, it's me." })),
            turn("2026-11-24T10:42:00Z", &zoe, 1, json!({ "as": "handed_back" })),
        ] })
    };
    let yaml = passes(&agent, &flows, &had(reply)).await;
    for part in ["status: 200", "given:", "silence: ", "Zoë", "{code}", "sent"] {
        assert!(yaml.contains(part), "{part}: {yaml}");
    }
    let yaml = passes(&agent, &flows, &had(json!({ "as": "service_fails" }))).await;
    assert!(yaml.contains("fail: ") && yaml.contains("No answer"), "{yaml}");

    let state = agent
        .post("simulate", json!({ "channel": "web", "locale": "en", "now": "2026-11-24T10:00:00Z" }))
        .await
        .json();
    assert_eq!(state["calls"], json!([]));
    let asked = agent
        .post("simulate", json!({ "channel": "web", "locale": "en", "now": "2026-11-24T10:00:00Z", "state": state["state"], "utterance": text("A1") }))
        .await
        .json();
    assert_eq!(asked["calls"][0]["url"], "https://api.example.com/orders/A1");
    // Nobody is called any more: an answer has nobody who asked.
    let early = json!({ "channel": "web", "locale": "en", "now": "2026-11-24T10:00:00Z", "state": state["state"], "utterance": { "as": "service_fails" } });
    assert_eq!(agent.post("simulate", early).await.refusal(), "no_call");
    let none = json!({ "name": "x", "channel": "web", "turns": [] });
    assert_eq!(agent.post("simulate/test", none).await.refusal(), "no_turns");
}

#[tokio::test]
async fn calls_on_the_phone_are_copied_as_well() {
    let server = start(&[]);
    let agent = Agent::new(&server, "ada").await;
    let nobody = json!({ "verified": false });
    let had = json!({ "name": "a call", "flow": "support", "locale": "it", "channel": "phone", "turns": [
        turn("2026-11-24T10:00:00Z", &nobody, 0, Value::Null),
        turn("2026-11-24T10:00:10Z", &nobody, 0, json!({ "as": "silence" })),
        turn("2026-11-24T10:00:20Z", &nobody, 0, json!({ "as": "keys", "keys": "2" })),
        turn("2026-11-24T10:00:30Z", &nobody, 0, json!({ "as": "speech", "text": "la fattura è troppo alta" })),
        turn("2026-11-24T10:00:40Z", &nobody, 0, json!({ "as": "keys", "keys": "1" })),
        turn("2026-11-24T10:00:50Z", &nobody, 0, json!({ "as": "left" })),
    ] });
    let yaml = passes(&agent, "flows", &had).await;
    assert!(yaml.contains("channels: [voice]") && yaml.contains("locale: it"), "{yaml}");
}
