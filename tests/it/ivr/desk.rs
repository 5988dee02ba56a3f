//! A desk in this process, called over its phone's routes: both ends are at hand.

use std::path::Path;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use tower::ServiceExt as _;
use vestibule::app::App;
use vestibule::channel::ivr::form::Form;
use vestibule::channel::ivr::signature::{Hash, sign};
use vestibule::cli::playbook;
use vestibule::config;
use vestibule::conversation::{Channel, ConversationId};
use vestibule::http::ivr;
use vestibule::store::{AgentRow, Store};

use crate::support::server::{PUBLIC_URL, TOKEN};
use crate::support::twiml::{Gather, Verb, read};

pub struct Desk {
    pub app: App,
    folder: tempfile::TempDir,
}

impl Desk {
    pub async fn open() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/desk");
        Self::on(&root, &[]).await
    }

    /// On a flow of its own, with more settings.
    pub async fn with(flow: &str, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("flows")).expect("made");
        std::fs::write(folder.path().join("flows/support.yaml"), flow).expect("written");
        let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads/desk/faq");
        std::fs::create_dir(folder.path().join("faq")).expect("made");
        for entry in std::fs::read_dir(small).expect("the answers").flatten() {
            std::fs::copy(entry.path(), folder.path().join("faq").join(entry.file_name())).expect("copied");
        }
        let one: Vec<(&str, &str)> =
            [("VESTIBULE_LOCALES", "en")].into_iter().chain(environment.iter().copied()).collect();
        Self::on(folder.path(), &one).await
    }

    async fn on(root: &Path, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = url(folder.path());
        let environment = [
            ("VESTIBULE_PUBLIC_URL", PUBLIC_URL.to_owned()),
            ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", TOKEN.to_owned()),
            ("VESTIBULE_CHANNELS__TWILIO__LANGUAGE_MENU", "false".to_owned()),
            ("VESTIBULE_DATABASE_URL", url.clone()),
            ("VESTIBULE_FLOWS", root.join("flows").display().to_string()),
            ("VESTIBULE_FAQ", root.join("faq").display().to_string()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).into_iter();
        let environment =
            environment.chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let settings = config::load(None, environment).expect("settings");
        let playbook = playbook::load_or_report(&settings).expect("files").expect("a playbook").playbook;
        let store = Store::open(&url).await.expect("a store");
        let ada = AgentRow {
            name: "Ada".to_owned(),
            role: "agent".to_owned(),
            skills: Vec::new(),
            password: "none, she comes by the side door".to_owned(),
            disabled: false,
            presence: "online".to_owned(),
            created: jiff::Timestamp::UNIX_EPOCH,
        };
        assert!(store.add_agent(&ada).await.expect("an agent"));
        store.set_presence("Ada", "online").await.expect("present");
        Self { app: App::new(store, Arc::new(settings), playbook), folder }
    }

    pub fn database_url(&self) -> String {
        url(self.folder.path())
    }

    pub async fn post(&self, target: &str, fields: &str) -> Vec<Verb> {
        self.post_of("CA1", target, fields).await
    }

    /// The same in another call.
    pub async fn post_of(&self, call: &str, target: &str, fields: &str) -> Vec<Verb> {
        let (status, document) = self.send(call, target, fields).await;
        assert_eq!(status, 200, "{document}");
        read(&document, PUBLIC_URL).unwrap_or_else(|wrong| panic!("{wrong}"))
    }

    /// What a signed post gets, as it is.
    pub async fn send(&self, call: &str, target: &str, fields: &str) -> (u16, String) {
        self.send_body(target, format!("CallSid={call}&From=%2B14155550123{fields}")).await
    }

    /// The beginning of a call from another number.
    pub async fn send_from(&self, from: &str, call: &str, target: &str) -> String {
        self.send_body(target, format!("CallSid={call}&From={from}")).await.1
    }

    async fn send_body(&self, target: &str, body: String) -> (u16, String) {
        let form = Form::parse(body.as_bytes()).expect("small");
        let request = Request::post(target)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", sign(Hash::Sha1, TOKEN, &format!("{PUBLIC_URL}{target}"), &form))
            .body(Body::from(body))
            .expect("a request");
        let answer = ivr::routes(self.app.clone()).oneshot(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let document = to_bytes(answer.into_body(), 100_000).await.expect("a body");
        (status, String::from_utf8(document.to_vec()).expect("UTF-8"))
    }

    pub async fn conversation(&self) -> ConversationId {
        let rows = self.app.store.journal_after(Channel::Twilio, "CA1", 0).await.expect("a journal");
        rows.first().expect("a turn").conversation
    }
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("desk.db").display())
}

pub fn gather(verbs: &[Verb]) -> (&Gather, &str, String) {
    match verbs {
        [Verb::Gather(gather), Verb::Redirect(redirect)] => {
            let said = gather.says.iter().map(|say| say.text.as_str()).collect::<Vec<_>>().join(" ");
            (gather, redirect, said)
        }
        other => panic!("no gather: {other:?}"),
    }
}
