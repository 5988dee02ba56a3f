//! `vestibule doctor`: what it sees of a channel that works, and of each thing that does not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::{GROUP, with_group};
use crate::support::server::Server;
use crate::support::tg::{Fault, Tg};

/// Exit code and lines.
fn examined(server: &Server) -> (Option<i32>, Vec<Value>) {
    let output = server.run_with(&["doctor", "--json"], "");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (output.status.code(), lines)
}

/// What is seen of one state, each with what to do.
fn of_state(lines: &[Value], state: &str) -> String {
    let chosen = lines.iter().filter(|line| line["state"] == state);
    chosen.map(|line| format!("{}: {} -> {}\n", line["part"], line["seen"], line["do"])).collect()
}

async fn registered(tg: &Tg) {
    let until = Instant::now() + Duration::from_secs(10);
    while tg.calls("setMyCommands").len() < 3 {
        assert!(Instant::now() < until, "no commands");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_or_said_to_be_wrong_with_what_to_do() {
    let tg = Tg::start();
    let server = with_group(&tg);
    registered(&tg).await;
    let (code, lines) = examined(&server);
    assert_eq!((code, of_state(&lines, "wrong")), (Some(0), String::new()), "{lines:#?}");
    let fine = of_state(&lines, "fine");
    for seen in [
        "vestibule_test_bot",
        "updates are fetched",
        "commands are shown in en, it",
        "agents work in Agents",
        "2 accounts",
    ] {
        assert!(fine.contains(seen), "{seen}: {fine}");
    }

    tg.allow_topics(GROUP, false);
    let (code, lines) = examined(&server);
    let wrong = of_state(&lines, "wrong");
    assert!(code == Some(1) && wrong.contains("may not manage topics") && wrong.contains("right"), "{wrong}");

    tg.allow_topics(GROUP, true);
    tg.fault(
        "getMyCommands",
        0,
        1,
        Fault::Refused(429, "Too Many Requests".to_owned(), json!({ "retry_after": 3 })),
    );
    let (code, lines) = examined(&server);
    assert_eq!(code, Some(0), "{lines:#?}");
    assert!(of_state(&lines, "doubtful").contains("again in 3 s"), "{lines:#?}");

    tg.fault("getMe", 0, 1, Fault::Refused(401, "Unauthorized".to_owned(), Value::Null));
    let (code, lines) = examined(&server);
    let wrong = of_state(&lines, "wrong");
    assert!(code == Some(1) && wrong.contains("BotFather"), "{wrong}");
    assert!(!wrong.contains("AAtest"), "the token is not shown: {wrong}");

    // For people: what to do stands below what was seen.
    let output = server.run_with(&["doctor"], "");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.lines().last().is_some_and(|last| last == "all that is set up works"), "{text}");
    assert!(text.contains("ok     phone"), "{text}");
    assert!(tg.wrongs().is_empty(), "{:?}", tg.wrongs());
}
