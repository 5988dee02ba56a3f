//! What each platform shows of each kind of step, kept in `tests/previews/*.md`. `VESTIBULE_UPDATE=1 cargo test previews`
//! writes what comes out into the files, to be read in the difference before it is kept.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use vestibule::app::simulate::{World, preview};
use vestibule::channel::render::{Asked, discord, telegram, voice, web};
use vestibule::cli::playbook;
use vestibule::config;
use vestibule::conversation::{Channel, ConversationId, Prompt};
use vestibule::flow::Playbook;

const FLOW: &str = include_str!("../previews/flow.yaml");
const FAQ: &str = include_str!("../previews/faq.yaml");

#[test]
fn each_kind_of_step_looks_as_it_did_on_each_platform() {
    let locales = vec!["en".to_owned(), "it".to_owned()];
    let flows = [("previews.yaml".to_owned(), FLOW.to_owned())];
    let (book, found) = playbook::from_texts(&flows, &[("faq.yaml".to_owned(), FAQ.to_owned())], &locales);
    let book = book.unwrap_or_else(|| panic!("{found:#?}"));
    let asked = Asked { conversation: ConversationId::nil(), turn: 3 };
    let mut differ = Vec::new();
    let mut keep = |name: &str, text: String| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/previews/{name}.md"));
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        if before != text {
            if std::env::var_os("VESTIBULE_UPDATE").is_some() {
                std::fs::write(&file, text).expect("written");
            } else {
                let line = before.lines().zip(text.lines()).take_while(|(a, b)| a == b).count() + 1;
                differ.push(format!("{} differs from line {line} on", file.display()));
            }
        }
    };
    keep(
        "discord",
        document("Discord", &book, Channel::Web, |prompt| all(&discord::messages(prompt, asked))),
    );
    keep(
        "telegram",
        document("Telegram", &book, Channel::Web, |prompt| all(&telegram::messages(prompt, asked))),
    );
    keep("web", document("Web chat", &book, Channel::Web, |prompt| all(&[web::message(prompt)])));
    keep("phone", document("Phone", &book, Channel::Phone, |prompt| all(&[voice::spoken(prompt)])));
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

fn all(parts: &[impl Serialize]) -> String {
    parts.iter().map(|part| serde_json::to_string_pretty(part).expect("JSON")).collect::<Vec<_>>().join("\n")
}

fn document(title: &str, book: &Playbook, channel: Channel, shown: impl Fn(&Prompt) -> String) -> String {
    let desk = config::load(None, std::iter::empty()).expect("the defaults").desk;
    let flow = book.flow("previews").expect("the flow");
    let mut out = format!("# {title}\n");
    for locale in ["en", "it"] {
        let world = World {
            channel,
            locale: Some(locale.to_owned()),
            now: "2026-11-24T10:00:00Z".parse().expect("a time"),
            contact: Default::default(),
            business_open: Some(true),
            agent_free: true,
            incidents: Vec::new(),
        };
        for (at, step) in flow.steps.iter().enumerate() {
            let prompts = preview(book, &desk, &world, flow, at);
            let _ = writeln!(out, "\n## {} ({}), {locale}\n", step.id, step.kind.word());
            if prompts.is_empty() {
                out.push_str("Says nothing.\n");
                continue;
            }
            let parts: Vec<String> = prompts.iter().map(&shown).collect();
            let _ = writeln!(out, "```json\n{}\n```", parts.join("\n"));
        }
    }
    out
}
