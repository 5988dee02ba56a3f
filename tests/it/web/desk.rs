//! The desk's API: who gets in, what each call needs, and the take-over.

use serde_json::{Value, json};

use super::{Agent, PASSWORD, Visitor, add, ask, start, texts};

#[tokio::test]
async fn a_log_in_tells_nothing_about_accounts() {
    let server = start(&[]);
    add(&server, "maria");
    let mut agent = Agent { http: reqwest::Client::new(), base: server.url(), csrf: String::new() };
    let wrong = agent.log_in("maria", "not the password").await;
    let unknown = agent.log_in("nobody-here", "not the password").await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.text, unknown.text);
    assert_eq!(wrong.refusal(), "wrong_login");
    assert!(wrong.header("set-cookie").is_empty());
    // The least of several tries each: the noise of a busy machine only adds.
    let mut least = [f64::MAX; 2];
    for _ in 0..3 {
        for (at, name) in ["maria", "nobody-here"].into_iter().enumerate() {
            let begun = std::time::Instant::now();
            agent.log_in(name, "not the password").await;
            least[at] = least[at].min(begun.elapsed().as_secs_f64());
        }
    }
    assert!(least[1] > least[0] * 0.4, "an unknown name is answered sooner: {least:?}");
}

#[tokio::test]
async fn guessing_is_slowed_and_the_owner_gets_in_again() {
    let server = start(&[]);
    add(&server, "maria");
    let mut agent = Agent { http: reqwest::Client::new(), base: server.url(), csrf: String::new() };
    let mut slowed = None;
    for _ in 0..30 {
        let told = agent.log_in("maria", "guess").await;
        if told.status == 429 {
            slowed = Some(told);
            break;
        }
    }
    let told = slowed.expect("thirty guesses are too many");
    let wait: u64 = told.header("retry-after").parse().expect("how long to wait");
    assert!((1..=15).contains(&wait), "a throttle, not a lock: {wait} s");
    tokio::time::sleep(std::time::Duration::from_secs(wait)).await;
    // A connection of one's own: the guesser's has stood idle for so long that the server may be closing it.
    agent.http = reqwest::Client::new();
    assert_eq!(agent.log_in("maria", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_log_in_is_a_new_secret_and_ends_when_told() {
    let server = start(&[]);
    let mut agent = Agent::new(&server, "maria").await;
    let told = agent.log_in("maria", PASSWORD).await;
    let cookie = told.header("set-cookie").to_owned();
    for part in ["vestibule_desk=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let secret = cookie.split(';').next().unwrap_or_default().to_owned();
    let with = async |secret: &str| {
        ask(reqwest::Client::new().get(format!("{}/api/me", server.url())).header("cookie", secret)).await
    };
    assert_eq!(with(&secret).await.status, 200);
    let again = agent.log_in("maria", PASSWORD).await;
    assert_ne!(again.header("set-cookie").split(';').next(), Some(secret.as_str()));
    assert_eq!(with(&secret).await.status, 401, "the log-in that the browser had is over");
    let current = again.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    assert_eq!(agent.post("logout", json!({})).await.status, 204);
    assert_eq!(with(&current).await.status, 401, "logged out is logged out");
    assert_eq!(with("vestibule_desk=planted").await.status, 401);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let server = start(&[]);
    let mut agent = Agent::new(&server, "maria").await;
    assert_eq!(agent.get("me").await.status, 200);
    assert!(server.run(&["agent", "disable", "maria"]).status.success());
    assert_eq!(agent.get("me").await.status, 401);
    assert_eq!(agent.log_in("maria", PASSWORD).await.refusal(), "wrong_login");
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_the_host() {
    let server = super::start(&[("VESTIBULE_PUBLIC_URL", "https://desk.example.org")]);
    add(&server, "maria");
    let mut agent = Agent { http: reqwest::Client::new(), base: server.url(), csrf: String::new() };
    let told = agent.log_in("maria", PASSWORD).await;
    let cookie = told.header("set-cookie");
    assert!(cookie.starts_with("__Host-vestibule_desk=") && cookie.contains("Secure"), "{cookie}");
    assert!(told.header("strict-transport-security").contains("max-age="));
}

/// Every path and method of the desk that the API's own description names.
async fn described(server: &crate::support::server::Server) -> Vec<(String, String)> {
    let api = ask(reqwest::Client::new().get(format!("{}/api/openapi.json", server.url()))).await.json();
    let mut all = Vec::new();
    for (path, methods) in api["paths"].as_object().expect("paths") {
        for (method, about) in methods.as_object().expect("methods") {
            if about["tags"][0] == "desk" && path != "/api/login" {
                let path =
                    path.replace("{id}", &uuid::Uuid::nil().to_string()).replace("{code}", "123456782");
                all.push((method.to_uppercase(), path));
            }
        }
    }
    assert!(all.len() >= 12, "{all:?}");
    all
}

#[tokio::test]
async fn nothing_of_the_desk_is_open_and_no_change_goes_without_its_token() {
    let server = start(&[]);
    let agent = Agent::new(&server, "maria").await;
    let visitor = Visitor::open(&server, json!({})).await;
    for (method, path) in described(&server).await {
        let at = format!("{}{path}", server.url());
        let request = |http: &reqwest::Client| {
            let method = method.parse().expect("a method");
            http.request(method, &at)
                .json(&json!({ "client_id": "a", "text": "b", "disposition": "c", "presence": "away" }))
        };
        let nobody = ask(request(&reqwest::Client::new())).await;
        assert_eq!((nobody.status, nobody.refusal().as_str()), (401, "unauthorized"), "{method} {path}");
        let other = ask(request(&reqwest::Client::new()).bearer_auth(&visitor.token)).await;
        assert_eq!(other.status, 401, "a visitor's token opens no desk: {method} {path}");
        if method == "GET" {
            continue;
        }
        let bare = ask(request(&agent.http)).await;
        assert_eq!((bare.status, bare.refusal().as_str()), (403, "bad_csrf"), "{method} {path}");
        let wrong = ask(request(&agent.http).header("x-csrf-token", "guess")).await;
        assert_eq!(wrong.status, 403, "{method} {path}");
        let foreign =
            request(&agent.http).header("x-csrf-token", &agent.csrf).header("origin", "https://evil.example");
        assert_eq!(ask(foreign).await.refusal(), "foreign_origin", "{method} {path}");
        let site =
            request(&agent.http).header("x-csrf-token", &agent.csrf).header("sec-fetch-site", "cross-site");
        assert_eq!(ask(site).await.refusal(), "foreign_origin", "{method} {path}");
        let wrong_method = ask(agent.http.get(&at)).await;
        // Where there is a list to read, reading it is all that a GET does.
        let lists = ["/api/incidents", "/api/answers/proposals"];
        let reads = lists.contains(&path.as_str()) && wrong_method.status == 200;
        assert!(
            reads || wrong_method.status == 405 || wrong_method.status == 404,
            "a GET changes nothing: {path}"
        );
    }
    let login =
        agent.http.post(format!("{}/api/login", server.url())).header("origin", "https://evil.example");
    let told = ask(login.json(&json!({ "name": "maria", "password": PASSWORD }))).await;
    assert_eq!(told.refusal(), "foreign_origin", "nobody is logged in by another page");
}

async fn row(agent: &Agent, id: &str) -> Value {
    agent.get(&format!("conversations/{id}")).await.json()["conversation"].clone()
}

#[tokio::test]
async fn an_agent_takes_over_and_the_bot_is_silent_until_it_is_handed_back() {
    let server = start(&[]);
    let agent = Agent::new(&server, "maria").await;
    let other = Agent::new(&server, "jonas").await;
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let asked = texts(&visitor.first).pop().expect("a question");
    let id = agent.find(&visitor.conversation).await;
    let to = |act: &str| format!("conversations/{id}/{act}");
    let early = agent.post(&to("reply"), json!({ "client_id": "0", "text": "Hello" })).await;
    assert_eq!((early.status, early.refusal().as_str()), (409, "not_yours"));

    assert_eq!(agent.post(&to("claim"), json!({})).await.status, 200);
    assert_eq!(row(&agent, &id).await["owner_name"], "maria");
    let taken = other.post(&to("claim"), json!({})).await;
    assert_eq!((taken.status, taken.refusal().as_str()), (409, "taken"));

    let before = visitor.after("after=0").await.as_array().map_or(0, Vec::len);
    let said = visitor.post(json!({ "client_id": "1", "text": "is anybody there?" })).await.json();
    let bots = said["messages"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|message| message["from"] == "bot")
        .count();
    assert_eq!(bots, 0, "the bot does not talk over a person: {said}");
    for _ in 0..2 {
        let told =
            agent.post(&to("reply"), json!({ "client_id": "r1", "text": "I am here. <b>Maria</b>" })).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    let all = visitor.after("after=0").await;
    let fresh = &all.as_array().expect("a list")[before..];
    let of_agent: Vec<_> = fresh.iter().filter(|message| message["from"] == "agent").collect();
    assert_eq!(of_agent.len(), 1, "sent twice, written once: {all}");
    assert_eq!(of_agent[0]["text"], "I am here. <b>Maria</b>");

    assert_eq!(other.post(&to("note"), json!({ "client_id": "n", "text": "known fault" })).await.status, 200);
    assert!(
        !visitor.after("after=0&own=true").await.to_string().contains("known fault"),
        "notes stay inside"
    );
    let detail = agent.get(&format!("conversations/{id}")).await.json();
    let kinds: Vec<_> =
        detail["transcript"].as_array().expect("a list").iter().map(|entry| entry["kind"].as_str()).collect();
    assert!(kinds.contains(&Some("note")) && kinds.contains(&Some("claimed")), "{kinds:?}");

    let seen =
        all.as_array().and_then(|list| list.last()).map(|message| message["seq"].clone()).expect("one");
    assert_eq!(agent.post(&to("hand-back"), json!({})).await.status, 200);
    let after = visitor.after(&format!("after={seen}")).await;
    assert!(texts(&after).contains(&asked), "the bot goes on where it stood: {after}");
    assert_eq!(row(&agent, &id).await["owner"], "bot");
}

#[tokio::test]
async fn a_closed_conversation_is_over_and_the_next_message_begins_anew() {
    let server = start(&[]);
    let agent = Agent::new(&server, "maria").await;
    let visitor = Visitor::open(&server, json!({ "locale": "en" })).await;
    let id = agent.find(&visitor.conversation).await;
    let to = |act: &str| format!("conversations/{id}/{act}");
    agent.post(&to("claim"), json!({})).await;
    assert_eq!(agent.post(&to("close"), json!({ "disposition": "" })).await.refusal(), "bad_disposition");
    assert_eq!(agent.post(&to("close"), json!({ "disposition": "solved" })).await.status, 200);
    let closed = row(&agent, &id).await;
    assert_eq!((&closed["life"], &closed["outcome"]), (&json!("closed"), &json!("solved")));
    assert_eq!(agent.post(&to("claim"), json!({})).await.refusal(), "closed");
    let told = visitor.post(json!({ "client_id": "1", "text": "one more thing" })).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let next = agent.find(&visitor.conversation).await;
    assert_ne!(next, id, "a new conversation on the same chat");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let server = start(&[]);
    let agent = Agent::new(&server, "maria").await;
    for path in [
        "conversations/x",
        "conversations/00000000-0000-0000-0000-000000000000",
        "tickets/123456782",
        "tickets/zzz",
        "nothing",
    ] {
        assert_eq!(agent.get(path).await.refusal(), "not_found", "{path}");
    }
    assert_eq!(agent.get("conversations?view=bogus").await.refusal(), "bad_query");
    let claim = agent.post("conversations/00000000-0000-0000-0000-000000000000/claim", json!({})).await;
    assert_eq!(claim.refusal(), "not_found");
}

#[tokio::test]
async fn the_stream_tells_what_changed_and_catches_up() {
    let server = start(&[]);
    let agent = Agent::new(&server, "maria").await;
    let mut stream = Stream::open(&agent, None).await;
    assert_eq!(stream.next().await.0, "reset", "a new page reads its lists");
    let visitor = Visitor::open(&server, json!({})).await;
    let (kind, id, data) = stream.next().await;
    assert_eq!(kind, "change");
    assert_eq!(data["conversations"][0]["external_id"], visitor.conversation.as_str());
    drop(stream);
    visitor.post(json!({ "client_id": "1", "text": "hello" })).await;
    let mut later = Stream::open(&agent, Some(&id)).await;
    let (kind, ..) = later.next().await;
    // Nobody was listening, so what changed is not kept: the page is told to read again.
    assert!(kind == "change" || kind == "reset", "{kind}");
    assert_eq!(agent.post("logout", json!({})).await.status, 204);
    loop {
        if later.next().await.0 == "bye" {
            break;
        }
    }
}

#[tokio::test]
async fn an_agent_is_there_while_a_page_is_open() {
    let server = start(&[]);
    let agent = Agent::new(&server, "maria").await;
    let presence = async || agent.get("me").await.json()["presence"].as_str().unwrap_or_default().to_owned();
    assert_eq!(presence().await, "offline");
    let mut stream = Stream::open(&agent, None).await;
    stream.next().await;
    assert_eq!(presence().await, "online");
    assert_eq!(agent.post("presence", json!({ "presence": "lunch" })).await.refusal(), "bad_form");
    assert_eq!(agent.post("presence", json!({ "presence": "busy" })).await.status, 200);
    let mut second = Stream::open(&agent, None).await;
    second.next().await;
    drop(stream);
    assert_eq!(presence().await, "busy", "what an agent says counts, and one page is enough");
    drop(second);
    let begun = std::time::Instant::now();
    while presence().await != "offline" {
        assert!(begun.elapsed() < std::time::Duration::from_secs(25), "nobody is there any more");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

struct Stream {
    answer: reqwest::Response,
    text: String,
}

impl Stream {
    async fn open(agent: &Agent, seen: Option<&str>) -> Self {
        let mut request = agent.http.get(format!("{}/api/events", agent.base));
        if let Some(seen) = seen {
            request = request.header("last-event-id", seen);
        }
        let answer = request.send().await.expect("a stream");
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { answer, text: String::new() }
    }

    /// The next event: its kind, id and data.
    async fn next(&mut self) -> (String, String, Value) {
        loop {
            if let Some((event, rest)) = self.text.clone().split_once("\n\n") {
                self.text = rest.to_owned();
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default()
                };
                if !field("event").is_empty() {
                    let data = serde_json::from_str(field("data")).expect("JSON");
                    return (field("event").to_owned(), field("id").to_owned(), data);
                }
                continue;
            }
            let chunk = tokio::time::timeout(std::time::Duration::from_secs(10), self.answer.chunk());
            let chunk = chunk.await.expect("in time").expect("whole").expect("open");
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}
