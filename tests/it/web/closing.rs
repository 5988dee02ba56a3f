//! What contacts are told of their tickets and asked when they are closed, on the real program.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::tickets::{small, told};
use super::{Agent, Visitor, texts};
use crate::support::server::Server;

const PATIENCE: Duration = Duration::from_secs(30);

async fn visitor(server: &Server) -> Visitor {
    Visitor::open(server, json!({ "locale": "en" })).await
}

/// Through the small desk to a ticket; its code.
async fn ticket(server: &Server, visitor: &Visitor, round: &str) -> String {
    for (n, text) in ["1", "the roof leaks", "123456", "7"].iter().enumerate() {
        let said = visitor.post(json!({ "client_id": format!("{round}{n}"), "text": text })).await;
        assert_eq!(said.status, 200, "{}", said.text);
    }
    let listed = told(server.run(&["ticket", "list", "--json"]));
    let all: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mine = all.iter().find(|ticket| ticket["external_id"] == visitor.conversation.as_str());
    mine.expect("a ticket")["code"].as_str().expect("a code").to_owned()
}

async fn hears(visitor: &Visitor, words: &str) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let all = texts(&visitor.after("after=0").await);
        if all.iter().any(|text| text.contains(words)) {
            return all;
        }
        assert!(begun.elapsed() < PATIENCE, "not told {words:?}: {all:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn act(agent: &Agent, code: &str, given: Value) {
    let done = agent.post(&format!("tickets/{code}/acts"), given).await;
    assert_eq!(done.status, 200, "{}", done.text);
}

fn history(server: &Server, code: &str) -> Vec<(String, String, String)> {
    let shown: Value =
        serde_json::from_str(&told(server.run(&["ticket", "show", code, "--json"]))).expect("JSON");
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = shown["history"].as_array().expect("rows").clone();
    rows.iter().map(|row| (text(row, "by"), text(row, "what"), text(row, "text"))).collect()
}

#[tokio::test]
async fn an_agent_writes_to_the_contact_of_a_ticket_and_they_are_asked_how_it_went() {
    let server = small(&[("VESTIBULE_DESK__SURVEY__NPS", "100")]);
    let visitor = visitor(&server).await;
    let code = ticket(&server, &visitor, "a").await;
    let anna = Agent::new(&server, "anna").await;
    let reply = format!("tickets/{code}/reply");
    let mut conversation = String::new();
    for _ in 0..2 {
        // The same again writes nothing twice.
        let written = json!({ "client_id": "w1", "text": "Which tile is it?" });
        let done = anna.post(&reply, written).await;
        assert_eq!(done.status, 200, "{}", done.text);
        conversation = done.json()["conversation"]["id"].as_str().expect("an id").to_owned();
    }
    let all = hears(&visitor, "Which tile is it?").await;
    assert_eq!(all.iter().filter(|text| text.contains("Which tile")).count(), 1, "{all:#?}");
    act(&anna, &code, json!({ "act": "ask_contact" })).await;
    // While somebody has the conversation the contact is not told what they see themselves.
    let said = visitor.post(json!({ "client_id": "b1", "text": "the third from the left" })).await;
    assert_eq!(said.status, 200, "{}", said.text);
    let rows = history(&server, &code);
    let whats: Vec<&str> = rows.iter().map(|(_, what, _)| what.as_str()).collect();
    assert!(whats.ends_with(&["pending_contact", "contact_wrote"]), "{rows:#?}");
    let bruno = Agent::new(&server, "bruno").await;
    let other = bruno.post(&reply, json!({ "client_id": "w2", "text": "Me too" })).await;
    assert_eq!(other.status, 409, "{}", other.text);

    act(&anna, &code, json!({ "act": "resolve" })).await;
    let closed =
        anna.post(&format!("conversations/{conversation}/close"), json!({ "disposition": "solved" })).await;
    assert_eq!(closed.status, 200, "{}", closed.text);
    hears(&visitor, "resolved").await;
    act(&anna, &code, json!({ "act": "close" })).await;
    hears(&visitor, "How satisfied are you").await;
    for (n, text) in ["4", "quick and kind", "10"].iter().enumerate() {
        let said = visitor.post(json!({ "client_id": format!("s{n}"), "text": text })).await;
        assert_eq!(said.status, 200, "{}", said.text);
    }
    let rows = history(&server, &code);
    let scores: Vec<&str> =
        rows.iter().filter(|(_, what, _)| what == "surveyed").map(|(.., text)| text.as_str()).collect();
    assert_eq!(scores, ["csat 4", "csat: quick and kind", "nps 10"], "{rows:#?}");
    // Late, and twice: the score stands.
    visitor.post(json!({ "client_id": "s9", "text": "1" })).await;
    assert_eq!(history(&server, &code).iter().filter(|(_, what, _)| what == "surveyed").count(), 3);
    let figures: Value = serde_json::from_str(&told(server.run(&["kpi", "--json"]))).expect("JSON");
    assert_eq!(figures["total"]["csat"], json!({ "n": 1, "good": 1, "bad": 0 }));
    assert_eq!(figures["total"]["nps"], json!({ "n": 1, "good": 1, "bad": 0 }));
    assert_eq!((&figures["total"]["asked"], &figures["total"]["answered"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn who_has_something_else_to_say_passes_the_survey_over_and_comes_back_on_the_matter() {
    let server = small(&[("VESTIBULE_DESK__SURVEY__NPS", "0")]);
    let visitor = visitor(&server).await;
    let code = ticket(&server, &visitor, "a").await;
    let anna = Agent::new(&server, "anna").await;
    for what in ["resolve", "close"] {
        act(&anna, &code, json!({ "act": what })).await;
    }
    let all = hears(&visitor, "How satisfied are you").await;
    let said = visitor.post(json!({ "client_id": "b0", "text": "it is raining in again" })).await;
    assert_eq!(said.status, 200, "{}", said.text);
    let more = texts(&visitor.after("after=0").await);
    assert!(more[all.len()..].iter().any(|text| text.contains("What is it about?")), "{more:#?}");
    assert!(
        history(&server, &code)
            .iter()
            .any(|(_, what, text)| what == "surveyed" && text.contains("passed over"))
    );

    let again = ticket(&server, &visitor, "c").await;
    assert_ne!(again, code);
    let (old, new) = (history(&server, &code), history(&server, &again));
    let linked = |rows: &[(String, String, String)], text: String| {
        rows.iter().any(|(_, what, told)| what == "linked" && *told == text)
    };
    assert!(linked(&new, format!("follow_up_of {code}")), "{new:#?}");
    assert!(linked(&old, format!("followed_up_by {again}")), "{old:#?}");
    // Asked once, though another ticket of theirs is closed so soon after.
    for what in ["resolve", "close"] {
        act(&anna, &again, json!({ "act": what })).await;
    }
    hears(&visitor, "resolved").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let all = texts(&visitor.after("after=0").await);
    assert_eq!(all.iter().filter(|text| text.contains("How satisfied")).count(), 1, "{all:#?}");
}

#[tokio::test]
async fn nobody_is_told_in_quiet_hours_and_each_change_once_after_them() {
    // A day that is not near.
    let today = vestibule::calendar::Calendar::always().local(jiff::Timestamp::now()).date();
    let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        [usize::try_from((today.weekday().to_monday_zero_offset() + 3) % 7).expect("a day")];
    let hours = format!("{day} 10:00-11:00");
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("quiet.db").display());
    let on = |hours: &str| {
        let all = [
            ("VESTIBULE_PUBLIC_URL", ""),
            ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", ""),
            ("VESTIBULE_DESK__NOTICES__HOURS", hours),
        ];
        Server::small(&database, &all)
    };
    let server = on(&hours);
    let visitor = visitor(&server).await;
    let code = ticket(&server, &visitor, "a").await;
    let anna = Agent::new(&server, "anna").await;
    for what in ["start", "resolve", "reopen", "resolve"] {
        act(&anna, &code, json!({ "act": what, "why": "as it goes" })).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let all = texts(&visitor.after("after=0").await);
    assert!(!all.iter().any(|text| text.contains("News of your ticket")), "{all:#?}");

    // With settings that let it be told, the last state is told once.
    drop(server);
    let server = on("");
    let visitor = Visitor { base: server.url(), ..visitor };
    hears(&visitor, "resolved").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let all = texts(&visitor.after("after=0").await);
    assert_eq!(all.iter().filter(|text| text.contains("News of your ticket")).count(), 1, "{all:#?}");
}
