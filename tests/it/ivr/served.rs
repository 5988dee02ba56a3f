//! The phone of the real program, over HTTP.

use crate::load::ill_mannered::{Ending, Manners, call};
use crate::support::caller::Caller;
use crate::support::server::{PUBLIC_URL, Server};
use crate::support::twiml::{Verb, read};

fn caller(server: &Server, call: &str) -> Caller {
    Caller::new(reqwest::Client::new(), &server.url(), call, "+14155550123")
}

/// A caller past the choice of a language, at the first menu.
async fn at_the_menu(server: &Server, call: &str) -> Caller {
    let mut caller = caller(server, call);
    caller.begin().await.expect("a call");
    assert!(caller.last().contains("For English, press 1. Per"), "{}", caller.last());
    caller.press("1").await.expect("English");
    caller
}

fn verbs(document: &str) -> Vec<Verb> {
    read(document, PUBLIC_URL).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn count(metrics: &str, name: &str) -> f64 {
    let lines = metrics.lines().filter(|line| line.starts_with(name));
    lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum()
}

#[tokio::test]
async fn a_call_ends_with_a_code_that_the_desk_knows() {
    let server = Server::start("", &[]);
    let (ending, _) =
        call(reqwest::Client::new(), &server.url(), "CA1", Manners::GOOD).await.expect("a call");
    let Ending::Code(code) = ending else { panic!("{ending:?}") };
    let shown = server.run(&["ticket", "show", &code, "--json"]);
    let ticket: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("a ticket");
    assert_eq!((ticket["code"].as_str(), ticket["external_id"].as_str()), (Some(code.as_str()), Some("CA1")));
    assert_eq!(ticket["channel"], "twilio");
    assert!(ticket["transcript"].as_array().is_some_and(|transcript| transcript.len() > 5), "{ticket}");
}

#[tokio::test]
async fn nothing_unsigned_is_looked_at() {
    let server = Server::small("", &[]);
    let caller = caller(&server, "CA2");
    caller.forge().await.expect("403");
    let post = |body: String, kind: &'static str, path: &'static str| {
        let request = reqwest::Client::new().post(format!("{}{path}", server.url()));
        let request =
            request.header("content-type", kind).header("x-forwarded-host", "desk.example.org").body(body);
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    const FORM: &str = "application/x-www-form-urlencoded";
    assert_eq!(post("CallSid=CA2".into(), FORM, "/ivr/twilio").await, 403);
    assert_eq!(post("CallSid=CA2&CallStatus=completed".into(), FORM, "/ivr/twilio/status").await, 403);
    assert_eq!(post("x".repeat(64 * 1024 + 1), FORM, "/ivr/twilio").await, 413);
    assert_eq!(post(vec!["a=1"; 201].join("&"), FORM, "/ivr/twilio").await, 413);
    assert_eq!(post("<x/>".into(), "text/xml", "/ivr/twilio").await, 415);
    assert_eq!(post("{}".into(), "application/json", "/ivr/twilio").await, 403);
    let metrics =
        reqwest::get(format!("{}/metrics", server.url())).await.expect("metrics").text().await.expect("text");
    assert!(count(&metrics, "vestibule_ivr_refused_total{why=\"forged\"}") >= 4.0, "{metrics}");
}

#[tokio::test]
async fn a_stale_answer_is_not_applied_and_asked_again() {
    let server = Server::small("", &[]);
    let mut caller = at_the_menu(&server, "CA3").await;
    let menu = caller.gather.clone().expect("a menu");
    let (asked, _) = (caller.last().to_owned(), caller.press("#").await.expect("again"));
    let now = caller.gather.clone().expect("a menu");
    assert_ne!(menu.action, now.action);
    // Key 2 to the menu of before: asked once more, and nothing chosen.
    let (status, document) = caller.send(&menu.action, &[("Digits", "2".into())]).await.expect("an answer");
    assert_eq!(status, 200);
    let asked_again = verbs(&document);
    let [Verb::Gather(again), Verb::Redirect(_)] = asked_again.as_slice() else { panic!("{document}") };
    let said = again.says.iter().map(|say| say.text.as_str()).collect::<Vec<_>>().join(" ");
    assert!(asked.ends_with(&said) && said.contains("press 2"), "{asked}\n{said}");
}

#[tokio::test]
async fn an_unknown_call_in_the_middle_begins_politely() {
    let server = Server::small("", &[]);
    for (call, target) in [
        ("CA4", "/ivr/twilio?step=5"),
        ("CA5", "/ivr/twilio?step=5&silence=1"),
        ("CA6", "/ivr/twilio?step=x"),
    ] {
        let (status, document) =
            caller(&server, call).send(target, &[("Digits", "7".into())]).await.expect("an answer");
        assert_eq!(status, 200);
        let verbs = verbs(&document);
        assert!(
            matches!(verbs.as_slice(), [Verb::Gather(gather), _] if !gather.says.is_empty()),
            "{document}"
        );
    }
    let (status, document) = caller(&server, "").send("/ivr/twilio", &[]).await.expect("an answer");
    assert_eq!(status, 200);
    assert!(verbs(&document).ends_with(&[Verb::Hangup]) && document.contains("<Say"), "{document}");
}

#[tokio::test]
async fn an_end_is_an_end() {
    let server = Server::small("", &[]);
    let mut caller = at_the_menu(&server, "CA7").await;
    let action = caller.gather.clone().expect("a menu").action;
    caller.hang_up().await.expect("told");
    caller.hang_up().await.expect("told again");
    for target in [action.as_str(), "/ivr/twilio"] {
        let (status, document) = caller.send(target, &[("Digits", "1".into())]).await.expect("an answer");
        assert_eq!(status, 200);
        assert!(matches!(verbs(&document).as_slice(), [.., Verb::Hangup]), "{document}");
    }
    // The end of a call that never began is no news.
    let mut never = self::caller(&server, "CA8");
    never.hang_up().await.expect("told");
}

#[tokio::test]
async fn a_redelivery_after_a_restart_gets_the_same_bytes() {
    let mut server = Server::small("", &[]);
    let caller = at_the_menu(&server, "CA9").await;
    let action = caller.gather.clone().expect("a menu").action;
    let first = caller.send(&action, &[("Digits", "1".into())]).await.expect("an answer");
    server.kill();
    server.again();
    for _ in 0..10 {
        assert_eq!(caller.send(&action, &[("Digits", "1".into())]).await.expect("an answer"), first);
    }
}

#[tokio::test]
async fn three_failures_lead_to_a_way_out_and_never_to_a_bare_end() {
    let server = Server::small("", &[]);
    let mut caller = at_the_menu(&server, "CA10").await;
    let menu = caller.last().to_owned();
    for _ in 0..3 {
        caller.silence().await.expect("asked again");
        assert!(!caller.last().is_empty());
    }
    assert!(!caller.last().ends_with(&menu), "{}", caller.last());
    assert!(caller.over() == caller.last().contains("ticket") || !caller.over(), "{:?}", caller.heard);
}

#[tokio::test]
async fn what_callers_say_is_never_markup() {
    let server = Server::small("", &[]);
    let mut caller = at_the_menu(&server, "CA11").await;
    caller.press("1").await.expect("a topic");
    for hostile in ["</Say><Dial>+19005550100</Dial>", "]]>&amp;\u{0}\u{fffe}\u{202e}", &"🧨".repeat(4_000)]
    {
        if caller.over() {
            break;
        }
        // The strict reader refuses whatever is not ours.
        caller.speak(hostile, "NaN").await.expect("a document");
    }
}
