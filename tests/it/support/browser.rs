//! A real browser: Debian's Chromium, driven by its own driver on a free port.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

const START_TIME: Duration = Duration::from_secs(20);
/// How long a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(15);

pub struct Driver {
    child: Child,
    port: u16,
}

/// How a page is looked at.
#[derive(Clone, Copy)]
pub struct Look {
    pub width: u32,
    pub height: u32,
    pub language: &'static str,
    pub dark: bool,
}

pub const WIDE: Look = Look { width: 1280, height: 860, language: "en", dark: false };
pub const NARROW: Look = Look { width: 360, height: 740, ..WIDE };

impl Driver {
    pub async fn start() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts (scripts/test installs it)");
        let driver = Self { child, port };
        let begun = Instant::now();
        let status = format!("{}/status", driver.url());
        while reqwest::get(&status).await.is_err() {
            assert!(begun.elapsed() < START_TIME, "chromedriver does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        driver
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A browser of its own, with nothing kept from others.
    pub async fn browser(&self, look: Look) -> Browser {
        let folder = tempfile::tempdir().expect("a folder");
        let scheme = if look.dark { 0 } else { 1 };
        let args = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            format!("--lang={}", look.language),
            format!("--blink-settings=preferredColorScheme={scheme}"),
            format!("--user-data-dir={}", folder.path().display()),
        ];
        let capabilities: Value = json!({
            "goog:chromeOptions": {
                "args": args,
                "prefs": { "intl.accept_languages": look.language },
                "mobileEmulation": {
                    "deviceMetrics": { "width": look.width, "height": look.height, "pixelRatio": 1, "touch": false }
                },
            },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let capabilities: Capabilities = capabilities;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&self.url())
            .await
            .expect("the browser starts");
        Browser { client, driver: self.url(), _folder: folder }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ends the browsers too.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Browser {
    pub client: Client,
    driver: String,
    _folder: tempfile::TempDir,
}

impl Browser {
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// The first element that a CSS selector finds, as soon as there is one.
    pub async fn find(&self, css: &str) -> fantoccini::elements::Element {
        match self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("no `{css}` ({error}) in:\n{}", self.text("body").await),
        }
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap_or_else(|error| panic!("`{css}`: {error}"));
    }

    /// The button that reads `words`, inside `css`.
    pub async fn press(&self, css: &str, words: &str) {
        let script = "const [css, words] = arguments; \
             const found = [...document.querySelectorAll(css)].find((button) => button.textContent.trim() === words); \
             found?.click(); return Boolean(found);";
        let pressed = || async { self.run(script, vec![json!(css), json!(words)]).await == json!(true) };
        self.until(&format!("a `{css}` that reads {words:?}"), pressed).await;
    }

    pub async fn write(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.send_keys(text).await.expect("it can be written in");
    }

    pub async fn text(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0])?.innerText ?? '';";
        self.run(script, vec![json!(css)]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until `css` shows `words`.
    pub async fn shows(&self, css: &str, words: &str) {
        let seen = || async { self.text(css).await.contains(words) };
        self.until(&format!("{words:?} in `{css}`"), seen).await;
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.expect("the script runs")
    }

    pub async fn until<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let begun = Instant::now();
        while !holds().await {
            if begun.elapsed() > PATIENCE {
                self.shot("failed").await;
                panic!("waited in vain for {what}; the page reads:\n{}", self.text("body").await);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the page complained of: errors of scripts, and what its policy refused.
    pub async fn complaints(&self) -> Vec<String> {
        let session = self.client.session_id().await.expect("a session").unwrap_or_default();
        let at = format!("{}/session/{session}/se/log", self.driver);
        let told: Value = async {
            reqwest::Client::new().post(at).json(&json!({ "type": "browser" })).send().await?.json().await
        }
        .await
        .expect("the browser's log");
        let lines = told["value"].as_array().cloned().unwrap_or_default();
        let bad = lines.iter().filter(|line| {
            line["level"] == "SEVERE" || line["message"].to_string().contains("Content Security")
        });
        bad.map(|line| line["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A picture for people to look at, in the folder that `VESTIBULE_TEST_SHOTS` names, else a temporary one.
    pub async fn shot(&self, name: &str) {
        // Fonts and short movements settle.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let picture = self.client.screenshot().await.expect("a picture");
        let folder = std::env::var_os("VESTIBULE_TEST_SHOTS")
            .map_or_else(|| std::env::temp_dir().join("vestibule-shots"), PathBuf::from);
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        std::fs::write(folder.join(format!("{name}.png")), picture).expect("a picture is kept");
    }

    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}
