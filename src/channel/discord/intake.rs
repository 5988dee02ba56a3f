//! What came is written down, in order. After a session that began anew, the channels that were talked in are looked
//! through for what was missed, each before anything newer of it is written down. What comes meanwhile in a channel that is
//! looked through is held; a channel that is slow to be read holds up no other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::Discord;
use super::ack::Lately;
use super::gateway::Came;
use super::update::{Kind, Told, time_of};
use super::wire::{Answer, Refusal};
use crate::app::App;
use crate::app::channels::NewUpdate;
use crate::conversation::Channel;

/// Events that are written down together.
const TOGETHER: usize = 256;
/// How often the last message of each channel is written down; what lies between is looked for twice, and taken once.
const KEPT_EVERY: Duration = Duration::from_millis(700);
/// Messages of one look, the most that there are: <https://discord.com/developers/docs/resources/message#get-channel-messages>.
const LOOK: usize = 100;
/// Channels that are looked through at the same time.
const LOOKED_AT_ONCE: usize = 16;
/// Looks for a channel before what is newer is written down all the same.
const LOOKS: u32 = 3;
/// When a channel that could not be looked through is tried again.
const AGAIN: Duration = Duration::from_secs(10);
/// Channels in which nobody said anything for so long are not looked through, in milliseconds.
const OLD: u64 = 30 * 24 * 3_600_000;

/// So often channels in which something was said just now are looked through, for events that the library could not read:
/// it leaves those out without a word.
const SWEEP: Duration = Duration::from_secs(30);
/// "Just now", in milliseconds, and the most channels of one time.
const JUST_NOW: u64 = 10 * 60_000;
const SWEPT: usize = 40;

/// The last message of a channel, and its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Last {
    message: u64,
    guild: Option<u64>,
}

/// What is to be written down, and whom to tell that it is.
type Row = (Told, Option<oneshot::Sender<()>>);

struct Writer<'a> {
    discord: &'a Discord,
    app: &'a App,
    /// Written down lately.
    lately: Lately,
    last: BTreeMap<u64, Last>,
    /// Channels whose last message is not written down yet.
    unkept: BTreeMap<u64, Last>,
    /// Channels that are still to be looked through.
    missed: BTreeMap<u64, Last>,
    /// Channels that are being looked through.
    looking: BTreeSet<u64>,
    /// What came in such channels meanwhile, in order.
    held: BTreeMap<u64, Vec<Row>>,
    /// Those that could not be, and when they are tried again.
    again: Vec<(Instant, u64, Last)>,
    /// The last message of each channel when it was last swept.
    swept: BTreeMap<u64, u64>,
}

/// Writes down until `stop` is cancelled, or nobody tells any more.
pub async fn run(
    discord: &Discord,
    app: &App,
    mut receiver: mpsc::UnboundedReceiver<Came>,
    stop: &CancellationToken,
) {
    let mut writer = Writer {
        discord,
        app,
        lately: Lately::default(),
        last: BTreeMap::new(),
        unkept: BTreeMap::new(),
        missed: BTreeMap::new(),
        looking: BTreeSet::new(),
        held: BTreeMap::new(),
        again: Vec::new(),
        swept: BTreeMap::new(),
    };
    let mut tick = tokio::time::interval(KEPT_EVERY);
    let mut sweep = tokio::time::interval(SWEEP);
    let mut looks = FuturesUnordered::new();
    loop {
        while looks.len() < LOOKED_AT_ONCE
            && let Some((channel, last)) = writer.next_look()
        {
            looks.push(look(discord, channel, last));
        }
        let mut came = Vec::new();
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(looked) = looks.next() => writer.looked(looked).await,
            many = receiver.recv_many(&mut came, TOGETHER) => if many == 0 { break },
            _ = tick.tick() => {
                writer.keep().await;
                writer.look_again();
            }
            _ = sweep.tick() => writer.sweep(),
        }
        writer.take(came).await;
    }
    // What people pressed is told only once: it is not looked for at the next start.
    for rows in std::mem::take(&mut writer.held).into_values() {
        writer.write(rows).await;
    }
    writer.keep().await;
}

impl Writer<'_> {
    async fn take(&mut self, came: Vec<Came>) {
        let mut rows = Vec::new();
        for one in came {
            match one {
                Came::Anew => {
                    self.write(std::mem::take(&mut rows)).await;
                    self.begin_to_look().await;
                }
                Came::Told(told, written) => match told.channel().filter(|channel| self.waits(*channel)) {
                    Some(channel) => self.held.entry(channel).or_default().push((told, written)),
                    None => rows.push((told, written)),
                },
            }
        }
        self.write(rows).await;
    }

    /// Whether a channel is, or is still to be, looked through.
    fn waits(&self, channel: u64) -> bool {
        self.missed.contains_key(&channel) || self.looking.contains(&channel)
    }

    async fn write(&mut self, rows: Vec<Row>) {
        let mut new: Vec<NewUpdate> = Vec::new();
        let mut waiting = Vec::new();
        for (told, written) in &rows {
            let row = told.row(self.discord.bot_name()).filter(|row| !self.lately.has(&row.id));
            if let Some(row) = row {
                self.saw(told);
                new.push(row);
            }
            waiting.push(written);
        }
        if !new.is_empty() {
            let names: Vec<String> = new.iter().map(|row| row.id.clone()).collect();
            // The database may be away: what came waits here, and what comes behind it.
            while let Err(error) = self.app.arrived(new.clone()).await {
                tracing::warn!(%error, "what came from discord could not be written down; trying again");
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
            for name in &names {
                self.lately.add(name);
            }
            if self.unkept.keys().any(|channel| !self.last.contains_key(channel)) {
                self.keep().await;
            }
        }
        for (_, written) in rows {
            if let Some(written) = written {
                let _ = written.send(());
            }
        }
    }

    fn saw(&mut self, told: &Told) {
        let (Some(channel), Some(address)) = (told.channel(), told.address()) else { return };
        let Some(message) = super::address::number(&told.held["id"]).filter(|_| told.kind == Kind::Message)
        else {
            return;
        };
        let guild = address.member.map(|(guild, _)| guild);
        let last = self.unkept.entry(channel).or_insert(Last { message, guild });
        last.message = last.message.max(message);
    }

    /// Writes down the last message of each channel that changed.
    async fn keep(&mut self) {
        for (channel, last) in std::mem::take(&mut self.unkept) {
            if self.last.get(&channel).is_some_and(|known| known.message >= last.message) {
                continue;
            }
            let value = match last.guild {
                Some(guild) => format!("{}/{guild}", last.message),
                None => last.message.to_string(),
            };
            match self.discord.keep(self.app, &format!("seen:{channel}"), &value).await {
                Ok(()) => drop(self.last.insert(channel, last)),
                Err(_) => drop(self.unkept.insert(channel, last)),
            }
        }
    }

    /// A session began anew: each channel that was talked in is to be looked through.
    async fn begin_to_look(&mut self) {
        self.keep().await;
        let notes = loop {
            let bot = self.discord.bot_name();
            match self.app.store.notes(Channel::Discord, bot, "seen:").await {
                Ok(notes) => break notes,
                Err(error) => {
                    tracing::warn!(%error, "it cannot be read which channels were talked in; trying again");
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
            }
        };
        let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
        for (key, value) in notes {
            let channel = key.trim_start_matches("seen:").parse::<u64>().ok();
            let mut parts = value.split('/').map(str::parse::<u64>);
            let (Some(channel), Some(Ok(message))) = (channel, parts.next()) else { continue };
            let last = Last { message, guild: parts.next().and_then(Result::ok) };
            self.last.insert(channel, last);
            if now.saturating_sub(time_of(message)) < OLD {
                self.missed.insert(channel, last);
            }
        }
    }

    fn sweep(&mut self) {
        let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
        self.swept.retain(|_, message| now.saturating_sub(time_of(*message)) < JUST_NOW);
        let active =
            self.last.iter().filter(|(_, last)| now.saturating_sub(time_of(last.message)) < JUST_NOW);
        let mut active: Vec<(u64, Last)> = active.map(|(channel, last)| (*channel, *last)).collect();
        // Those that were not swept for longest first.
        active.sort_by_key(|(channel, _)| self.swept.get(channel).copied());
        for (channel, last) in active.into_iter().take(SWEPT) {
            if self.waits(channel) {
                continue;
            }
            let from = self.swept.insert(channel, last.message).unwrap_or(last.message);
            self.missed.entry(channel).or_insert(Last { message: from, ..last });
        }
    }

    fn look_again(&mut self) {
        let now = Instant::now();
        for (_, channel, last) in self.again.extract_if(.., |(at, ..)| *at <= now) {
            self.missed.insert(channel, last);
        }
    }

    /// The channel to look through next: first those in which something waits.
    fn next_look(&mut self) -> Option<(u64, Last)> {
        let free = |channel: &&u64| !self.looking.contains(channel);
        let waits = self.held.keys().filter(|channel| self.missed.contains_key(channel)).find(free);
        let channel = *waits.or_else(|| self.missed.keys().find(free))?;
        let last = self.missed.remove(&channel)?;
        self.looking.insert(channel);
        Some((channel, last))
    }

    /// Writes down what was found, and then what came meanwhile.
    async fn looked(&mut self, looked: Looked) {
        let Looked { channel, last, found, end } = looked;
        self.looking.remove(&channel);
        self.write(found.into_iter().map(|told| (told, None)).collect()).await;
        match end {
            End::Whole => {}
            // The channel is gone, or is not ours to read any more.
            End::Gone => drop(self.discord.forget(self.app, &format!("seen:{channel}")).await),
            End::Failed(why) => {
                tracing::warn!(channel, why, "a channel could not be looked through; again later");
                self.again.push((Instant::now() + AGAIN, channel, last));
            }
        }
        // A session began anew meanwhile: there may be more to find before what is held.
        if !self.waits(channel) {
            let held = self.held.remove(&channel).unwrap_or_default();
            self.write(held).await;
        }
    }
}

/// What looking through a channel brought.
struct Looked {
    channel: u64,
    /// From which message it goes on.
    last: Last,
    /// In order.
    found: Vec<Told>,
    end: End,
}

enum End {
    Whole,
    Gone,
    Failed(String),
}

/// Looks one channel through.
async fn look(discord: &Discord, channel: u64, mut last: Last) -> Looked {
    let mut looks = 0;
    let mut all = Vec::new();
    let end = loop {
        let path = format!("/channels/{channel}/messages?after={}&limit={LOOK}", last.message);
        match discord.wire.get(&path).await {
            Answer::Ok(found) => {
                let found = found.as_array().cloned().unwrap_or_default();
                let full = found.len() >= LOOK;
                let number = |told: &serde_json::Value| super::address::number(&told["id"]);
                let mut found: Vec<_> =
                    found.into_iter().filter_map(|message| Some((number(&message)?, message))).collect();
                found.sort_by_key(|(number, _)| *number);
                last.message = found.last().map_or(last.message, |(number, _)| *number);
                let told = found.into_iter().map(|(_, message)| Told::found(message, last.guild));
                all.extend(told.filter(|told| discord.concerns(told)));
                if !full {
                    break End::Whole;
                }
            }
            Answer::No(Refusal::RetryAfter(time)) => tokio::time::sleep(time).await,
            Answer::No(Refusal::Told { .. }) => break End::Gone,
            Answer::No(Refusal::NotSent(why) | Refusal::Unknown(why)) => {
                looks += 1;
                if looks >= LOOKS {
                    break End::Failed(why);
                }
                tokio::time::sleep(Duration::from_millis(200 << looks)).await;
            }
            Answer::Unreadable => break End::Whole,
        }
    };
    Looked { channel, last, found: all, end }
}
