//! What is behind the figures, and what is to be expected: on the real program, its API and its command line.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Agent;
use super::tickets::{lead, small, ticket, told};
use crate::support::server::Server;

fn read(server: &Server, arguments: &[&str]) -> Value {
    serde_json::from_str(&told(server.run(arguments))).expect("JSON")
}

#[tokio::test]
async fn alike_incidents_become_a_problem_and_are_resolved_with_it() {
    let server = small(&[]);
    let codes = [ticket(&server).await, ticket(&server).await, ticket(&server).await];
    let lines = told(server.run(&["patterns", "--json"]));
    let pattern: Value = serde_json::from_str(lines.lines().next().expect("a pattern")).expect("JSON");
    assert_eq!((&pattern["count"], &pattern["wording"]), (&json!(3), &json!("the roof leaks")), "{pattern}");
    let chief = lead(&server, "chief").await;
    let anna = Agent::new(&server, "anna").await;
    let proposal = json!({ "subject": "The roof is old", "tickets": pattern["tickets"] });
    assert_eq!(anna.post("patterns/problems", proposal.clone()).await.status, 403);
    let made = chief.post("patterns/problems", proposal).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let problem = made.json();
    assert_eq!((&problem["type"], problem["links"].as_array().map(Vec::len)), (&json!("problem"), Some(3)));
    let code = problem["code"].as_str().expect("a code").to_owned();
    let found = chief.get("patterns").await.json();
    assert_eq!(found["patterns"][0]["problems"], json!([code]), "{found}");
    assert_eq!(found["patterns"][0]["count"], 3, "the problem itself is no incident: {found}");
    for code in &codes {
        let shown = read(&server, &["ticket", "show", code, "--json"]);
        assert!(
            shown["history"]
                .to_string()
                .contains(&format!("caused_by {}", problem["code"].as_str().expect("a code"))),
            "{shown:#}"
        );
    }
    let acts = format!("tickets/{code}/acts");
    let done = chief.post(&acts, json!({ "act": "resolve", "why": "a new roof", "caused": true })).await;
    assert_eq!(done.status, 200, "{}", done.text);
    for code in &codes {
        let shown = read(&server, &["ticket", "show", code, "--json"]);
        assert_eq!(shown["state"], "resolved", "{shown:#}");
        assert!(shown["history"].to_string().contains("is resolved"), "{shown:#}");
    }
    assert_eq!(
        chief.post("patterns/problems", json!({ "subject": "x", "tickets": ["12"] })).await.status,
        400
    );
    assert_eq!(chief.get("patterns?weeks=0").await.status, 400);
}

#[tokio::test]
async fn reports_of_a_known_incident_are_collected_and_resolved_when_it_is_over() {
    let server = small(&[]);
    let before = ticket(&server).await;
    let chief = lead(&server, "chief").await;
    let unknown = json!({ "area": "fault", "title": "Storm", "master": "123456782" });
    assert_eq!(chief.post("incidents", unknown).await.status, 404);
    let opened =
        chief.post("incidents", json!({ "area": "fault", "title": "Storm", "master": before })).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let incident = opened.json()["id"].as_str().expect("an id").to_owned();
    let reports = [ticket(&server).await, ticket(&server).await];
    let history = |code: &str| read(&server, &["ticket", "show", code, "--json"]);
    let begun = std::time::Instant::now();
    let until = async |what: &str, holds: &dyn Fn() -> bool| {
        while !holds() {
            assert!(
                begun.elapsed() < std::time::Duration::from_secs(30),
                "{what}: {:#}",
                history(&reports[0])
            );
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    let collected = format!("duplicate_of {before}");
    until("collected", &|| {
        reports.iter().all(|code| history(code)["history"].to_string().contains(&collected))
    })
    .await;
    assert!(
        !history(&before)["history"].to_string().contains("duplicate_of"),
        "the master is no report of itself"
    );
    assert_eq!(chief.post(&format!("incidents/{incident}/close"), json!({})).await.status, 200);
    until("resolved", &|| reports.iter().all(|code| history(code)["state"] == "resolved")).await;
    assert!(history(&reports[0])["history"].to_string().contains("Storm is over"));
    assert_eq!(history(&before)["state"], "new", "the master is for people to close");
}

#[tokio::test]
async fn what_nobody_on_duty_could_take_goes_to_the_fallback_queue() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("vestibule.yaml");
    let routing =
        "desk: { routing: { assign: true, skills: { fault: [roofs] }, fallback: { fault: general } } }";
    std::fs::write(&file, routing).expect("written");
    let server = small(&[("VESTIBULE_CONFIG", &file.display().to_string())]);
    let anna = Agent::new(&server, "anna").await;
    assert_eq!(anna.post("presence", json!({ "presence": "online" })).await.status, 200);
    let code = ticket(&server).await;
    let begun = std::time::Instant::now();
    let shown = loop {
        let shown = read(&server, &["ticket", "show", &code, "--json"]);
        if shown["agent"] == "anna" {
            break shown;
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{shown:#}");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert_eq!(shown["queue"], "general", "{shown:#}");
    assert!(shown["history"].to_string().contains("nobody on duty could take it in fault"), "{shown:#}");
}

#[tokio::test]
async fn what_is_behind_a_figure_is_listed_and_agrees_with_the_histories() {
    let server = small(&[]);
    let (one, two) = (ticket(&server).await, ticket(&server).await);
    let anna = Agent::new(&server, "anna").await;
    for (code, act) in
        [(&one, "assign"), (&one, "resolve"), (&two, "assign"), (&two, "resolve"), (&two, "reopen")]
    {
        let done = anna.post(&format!("tickets/{code}/acts"), json!({ "act": act, "why": "so" })).await;
        assert_eq!(done.status, 200, "{}", done.text);
    }
    let behind = async |query: &str| -> Vec<String> {
        let found = anna.get(&format!("figures/tickets?{query}")).await;
        assert_eq!(found.status, 200, "{}", found.text);
        let rows = found.json()["tickets"].as_array().expect("rows").clone();
        let mut codes: Vec<String> =
            rows.iter().map(|row| row["code"].as_str().expect("a code").to_owned()).collect();
        codes.sort();
        codes
    };
    let mut both = vec![one.clone(), two.clone()];
    both.sort();
    assert_eq!(behind("figure=opened").await, both);
    assert_eq!(behind("figure=resolved").await, both);
    assert_eq!(behind("figure=reopened").await, std::slice::from_ref(&two));
    assert_eq!(behind("figure=answered&by=agent&part=anna").await, both);
    assert_eq!(behind("figure=answered&by=agent&part=bruno").await, Vec::<String>::new());
    assert_eq!(behind("figure=backlog").await, both);
    let wrong = anna.get("figures/tickets?figure=happy").await;
    assert!(wrong.status == 400 && wrong.text.contains("missed_resolution"), "{}", wrong.text);

    let contacts = anna.get("figures/contacts?by=channel").await.json();
    assert_eq!(
        (&contacts["total"]["begun"], &contacts["total"]["tickets"]),
        (&json!(2), &json!(2)),
        "{contacts}"
    );
    assert_eq!(
        (&contacts["total"]["contained"], &contacts["total"]["fcr"]),
        (&json!(0), &Value::Null),
        "{contacts}"
    );
    assert_eq!(contacts["parts"][0]["name"], "web");
    let funnel = anna.get("figures/funnel?flow=support").await.json();
    let steps = funnel["steps"].as_array().expect("steps");
    let account = steps.iter().find(|step| step["step"] == "account").expect("a step");
    assert_eq!(
        (&account["entered"], &account["passed"], &account["stopped"]),
        (&json!(2), &json!(2), &json!(0)),
        "{account}"
    );

    let checked = read(&server, &["kpi", "check", "--json"]);
    assert_eq!(checked, json!({ "tickets": 2, "differ": [] }));
    assert!(told(server.run(&["kpi", "rebuild"])).contains("2 tickets"));
    assert_eq!(read(&server, &["kpi", "check", "--json"])["differ"], json!([]));
    // There is not enough to go by, and that is said.
    let few = server.run(&["forecast"]);
    assert!(
        few.status.code() == Some(1) && String::from_utf8_lossy(&few.stdout).contains("needs 8 weeks"),
        "{few:?}"
    );
    assert_eq!(anna.get("forecast").await.json()["forecast"], Value::Null);
    assert_eq!(server.run(&["risk"]).status.code(), Some(1));
}

/// A made-up desk of ten weeks: through real turns, so that everything that is told of it can be checked.
#[tokio::test]
async fn a_made_up_desk_comes_about_by_real_turns() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = format!("sqlite://{}", folder.path().join("demo.db").display());
    let file = folder.path().join("demo.yaml");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VESTIBULE_")) {
            command.env_remove(name);
        }
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env("VESTIBULE_DATABASE_URL", &database);
        if file.exists() {
            command.arg("--config").arg(&file);
        }
        command.args(arguments).stdin(Stdio::null()).output().expect("the program starts")
    };
    let settings = told(run(&["demo", "--settings"]));
    std::fs::write(&file, settings).expect("written");
    let made: Value =
        serde_json::from_str(&told(run(&["demo", "--tickets", "60", "--days", "70", "--json"])))
            .expect("JSON");
    let tickets = made["tickets"].as_u64().expect("a number");
    assert!((40..=90).contains(&tickets), "{made}");
    assert!(made["answers_of_agents"].as_u64() > Some(20), "{made}");
    let again = run(&["demo", "--tickets", "60"]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("--add"), "{again:?}");
    let checked: Value = serde_json::from_str(&told(run(&["kpi", "check", "--json"]))).expect("JSON");
    assert_eq!((checked["tickets"].as_u64(), &checked["differ"]), (Some(tickets), &json!([])), "{checked}");
    let figures: Value =
        serde_json::from_str(&told(run(&["kpi", "--by", "category", "--json"]))).expect("JSON");
    assert!(figures["total"]["first_response"]["due"].as_u64() > Some(5), "{figures}");
    let forecast: Value =
        serde_json::from_str(&told(run(&["forecast", "--hours", "24", "--json"]))).expect("JSON");
    let hours = forecast["forecast"]["hours"].as_array().expect("hours");
    assert_eq!((hours.len(), forecast["hours"].as_array().map(Vec::len)), (24, Some(24)), "{forecast}");
    assert!(hours.iter().all(|hour| hour["low"].as_f64() <= hour["expected"].as_f64()), "{forecast}");
    let talks: Value =
        serde_json::from_str(&told(run(&["kpi", "contacts", "--by", "channel", "--json"]))).expect("JSON");
    let names: Vec<&str> =
        talks["parts"].as_array().expect("parts").iter().filter_map(|part| part["name"].as_str()).collect();
    assert!(names.contains(&"web") && names.contains(&"twilio"), "{talks}");
}
