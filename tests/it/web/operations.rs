//! Pages, headers and what operators ask.

use serde_json::json;

use super::{Visitor, ask, start};

#[tokio::test]
async fn pages_come_with_a_strict_policy() {
    let server = start(&[("VESTIBULE_CHANNELS__WEB__ALLOWED_ORIGINS", "https://shop.example")]);
    let http = reqwest::Client::new();
    for (path, ancestors) in
        [("/", "https://shop.example"), ("/desk", "'none'"), ("/phone", "'none'"), ("/api/me", "'none'")]
    {
        let told = ask(http.get(format!("{}{path}", server.url()))).await;
        let policy = told.header("content-security-policy");
        for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(policy.contains(&format!("frame-ancestors {ancestors}")), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(told.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(told.header("referrer-policy"), "no-referrer", "{path}");
        assert!(told.header("permissions-policy").contains("camera=()"), "{path}");
        assert!(told.header("cache-control").starts_with("no-"), "{path}");
    }
}

#[tokio::test]
async fn every_file_that_a_page_names_is_there() {
    let server = start(&[]);
    let http = reqwest::Client::new();
    let mut left = vec!["/".to_owned(), "/desk".to_owned(), "/phone".to_owned(), "/widget.js".to_owned()];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(path) = left.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let told = ask(http.get(format!("{}{path}", server.url()))).await;
        assert_eq!(told.status, 200, "{path}");
        let quoted = told.text.split(['"', '\'', '`']);
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for named in quoted.filter(|text| !text.contains(char::is_whitespace) && !text.contains('$')) {
            if named.starts_with("/assets/") || named.starts_with("/phone/") && named.contains('.') {
                left.push(named.to_owned());
            } else if path.ends_with(".js") && named.ends_with(".js") && named.starts_with("./") {
                left.push(format!("{folder}/{}", &named[2..]));
            } else if path.ends_with(".js") && named.ends_with(".js") && named.starts_with("../") {
                let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
                left.push(format!("{above}/{}", &named[3..]));
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
    assert_eq!(ask(http.get(format!("{}/assets/../Cargo.toml", server.url()))).await.status, 404);
}

#[tokio::test]
async fn a_browser_that_has_a_file_is_not_sent_it_again() {
    let server = start(&[]);
    let (http, at) = (reqwest::Client::new(), format!("{}/assets/base.css", server.url()));
    let first = ask(http.get(&at)).await;
    let tag = first.header("etag").to_owned();
    assert!(!tag.is_empty() && first.header("content-type").starts_with("text/css"));
    let again = ask(http.get(&at).header("if-none-match", tag)).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
}

#[tokio::test]
async fn it_says_that_it_is_there_and_what_it_has_counted() {
    let server = start(&[]);
    let http = reqwest::Client::new();
    let get = async |path: &str| ask(http.get(format!("{}{path}", server.url()))).await;
    assert_eq!(get("/healthz").await.json()["status"], "ok");
    assert_eq!(get("/readyz").await.status, 200);
    let visitor = Visitor::open(&server, json!({})).await;
    visitor.post(json!({ "client_id": "1", "text": "hello" })).await;
    let figures = get("/metrics").await;
    assert_eq!(figures.status, 200, "{}", figures.text);
    assert!(figures.text.contains("vestibule_turns_total{channel=\"web\"} 2"), "{}", figures.text);
    assert!(figures.text.contains("vestibule_turn_seconds_bucket"));
    for gauge in ["outbox", "timers", "queued", "active", "open_tickets"] {
        assert!(figures.text.contains(&format!("\nvestibule_{gauge} ")), "{gauge}: {}", figures.text);
    }
    assert!(!figures.text.contains(&visitor.conversation), "figures name nobody");
    let by_proxy = http.get(format!("{}/metrics", server.url())).header("x-forwarded-for", "192.0.2.1");
    assert_eq!(ask(by_proxy).await.status, 401, "a proxy makes the world loopback");
}

#[tokio::test]
async fn with_a_token_only_its_holder_reads_the_figures() {
    let server = start(&[("VESTIBULE_METRICS__TOKEN", "figures-for-me")]);
    let (http, at) = (reqwest::Client::new(), format!("{}/metrics", server.url()));
    assert_eq!(ask(http.get(&at)).await.status, 401);
    assert_eq!(ask(http.get(&at).bearer_auth("figures-for-m")).await.status, 401);
    assert_eq!(ask(http.get(&at).bearer_auth("figures-for-me")).await.status, 200);
}

#[tokio::test]
async fn where_figures_have_a_listener_the_main_one_has_none() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
    let server = start(&[("VESTIBULE_METRICS__LISTEN", &free.to_string())]);
    let http = reqwest::Client::new();
    assert_eq!(ask(http.get(format!("{}/metrics", server.url()))).await.status, 404);
    assert_eq!(ask(http.get(format!("http://{free}/metrics"))).await.status, 200);
    assert_eq!(ask(http.get(format!("http://{free}/api/me"))).await.status, 404);
}

#[tokio::test]
async fn the_description_of_the_api_is_the_one_that_is_kept() {
    let server = start(&[]);
    let told = ask(reqwest::Client::new().get(format!("{}/api/openapi.json", server.url()))).await;
    let mut api = told.json();
    api["info"]["version"] = json!("[version]");
    insta::assert_json_snapshot!("openapi", api);
}
