//! The simulator's own route.

use serde_json::{Value, json};

use crate::support::server::Server;

struct Page {
    client: reqwest::Client,
    base: String,
}

impl Page {
    fn new(server: &Server) -> Self {
        Self { client: reqwest::Client::new(), base: server.url() }
    }

    async fn post(&self, path: &str, token: &str, body: &Value) -> (u16, String) {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(token).json(body);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    async fn begin(&self, locale: &str) -> Value {
        let (status, body) = self.post("/phone/calls", "", &json!({ "locale": locale })).await;
        assert_eq!(status, 201, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

#[tokio::test]
async fn a_call_from_the_page_goes_through_the_same_door() {
    let server = Server::small("", &[]);
    let page = Page::new(&server);
    let call = page.begin("it").await;
    let (id, token) = (text(&call, "call").to_owned(), text(&call, "token").to_owned());
    assert!(
        call["says"].as_array().is_some_and(|says| !says.is_empty()) && call["listen"]["one_key"] == true,
        "{call}"
    );
    let steps = format!("/phone/calls/{id}/steps");
    let step = json!({ "client_id": "a", "step": call["step"], "keys": "1" });
    let (status, first) = page.post(&steps, &token, &step).await;
    assert_eq!(status, 200, "{first}");
    // The same delivery gets the same bytes.
    assert_eq!(page.post(&steps, &token, &step).await, (200, first.clone()));
    let first: Value = serde_json::from_str(&first).expect("JSON");
    assert!(first["step"].as_u64() > call["step"].as_u64());
    let silence = json!({ "client_id": "b", "step": first["step"], "silence": true });
    assert_eq!(page.post(&steps, &token, &silence).await.0, 200);
    let (status, over) = page.post(&format!("/phone/calls/{id}/hangup"), &token, &json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_str::<Value>(&over).expect("JSON")["over"], true);
}

#[tokio::test]
async fn a_call_is_its_callers_alone() {
    let server = Server::small("", &[]);
    let page = Page::new(&server);
    let (mine, other) = (page.begin("en").await, page.begin("en").await);
    let steps = format!("/phone/calls/{}/steps", text(&mine, "call"));
    let step = json!({ "client_id": "a", "keys": "1" });
    for token in ["", "guess", text(&other, "token")] {
        assert_eq!(page.post(&steps, token, &step).await.0, 404, "{token}");
    }
    assert_eq!(page.post(&steps, text(&mine, "token"), &json!({ "client_id": "" })).await.0, 400);
    assert!(
        (400..500).contains(
            &page.post(&steps, text(&mine, "token"), &json!({ "client_id": "a", "odd": 1 })).await.0
        )
    );
}

#[tokio::test]
async fn the_page_runs_only_our_own_files() {
    let server = Server::small("", &[]);
    for path in ["/phone", "/phone/phone.js", "/phone/phone.css"] {
        let answer = reqwest::get(format!("{}{path}", server.url())).await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    }
    let off = Server::small("", &[("VESTIBULE_CHANNELS__PHONE__ENABLED", "false")]);
    assert_eq!(reqwest::get(format!("{}/phone", off.url())).await.expect("an answer").status().as_u16(), 404);
}
