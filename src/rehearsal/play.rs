//! Plays a test on one kind of channel, and compares.

use super::script::{
    Act, AgentAct, Bot, CallAct, ChannelKind, Expectation, Line, Pattern, Silence, Test, Wanted, What,
};
use super::stage::{Entry, Message, Speaker, Stage, Way};
use super::update::{self, Edit};
use crate::config::Desk;
use crate::conversation::{Hope, Life, Owner, Said, Subject, WaitKind};
use crate::flow::Playbook;
use crate::source::Place;

/// What came of a test.
#[derive(Debug, Clone)]
pub struct Played {
    /// In order; a plain run stops at the first.
    pub differences: Vec<Difference>,
    /// The conversation, until it stopped.
    pub talk: Vec<Entry>,
    /// Steps entered and ways taken.
    pub walked: Vec<Way>,
    /// What would make the test pass, where it went on to the end.
    pub edits: Vec<Edit>,
}

/// One thing that came out otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub at: Place,
    /// `expected the bot to say`, `expected the slot `topic` to be`.
    pub wanted: String,
    pub want: String,
    pub got: Vec<String>,
    pub note: Option<String>,
}

/// Whether a run stops at the first difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    ToFirst,
    ToEnd,
}

/// Plays `test` on one kind of channel. The same arguments give the same result.
pub fn play(book: &Playbook, desk: &Desk, test: &Test, kind: ChannelKind, run: Run) -> Played {
    let stage = Stage::new(book, desk, test, kind);
    let mut player =
        Player { stage, test, run, differences: Vec::new(), edits: Vec::new(), heard: false, said: 0 };
    player.all();
    let Player { stage, differences, edits, .. } = player;
    Played { differences, talk: stage.talk, walked: stage.walked, edits }
}

struct Player<'a> {
    stage: Stage<'a>,
    test: &'a Test,
    run: Run,
    differences: Vec<Difference>,
    edits: Vec<Edit>,
    /// Whether a `bot:` line or an input came since the beginning.
    heard: bool,
    /// The message that the last `bot:` line found; the next looks from there on.
    said: usize,
}

impl Player<'_> {
    fn all(&mut self) {
        let lines: Vec<&Line> =
            self.test.talk.iter().filter(|line| line.on.is_none_or(|on| on == self.stage.kind)).collect();
        self.begin(lines.first().map(|line| &line.act));
        for line in &lines {
            if self.stops() {
                return;
            }
            // Quick messages are one where the flow says so; anything else comes when they were taken.
            if !matches!(line.act, Act::User(_)) {
                self.stage.settle();
            }
            self.line(line);
        }
        self.stage.settle();
        if !self.stops() {
            self.expect(&self.test.expect);
        }
        if !self.stops() {
            self.faults(&self.test.at);
        }
    }

    fn stops(&self) -> bool {
        self.run == Run::ToFirst && !self.differences.is_empty()
    }

    /// In chat the first words begin, where the test names no flow. A call begins by itself.
    fn begin(&mut self, first: Option<&Act>) {
        let flow = self.test.flow.as_ref().map(|flow| flow.value.clone());
        let by_words =
            flow.is_none() && self.stage.kind == ChannelKind::Chat && matches!(first, Some(Act::User(_)));
        if !by_words {
            self.stage.take(Said::Started { flow });
        }
    }

    fn line(&mut self, line: &Line) {
        match &line.act {
            Act::Bot(bot) => {
                self.heard = true;
                return self.bot(line, bot);
            }
            Act::Expect(expected) => return self.expect(expected),
            Act::Given(given) => {
                self.stage.note(Speaker::World, "the world changes");
                return self.stage.change((**given).clone());
            }
            Act::Changed => {
                self.stage.note(Speaker::World, "the flows were changed, and this step is gone");
                if self.stage.conversation.is_closed() || !self.stage.lose_step() {
                    let why = "the conversation stands at no step".to_owned();
                    self.differ(&line.at, "this cannot be done here", "", Vec::new(), Some(why));
                }
                return;
            }
            Act::User(_)
            | Act::Key(_)
            | Act::Button(_)
            | Act::File(_)
            | Act::Silence(_)
            | Act::Leaves
            | Act::Call(_)
            | Act::Agent(_) => {}
        }
        // What the beginning said is kept for the first `bot:` line after the first input.
        if self.heard {
            self.stage.messages.clear();
        }
        self.heard = true;
        self.said = 0;
        let done = self.input(&line.act);
        self.stage.tell();
        if let Err(why) = done {
            let got = self.stage.messages.iter().map(|message| message.text.clone()).collect();
            self.differ(&line.at, "this cannot be done here", "", got, Some(why));
        }
        if !self.stops() {
            self.faults(&line.at);
        }
    }

    fn input(&mut self, act: &Act) -> Result<(), String> {
        if self.stage.conversation.is_closed() {
            match (act, self.stage.kind) {
                (Act::User(_) | Act::Key(_) | Act::Button(_), ChannelKind::Chat) => {
                    self.stage.note(Speaker::World, "a new conversation begins");
                    self.stage.begin_anew(self.test);
                }
                _ => return Err("the conversation is over".into()),
            }
        }
        match act {
            Act::User(words) => self.words(words),
            Act::Key(keys) => self.keys(keys),
            Act::Button(name) => return self.button(name),
            Act::File(name) => return self.file(name),
            Act::Silence(silence) => return self.silence(*silence),
            Act::Leaves => {
                self.stage.note(Speaker::World, "the contact leaves");
                self.stage.take(Said::Left { reason: "left".into() });
            }
            Act::Agent(agent) => return self.agent(agent),
            Act::Call(act) => return self.call(*act),
            Act::Bot(_) | Act::Expect(_) | Act::Given(_) | Act::Changed => {}
        }
        Ok(())
    }

    /// What the telephony platform tells.
    fn call(&mut self, act: CallAct) -> Result<(), String> {
        if self.stage.kind == ChannelKind::Chat {
            return Err("this is no call".into());
        }
        let hope = &self.stage.conversation.hope;
        let fits = match act {
            CallAct::Recorded => matches!(hope, Hope::Recording { .. }),
            CallAct::Transferred(_) => matches!(hope, Hope::Transfer { .. }),
            CallAct::Answered | CallAct::Missed => self.stage.conversation.callback.is_some(),
        };
        if !fits {
            return Err("the call does not wait for that".into());
        }
        let said = match act {
            CallAct::Recorded => {
                Said::Recorded { url: "https://platform.example/message".into(), seconds: 12 }
            }
            CallAct::Transferred(how) => Said::Transferred { how },
            CallAct::Answered => Said::CallBackAnswered,
            CallAct::Missed => Said::CallBackEnded { reason: "no-answer".into() },
        };
        let name = CallAct::ALL.into_iter().find(|(_, known)| *known == act).map_or("", |(name, _)| name);
        self.stage.note(Speaker::World, format!("the call: {}", name.replace('_', " ")));
        self.stage.take(said);
        Ok(())
    }

    fn words(&mut self, words: &str) {
        self.stage.note(Speaker::Contact, words);
        self.stage.take(match self.stage.kind {
            ChannelKind::Chat => Said::Text { text: words.to_owned() },
            ChannelKind::Voice => Said::Speech { text: words.to_owned(), confidence: None },
        });
    }

    fn keys(&mut self, keys: &str) {
        if self.stage.kind == ChannelKind::Voice {
            self.stage.note(Speaker::Contact, format!("[{keys}]"));
            return self.stage.take(Said::Keys { keys: keys.to_owned() });
        }
        match self.stage.button(|button| button.key == keys).cloned() {
            Some(button) => self.press(&button),
            None => self.words(keys),
        }
    }

    fn press(&mut self, button: &super::stage::Button) {
        self.stage.note(Speaker::Contact, format!("[{}]", button.label));
        self.stage.take(match self.stage.kind {
            ChannelKind::Chat => Said::Choice { value: button.value.clone() },
            ChannelKind::Voice => Said::Keys { keys: button.key.clone() },
        });
    }

    fn button(&mut self, name: &str) -> Result<(), String> {
        let means = Pattern::Whole(name.to_owned());
        let button = self.stage.button(|button| button.value == name || means.fits(&button.label)).cloned();
        let button = button.ok_or_else(|| format!("there is no button `{name}`"))?;
        self.press(&button);
        Ok(())
    }

    fn file(&mut self, name: &str) -> Result<(), String> {
        if self.stage.kind == ChannelKind::Voice {
            return Err("no file can be sent on a call".into());
        }
        let kind = match name.rsplit('.').next().map(str::to_lowercase).as_deref() {
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("png") => "image/png",
            Some("pdf") => "application/pdf",
            _ => "text/plain",
        };
        self.stage.note(Speaker::Contact, format!("<{name}>"));
        let (file, name, kind) = (format!("test/{name}"), name.to_owned(), kind.to_owned());
        self.stage.take(Said::File { file, name, kind, size: 1_000 });
        Ok(())
    }

    fn silence(&mut self, silence: Silence) -> Result<(), String> {
        match silence {
            Silence::For(time) => {
                self.stage.note(Speaker::World, format!("({time:#} pass)"));
                self.stage.pass(time);
            }
            Silence::Times(times) => {
                for _ in 0..times {
                    self.stage.note(Speaker::World, "(silence)");
                    let asks = self.stage.conversation.owner == Owner::Bot;
                    if asks && self.stage.kind == ChannelKind::Voice {
                        self.stage.take(Said::Silence);
                    } else if !self.stage.pass_one() {
                        return Err("nothing is waited for".into());
                    }
                }
            }
        }
        Ok(())
    }

    fn agent(&mut self, act: &AgentAct) -> Result<(), String> {
        let owner = match &self.stage.conversation.owner {
            Owner::Agent(name) => Some(name.clone()),
            Owner::Bot | Owner::Queue(_) => None,
        };
        let mine = || {
            owner
                .clone()
                .ok_or_else(|| "no agent has the conversation; write `agent: claims` before".to_owned())
        };
        let said = match act {
            AgentAct::Claims(agent) => {
                self.stage.note(Speaker::World, format!("{agent} claims"));
                Said::Claimed { agent: agent.clone() }
            }
            AgentAct::Says(text) => Said::AgentWrote { agent: mine()?, text: text.clone() },
            AgentAct::HandsBack => {
                let agent = mine()?;
                self.stage.note(Speaker::World, format!("{agent} hands back"));
                Said::HandedBack
            }
            AgentAct::Closes(disposition) => {
                let agent = mine()?;
                self.stage.note(Speaker::World, format!("{agent} closes: {disposition}"));
                Said::ClosedByAgent { agent, disposition: disposition.clone() }
            }
        };
        self.stage.take(said);
        Ok(())
    }

    fn bot(&mut self, line: &Line, bot: &Bot) {
        if bot.nothing && !self.stage.messages.is_empty() {
            self.differ(&line.at, "expected the bot to say nothing", "", self.spoken(), None);
        }
        for wanted in &bot.says {
            self.says(wanted);
            if self.stops() {
                return;
            }
        }
        for wanted in &bot.never {
            if self.stage.messages.iter().any(|message| fits(&wanted.pattern, message)) {
                let want = wanted.pattern.source();
                self.differ(&wanted.at, "expected the bot not to say", &want, self.spoken(), None);
            }
        }
        if let Some(options) = &bot.options {
            self.options(line, options);
        }
    }

    fn spoken(&self) -> Vec<String> {
        self.stage.messages.iter().map(|message| message.text.clone()).collect()
    }

    fn says(&mut self, wanted: &Wanted) {
        let found = (self.said..self.stage.messages.len())
            .find(|at| fits(&wanted.pattern, &self.stage.messages[*at]));
        if let Some(at) = found {
            self.said = at;
            return;
        }
        let before = self.stage.messages[..self.said].iter().any(|message| fits(&wanted.pattern, message));
        let note = before.then(|| "it was said before what the line above found; mind the order".to_owned());
        if let Some(edit) = update::bot(wanted, &self.stage.messages[self.said..], self.stage.kind) {
            self.edits.push(edit);
        }
        let want = wanted.pattern.source();
        self.differ(&wanted.at, "expected the bot to say", &want, self.spoken(), note);
    }

    fn options(&mut self, line: &Line, wanted: &[Wanted]) {
        let shown = self.stage.messages.iter().rev().find(|message| !message.options.is_empty());
        let labels: Vec<String> = shown
            .iter()
            .flat_map(|message| message.options.iter().map(|option| option.label.clone()))
            .collect();
        let same = labels.len() == wanted.len()
            && wanted.iter().zip(&labels).all(|(wanted, label)| wanted.pattern.fits(label));
        if !same {
            let want: Vec<String> = wanted.iter().map(|wanted| wanted.pattern.source()).collect();
            self.differ(&line.at, "expected the options", &want.join(", "), labels, None);
        }
    }

    fn expect(&mut self, expected: &[Expectation]) {
        for one in expected {
            let got = self.actual(&one.what);
            let shown = got.clone().unwrap_or_else(|| "none".to_owned());
            let any = one.what == What::Ticket && one.want.pattern.source() == "any" && got.is_some();
            if any || one.want.pattern.fits(&shown) {
                continue;
            }
            self.edits.extend(update::value(&one.want, &one.what, &shown, self.stage.kind));
            let wanted = format!("expected {} to be", one.what.words());
            self.differ(&one.want.at, &wanted, &one.want.pattern.source(), vec![shown], None);
            if self.stops() {
                return;
            }
        }
    }

    /// A fault of the flow's: a template or a value that failed while it ran.
    fn faults(&mut self, at: &Place) {
        let faults = std::mem::take(&mut self.stage.faults);
        if !faults.is_empty() {
            self.differ(at, "expected no fault, but the flow failed here", "", faults, None);
        }
    }

    fn differ(&mut self, at: &Place, wanted: &str, want: &str, got: Vec<String>, note: Option<String>) {
        let (wanted, want) = (wanted.to_owned(), want.to_owned());
        self.differences.push(Difference { at: at.clone(), wanted, want, got, note });
    }

    /// What is there of `what`; `None` is `none`.
    fn actual(&self, what: &What) -> Option<String> {
        let stage = &self.stage;
        let conversation = &stage.conversation;
        let frame = conversation.frames.last();
        match what {
            What::Slot(name) => stage.slots.get(name).cloned(),
            What::Step => frame.filter(|_| !conversation.is_closed()).map(|frame| frame.step.clone()),
            What::Flow => frame.map(|frame| frame.flow.clone()),
            What::Locale => Some(conversation.locale.clone()),
            What::Outcome => conversation.outcome().map(str::to_owned),
            What::With => Some(match &conversation.owner {
                Owner::Bot => "bot".to_owned(),
                Owner::Queue(name) => format!("queue {name}"),
                Owner::Agent(name) => format!("agent {name}"),
            }),
            What::State => Some(state(conversation).to_owned()),
            What::Ticket => stage.tickets.last().map(|ticket| ticket.draft.code.clone()),
            What::Of(name) => stage.tickets.last().and_then(|ticket| ticket.of(name)),
            What::Tickets => Some(stage.tickets.iter().filter(|ticket| !ticket.added).count().to_string()),
            What::Answers => {
                let offered = conversation.offered.iter().filter(|offered| !offered.amid);
                let offered: Vec<&str> = offered.map(|offered| offered.article.as_str()).collect();
                (!offered.is_empty()).then(|| offered.join(", "))
            }
            What::Reason => conversation.offered.iter().rev().find_map(|offered| offered.reason.clone()),
            What::Survey => stage.score.clone(),
            What::Queue => stage.handoff.as_ref().map(|(queue, _)| queue.clone()),
            What::Priority => stage.handoff.as_ref().map(|(_, priority)| priority.clone()),
            What::Watching => {
                let watched: Vec<&str> = stage.watched.iter().map(Subject::of).collect();
                (!watched.is_empty()).then(|| watched.join(", "))
            }
            What::Masked(name) => Some(stage.masked.contains(name).to_string()),
        }
    }
}

fn state(conversation: &crate::conversation::Conversation) -> &'static str {
    let waits = conversation.frames.last().and_then(|frame| frame.wait.as_ref());
    match &conversation.life {
        Life::Closed(_) => "closed",
        Life::Parked => "parked",
        Life::Active if matches!(waits.map(|wait| &wait.kind), Some(WaitKind::Person)) => "waiting",
        Life::Active => "active",
    }
}

fn fits(pattern: &Pattern, message: &Message) -> bool {
    pattern.fits(&message.text) || (message.masked != message.text && pattern.fits(&message.masked))
}
