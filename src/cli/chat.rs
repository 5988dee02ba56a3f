//! `vestibule chat`: the flows in a terminal, through the same door as every channel.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::playbook;
use crate::app::{App, Arrival, Message, Opens, Outcome, Who};
use crate::channel::terminal;
use crate::config::Settings;
use crate::conversation::{Channel, ContactFacts, Conversation, Facts, Hope, Owner, Said, Utterance};
use crate::rehearsal::repro::{Record, Setting};
use crate::store::Store;

/// How often messages of an agent are looked for while a person has the conversation.
const LOOK: Duration = Duration::from_millis(700);

/// Talks until the conversation is over or the input ends.
///
/// # Errors
/// Files or a database that it cannot run with.
pub async fn run(
    settings: Settings,
    voice: bool,
    locale: Option<String>,
    flow: Option<String>,
    repro: bool,
) -> anyhow::Result<ExitCode> {
    let Some(playbook::Loaded { playbook, files }) = playbook::load_or_report(&settings)? else {
        return Ok(ExitCode::from(1));
    };
    if let Some(flow) = &flow
        && playbook.flow(flow).is_none_or(|flow| flow.start.is_none())
    {
        anyhow::bail!(
            "no flow `{flow}` can be begun; there are: {}",
            playbook::startable(&playbook).join(", ")
        );
    }
    let store = Store::open(&settings.database_url).await?;
    let app = App::new(store.clone(), Arc::new(settings), playbook);
    app.serve_from_start(files).await?;
    let channel = if voice { Channel::TerminalVoice } else { Channel::Terminal };
    let setting = setting(&app, voice, locale.clone(), flow.clone());
    let mut talk = Talk {
        app,
        channel,
        locale,
        address: uuid::Uuid::now_v7().to_string(),
        seen: 0,
        conversation: None,
        record: Record::default(),
    };
    let stop = tokio_util::sync::CancellationToken::new();
    let world = tokio::spawn({
        let (app, stop) = (talk.app.clone(), stop.clone());
        async move { app.run_world(stop).await }
    });
    let result = talk.run(flow).await;
    if repro {
        print(&format!("\n{}", talk.record.test("a talk in the terminal", &setting)))?;
    }
    stop.cancel();
    let _ = world.await;
    store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

/// What a test needs to know of the world that the conversation is had in.
fn setting(app: &App, voice: bool, locale: Option<String>, flow: Option<String>) -> Setting {
    let now = jiff::Timestamp::now();
    let hours = &app.settings.desk.hours;
    let contact = ContactFacts { verified: true, ..ContactFacts::default() };
    let facts = Facts { contact, business_open: hours.is_open(now), ..Facts::default() };
    let now = hours.local(now).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    Setting { flow, locale, voice, now, facts }
}

struct Talk {
    app: App,
    channel: Channel,
    locale: Option<String>,
    address: String,
    /// The last message that was printed.
    seen: u64,
    conversation: Option<uuid::Uuid>,
    record: Record,
}

impl Talk {
    async fn run(&mut self, flow: Option<String>) -> anyhow::Result<()> {
        let mut lines = read_lines();
        let terminal = std::io::stdin().is_terminal();
        let mut ended = false;
        let mut person = self.say(Said::Started { flow }, Opens::IfNone).await?;
        loop {
            if person == Standing::Over {
                return Ok(());
            }
            prompt_mark();
            // What is piped in is an answer to the next question, not a word between.
            let reads = person != Standing::Moment || (terminal && !ended);
            let line = tokio::select! {
                line = lines.recv(), if reads => line,
                () = tokio::time::sleep(LOOK), if person != Standing::Bot => {
                    person = self.look().await?;
                    continue;
                }
            };
            let Some(line) = line else {
                ended = true;
                if person == Standing::Moment {
                    continue;
                }
                self.say(Said::Left { reason: "end of input".into() }, Opens::Never).await?;
                return Ok(());
            };
            person = self.say(said(&line, self.channel.voice()), Opens::Never).await?;
        }
    }

    async fn say(&mut self, said: Said, opens: Opens) -> anyhow::Result<Standing> {
        let voice = self.channel.voice();
        let render = move |outcome: &Outcome<'_>| {
            let standing = Standing::at(outcome.conversation);
            let last = outcome.messages.last().map_or(0, |message| message.seq);
            format!("{}\n{last}\n{}", standing.word(), terminal::text(outcome.messages, voice))
        };
        let arrival = Arrival {
            channel: self.channel,
            address: self.address.clone(),
            key: None,
            who: Who { contact: None, name: None, verified: true, tongue: None },
            locale: self.locale.clone(),
            utterance: Utterance { said: said.clone(), answers_turn: None },
            opens,
        };
        let answer = self.app.take(arrival, Box::new(render)).await?;
        self.conversation = answer.conversation.or(self.conversation);
        self.record.turn(&said, &answer.events);
        let mut parts = answer.body.splitn(3, '\n');
        let standing = Standing::of(parts.next().unwrap_or_default());
        self.seen = self.seen.max(parts.next().and_then(|seq| seq.parse().ok()).unwrap_or(0));
        print(parts.next().unwrap_or_default())?;
        Ok(standing)
    }

    /// Prints what an agent wrote meanwhile.
    async fn look(&mut self) -> anyhow::Result<Standing> {
        if self.channel.voice() {
            return self.say(Said::Again, Opens::Never).await;
        }
        for row in self.app.store.journal_after(self.channel, &self.address, self.seen).await? {
            self.record.journal(&row.events);
            let fresh: Vec<Message> =
                Message::of(&row.events).into_iter().filter(|m| m.seq > self.seen).collect();
            self.seen = fresh.last().map_or(self.seen, |message| message.seq);
            print(&terminal::text(&fresh, false))?;
        }
        let Some(id) = self.conversation else { return Ok(Standing::Over) };
        let stands = self.app.store.conversation(id).await?;
        Ok(stands.map_or(Standing::Over, |conversation| Standing::at(&conversation)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Bot,
    Person,
    /// Something of ours takes a moment.
    Moment,
    Over,
}

impl Standing {
    fn at(conversation: &Conversation) -> Self {
        match (&conversation.owner, &conversation.hope) {
            _ if conversation.is_closed() => Self::Over,
            (Owner::Queue(_) | Owner::Agent(_), _) => Self::Person,
            (Owner::Bot, Hope::Moment { .. }) => Self::Moment,
            (Owner::Bot, _) => Self::Bot,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Person => "person",
            Self::Moment => "moment",
            Self::Over => "over",
        }
    }

    fn of(word: &str) -> Self {
        match word {
            "bot" => Self::Bot,
            "person" => Self::Person,
            "moment" => Self::Moment,
            _ => Self::Over,
        }
    }
}

fn said(line: &str, voice: bool) -> Said {
    let line = line.trim();
    if !voice {
        return Said::Text { text: line.to_owned() };
    }
    if line.is_empty() {
        return Said::Silence;
    }
    if line.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '#')) {
        let keys = if line.len() > 1 { line.trim_end_matches('#') } else { line };
        return Said::Keys { keys: keys.to_owned() };
    }
    Said::Speech { text: line.to_owned(), confidence: None }
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn prompt_mark() {
    if std::io::stdin().is_terminal() {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(b"> ");
        let _ = out.flush();
    }
}

/// Lines of standard input, read on a thread of their own so that agents' messages are not held up by it.
fn read_lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
