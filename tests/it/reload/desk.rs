//! What people at the desk see of a set that was refused, and what programs are told.

use serde_json::json;

use super::flows::Folder;
use super::{readiness, serve, until};
use crate::support::browser::{Driver, Look, NARROW, WIDE};
use crate::support::server::Server;

const PASSWORD: &str = "a long enough password";

async fn refused() -> (Server, Folder) {
    let folder = Folder::new();
    folder.write_first();
    let server = serve("", &folder, "auto");
    let added = server.run_with(&["agent", "add", "maria", "--role", "agent"], &format!("{PASSWORD}\n"));
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    folder.write_broken();
    until(&server, "the broken set is refused", async |server| {
        readiness(server).await["reload"]["findings"].is_array()
    })
    .await;
    (server, folder)
}

#[tokio::test]
async fn a_refused_set_is_told_at_the_desk_and_gone_when_mended() {
    let ((server, folder), driver) = (refused().await, Driver::start().await);
    for (name, look) in [
        ("desk-refused", WIDE),
        ("desk-refused-dark", Look { dark: true, ..WIDE }),
        ("desk-refused-narrow", NARROW),
        ("desk-refused-narrow-dark", Look { dark: true, ..NARROW }),
    ] {
        let browser = driver.browser(look).await;
        browser.open(&format!("{}/desk", server.url())).await;
        browser.write("input[name=name]", "maria").await;
        browser.write("input[name=password]", PASSWORD).await;
        browser.click(".login-card button").await;
        browser.shows(".refusal", "The changed flows were refused").await;
        browser.shows(".refusal li", "form.yaml:18").await;
        browser.shot(name).await;
        if name == "desk-refused" {
            folder.write_second();
            until(&server, "it is served", async |server| readiness(server).await["reload"] == json!(null))
                .await;
            // The page asks again when it is looked at.
            browser.run("document.dispatchEvent(new Event('visibilitychange'))", vec![]).await;
            let gone = || async {
                let empty = "return document.querySelector('.refusal').childElementCount === 0";
                browser.run(empty, vec![]).await == json!(true)
            };
            browser.until("the banner to go", gone).await;
            folder.write_broken();
            until(&server, "refused again", async |server| {
                readiness(server).await["reload"]["findings"].is_array()
            })
            .await;
        }
    }
}

#[tokio::test]
async fn programs_are_told_what_is_served() {
    let (server, _folder) = refused().await;
    let http = reqwest::Client::builder().cookie_store(true).build().expect("a client");
    let url = |path: &str| format!("{}{path}", server.url());
    let without = http.get(url("/api/playbook")).send().await.expect("an answer");
    assert_eq!(without.status(), 401);
    let login = json!({ "name": "maria", "password": PASSWORD });
    let logged = http.post(url("/api/login")).header("origin", server.url()).json(&login).send().await;
    assert_eq!(logged.expect("an answer").status(), 200);
    super::Chat::open(&server.url()).await.stands_at("v1 topic");
    let told = http.get(url("/api/playbook")).send().await.expect("an answer");
    let told: serde_json::Value = told.json().await.expect("JSON");
    assert_eq!(told["revision"].as_str().map(str::len), Some(64), "{told}");
    assert_eq!(told["conversations"], json!([{ "revision": told["revision"], "count": 1 }]));
    assert_eq!(
        (&told["refused"]["errors"], &told["refused"]["findings"][0]["code"]),
        (&json!(1), &json!("V101"))
    );
}
