//! Gaps and answers in a real browser: from a question that nobody could answer to the answer that it gets.

use std::path::Path;

use serde_json::{Value, json};

use super::{PASSWORD, log_in};
use crate::support::browser::{Browser, Driver, Look, NARROW, WIDE};
use crate::support::server::Server;

/// The small desk in a folder of its own, whose files may be changed.
struct Desk {
    folder: tempfile::TempDir,
    server: Server,
}

const ENOUGH: &str = "\
# What people ask.
- id: reset-password
  tags: [access]
  questions:
    en:
      - How do I reset my password?   # the usual one
      - I forgot my password
      - password recovery
    it: [\"Come reimposto la password?\", Ho dimenticato la password, recupero password]
  answer: { en: \"Open the portal and choose **Forgot password**.\", it: \"Apri il portale e scegli **Password dimenticata**.\" }

- id: opening-hours
  tags: [hours]
  questions:
    en: [When are you open?, opening hours, on which days are you there]
    it: [Quando siete aperti?, orari di apertura, in quali giorni ci siete]
  answer: { en: \"From Monday to Friday, eight to six.\", it: \"Da lunedì a venerdì, dalle otto alle sei.\" }
";

fn desk() -> Desk {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    for name in ["flows", "faq"] {
        std::fs::create_dir_all(at(name)).expect("a folder");
    }
    let flow = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/desk/flows/support.yaml");
    std::fs::copy(flow, at("flows/support.yaml")).expect("the flow");
    std::fs::write(at("faq/answers.yaml"), ENOUGH).expect("the answers");
    let (flows, faq) = (at("flows").display().to_string(), at("faq").display().to_string());
    let server = Server::start(
        "",
        &[
            ("VESTIBULE_PUBLIC_URL", ""),
            ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", ""),
            ("VESTIBULE_FLOWS", &flows),
            ("VESTIBULE_FAQ", &faq),
        ],
    );
    for (name, role) in [("maria", "agent"), ("lea", "lead")] {
        let added = server.run_with(&["agent", "add", name, "--role", role], &format!("{PASSWORD}\n"));
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    }
    Desk { folder, server }
}

/// A visitor who asks by the API: their token.
struct Visitor {
    http: reqwest::Client,
    base: String,
    token: String,
    said: u32,
}

impl Visitor {
    async fn new(server: &Server) -> Self {
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
        let token = opened["token"].as_str().expect("a token").to_owned();
        Self { http, base, token, said: 0 }
    }

    async fn say(&mut self, text: &str) -> String {
        self.said += 1;
        let saying = json!({ "client_id": format!("m{}", self.said), "text": text });
        let sent =
            self.http.post(format!("{}/chat/messages", self.base)).bearer_auth(&self.token).json(&saying);
        sent.send().await.expect("sent").text().await.expect("an answer")
    }

    /// Asks a question in a new chat; what the bot says to it.
    async fn ask(server: &Server, question: &str) -> (Self, String) {
        let mut visitor = Self::new(server).await;
        visitor.say("a fault").await;
        let told = visitor.say(question).await;
        (visitor, told)
    }
}

async fn log_in_as(page: &Browser, server: &Server, name: &str) {
    page.open(&format!("{}/desk/gaps", server.url())).await;
    page.write("input[name=name]", name).await;
    page.write("input[name=password]", PASSWORD).await;
    page.click(".login-card button").await;
    page.find(".gaps-page").await;
}

#[tokio::test]
async fn a_question_without_an_answer_becomes_a_phrasing_that_is_answered() {
    let (desk, driver) = (desk(), Driver::start().await);
    let server = &desk.server;
    for question in [
        "the credential thing of Frau Müller will not budge, call +39 02 1234567",
        "credential thing will not budge",
        "my credential thing won't budge at all",
    ] {
        let (_, told) = Visitor::ask(server, question).await;
        assert!(told.contains("six-digit"), "nothing fits yet: {told}");
    }
    let agent = driver.browser(WIDE).await;
    log_in_as(&agent, server, "maria").await;
    agent.shows(".gap-rows", "3 conversations").await;
    let page = agent.text("body").await;
    assert!(!page.contains("Müller") && !page.contains("1234567"), "personal data is masked: {page}");
    agent.shot("gaps-list").await;
    agent.click(".gap-row").await;
    agent.find("#gap-title").await;
    agent.press(".gap-body > .acts .button", "Add to another answer").await;
    agent.write("#article", "reset-password").await;
    agent.shot("gaps-phrasing").await;
    agent.click("#propose").await;
    agent.shows(".proposal .diff", "credential thing will not budge").await;
    agent.shows(".proposal", "A lead or an admin approves it.").await;
    assert!(agent.text(".proposal").await.contains("Open"));
    let answers = desk.folder.path().join("faq/answers.yaml");
    assert_eq!(std::fs::read_to_string(&answers).expect("the file"), ENOUGH, "nothing is edited silently");
    let lead = driver.browser(WIDE).await;
    log_in_as(&lead, server, "lea").await;
    lead.click("#tab-changes").await;
    lead.shot("gaps-proposal").await;
    // Somebody changes the file meanwhile: that is told, and the change is made anew.
    std::fs::write(&answers, ENOUGH.replace("# What people ask.", "# What people ask us.")).expect("changed");
    lead.click(".approve").await;
    lead.shows(".problem", "has changed since").await;
    lead.shot("gaps-conflict").await;
    lead.press(".proposal .button", "Make it anew from the file as it is").await;
    let done = "return document.querySelector('.acts-done').textContent.includes('renewed') && !document.querySelector('.approve').disabled";
    lead.until("the change to be made anew", || async { lead.run(done, vec![]).await == json!(true) }).await;
    lead.click(".approve").await;
    lead.find(".proposal[data-state=applied]").await;
    let now = std::fs::read_to_string(&answers).expect("the file");
    assert!(now.starts_with("# What people ask us.\n") && now.contains("# the usual one"), "{now}");
    assert!(
        now.contains("      - password recovery\n      - ")
            && now.contains("\n      - credential thing will not budge\n"),
        "{now}"
    );
    let (mut visitor, told) = Visitor::ask(server, "the credential thing will not budge").await;
    assert!(told.contains("Forgot password"), "{told}");
    visitor.say("yes").await;
    lead.open(&format!("{}/desk/gaps", server.url())).await;
    lead.shows(".gaps-page", "No gaps").await;
    lead.open(&format!("{}/desk/answers", server.url())).await;
    lead.shows(".tiles", "1 of 1 ended").await;
    for page in [agent, lead] {
        let complaints = page.complaints().await;
        let known =
            |line: &String| (line.contains("/api/me") && line.contains("401")) || line.contains("409");
        assert!(complaints.iter().all(known), "{complaints:?}");
        page.close().await;
    }
}

#[tokio::test]
async fn an_agents_answer_becomes_an_article_and_all_looks_right() {
    let (desk, driver) = (desk(), Driver::start().await);
    let server = &desk.server;
    let agent = driver.browser(WIDE).await;
    for question in
        ["can I pay with bitcoin", "do you take bitcoin", "bitcoin payments?", "is my parrot insured"]
    {
        Visitor::ask(server, question).await;
    }
    for (question, helped) in [
        ("I forgot my password", "yes"),
        ("password recovery please", "no"),
        ("opening hours", "yes"),
        ("when are you open", "yes"),
    ] {
        let (mut visitor, told) = Visitor::ask(server, question).await;
        assert!(told.contains("solved") || told.contains("solve"), "{told}");
        visitor.say(helped).await;
    }
    log_in(&agent, server).await;
    agent.click("[data-view=all]").await;
    // An agent answers one of those who asked.
    let pick = "const row = [...document.querySelectorAll('.row')].find((row) => row.textContent.includes('number')); row?.click(); return Boolean(row)";
    agent.until("a conversation", || async { agent.run(pick, vec![]).await == json!(true) }).await;
    agent.press(".acts button", "Take over").await;
    agent.find(".composer:not(.noting)").await;
    agent
        .write(
            ".composer textarea",
            "We do not take bitcoin yet; card, transfer and direct debit work.\u{E007}",
        )
        .await;
    agent.shows(".transcript", "direct debit work").await;
    agent.open(&format!("{}/desk/gaps", server.url())).await;
    let pick = "const row = [...document.querySelectorAll('.gap-row')].find((row) => row.textContent.includes('bitcoin')); row?.click(); return Boolean(row)";
    agent.until("a gap", || async { agent.run(pick, vec![]).await == json!(true) }).await;
    agent.shows("#gap-title", "bitcoin").await;
    agent.find("#gap-title").await;
    agent.click("#new-article").await;
    agent.find(".propose").await;
    agent.shot("gaps-article").await;
    let answer = "return document.querySelector('#draft-answer').value";
    if agent.run(answer, vec![]).await == json!("") {
        agent.write("#draft-answer", "We do not take bitcoin yet.").await;
    }
    agent.click("#propose").await;
    agent.shows(".proposal .diff", "+- id: ").await;
    agent.close().await;
    for (name, look) in [
        ("wide", WIDE),
        ("narrow", NARROW),
        ("dark", Look { dark: true, ..WIDE }),
        ("dark-narrow", Look { dark: true, ..NARROW }),
    ] {
        let page = driver.browser(look).await;
        log_in_as(&page, server, "lea").await;
        page.find(".gap-row").await;
        page.shot(&format!("gaps-{name}")).await;
        page.click(".gap-row").await;
        page.find("#gap-title").await;
        page.shot(&format!("gap-{name}")).await;
        narrow_enough(&page, name).await;
        page.open(&format!("{}/desk/answers", server.url())).await;
        page.shows(".articles", "reset-password").await;
        page.shot(&format!("answers-{name}")).await;
        narrow_enough(&page, name).await;
        page.open(&format!("{}/desk/gaps#changes", server.url())).await;
        page.find(".proposal .diff").await;
        page.shot(&format!("changes-{name}")).await;
        narrow_enough(&page, name).await;
        page.close().await;
    }
}

async fn narrow_enough(page: &Browser, name: &str) {
    let too_wide = "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(page.run(too_wide, vec![]).await, json!(false), "{name}");
}
