//! Conversations as data: `tests/turns/*.md` hold a flow, an FAQ where one is needed, and conversations with it. Each
//! is run through the engine and must come out as it stands there. `VESTIBULE_UPDATE=1 cargo test turns::` writes what
//! comes out into the files, to be read in the difference before it is kept.
//!
//! `> {value}@3` is a button of turn 3.
//! In a conversation, `> words` is what the contact says (on voice: speech), `> [12]` keys, `> {value}` a button,
//! `> ()` silence; `! free` and `! busy` say whether an agent is there, `! chat` that a caller has a chat, too, `! claimed Ada`, `! Ada: words`, `! handed back`,
//! `! nobody came`, `! left`, `! remind`, `! park`, `! gathered` are what else happens. All other lines are what comes out.

use std::fmt::Write;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use vestibule::cli::playbook;
use vestibule::conversation::{
    Channel, Conversation, Event, Facts, HttpAnswer, LinkFacts, Linked, News, Notice, Said, Segment,
    Utterance, code, ids, link,
};
use vestibule::engine;
use vestibule::flow::Playbook;
use vestibule::flow::graph::Graph;

#[test]
fn conversations_come_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/turns");
    let update = std::env::var_os("VESTIBULE_UPDATE").is_some();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("tests/turns")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 10, "the turns are kept in tests/turns");
    let mut differ = Vec::new();
    for file in files {
        let before = std::fs::read_to_string(&file).expect("a file of turns");
        let after = run(&before, &file.display().to_string());
        if before != after {
            if update {
                std::fs::write(&file, &after).expect("written");
            } else {
                differ.push(format!("{}\n{}", file.display(), difference(&before, &after)));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

fn difference(before: &str, after: &str) -> String {
    let (before, after): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let at = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let part = |lines: &[&str], sign: &str| {
        lines.iter().skip(at).take(8).fold(String::new(), |out, line| out + sign + line + "\n")
    };
    format!("from line {}:\n{}{}", at + 1, part(&before, "- "), part(&after, "+ "))
}

/// The document with every conversation in it as it comes out.
fn run(document: &str, name: &str) -> String {
    let (mut flows, mut faq) = (Vec::new(), String::new());
    let mut out = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut words = info.split_whitespace();
        match words.next() {
            Some("yaml") if block.first().is_some_and(|first| first.starts_with("- id:")) => {
                faq = block.join("\n")
            }
            Some("yaml") => flows.push(("yaml".to_owned(), block.join("\n"))),
            Some("csv") => {
                let table = words.next().expect("a table has a name");
                flows.push((format!("tables/{table}.csv"), block.join("\n")));
            }
            Some(kind @ ("chat" | "voice")) => {
                let locale = words.next().unwrap_or("en");
                let book = book(&flows, &faq, name);
                let _ = write!(out, "{}", talk(&book, kind == "voice", locale, &block));
                let _ = writeln!(out, "```");
                continue;
            }
            _ => {}
        }
        for line in block {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "```");
    }
    out
}

fn book(flows: &[(String, String)], faq: &str, name: &str) -> Playbook {
    let locales = vec!["en".to_owned(), "it".to_owned()];
    let flows: Vec<(String, String)> =
        flows.iter().enumerate().map(|(at, (file, text))| (named(name, at, file), text.clone())).collect();
    let faq = if faq.is_empty() { Vec::new() } else { vec![(format!("{name}#faq.yaml"), faq.to_owned())] };
    let (book, found) = playbook::from_texts(&flows, &faq, &locales);
    book.unwrap_or_else(|| panic!("{name}: {found:#?}"))
}

/// Tables keep their name, which flows look in by.
fn named(document: &str, at: usize, file: &str) -> String {
    if file.ends_with(".csv") { file.to_owned() } else { format!("{document}#{at}.{file}") }
}

struct Talk<'a> {
    book: &'a Playbook,
    conversation: Conversation,
    facts: Facts,
    /// Seconds since the beginning.
    passed: i64,
    /// The request that waits for its answer.
    request: Option<Uuid>,
    /// What becomes of a code to link by.
    code: link::Found,
    out: String,
}

fn linked() -> Linked {
    let since = "2026-11-24T09:00:00Z".parse().expect("a time");
    let contact = ids::contact("web", "elsewhere");
    Linked { contact, channel: Channel::Web, address: "elsewhere".into(), since }
}

/// A code that was shown on the web page.
fn shown() -> link::Found {
    link::Found::Shown {
        contact: ids::contact("web", "elsewhere"),
        conversation: ids::conversation("web", "elsewhere", ""),
        channel: Channel::Web,
    }
}

fn talk(book: &Playbook, voice: bool, locale: &str, script: &[&str]) -> String {
    let channel = if voice { Channel::TerminalVoice } else { Channel::Terminal };
    let now = "2026-11-24T10:00:00Z".parse().expect("a time");
    let id = ids::conversation("test", "turns", "start");
    let contact = ids::contact("test", "turns");
    let beginning = engine::Beginning {
        id,
        channel,
        address: "turns",
        contact,
        locale: Some(locale),
        seq: 0,
        number: None,
        now,
    };
    let conversation = engine::fresh(book, &beginning);
    let facts = Facts {
        business_open: true,
        now_text: "2026-11-24T10:00:00+00:00".into(),
        today: "2026-11-24".into(),
        link: LinkFacts { code: Some(code::of_random(31_415_926)), ..LinkFacts::default() },
        ..Facts::default()
    };
    let mut talk =
        Talk { book, conversation, facts, passed: 0, request: None, code: shown(), out: String::new() };
    talk.take(Said::Started { flow: None });
    for line in script {
        if let Some(said) = line.strip_prefix("> ") {
            let _ = writeln!(talk.out, "{line}");
            let said = pressed(&talk.conversation, said).unwrap_or_else(|| contact_says(said, voice));
            talk.take(said);
        } else if let Some(happens) = line.strip_prefix("! ") {
            let _ = writeln!(talk.out, "{line}");
            talk.happens(happens);
        }
    }
    talk.out
}

/// `{value}@3`: a button of turn 3; with a `!` after it, one of another conversation.
fn pressed(conversation: &Conversation, said: &str) -> Option<Said> {
    let (value, turn) = said.strip_prefix('{')?.split_once("}@")?;
    let other = turn.ends_with('!');
    Some(Said::Pressed {
        value: value.to_owned(),
        conversation: if other { ids::conversation("test", "turns", "before") } else { conversation.id },
        revision: Some(conversation.revision.clone()),
        turn: turn.trim_end_matches('!').parse().ok()?,
    })
}

fn contact_says(said: &str, voice: bool) -> Said {
    let inside = |open: char, close: char| said.strip_prefix(open)?.strip_suffix(close);
    if said == "()" {
        return Said::Silence;
    }
    if let Some(keys) = inside('[', ']') {
        return Said::Keys { keys: keys.into() };
    }
    if let Some(value) = inside('{', '}') {
        return Said::Choice { value: value.into() };
    }
    if voice {
        Said::Speech { text: said.into(), confidence: None }
    } else {
        Said::Text { text: said.into() }
    }
}

impl Talk<'_> {
    fn happens(&mut self, what: &str) {
        match what {
            "free" => self.facts.agent_free = true,
            "busy" => self.facts.agent_free = false,
            "chat" => self.facts.contact.chat = true,
            "closed hours" => {
                self.facts.business_open = false;
                self.facts.opens = Some("2026-11-24T11:00:00Z".parse().expect("a time"));
            }
            "verified" => self.facts.contact.verified = true,
            "linked" => self.facts.link.linked = vec![linked()],
            "linked there" => {
                let news = News::Linked { channel: Channel::Phone };
                self.take(Said::Informed { notice: Notice { id: "n".into(), news } });
            }
            "unlinked there" => {
                let news = News::Unlinked { channel: Channel::Web };
                self.take(Said::Informed { notice: Notice { id: "n".into(), news } });
            }
            "waited" => self.take(Said::Waited),
            "not answered" => self.answered(HttpAnswer::Failed { reason: "no answer in time".into() }),
            "incident over" => {
                let news = News::IncidentClosed { area: "network".into(), title: "A cut cable".into() };
                self.take(Said::Informed { notice: Notice { id: "n".into(), news } });
            }
            "handed back" => self.take(Said::HandedBack),
            "nobody came" => self.take(Said::NobodyCame),
            "left" => self.take(Said::Left { reason: "completed".into() }),
            "remind" => self.take(Said::Reminder),
            "park" => self.take(Said::Park),
            "gathered" => self.take(Said::Gathered),
            "again" => self.take(Said::Again),
            _ if self.counted(what) => {}
            _ => match (what.strip_prefix("claimed "), what.split_once(": ")) {
                (Some(agent), _) => self.take(Said::Claimed { agent: agent.into() }),
                (None, Some((agent, text))) => {
                    self.take(Said::AgentWrote { agent: agent.into(), text: text.into() })
                }
                (None, None) => panic!("`! {what}` is nothing that happens"),
            },
        }
    }

    /// `seconds N`, `file NAME`, `answered STATUS JSON`.
    fn counted(&mut self, what: &str) -> bool {
        match what.split_once(' ') {
            Some(("seconds", seconds)) => self.passed += seconds.parse::<i64>().expect("a number"),
            Some(("file", name)) => self.take(Said::File {
                file: format!("ref-{name}"),
                name: name.into(),
                kind: "image/png".into(),
                size: 1234,
            }),
            Some(("codes", word)) => {
                self.code = match link::Refused::from_word(word) {
                    Some(why) => link::Found::Refused { why },
                    None => shown(),
                };
            }
            Some(("answered", answer)) => {
                let (status, body) = answer.split_once(' ').expect("a status and a body");
                let body = serde_json::from_str(body).expect("JSON");
                let status = status.parse().expect("a status");
                self.answered(HttpAnswer::Reply { status, headers: Default::default(), body });
            }
            _ => return false,
        }
        true
    }

    fn answered(&mut self, answer: HttpAnswer) {
        let id = self.request.expect("something was asked");
        self.take(Said::HttpAnswered { id, answer });
    }

    fn take(&mut self, said: Said) {
        let utterance = Utterance { said, answers_turn: None };
        let begun: Timestamp = "2026-11-24T10:00:00Z".parse().expect("a time");
        let now = begun + SignedDuration::from_secs(self.passed);
        let before = self.conversation.clone();
        let mut turn = engine::take_turn(self.book, before.clone(), &self.facts, &utterance, now);
        if turn.code_tried().is_some() {
            self.facts.link.found = Some(self.code.clone());
            turn = engine::take_turn(self.book, before.clone(), &self.facts, &utterance, now);
        }
        let again = engine::take_turn(self.book, before, &self.facts, &utterance, now);
        self.facts.link.found = None;
        assert_eq!(turn, again, "the same arguments give the same turn");
        let kept = serde_json::to_string(&turn.conversation).expect("a conversation can be kept");
        self.conversation = serde_json::from_str(&kept).expect("and read again");
        assert_eq!(self.conversation, turn.conversation);
        for event in &turn.events {
            self.holds_to_its_ways(event);
            if let Event::HttpRequested { id, .. } = event {
                self.request = Some(*id);
            }
            self.show(event);
        }
    }

    /// A way out that a turn took is one that the flow's graph has.
    fn holds_to_its_ways(&self, event: &Event) {
        let Event::Walked { flow, exits, .. } = event else { return };
        let flow = self.book.flow(flow).expect("a flow that is there");
        let graph = Graph::of(flow);
        for (step, exit) in exits {
            let index = flow.step_index(step).expect("a step that is there");
            let ways: Vec<_> = graph.edges[index].iter().map(|edge| edge.exit.word()).collect();
            assert!(ways.iter().any(|way| way == exit), "{step} has no way `{exit}`: {ways:?}");
        }
    }

    fn show(&mut self, event: &Event) {
        let code_shown = |code: &str| {
            if self.conversation.channel.voice() { code::grouped(code) } else { code.to_owned() }
        };
        let line = match event {
            Event::Prompted { prompt, .. } => {
                let text: String = prompt
                    .text
                    .iter()
                    .map(|part| match part {
                        Segment::Text(text) => text.clone(),
                        Segment::Code(code) => code_shown(code),
                    })
                    .collect();
                let options: Vec<&str> = prompt.options.iter().map(|option| option.label.as_str()).collect();
                let shown = !options.is_empty() && !self.conversation.channel.voice();
                format!(
                    "{text}{}",
                    if shown { format!("  [{}]", options.join("] [")) } else { String::new() }
                )
            }
            Event::Call { what } => format!("* {what:?}"),
            Event::SlotFilled { slot, value } => format!("* {slot} = {value}"),
            Event::AnswerOffered { article, .. } => format!("* offers {article}"),
            Event::AnswerConfirmed { article } => format!("* solved by {article}"),
            Event::AnswerRefused { article, reason } => {
                format!(
                    "* not solved by {article}{}",
                    reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default()
                )
            }
            Event::AnswerSent { article } => format!("* sends {article} to the chat"),
            Event::NothingFound { query } => format!("* nothing found for “{query}”"),
            Event::QuestionAnswered { article, .. } => format!("* a question amid it: {article}"),
            Event::TicketOpened { draft } => format!(
                "* ticket {} {} {}/{}: {}{}",
                draft.category,
                draft.r#type,
                draft.urgency,
                draft.impact,
                draft.subject,
                if draft.unreached { " (unreached)" } else { "" }
            ),
            Event::TicketAdded { text, .. } => format!("* added to the ticket: {text}"),
            Event::PromptFailed { step, .. } => format!("* three failures at {step}"),
            Event::OwnerChanged { owner, .. } => format!("* owner {owner:?}"),
            Event::SurveyAnswered { survey, score, comment, .. } => {
                format!("* {survey} {score:?} {comment:?}")
            }
            Event::Edited { text } => format!("* edited: {text}"),
            Event::Deleted { text } => format!("* took back: {text}"),
            Event::Reacted { sign } => format!("* reacted: {sign}"),
            Event::Undelivered { seq, why } => format!("* message {seq} not delivered: {why:?}"),
            Event::Unreachable { reason } => format!("* unreachable: {reason}"),
            Event::Reachable => "* reachable".to_owned(),
            Event::LanguageChanged { locale } => format!("* language {locale}"),
            Event::FlowEntered { flow } => format!("* flow {flow}"),
            Event::Deflected { confirmed, .. } => format!("* deflected, confirmed: {confirmed}"),
            Event::Closed { outcome } => format!("* closed: {outcome}"),
            Event::CarriedOver { stranded, .. } => {
                format!("* carried over: {}", stranded.as_deref().unwrap_or("to the same"))
            }
            Event::Faulted { place, message } => {
                let place = place.rsplit('/').next().unwrap_or_default();
                format!("* FAULT {place}: {message}")
            }
            Event::AgentWrote { agent, text, .. } => format!("{agent}: {text}"),
            Event::HttpRequested { request, .. } => format!(
                "* calls {} {}{}",
                request.method,
                request.url,
                request.body.as_ref().map(|body| format!(" with {body}")).unwrap_or_default()
            ),
            Event::HttpAnswered { status, reason, .. } => match (status, reason) {
                (Some(status), _) => format!("* answered {status}"),
                (None, reason) => format!("* not answered: {}", reason.as_deref().unwrap_or_default()),
            },
            Event::LinkOffered { .. } => "* a code to link by".into(),
            Event::CodeTried { .. } => "* CODE NOT LOOKED UP".into(),
            Event::Linked { channel, .. } => format!("* linked with {}", channel.word()),
            Event::LinkRefused { why } => format!("* not linked: {}", why.word()),
            Event::Unlinked { .. } => "* unlinked".into(),
            Event::MoveWanted { .. } => "* NOT ASKED FOR".into(),
            Event::MovedHere { .. } => "* moved here".into(),
            Event::MovedAway { .. } => "* moved away".into(),
            Event::Watched { subject } => format!("* watches {} {}", subject.word(), subject.of()),
            Event::NoticeTold { .. } => "* told".into(),
            Event::FileReceived { name, kind, size, .. } => format!("* file {name} ({kind}, {size} bytes)"),
            Event::Parked => "* parked".into(),
            Event::Resumed => "* resumed".into(),
            Event::Started { .. }
            | Event::QuestionPut { .. }
            | Event::Walked { .. }
            | Event::Heard { .. }
            | Event::Left { .. }
            | Event::Noted { .. }
            | Event::SlotCleared { .. }
            | Event::NothingHeard { .. }
            | Event::NotUnderstood { .. }
            | Event::ValueRefused { .. }
            | Event::StatusTold { .. }
            | Event::HandoffRequested { .. }
            | Event::NobodyCame { .. }
            | Event::TimerSet { .. }
            | Event::TimersCleared => return,
        };
        let _ = writeln!(self.out, "{line}");
    }
}
