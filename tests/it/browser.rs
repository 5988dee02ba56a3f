//! The pages in a real browser: a visitor, an agent, and what each sees.

mod answers;
mod flows;
mod gaps;
mod phone;

use serde_json::{Value, json};

use crate::support::browser::{Browser, Driver, Look, NARROW, WIDE};
use crate::support::server::Server;

const PASSWORD: &str = "a long enough password";
const FIELD: &str = ".chat-line textarea";

fn start() -> Server {
    start_with(&[])
}

fn start_with(environment: &[(&str, &str)]) -> Server {
    let mut all = vec![("VESTIBULE_PUBLIC_URL", ""), ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", "")];
    all.extend(environment);
    let server = Server::start("", &all);
    let added = server.run_with(&["agent", "add", "maria", "--role", "agent"], &format!("{PASSWORD}\n"));
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    server
}

async fn log_in(browser: &Browser, server: &Server) {
    browser.open(&format!("{}/desk", server.url())).await;
    browser.write("input[name=name]", "maria").await;
    browser.write("input[name=password]", PASSWORD).await;
    browser.click(".login-card button").await;
    browser.find(".tabs").await;
}

/// Opens the front page; the chat has begun when it offers something.
async fn begin(browser: &Browser, server: &Server) {
    browser.open(&server.url()).await;
    browser.find(".chat-options button").await;
}

async fn say(browser: &Browser, words: &str) {
    browser.write(FIELD, &format!("{words}\u{E007}")).await;
    let sent = || async {
        let script = "return document.querySelectorAll('.chat-pending').length === 0 && document.querySelector('.chat-typing').hidden;";
        browser.run(script, vec![]).await == json!(true)
    };
    browser.until("the message to be sent", sent).await;
}

/// The texts of a chat's messages from one side.
async fn said_by(browser: &Browser, who: &str) -> Vec<String> {
    let script = "return [...document.querySelectorAll(`.chat-${arguments[0]} .chat-body`)].map((body) => body.innerText);";
    let told = browser.run(script, vec![json!(who)]).await;
    told.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test]
async fn an_agent_takes_over_a_live_chat_and_hands_it_back() {
    let (server, driver) = (start(), Driver::start().await);
    let (visitor, agent) = (driver.browser(WIDE).await, driver.browser(WIDE).await);
    begin(&visitor, &server).await;
    let asked = said_by(&visitor, "bot").await.pop().expect("a question");
    visitor.shot("chat-en").await;

    log_in(&agent, &server).await;
    agent.click("[data-view=all]").await;
    agent.shot("desk-list").await;
    agent.click(".row").await;
    agent.shows(".transcript", &asked).await;
    agent.press(".acts button", "Take over").await;
    agent.find(".composer:not(.noting)").await;

    say(&visitor, "My screen stays black, is anybody there?").await;
    agent.shows(".transcript", "is anybody there?").await;
    let bots = said_by(&visitor, "bot").await.len();
    agent.write(".composer textarea", "Hello, this is Maria. Does the lamp on it light up?\u{E007}").await;
    visitor.shows(".chat-log", "Does the lamp on it light up?").await;
    say(&visitor, "Yes, it is green.").await;
    agent.shows(".transcript", "Yes, it is green.").await;
    assert_eq!(said_by(&visitor, "bot").await.len(), bots, "the bot is silent while a person talks");
    agent.press(".modes button", "Note").await;
    agent.write(".composer textarea", "Looks like a known fault.\u{E007}").await;
    agent.shows(".note", "Looks like a known fault.").await;
    agent.shot("desk-takeover").await;
    visitor.shot("chat-takeover").await;

    agent.press(".acts button", "Hand back").await;
    let went_on = || async { said_by(&visitor, "bot").await[bots..].contains(&asked) };
    visitor.until("the bot to go on where it stood", went_on).await;
    assert!(!visitor.text("body").await.contains("known fault"), "notes stay inside");
    visitor.click(".chat-options button").await;
    visitor
        .until("the next question", || async { said_by(&visitor, "bot").await.last() != Some(&asked) })
        .await;
    assert_eq!(visitor.complaints().await, Vec::<String>::new());
    let of_agent = agent.complaints().await;
    assert!(of_agent.iter().all(|line| line.contains("/api/me") && line.contains("401")), "{of_agent:?}");
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn a_chat_survives_a_reload_and_a_lost_connection() {
    let (mut server, driver) = (start(), Driver::start().await);
    let visitor = driver.browser(WIDE).await;
    begin(&visitor, &server).await;
    say(&visitor, "my screen stays black").await;
    let before = (said_by(&visitor, "you").await, said_by(&visitor, "bot").await);
    visitor.client.refresh().await.expect("loaded anew");
    visitor.shows(".chat-log", "my screen stays black").await;
    let all_there = || async { (said_by(&visitor, "you").await, said_by(&visitor, "bot").await) == before };
    visitor.until("the whole chat", all_there).await;

    server.kill();
    visitor.find(".chat-status[data-state=offline]").await;
    visitor.write(FIELD, "are you still there?\u{E007}").await;
    visitor.shot("chat-offline").await;
    server.again();
    visitor.find(".chat-status[data-state=online]").await;
    let sent = || async {
        visitor.run("return document.querySelectorAll('.chat-pending').length", vec![]).await == json!(0)
    };
    visitor.until("what was written meanwhile to be sent", sent).await;
    let own = said_by(&visitor, "you").await;
    assert_eq!(own.iter().filter(|text| *text == "are you still there?").count(), 1, "once: {own:?}");
    visitor.close().await;
}

#[tokio::test]
async fn the_page_speaks_the_readers_language() {
    let (server, driver) = (start(), Driver::start().await);
    let visitor = driver.browser(Look { language: "it", ..NARROW }).await;
    begin(&visitor, &server).await;
    visitor.shows("h1", "Come possiamo aiutarti?").await;
    let italian = said_by(&visitor, "bot").await;
    visitor.shot("front-it-narrow").await;
    assert_eq!(visitor.run("return document.documentElement.lang", vec![]).await, json!("it"));
    visitor.press(".chat-langs button", "EN").await;
    visitor.shows("h1", "How can we help?").await;
    visitor
        .until("the bot in English", || async {
            let now = said_by(&visitor, "bot").await;
            !now.is_empty() && now != italian
        })
        .await;
    let too_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(visitor.run(too_wide, vec![]).await, json!(false), "nothing sticks out at 360 px");
    visitor.close().await;
}

/// What must never run or load, wherever it is written.
const PAYLOADS: [&str; 10] = [
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "<svg onload=window.hacked=1>",
    "\"><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "[click](javascript:window.hacked=1) javascript:window.hacked=1",
    "**<b onmouseover=window.hacked=1>bold</b>**",
    "<a href='https://canary.invalid/x' onclick=window.hacked=1>x</a>",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1}",
    "<style>@import 'https://canary.invalid/y'</style><base href='https://canary.invalid/'>",
    "\u{202E}txet desrever\u{202C} <math><mtext></form><form><mglyph><style></math><img src onerror=window.hacked=1>",
];

#[tokio::test]
async fn what_people_write_is_shown_and_never_run() {
    let (server, driver) = (start(), Driver::start().await);
    let (visitor, agent) = (driver.browser(WIDE).await, driver.browser(WIDE).await);
    begin(&visitor, &server).await;
    log_in(&agent, &server).await;
    agent.click("[data-view=all]").await;
    agent.click(".row").await;
    agent.press(".acts button", "Take over").await;
    agent.find(".composer:not(.noting)").await;
    for payload in PAYLOADS {
        say(&visitor, payload).await;
        agent.write(".composer textarea", &format!("{payload}\u{E007}")).await;
        let cleared = || async {
            agent.run("return document.querySelector('.composer textarea').value", vec![]).await == json!("")
        };
        agent.until("the reply to be sent", cleared).await;
    }
    visitor.until("all replies", || async { said_by(&visitor, "agent").await.len() == PAYLOADS.len() }).await;
    for page in [&visitor, &agent] {
        page.shows("body", "<img src=x onerror=window.hacked=1>").await;
        assert_eq!(page.run("return window.hacked ?? null", vec![]).await, Value::Null);
        let planted = "return document.querySelectorAll('iframe, base, style, svg[onload], [onerror], [onclick], a[href^=\"javascript\"]').length";
        assert_eq!(page.run(planted, vec![]).await, json!(0));
        let fetched = "return performance.getEntriesByType('resource').filter((one) => one.name.includes('canary')).length";
        assert_eq!(page.run(fetched, vec![]).await, json!(0));
        let complaints = page.complaints().await;
        assert!(!complaints.iter().any(|line| line.contains("Content Security")), "{complaints:?}");
    }
    let unsafe_links = "return [...document.querySelectorAll('a[target]')].filter((a) => !a.rel.includes('noopener')).length";
    assert_eq!(visitor.run(unsafe_links, vec![]).await, json!(0));
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn the_desk_can_be_worked_with_the_keyboard_alone() {
    let (server, driver) = (start(), Driver::start().await);
    let visitor = driver.browser(WIDE).await;
    begin(&visitor, &server).await;
    let agent = driver.browser(WIDE).await;
    agent.open(&format!("{}/desk", server.url())).await;
    let ready =
        || async { agent.run("return document.activeElement.name ?? ''", vec![]).await == json!("name") };
    agent.until("the focus in the first field", ready).await;
    let desk = &agent;
    let keys = |text: String| async move {
        desk.client.active_element().await.expect("a focus").send_keys(&text).await.expect("keys")
    };
    keys("maria\u{E004}".to_owned()).await;
    keys(format!("{PASSWORD}\u{E007}")).await;
    agent.find(".tabs").await;
    let focus = |what: &'static str| tab_to(&agent, what);
    focus("Waiting").await;
    keys("\u{E014}\u{E014}".to_owned()).await;
    agent.find("[data-view=all][aria-selected=true]").await;
    focus("Visitor").await;
    keys("\u{E007}".to_owned()).await;
    agent.find(".transcript").await;
    focus("Take over").await;
    keys("\u{E007}".to_owned()).await;
    agent.find(".composer:not(.noting)").await;
    focus("Reply to the contact").await;
    keys("Hello there\u{E007}".to_owned()).await;
    visitor.shows(".chat-log", "Hello there").await;
    focus("Close…").await;
    keys("\u{E007}".to_owned()).await;
    agent.find("dialog[open]").await;
    keys("\u{E00C}".to_owned()).await;
    let back = || async {
        let script = "return !document.querySelector('dialog[open]') && document.activeElement.textContent";
        agent.run(script, vec![]).await == json!("Close…")
    };
    agent.until("the focus to be where it was", back).await;
    keys("\u{E007}".to_owned()).await;
    focus("Close it").await;
    keys("\u{E007}".to_owned()).await;
    agent.shows(".hint", "This conversation is closed").await;
    focus("Log out").await;
    keys("\u{E007}".to_owned()).await;
    agent.shows(".login-why", "logged out").await;
    visitor.close().await;
    agent.close().await;
}

/// Goes on with the tab key until the focus is on what reads, or is named, `words`.
async fn tab_to(browser: &Browser, words: &str) {
    let script = "const now = document.activeElement; return (now.getAttribute('aria-label') || now.textContent || '') + '\\n' \
        + (getComputedStyle(now).outlineStyle !== 'none' || now.matches('body, textarea, input'));";
    for _ in 0..60 {
        let element = browser.client.active_element().await.expect("a focus");
        element.send_keys("\u{E004}").await.expect("the tab key");
        let now = browser.run(script, vec![]).await;
        let (name, visible) = now.as_str().and_then(|now| now.rsplit_once('\n')).unwrap_or_default();
        assert_eq!(visible, "true", "the focus is not to be seen on {name:?}");
        if name.trim().starts_with(words) {
            return;
        }
    }
    panic!("the tab key does not reach {words:?}");
}

#[tokio::test]
async fn the_pages_look_right_on_paper_and_on_a_phone() {
    let (server, driver) = (start(), Driver::start().await);
    let code = ticket(&server).await;
    for (name, look) in [
        ("wide", WIDE),
        ("narrow", NARROW),
        ("dark", Look { dark: true, ..WIDE }),
        ("dark-narrow", Look { dark: true, ..NARROW }),
    ] {
        let page = driver.browser(look).await;
        begin(&page, &server).await;
        page.shot(&format!("front-{name}")).await;
        page.open(&format!("{}/phone", server.url())).await;
        page.find("#keys button").await;
        page.shot(&format!("phone-{name}")).await;
        log_in(&page, &server).await;
        page.click("[data-view=all]").await;
        page.find(".row").await;
        page.shot(&format!("desk-list-{name}")).await;
        page.open(&format!("{}/desk#t/{code}", server.url())).await;
        page.shows("main", "History").await;
        page.shot(&format!("desk-ticket-{name}")).await;
        page.press("main .acts button", "Open the conversation").await;
        page.find(".transcript").await;
        page.shot(&format!("desk-conversation-{name}")).await;
        let too_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
        assert_eq!(page.run(too_wide, vec![]).await, json!(false), "{name}");
        page.close().await;
    }
}

#[tokio::test]
async fn the_widget_works_on_another_sites_page_and_only_where_allowed() {
    let (allowed, foreign) = (Site::open().await, Site::open().await);
    let server = start_with(&[("VESTIBULE_CHANNELS__WEB__ALLOWED_ORIGINS", &allowed.url())]);
    let driver = Driver::start().await;
    let page = driver.browser(NARROW).await;
    page.open(&allowed.url_for(&server)).await;
    let opener = || async {
        page.run("return Boolean(document.querySelector('vestibule-chat'))", vec![]).await == json!(true)
    };
    page.until("the widget", opener).await;
    page.run("document.querySelector('vestibule-chat').shadowRoot.querySelector('.opener').click()", vec![])
        .await;
    let log = || async {
        let text = "return document.querySelector('vestibule-chat').shadowRoot.querySelector('.chat-log')?.innerText ?? ''";
        page.run(text, vec![]).await.as_str().unwrap_or_default().to_owned()
    };
    page.until("the first question", || async { log().await.contains("What is it about?") }).await;
    let write = "const root = document.querySelector('vestibule-chat').shadowRoot; root.querySelector('textarea').value = 'my screen stays black'; \
        root.querySelector('form').requestSubmit();";
    page.run(write, vec![]).await;
    page.until("an answer", || async { log().await.contains("Tell me what happens") }).await;
    page.shot("widget-narrow").await;
    let red = "return getComputedStyle(document.querySelector('vestibule-chat').shadowRoot.querySelector('.chat-body')).color";
    assert_ne!(page.run(red, vec![]).await, json!("rgb(255, 0, 0)"), "the site's style stays outside");
    page.open(&foreign.url_for(&server)).await;
    page.until("the widget", opener).await;
    page.run("document.querySelector('vestibule-chat').shadowRoot.querySelector('.opener').click()", vec![])
        .await;
    let state = "return document.querySelector('vestibule-chat').shadowRoot.querySelector('.chat-status')?.dataset.state ?? ''";
    page.until("word that it is refused", || async { page.run(state, vec![]).await == json!("unavailable") })
        .await;
    page.close().await;
}

/// Somebody else's web site: one page that has the widget, and a style of its own.
struct Site {
    address: std::net::SocketAddr,
}

impl Site {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its number");
        let page = |axum::extract::Query(asked): axum::extract::Query<
            std::collections::BTreeMap<String, String>,
        >| async move {
            let server = asked.get("server").cloned().unwrap_or_default();
            axum::response::Html(format!(
                "<!doctype html><title>Shop</title><style>* {{ color: red !important; font-size: 40px }}</style><h1>Shop</h1>\
                 <script src='{server}/widget.js' async></script>"
            ))
        };
        let router = axum::Router::new().route("/", axum::routing::get(page));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn url_for(&self, server: &Server) -> String {
        format!("{}/?server={}", self.url(), server.url())
    }
}

/// A ticket, by answering whatever is asked until there is one.
async fn ticket(server: &Server) -> String {
    let (http, base) = (reqwest::Client::new(), server.url());
    let opened: Value = http
        .post(format!("{base}/chat/conversations"))
        .json(&json!({ "locale": "en" }))
        .send()
        .await
        .expect("sent")
        .json()
        .await
        .expect("JSON");
    let mut messages = opened["messages"].clone();
    for n in 0..18 {
        let last = messages.as_array().and_then(|list| list.last()).cloned().expect("a message");
        let text = last["text"].as_str().unwrap_or_default().to_lowercase();
        let answer = match last["kind"].as_str().unwrap_or_default() {
            "solved" => "no",
            "choose" if text.contains("about") => "something else",
            "confirm" => "yes",
            _ if text.contains("number") => "20441755",
            _ if text.contains("since") || text.contains("when") => "2024-03-01",
            _ => "the purple flux gauge on the third cabinet hums oddly at night",
        };
        let saying = json!({ "client_id": format!("t{n}"), "text": answer });
        let told: Value = http
            .post(format!("{base}/chat/messages"))
            .bearer_auth(opened["token"].as_str().unwrap_or_default())
            .json(&saying)
            .send()
            .await
            .expect("sent")
            .json()
            .await
            .expect("JSON");
        messages = told["messages"].clone();
        let said = messages.to_string();
        let code = said.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 9);
        if let Some(code) = code {
            return code.to_owned();
        }
    }
    panic!("no ticket came of it: {messages}");
}
