//! The web chat over plain requests.

use serde_json::json;

use super::{Visitor, ask, start, texts};

#[tokio::test]
async fn a_chat_opens_with_the_first_question() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    assert!(uuid::Uuid::parse_str(&visitor.conversation).is_ok());
    assert_eq!(visitor.token.len(), 43);
    let messages = visitor.first.as_array().expect("a list");
    assert!(!messages.is_empty());
    let mut last = 0;
    for message in messages {
        let seq = message["seq"].as_u64().expect("a number");
        assert!(seq > last, "the numbers grow");
        last = seq;
        assert!(
            ["bot", "agent", "system"].contains(&message["from"].as_str().unwrap_or_default()),
            "{message}"
        );
        assert!(message["text"].as_str().is_some_and(|text| !text.is_empty()) && message["kind"].is_string());
        for option in message["options"].as_array().expect("options") {
            assert!(option["value"].is_string() && option["label"].is_string(), "{option}");
        }
    }
    let other = Visitor::open(&server, json!({})).await;
    assert!(other.token != visitor.token && other.conversation != visitor.conversation);
}

#[tokio::test]
async fn the_language_asked_for_is_spoken() {
    let server = start(&[]);
    let english = Visitor::open(&server, json!({ "locale": "en-GB" })).await;
    let italian = Visitor::open(&server, json!({ "locale": "it" })).await;
    let unknown = Visitor::open(&server, json!({ "locale": "xx" })).await;
    assert_ne!(texts(&english.first), texts(&italian.first));
    assert_eq!(texts(&english.first), texts(&unknown.first), "the default locale stands in");
    let bare = ask(english.http.post(format!("{}/chat/conversations", english.base))).await;
    assert_eq!(bare.status, 201, "no body is an opening too: {}", bare.text);
}

#[tokio::test]
async fn the_same_client_id_gets_the_same_bytes_and_does_nothing_twice() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let saying = json!({ "client_id": "one", "text": "my screen stays black" });
    let first = visitor.post(saying.clone()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = visitor.post(saying).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    let other = json!({ "client_id": "one", "text": "something else altogether" });
    assert_eq!(visitor.post(other).await.text, first.text, "the id decides, not the words");
    let own = visitor.after("after=0&own=true").await;
    let said: Vec<_> =
        own.as_array().expect("a list").iter().filter(|message| message["from"] == "contact").collect();
    assert_eq!(said.len(), 1, "said once: {own}");
}

#[tokio::test]
async fn simultaneous_twins_get_one_turn() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let saying = json!({ "client_id": "twin", "text": "my screen stays black" });
    let twins = futures::future::join_all((0..8).map(|_| visitor.post(saying.clone()))).await;
    assert!(twins.iter().all(|told| told.status == 200 && told.text == twins[0].text));
    assert_eq!(visitor.after("after=0&own=true").await.to_string().matches("\"contact\"").count(), 1);
}

#[tokio::test]
async fn who_comes_back_gets_what_was_missed() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let said = visitor.post(json!({ "client_id": "1", "text": "my screen stays black" })).await.json();
    let seen = visitor.first.as_array().and_then(|list| list.last()).map(|message| message["seq"].clone());
    let missed = visitor.after(&format!("after={}", seen.expect("a last one"))).await;
    // Which revision asked it is not in the journal.
    let mut replied = said["messages"].clone();
    for message in replied.as_array_mut().into_iter().flatten().filter_map(|message| message.as_object_mut())
    {
        message.remove("revision");
    }
    assert_eq!(missed, replied, "what the reply held, no more and no less");
    let all = visitor.after("after=0").await;
    assert_eq!(
        all.as_array().map(Vec::len),
        Some(visitor.first.as_array().map_or(0, Vec::len) + missed.as_array().map_or(0, Vec::len))
    );
    assert_eq!(visitor.after("after=999999").await, json!([]));
}

#[tokio::test]
async fn a_choice_is_taken_once_and_an_old_one_is_not() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let menu = visitor.first.as_array().and_then(|list| list.last()).cloned().expect("a question");
    let value = menu["options"][0]["value"].clone();
    assert!(value.is_string(), "the demo begins with a menu: {menu}");
    let pressed =
        visitor.post(json!({ "client_id": "1", "choice": value, "turn": menu["turn"] })).await.json();
    let old = visitor.post(json!({ "client_id": "2", "choice": value, "turn": menu["turn"] })).await.json();
    let last = |told: &serde_json::Value| {
        told["messages"].as_array().and_then(|list| list.last()).cloned().expect("one")
    };
    assert_eq!(last(&old)["text"], last(&pressed)["text"], "what is asked now is asked again");
}

#[tokio::test]
async fn what_is_typed_is_shown_as_typed() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let text = "{{7*7}} ${7*7} <b>&amp;</b> {0.__class__} %s \u{1F9D1}\u{200D}\u{1F4BB} 日本語";
    let told = visitor.post(json!({ "client_id": "1", "text": text })).await;
    assert_eq!(told.status, 200, "{}", told.text);
    assert!(!texts(&told.json()["messages"]).join(" ").contains("49"), "nothing is evaluated: {}", told.text);
    let own = visitor.after("after=0&own=true").await;
    assert!(texts(&own).iter().any(|said| said == text), "{own}");
}

#[tokio::test]
async fn wrong_requests_are_refused_in_words() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({})).await;
    let at = format!("{}/chat/messages", visitor.base);
    let raw = |body: &str, kind: &str| {
        let request = visitor.http.post(&at).bearer_auth(&visitor.token).header("content-type", kind);
        request.body(body.to_owned())
    };
    let deep = format!("{{\"client_id\":\"a\",\"text\":{}", "[".repeat(10_000));
    let cases = [
        ("{\"client_id\":\"a\",\"text\":\"hi\"}", "text/plain", 415, "not_json"),
        ("{\"client_id\":\"a\",\"text\":\"hi\"}", "application/x-www-form-urlencoded", 415, "not_json"),
        ("{\"client_id\":", "application/json", 400, "bad_json"),
        (&deep, "application/json", 400, "bad_form"),
        ("[1]", "application/json", 400, "bad_form"),
        ("{\"text\":\"hi\"}", "application/json", 400, "bad_form"),
        ("{\"client_id\":\"a\",\"client_id\":\"b\",\"text\":\"hi\"}", "application/json", 400, "bad_form"),
        ("{\"client_id\":\"a\",\"text\":7}", "application/json", 400, "bad_form"),
        ("{\"client_id\":\"a\"}", "application/json", 400, "bad_form"),
        ("{\"client_id\":\"a\",\"text\":\"x\",\"choice\":\"y\"}", "application/json", 400, "bad_form"),
        ("{\"client_id\":\"\",\"text\":\"x\"}", "application/json", 400, "bad_client_id"),
        ("{\"client_id\":\"a b\",\"text\":\"x\"}", "application/json", 400, "bad_client_id"),
        ("{\"client_id\":\"a\",\"text\":\" \\u0000\\n \"}", "application/json", 400, "empty"),
    ];
    for (body, kind, status, code) in cases {
        let told = ask(raw(body, kind)).await;
        assert_eq!((told.status, told.refusal().as_str()), (status, code), "{body:.80}");
    }
    let invalid = raw("", "application/json").body(vec![b'"', 0xff, 0xfe, b'"']);
    assert_eq!(ask(invalid).await.status, 400);
    let long = json!({ "client_id": "l", "text": "ä".repeat(4_001) });
    assert_eq!(visitor.post(long).await.refusal(), "too_long");
    let fits = visitor.post(json!({ "client_id": "f", "text": "ä".repeat(4_000) })).await;
    assert_eq!(fits.status, 200, "4,000 characters are counted, not bytes: {}", fits.text);
}

#[tokio::test]
async fn without_the_token_nothing_is_told() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({})).await;
    let at = format!("{}/chat/messages", visitor.base);
    let short = &visitor.token[..42];
    for token in ["", "x", short, &format!("{}x", visitor.token), &"y".repeat(5_000)] {
        let told = ask(visitor.http.get(&at).bearer_auth(token)).await;
        assert_eq!((told.status, told.refusal().as_str()), (401, "bad_token"), "{token:.50}");
    }
    let basic = ask(visitor.http.get(&at).header("authorization", format!("Basic {}", visitor.token))).await;
    assert_eq!(basic.status, 401);
    let in_url = ask(visitor.http.get(format!("{at}?token={}", visitor.token))).await;
    assert_eq!(in_url.status, 401, "an address is no place for a token");
    let other = Visitor::open(&server, json!({})).await;
    other.post(json!({ "client_id": "1", "text": "only mine" })).await;
    let mine = visitor.after("after=0&own=true").await;
    assert!(!texts(&mine).iter().any(|text| text == "only mine"), "a chat is its visitor's alone");
}

#[tokio::test]
async fn who_writes_too_fast_is_told_to_wait() {
    let server = start(&[]);
    let visitor = Visitor::open(&server, json!({})).await;
    let mut refused = None;
    for n in 0..60 {
        let told = visitor.post(json!({ "client_id": format!("c{n}"), "text": "hello" })).await;
        if told.status == 429 {
            refused = Some((n, told));
            break;
        }
        assert_eq!(told.status, 200, "{}", told.text);
    }
    let (n, told) = refused.expect("sixty at once are too many");
    assert!(n >= 20, "a burst of twenty is let through, {n} were");
    assert_eq!(told.refusal(), "too_fast");
    assert!(told.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
    let other = Visitor::open(&server, json!({})).await;
    assert_eq!(
        other.post(json!({ "client_id": "a", "text": "hello" })).await.status,
        200,
        "others are not held up"
    );
}

#[tokio::test]
async fn only_pages_that_are_named_may_read_the_answers() {
    let server = start(&[(
        "VESTIBULE_CHANNELS__WEB__ALLOWED_ORIGINS",
        "https://shop.example,https://www.shop.example",
    )]);
    let (http, at) = (reqwest::Client::new(), format!("{}/chat/conversations", server.url()));
    let from = async |origin: &str| ask(http.post(&at).header("origin", origin).json(&json!({}))).await;
    let allowed = from("https://shop.example").await;
    assert_eq!(allowed.header("access-control-allow-origin"), "https://shop.example");
    assert!(allowed.header("vary").to_lowercase().contains("origin"));
    assert!(allowed.header("access-control-allow-credentials").is_empty());
    for foreign in
        ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"]
    {
        assert_eq!(from(foreign).await.header("access-control-allow-origin"), "", "{foreign}");
    }
    let flight = |origin: &'static str| {
        let request = http.request(reqwest::Method::OPTIONS, &at).header("origin", origin);
        ask(request.header("access-control-request-method", "POST"))
    };
    let told = flight("https://www.shop.example").await;
    assert_eq!(told.status, 204);
    assert!(told.header("access-control-allow-headers").contains("authorization"));
    assert_eq!(flight("https://evil.example").await.header("access-control-allow-headers"), "");
}

#[tokio::test]
async fn the_chat_can_be_switched_off() {
    let server = start(&[("VESTIBULE_CHANNELS__WEB__ENABLED", "false")]);
    let told =
        ask(reqwest::Client::new().post(format!("{}/chat/conversations", server.url())).json(&json!({})))
            .await;
    assert_eq!((told.status, told.refusal().as_str()), (404, "not_found"));
}
