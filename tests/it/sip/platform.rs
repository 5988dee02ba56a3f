//! The platform of these tests itself: what it does with verbs that lead to other telephones, and its API.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;

use super::EN;
use crate::support::server::{PUBLIC_URL, TOKEN};
use crate::support::sip::{ACCOUNT, Gateway, python};

/// Path and body of each post.
type Posts = Arc<Mutex<Vec<(String, String)>>>;

/// An application of a few fixed documents, by path.
async fn application() -> (String, Posts) {
    let posts = Posts::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("its number"));
    let router = Router::new().fallback(answer).with_state(posts.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, posts)
}

async fn answer(State(posts): State<Posts>, request: Request) -> impl axum::response::IntoResponse {
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), 65_536).await.expect("a body");
    posts.lock().expect("the posts").push((path.clone(), String::from_utf8_lossy(&body).into_owned()));
    let to = |number: &str, next: &str| {
        format!(
            "<Dial timeout=\"3\" action=\"{PUBLIC_URL}{next}\"><Number url=\"{PUBLIC_URL}/whisper\">{number}</Number></Dial>"
        )
    };
    let document = match path.as_str() {
        "/ivr/twilio" => format!(
            "<Say language=\"en-US\">After the tone.</Say><Record action=\"{PUBLIC_URL}/recorded\" timeout=\"2\"/><Hangup/>"
        ),
        "/recorded" => to("+390001", "/busy"),
        "/busy" => to("+390002", "/ringing"),
        "/ringing" => to("+390003", "/done"),
        "/whisper" => "<Say language=\"en-US\">A call from the desk.</Say>".to_owned(),
        "/done" => "<Say language=\"en-US\">Nobody else is there.</Say><Hangup/>".to_owned(),
        "/back" => "<Say language=\"en-US\">This is your call back.</Say><Hangup/>".to_owned(),
        _ => String::new(),
    };
    ([(CONTENT_TYPE, "text/xml")], format!("<Response>{document}</Response>"))
}

fn told(posts: &Posts, path: &str) -> String {
    let posts = posts.lock().expect("the posts");
    posts.iter().find(|(asked, _)| asked == path).map(|(_, body)| body.clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_recorded_and_put_through() {
    if python().is_none() {
        return;
    }
    let (url, posts) = application().await;
    let gateway = Gateway::at(&url, &[]).expect("python is there");
    let mut ada = gateway.telephone("+390001", "take");
    let _busy = gateway.telephone("+390002", "busy");
    let _away = gateway.telephone("+390003", "ring");
    let mut phone = gateway.call("+14155550110");
    phone.hears("After the tone.", EN);
    phone.waits_for_silence(0.3);
    phone.says("My roof leaks since Monday.", EN);
    // Somebody is told who calls before the two hear each other.
    ada.waits_for_a_call();
    ada.hears("A call from the desk.", EN);
    ada.waits_for_silence(0.3);
    ada.says("Good morning, how can I help?", EN);
    phone.hears("Good morning, how can I help?", EN);
    phone.says("The roof leaks again.", EN);
    ada.hears("The roof leaks again.", EN);
    assert_eq!(phone.count("A call from the desk.", EN), 0);
    ada.hangs_up();
    phone.hears("Nobody else is there.", EN);
    phone.is_hung_up_on();
    gateway.settled(1).await;
    let recorded = told(&posts, "/recorded");
    assert!(recorded.contains("RecordingSid=RE") && recorded.contains("RecordingDuration="), "{recorded}");
    for (path, status) in [("/busy", "completed"), ("/ringing", "busy"), ("/done", "no-answer")] {
        let body = told(&posts, path);
        assert!(body.contains(&format!("DialCallStatus={status}&")), "{path}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_calls_back() {
    if python().is_none() {
        return;
    }
    let (url, posts) = application().await;
    let gateway = Gateway::at(&url, &[]).expect("python is there");
    let mut ada = gateway.telephone("+390001", "take");
    let status = format!("{PUBLIC_URL}/ivr/twilio/status");
    let back = format!("{PUBLIC_URL}/back");
    let ask = |password: &'static str| {
        let form = [("To", "+390001"), ("From", "+18005550100"), ("Url", &back), ("StatusCallback", &status)];
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", gateway.api);
        reqwest::Client::new().post(url).basic_auth(ACCOUNT, Some(password)).form(&form).send()
    };
    assert_eq!(ask(TOKEN).await.expect("an answer").status(), 201);
    ada.waits_for_a_call();
    ada.hears("This is your call back.", EN);
    assert!(ada.is_hung_up_on() > 0.5);
    gateway.settled(1).await;
    let over = told(&posts, "/ivr/twilio/status");
    assert!(over.contains("CallStatus=completed") && over.contains("Direction=outbound-api"), "{over}");
    assert_eq!(ask("not ours").await.expect("an answer").status(), 401);
}
