//! `vestibule doctor`: what it sees of a bot on Discord.

use serde_json::{Value, json};

use super::small;
use crate::support::dc::{Dc, Person};
use crate::support::server::Server;

/// Exit code, and what is seen of Discord.
fn examined(server: &Server) -> (Option<i32>, Vec<Value>) {
    let output = server.run_with(&["doctor", "--json"], "");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    (output.status.code(), lines.filter(|line| line["part"] == "discord").collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_or_said_to_be_wrong_with_what_to_do() {
    let dc = Dc::start().await;
    let anna = Person::new(&dc, "anna", "en-US").await;
    let who = format!("anna={}", anna.id);
    let desk = [
        ("VESTIBULE_DESK__DISCORD__CHANNEL", dc.channel.as_str()),
        ("VESTIBULE_DESK__DISCORD__AGENTS", who.as_str()),
    ];
    let server = small(&dc, &desk).await;
    let (_, lines) = examined(&server);
    let seen = format!("{lines:#?}");
    for fine in ["the token is that of", "commands are shown", "agents work in general"] {
        assert!(
            lines.iter().any(|l| l["state"] == "fine" && l["seen"].to_string().contains(fine)),
            "{fine}: {seen}"
        );
    }
    dc.control("options", json!({ "flags": 0 })).await;
    let (code, lines) = examined(&server);
    assert_eq!(code, Some(1));
    assert!(lines.iter().any(|line| line["do"].to_string().contains("Message Content intent")), "{lines:#?}");
    dc.control("options", json!({ "flags": 1 << 19 })).await;
    let gone = json!({ "method": "GET", "status": 404, "code": 10_003, "message": "Unknown Channel" });
    dc.fault(&format!("/channels/{}", dc.channel), 1, gone).await;
    let (code, lines) = examined(&server);
    assert_eq!(code, Some(1));
    let wrong = lines.iter().find(|line| line["state"] == "wrong").expect("something wrong");
    assert!(wrong["seen"].to_string().contains("is not to be seen") && wrong["do"].is_string(), "{wrong:#}");
}
