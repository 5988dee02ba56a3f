//! The life of a ticket through the desk's API and the command line, on the real program.

use serde_json::{Value, json};

use super::{Agent, PASSWORD, Visitor, ask, start};
use crate::load::ill_mannered::{Dice, Ending, Manners, call, number, step};
use crate::support::caller::Caller;
use crate::support::server::Server;

const PROMISES: &str =
    r#"[{ "name": "usual", "calendar": "always", "first_response": "4h", "resolution": "16h" }]"#;

/// A visitor goes through the small desk to a ticket; its code.
pub(super) async fn ticket(server: &Server) -> String {
    let visitor = Visitor::open(server, json!({ "locale": "en" })).await;
    for (n, text) in ["1", "the roof leaks", "123456", "7"].iter().enumerate() {
        let said = visitor.post(json!({ "client_id": format!("m{n}"), "text": text })).await;
        assert_eq!(said.status, 200, "{}", said.text);
    }
    let listed = server.run(&["ticket", "list", "--json"]);
    let listed = String::from_utf8(listed.stdout).expect("JSON lines");
    let tickets: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let mine = tickets.iter().find(|ticket| ticket["external_id"] == visitor.conversation.as_str());
    mine.unwrap_or_else(|| panic!("no ticket: {listed}"))["code"].as_str().expect("a code").to_owned()
}

pub(super) fn small(more: &[(&str, &str)]) -> Server {
    let mut all = vec![("VESTIBULE_PUBLIC_URL", ""), ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", "")];
    all.extend(more);
    Server::small("", &all)
}

pub(super) async fn lead(server: &Server, name: &str) -> Agent {
    let done = server.run_with(&["agent", "add", name, "--role", "lead"], &format!("{PASSWORD}\n"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
    let mut agent = Agent { http, base: server.url(), csrf: String::new() };
    assert_eq!(agent.log_in(name, PASSWORD).await.status, 200);
    agent
}

pub(super) fn told(output: std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[tokio::test]
async fn a_ticket_is_seen_through_to_its_closing() {
    let server = small(&[("VESTIBULE_DESK__TARGETS", PROMISES)]);
    let code = ticket(&server).await;
    let anna = Agent::new(&server, "anna").await;
    let acts = format!("tickets/{code}/acts");
    let act = async |given: Value| {
        let told = anna.post(&acts, given).await;
        assert_eq!(told.status, 200, "{}", told.text);
        told.json()
    };
    assert_eq!(act(json!({ "act": "assign" })).await["agent"], "anna");
    assert_eq!(act(json!({ "act": "start" })).await["state"], "in_progress");
    assert_eq!(act(json!({ "act": "categorise", "category": "roof" })).await["category"], "roof");
    let raised =
        act(json!({ "act": "prioritise", "urgency": "high", "impact": "high", "why": "it rains" })).await;
    assert_eq!(raised["priority"], "urgent");
    let up = act(json!({ "act": "escalate", "why": "needs a ladder" })).await;
    assert_eq!((&up["tier"], &up["agent"]), (&json!(2), &Value::Null));
    act(json!({ "act": "assign", "agent": "anna" })).await;
    act(json!({ "act": "resolve" })).await;
    assert_eq!(act(json!({ "act": "reopen", "why": "it still leaks" })).await["reopened"], 1);
    act(json!({ "act": "resolve" })).await;
    assert_eq!(act(json!({ "act": "close" })).await["state"], "closed");

    let shown: Value =
        serde_json::from_str(&told(server.run(&["ticket", "show", &code, "--json"]))).expect("JSON");
    let whats: Vec<&str> =
        shown["history"].as_array().expect("rows").iter().filter_map(|row| row["what"].as_str()).collect();
    assert_eq!(
        whats,
        [
            "opened",
            "assigned",
            "assigned",
            "in_progress",
            "categorised",
            "prioritised",
            "escalated",
            "released",
            "assigned",
            "resolved",
            "reopened",
            "resolved",
            "closed"
        ],
        "{shown:#}"
    );
    let why = shown["history"].as_array().expect("rows").iter().find(|row| row["what"] == "prioritised");
    let why = why.and_then(|row| row["text"].as_str()).expect("a text");
    assert!(why.contains("→ urgent (high × high): it rains"), "{why}");

    let explained: Value =
        serde_json::from_str(&told(server.run(&["ticket", "explain", &code, "--json"]))).expect("JSON");
    let targets = explained["targets"].as_array().expect("targets");
    let resolution = targets.iter().find(|target| target["target"] == "resolution").expect("a resolution");
    assert_eq!(
        (&resolution["state"], &resolution["policy"], &resolution["allowed"]),
        (&json!("kept"), &json!("usual"), &json!(57_600))
    );
    assert_eq!(anna.get(&format!("tickets/{code}/targets")).await.json()["targets"], explained["targets"]);
    let told = told(server.run(&["ticket", "explain", &code]));
    assert!(told.contains("first_response kept, 0:00 of 4:00") && told.contains("usual"), "{told}");
    assert_eq!(server.run(&["ticket", "explain", "123456782"]).status.code(), Some(1));
}

#[tokio::test]
async fn figures_are_told_on_the_command_line_and_at_the_desk() {
    let server = small(&[("VESTIBULE_DESK__TARGETS", PROMISES)]);
    let none: Value = serde_json::from_str(&told(server.run(&["kpi", "--json"]))).expect("JSON");
    assert_eq!((&none["total"]["opened"], &none["total"]["turnaround"]), (&json!(0), &Value::Null), "{none}");
    let (one, two) = (ticket(&server).await, ticket(&server).await);
    let anna = Agent::new(&server, "anna").await;
    for (code, act) in [(&one, "assign"), (&one, "resolve"), (&one, "close"), (&two, "assign")] {
        let done = anna.post(&format!("tickets/{code}/acts"), json!({ "act": act })).await;
        assert_eq!(done.status, 200, "{}", done.text);
    }
    let renamed = json!({ "act": "queue", "queue": "=cmd()" });
    assert_eq!(anna.post(&format!("tickets/{two}/acts"), renamed).await.status, 200);
    let found: Value =
        serde_json::from_str(&told(server.run(&["kpi", "--by", "queue", "--json"]))).expect("JSON");
    let total = &found["total"];
    assert_eq!((&total["opened"], &total["closed"], &total["backlog"]), (&json!(2), &json!(1), &json!(1)));
    assert_eq!((&total["to_answer"]["n"], &total["to_resolve"]["n"]), (&json!(2), &json!(1)));
    assert_eq!(total["resolution"], json!({ "due": 1, "kept": 1 }));
    assert_eq!(found["parts"].as_array().map(Vec::len), Some(2), "{found}");
    let shown = told(server.run(&["kpi"]));
    assert!(
        shown.contains("resolution kept") && shown.contains("1 ÷ 1, 100 %") && shown.contains("no data"),
        "{shown}"
    );
    let at_desk = anna.get("figures?by=queue").await.json();
    assert_eq!((&at_desk["total"]["opened"], &at_desk["by"]), (&json!(2), &json!("queue")));
    let table = anna.get("figures.csv?by=queue").await;
    assert!(
        table.text.contains("\n'=cmd(),1,") && table.header("content-type").starts_with("text/csv"),
        "{}",
        table.text
    );
    assert_eq!(table.text, told(server.run(&["kpi", "--by", "queue", "--csv"])));
    assert_eq!(anna.get("figures?by=weather").await.refusal(), "bad_by");
    assert_eq!(anna.get("figures?from=2026-12-01&to=2026-11-01").await.refusal(), "bad_period");
    assert_eq!(server.run(&["kpi", "--from", "2026-12-01", "--to", "2026-11-01"]).status.code(), Some(2));
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_the_reason() {
    let server = small(&[]);
    let code = ticket(&server).await;
    let anna = Agent::new(&server, "anna").await;
    let acts = format!("tickets/{code}/acts");
    for (given, status, refusal, words) in [
        (json!({ "act": "close" }), 409, "refused", "cannot take `close`"),
        (json!({ "act": "dance" }), 400, "bad_act", "no act `dance`"),
        (json!({ "act": "escalate" }), 400, "bad_act", "needs `why`"),
        (json!({ "act": "assign", "agent": "nobody" }), 400, "no_agent", "no agent nobody"),
        (
            json!({ "act": "prioritise", "urgency": "extreme", "impact": "low" }),
            400,
            "bad_act",
            "needs `urgency`",
        ),
        (json!({ "act": "link", "how": "related_to", "to": "12" }), 400, "bad_code", "the code of another"),
        (json!({ "act": "link", "how": "related_to", "to": code }), 409, "refused", "with itself"),
        (json!({ "act": "check_item", "item": 1 }), 409, "refused", "only a service_request"),
        (json!({ "act": "cancel" }), 403, "not_allowed", "lead"),
        (json!({ "act": "approve" }), 403, "not_allowed", "lead"),
        (json!({ "act": "assign", "who": "anna" }), 400, "bad_form", "unknown field `who`"),
    ] {
        let told = anna.post(&acts, given.clone()).await;
        assert_eq!((told.status, told.refusal().as_str()), (status, refusal), "{given}: {}", told.text);
        assert!(told.text.contains(words), "{given}: {}", told.text);
    }
    let shown = server.run(&["ticket", "show", &code, "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!(shown["history"].as_array().map(Vec::len), Some(1), "nothing happened");
    let unknown = anna.post("tickets/123456782/acts", json!({ "act": "start" })).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_change_goes_through_its_approval() {
    let server = small(&[]);
    let code = ticket(&server).await;
    let (anna, lea) = (Agent::new(&server, "anna").await, lead(&server, "lea").await);
    let acts = format!("tickets/{code}/acts");
    assert_eq!(anna.post(&acts, json!({ "act": "retype", "type": "change" })).await.status, 200);
    assert_eq!(anna.post(&acts, json!({ "act": "assign" })).await.status, 200);
    let early = anna.post(&acts, json!({ "act": "start" })).await;
    assert!(early.text.contains("no window"), "{}", early.text);
    let window = json!({ "act": "plan", "from": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z" });
    assert_eq!(anna.post(&acts, window).await.status, 200);
    assert!(anna.post(&acts, json!({ "act": "start" })).await.text.contains("not approved"));
    let approved = lea.post(&acts, json!({ "act": "approve" })).await;
    assert_eq!(
        (approved.status, &approved.json()["approval"]),
        (200, &json!("approved")),
        "{}",
        approved.text
    );
    assert_eq!(anna.post(&acts, json!({ "act": "start" })).await.json()["state"], "in_progress");
}

#[tokio::test]
async fn settings_that_promise_nonsense_keep_it_from_starting() {
    let server = start(&[]);
    let check = |targets: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.env("VESTIBULE_DESK__TARGETS", targets).args(["ticket", "list"]).output().expect("it starts")
    };
    let done = check(r#"[{ "resolution": "soon" }]"#);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(!done.status.success() && said.contains("desk.targets[0].resolution"), "{said}");
    assert_eq!(ask(reqwest::Client::new().get(server.url())).await.status, 200);
}

/// By the running program's own clock: nobody takes it, so it goes up tier by tier; then people see it through.
#[tokio::test]
async fn a_caller_s_ticket_goes_up_by_itself_and_is_seen_through() {
    let targets = r#"[{ "name": "quick", "calendar": "always", "first_response": "1s", "resolution": "3s",
        "at_warning": ["raise"], "at_breach": ["notify", "escalate"] }]"#;
    let server =
        Server::small("", &[("VESTIBULE_DESK__TARGETS", targets), ("VESTIBULE_DESK__SURVEY__NPS", "0")]);
    let mut made = None;
    // Some callers are helped by an answer: another calls then.
    for n in 0..20 {
        let id = format!("CA{n:032x}");
        let (ending, _) =
            call(reqwest::Client::new(), &server.url(), &id, Manners::GOOD).await.expect("a good call");
        if let Ending::Code(told) = ending {
            made = Some((told, id));
            break;
        }
    }
    let (code, first) = made.expect("one of twenty has a ticket");
    let show = || -> Value {
        let shown = told(server.run(&["ticket", "show", &code, "--json"]));
        serde_json::from_str(&shown).expect("JSON")
    };
    let whats = |shown: &Value| -> Vec<String> {
        let rows = shown["history"].as_array().expect("rows").clone();
        rows.iter().filter_map(|row| row["what"].as_str().map(str::to_owned)).collect()
    };
    let until = std::time::Instant::now() + std::time::Duration::from_secs(40);
    while whats(&show()).iter().filter(|what| *what == "escalated").count() < 2 {
        assert!(std::time::Instant::now() < until, "{:#}", show());
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let anna = Agent::new(&server, "anna").await;
    let acts = format!("tickets/{code}/acts");
    for act in ["assign", "start", "resolve", "reopen", "resolve", "close"] {
        let done = anna.post(&acts, json!({ "act": act, "why": "seen through" })).await;
        assert_eq!(done.status, 200, "{act}: {}", done.text);
    }
    let shown = show();
    let all = whats(&shown);
    let count = |what: &str| all.iter().filter(|one| *one == what).count();
    assert_eq!((count("target_near"), count("target_missed"), count("escalated")), (2, 2, 2), "{all:?}");
    assert_eq!((count("prioritised"), count("reopened"), count("resolved")), (2, 1, 2), "{all:?}");
    assert_eq!(all.last().map(String::as_str), Some("closed"));
    assert_eq!((&shown["channel"], &shown["state"]), (&json!("twilio"), &json!("closed")));
    let who: std::collections::BTreeSet<&str> =
        shown["history"].as_array().expect("rows").iter().filter_map(|row| row["by"].as_str()).collect();
    assert_eq!(who.into_iter().collect::<Vec<_>>(), ["anna", "bot", "clock"]);
    let explained: Value =
        serde_json::from_str(&told(server.run(&["ticket", "explain", &code, "--json"]))).expect("JSON");
    for target in explained["targets"].as_array().expect("targets") {
        assert_eq!(target["state"], "missed", "{explained:#}");
    }

    // They call again about something else, and are asked by keys before the call ends.
    let mut again = Caller::new(reqwest::Client::new(), &server.url(), "CAagain", &number(&first));
    again.begin().await.expect("a call");
    let spoken = code.chars().map(String::from).collect::<Vec<_>>();
    let asked = |caller: &Caller| caller.last().to_lowercase().contains("how satisfied");
    for _ in 0..40 {
        if asked(&again) || again.over() {
            break;
        }
        step(&mut again, &mut Dice::new("again"), Manners::GOOD, &mut Vec::new()).await.expect("a good step");
    }
    assert!(asked(&again), "asked before the call ends: {:?}", again.heard);
    let last: String = again.last().chars().filter(char::is_ascii_digit).collect();
    assert!(last.contains(&spoken.concat()), "of which ticket: {:?}", again.last());
    again.press("5").await.expect("a score");
    assert!(again.last().contains("Anything you would like to add?"), "{:?}", again.heard);
    again.silence().await.expect("nothing to add");
    assert!(again.over(), "{:?}", again.heard);
    let shown = show();
    let rows = shown["history"].as_array().expect("rows");
    let survey: Vec<&Value> = rows.iter().filter(|row| row["what"] == "surveyed").collect();
    assert_eq!(survey.len(), 1, "{shown:#}");
    assert_eq!((&survey[0]["by"], &survey[0]["text"]), (&json!("contact"), &json!("csat 5")));

    // Once: the third call is not asked.
    let mut third = Caller::new(reqwest::Client::new(), &server.url(), "CAthird", &number(&first));
    third.begin().await.expect("a call");
    for _ in 0..40 {
        if third.over() {
            break;
        }
        step(&mut third, &mut Dice::new("third"), Manners::GOOD, &mut Vec::new()).await.expect("a good step");
    }
    assert!(!third.heard.iter().any(|said| said.contains("how satisfied")), "{:?}", third.heard);
    let figures: Value = serde_json::from_str(&told(server.run(&["kpi", "--json"]))).expect("JSON");
    assert_eq!(figures["total"]["csat"], json!({ "n": 1, "good": 1, "bad": 0 }), "{figures}");
}
