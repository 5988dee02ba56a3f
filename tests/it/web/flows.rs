//! The flows and the simulator over the desk's API.

use serde_json::{Value, json};

use super::{Agent, ask, start};

#[tokio::test]
async fn flows_are_for_accounts_only() {
    let server = start(&[]);
    let http = reqwest::Client::new();
    for path in ["flows", "flows/support", "flows/support/preview?step=topic"] {
        assert_eq!(ask(http.get(format!("{}/api/{path}", server.url()))).await.status, 401, "{path}");
    }
    let told = ask(http.post(format!("{}/api/simulate", server.url())).json(&json!({}))).await;
    assert_eq!(told.status, 401);
    let agent = Agent::new(&server, "ada").await;
    let flows = agent.get("flows").await.json();
    let names: Vec<&str> =
        flows["flows"].as_array().expect("flows").iter().filter_map(|flow| flow["name"].as_str()).collect();
    assert!(names.contains(&"support") && names.contains(&"system/agent"), "{names:?}");
    let flow = agent.get("flows/support").await.json();
    assert!(
        flow["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg") && !svg.contains("<style")),
        "no style within a page"
    );
    assert_eq!(flow["model"]["nodes"][0]["id"], "[start]");
    assert!(flow["source"][0]["text"].as_str().is_some_and(|text| text.contains("say:")));
    assert_eq!(agent.get("flows/nothing").await.status, 404);
    assert_eq!(agent.get("flows/support?since=yesterday").await.status, 400);
    let preview = agent.get("flows/support/preview?step=topic&locale=it").await.json();
    assert!(
        preview["telegram"][0]["keyboard"].is_array() && preview["phone"][0]["keys"].is_array(),
        "{preview}"
    );
}

#[tokio::test]
async fn a_conversation_is_simulated_and_nothing_is_kept() {
    let server = start(&[]);
    let agent = Agent::new(&server, "ada").await;
    let turn = |state: Value, now: &str, utterance: Value| {
        let body = json!({ "flow": "support", "locale": "en", "channel": "web", "now": now, "state": state, "utterance": utterance });
        let agent = &agent;
        async move {
            let told = agent.post("simulate", body).await;
            assert_eq!(told.status, 200, "{}", told.text);
            told.json()
        }
    };
    let begun = turn(Value::Null, "2026-11-24T10:00:00Z", Value::Null).await;
    assert_eq!(begun["step"], json!({ "flow": "support", "step": "topic" }));
    assert!(begun["due"].is_string(), "silence is counted: {begun}");
    let asked =
        turn(begun["state"].clone(), "2026-11-24T10:01:00Z", json!({ "as": "choice", "value": "devices" }))
            .await;
    assert_eq!(asked["step"]["step"], "problem");
    assert_eq!(asked["slots"]["topic"], "devices");
    assert_eq!(asked["walked"][0]["exits"][0], json!(["topic", "option:devices"]));
    let later = turn(asked["state"].clone(), "2026-12-24T10:00:00Z", Value::Null).await;
    let facts = later["events"].to_string();
    assert!(facts.contains("\"parked\""), "the timers ran out: {facts}");
    let rows = agent.get("conversations?view=all").await.json();
    assert_eq!(rows["conversations"], json!([]), "nothing is stored");
}

#[tokio::test]
async fn a_state_from_elsewhere_is_refused_or_harmless() {
    let server = start(&[]);
    let agent = Agent::new(&server, "ada").await;
    let base = json!({ "locale": "en", "channel": "web", "now": "2026-11-24T10:00:00Z" });
    let with = |more: Value| {
        let mut body = base.clone();
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    let good = agent.post("simulate", base.clone()).await.json()["state"].clone();
    for (path, value) in [
        ("/conversation/turn", json!(u64::MAX)),
        ("/conversation/channel", json!("phone")),
        ("/conversation", json!([])),
        ("/now", json!("never")),
        ("/conversation/frames", json!(vec![good["conversation"]["frames"][0].clone(); 1_000])),
    ] {
        let mut state = good.clone();
        *state.pointer_mut(path).expect("a place") = value;
        let told = agent.post("simulate", with(json!({ "state": state }))).await;
        assert!(told.status == 400 || told.status == 413, "{path}: {}", told.text);
    }
    for (path, value) in [
        ("/conversation/frames/0/flow", json!("gone")),
        ("/conversation/frames/0/step", json!("#999")),
        ("/conversation/frames", json!([])),
        ("/conversation/locale", json!("xx")),
        (
            "/conversation/frames/0/wait",
            json!({ "kind": { "for": "solved", "query": "", "article": "none", "left": [] } }),
        ),
        ("/conversation/frames/0/slots", json!({ "topic": 5, "nothing": true })),
    ] {
        let mut state = good.clone();
        let (parent, key) = path.rsplit_once('/').expect("a path");
        state.pointer_mut(parent).and_then(Value::as_object_mut).expect("a place").insert(key.into(), value);
        let body = with(json!({ "state": state, "utterance": { "as": "text", "text": "hello" } }));
        let told = agent.post("simulate", body).await;
        assert_eq!(told.status, 200, "{path}: {}", told.text);
    }
    for bad in [
        json!({ "flow": "nothing" }),
        json!({ "more": 1 }),
        json!({ "utterance": { "as": "magic" } }),
        json!({ "contact": { "name": "x".repeat(500) } }),
    ] {
        assert_eq!(agent.post("simulate", with(bad.clone())).await.status, 400, "{bad}");
    }
}
