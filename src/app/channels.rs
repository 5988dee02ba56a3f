//! Chat platforms as this program sees them: what an adapter must be able to do, and those that serve.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::checkup::Checked;
use super::inbound::DoorError;
use crate::conversation::Channel;
use crate::flow::Playbook;
pub use crate::store::channels::{NewUpdate, UpdateRow};
pub use crate::store::{AgentRow, ConversationFilter, ConversationRow, JournalRow, Outgoing};

/// A platform that hands updates in and is sent messages. It keeps nothing that may be lost: what comes in is written
/// down before the platform is told so, what goes out is a row until the platform has it.
#[async_trait]
pub trait Adapter: Send + Sync {
    fn channel(&self) -> Channel;

    /// Which of our accounts there it is; part of the key of each update.
    fn bot(&self) -> &str;

    fn limits(&self) -> Limits;

    /// Where a message to this address counts against a limit.
    fn place(&self, address: &str) -> Place;

    /// Updates of one address that make one utterance bear the same name here.
    fn together(&self, update: &str) -> Option<String>;

    /// Deals with updates that make one utterance: one turn, or none. To be called again after a fault, with the same.
    ///
    /// # Errors
    /// The door's.
    async fn take(&self, app: &super::App, updates: &[UpdateRow]) -> Result<(), DoorError>;

    /// A message as the platform wants it, in pieces.
    fn parts(&self, app: &super::App, message: &Outgoing) -> Vec<String>;

    /// Sends one piece.
    async fn send(&self, app: &super::App, address: &str, part: &str) -> Delivery;

    /// Whether the platform answers, by a call without an effect.
    async fn alive(&self) -> Delivery;

    /// Looks at all that it needs on the platform, and changes nothing. `public_url`: what the platform can call us.
    async fn checkup(&self, playbook: &Playbook, public_url: Option<&str>) -> Vec<Checked>;

    /// Says something to the agents, where they have a group or a channel there.
    async fn announce(&self, _app: &super::App, _text: &str) -> Announced {
        Announced::Never("agents have no place there".to_owned())
    }

    /// What the adapter does by itself until `stop` is cancelled: fetch, register.
    async fn run(self: Arc<Self>, app: super::App, stop: CancellationToken);
}

/// What became of something that agents are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Announced {
    Done,
    Later,
    Never(String),
}

/// What became of something that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// With the platform's own id of it, where that could be read. An answer of success that cannot be read is sent.
    Sent(Option<String>),
    /// Too many: nothing before this time, and no try is counted.
    RetryAfter(Duration),
    /// It did not leave, or the platform could not: later.
    Transient(String),
    /// It can go in another form, at once.
    Rewrite(Mend),
    /// The contact is not to be reached there.
    Unreachable(String),
    /// The settings are wrong: nothing can be sent to anybody.
    Config(String),
    /// The platform will never take it.
    Bug(String),
    /// It left, and nobody knows whether it arrived.
    Unknown(String),
}

/// How a piece is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    pub why: String,
    pub part: String,
}

/// What a platform takes, each as a burst and the time in which one more is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To all together.
    pub all: (u32, Duration),
    pub chat: (u32, Duration),
    pub group: (u32, Duration),
}

/// Where a message counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    pub key: String,
    pub group: bool,
}

/// The adapters that serve; cheap to clone.
#[derive(Clone, Default)]
pub struct Channels(Arc<Inner>);

#[derive(Default)]
struct Inner {
    adapters: RwLock<Vec<Arc<dyn Adapter>>>,
    stopped: Mutex<Vec<Stopped>>,
}

/// A channel that cannot work as it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    pub channel: Channel,
    pub bot: String,
    pub why: String,
}

impl Channels {
    pub fn add(&self, adapter: Arc<dyn Adapter>) {
        self.0.adapters.write().unwrap_or_else(PoisonError::into_inner).push(adapter);
    }

    pub fn all(&self) -> Vec<Arc<dyn Adapter>> {
        self.0.adapters.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn of(&self, channel: Channel) -> Option<Arc<dyn Adapter>> {
        self.all().into_iter().find(|adapter| adapter.channel() == channel)
    }

    /// Nothing is sent or fetched until it works again; whoever looks at `/readyz` sees why.
    pub fn stop(&self, adapter: &dyn Adapter, why: &str) {
        let stopped =
            Stopped { channel: adapter.channel(), bot: adapter.bot().to_owned(), why: why.to_owned() };
        let mut all = self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        if all.contains(&stopped) {
            return;
        }
        tracing::error!(
            channel = stopped.channel.word(),
            why,
            "a channel stopped: its settings must be mended"
        );
        all.retain(|other| (other.channel, &other.bot) != (stopped.channel, &stopped.bot));
        all.push(stopped);
    }

    pub fn works(&self, adapter: &dyn Adapter) {
        let mut all = self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.len();
        all.retain(|other| (other.channel, other.bot.as_str()) != (adapter.channel(), adapter.bot()));
        if all.len() < before {
            tracing::info!(channel = adapter.channel().word(), "a channel works again");
        }
    }

    pub fn stopped(&self) -> Vec<Stopped> {
        self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Channels that can be sent to now.
    pub fn open(&self) -> Vec<Channel> {
        let stopped = self.stopped();
        let is_open = |channel: &Channel| !stopped.iter().any(|one| one.channel == *channel);
        self.all().iter().map(|adapter| adapter.channel()).filter(is_open).collect()
    }
}
