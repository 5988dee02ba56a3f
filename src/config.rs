//! Settings: defaults compiled in, then one YAML file, then the environment. Unknown keys are refused, secrets never
//! show in Debug. Of the house it knows only `calendar`.

mod load;
pub mod schema;
mod secret;

pub use load::{ConfigError, load};
pub use secret::Secret;

/// Everything that can be set; `config/default.yaml` is the reference.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `127.0.0.1:8080`.
    pub listen: String,
    /// `https://desk.example.org`, without a slash at the end; what callbacks are signed for.
    pub public_url: Option<String>,
    pub database_url: String,
    pub flows: String,
    pub faq: String,
    /// The folder of a sentence encoder that joins the ranking.
    pub faq_model: Option<String>,
    /// The first is the default.
    pub locales: Vec<String>,
    pub web_enabled: bool,
    /// Origins that may embed the widget.
    pub allowed_origins: Vec<String>,
    pub carriers: Carriers,
    pub calls: Calls,
    /// `None` without a token.
    pub telegram: Option<Telegram>,
    /// `None` without a token.
    pub discord: Option<Discord>,
    /// Whether the phone simulator is served.
    pub phone_simulator: bool,
    pub categories: Vec<String>,
    pub queues: Vec<String>,
    pub reload: Reload,
    pub desk: Desk,
    /// `None` without an address of a server.
    pub mail: Option<Mail>,
    /// Signs what webhooks get.
    pub webhook_secret: Option<Secret>,
    pub http: Http,
    /// Bytes that a file of a contact may have.
    pub file_bytes: usize,
    pub metrics_token: Option<Secret>,
    pub metrics_listen: Option<String>,
    pub log_level: String,
    /// json, text or auto.
    pub log_format: String,
    /// No settings at all were given: the demo.
    pub demo: bool,
}

/// Telephony platforms; each has its own form of the same callbacks.
#[derive(Debug, Clone)]
pub struct Carriers {
    pub twilio: Carrier,
    pub signalwire: Carrier,
    pub telnyx: Carrier,
    pub jambonz: Carrier,
}

impl Carriers {
    pub fn all(&self) -> [(&'static str, &Carrier); 4] {
        [
            ("twilio", &self.twilio),
            ("signalwire", &self.signalwire),
            ("telnyx", &self.telnyx),
            ("jambonz", &self.jambonz),
        ]
    }
}

/// A telephony platform that asks us at every step of a call.
#[derive(Debug, Clone)]
pub struct Carrier {
    /// What its callbacks are verified with (Telnyx: public keys): current and, while rotating, previous. Empty: off.
    pub secrets: Vec<Secret>,
    /// Twilio's shared keys of SHA-256 signatures. Where there is one, a signature of another kind is refused.
    pub signing_keys: Vec<Secret>,
    /// A call begins with the choice of a language, where there are several.
    pub language_menu: bool,
    /// `None`: nothing leaves through it.
    pub api: Option<CarrierApi>,
}

impl Carrier {
    pub fn is_on(&self) -> bool {
        !self.secrets.is_empty() || !self.signing_keys.is_empty()
    }
}

/// The interface through which a platform makes calls and sends messages for us.
#[derive(Debug, Clone)]
pub struct CarrierApi {
    /// Without a slash at the end.
    pub url: String,
    pub account: String,
    pub key: Secret,
    /// The number that calls come from, in E.164: `+390212345678`.
    pub number: String,
    /// jambonz' application, which says what its voices are.
    pub application: Option<String>,
}

/// What holds for calls on every platform.
#[derive(Debug, Clone)]
pub struct Calls {
    /// Beginnings of numbers that may be called or written to; empty: none.
    pub allow: Vec<String>,
    /// The platform's voice by language; its own choice where there is none.
    pub voices: std::collections::BTreeMap<String, String>,
    /// Whom a call is put through to where we fail: a number or a SIP address.
    pub operator: Option<String>,
    /// The address of a sound that is played to those who wait.
    pub hold_music: Option<String>,
    /// The folder of recorded prompts.
    pub audio: Option<String>,
    /// How long after a call was cut off its caller is offered to go on where they were.
    pub resume: std::time::Duration,
    /// Whether those who wait may leave the queue for a call back.
    pub callback: bool,
    /// The longest message that a caller can leave.
    pub voicemail: std::time::Duration,
}

impl Calls {
    /// Whether a number (`+390212345678`) may be called: against fraud by costly destinations.
    pub fn allows(&self, number: &str) -> bool {
        self.allow.iter().any(|prefix| number.starts_with(prefix.as_str()))
    }
}

/// A bot on Telegram.
#[derive(Debug, Clone)]
pub struct Telegram {
    pub token: Secret,
    /// Without a slash at the end.
    pub api_url: String,
    /// The secret that Telegram sends along, in webhook mode; `None`: we fetch.
    pub webhook: Option<Secret>,
    /// Messages a second.
    pub rate: u32,
    /// The group with topics in which agents work.
    pub group: Option<i64>,
    /// Names of agents by their numbers on Telegram.
    pub agents: std::collections::BTreeMap<u64, String>,
}

impl Telegram {
    /// The bot's number, which its token begins with.
    pub fn bot(&self) -> &str {
        self.token.expose().split(':').next().unwrap_or_default()
    }
}

#[derive(Debug, Clone)]
pub struct Discord {
    pub token: Secret,
    /// Without a slash at the end, and without `/api`.
    pub api_url: String,
    /// Calls a second.
    pub rate: u32,
    /// The text channel in whose threads agents work.
    pub channel: Option<u64>,
    /// Names of agents by their numbers on Discord.
    pub agents: std::collections::BTreeMap<u64, String>,
    /// The bot's number, as its token begins with it; `bot` where it does not.
    pub bot: String,
}

/// When changed flows and answers are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reload {
    /// When a file changes, and at SIGHUP.
    Auto,
    /// At SIGHUP.
    Signal,
    /// At the next start.
    Off,
}

/// What `http` steps may do.
#[derive(Debug, Clone, Default)]
pub struct Http {
    /// Hosts that may be called; empty: every one that a flow names.
    pub allow: Vec<String>,
    /// By name.
    pub secrets: std::collections::BTreeMap<String, Secret>,
}

/// Times of the desk.
#[derive(Debug, Clone)]
pub struct Desk {
    pub hours: crate::calendar::Calendar,
    pub queue_wait: std::time::Duration,
    pub lease: std::time::Duration,
    pub reminder: std::time::Duration,
    pub park: std::time::Duration,
    pub ghost_call: std::time::Duration,
    /// How long the wordings of questions are kept for gaps; `None`: for ever.
    pub keep_wordings: Option<std::time::Duration>,
    /// How long a resolved ticket can come up again before it is closed; `None`: it is closed by hand.
    pub close_after: Option<std::time::Duration>,
    /// The first that fits a ticket counts.
    pub targets: Vec<Promise>,
    /// The word of a priority by those of urgency and impact.
    pub matrix: std::collections::BTreeMap<(String, String), String>,
    pub routing: Routing,
    pub notices: Notices,
    pub survey: Survey,
    pub alerts: Vec<Alert>,
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `smtps://user:password@host`.
    pub url: Secret,
    /// `Support <desk@example.org>`.
    pub from: String,
    /// Addresses of agents by their names.
    pub agents: std::collections::BTreeMap<String, String>,
}

/// What agents are told, and where. Empty lists fit all.
#[derive(Debug, Clone, Default)]
pub struct Alert {
    /// What happened to a ticket.
    pub on: Vec<String>,
    pub queues: Vec<String>,
    pub priorities: Vec<String>,
    /// Addresses; `agent`: who has the ticket.
    pub mail: Vec<String>,
    pub webhook: Option<String>,
    /// Platforms on whose group or channel for agents it is told.
    pub chat: Vec<String>,
}

/// What contacts are told of their tickets without having asked.
#[derive(Debug, Clone)]
pub struct Notices {
    /// States of a ticket, as the desk names them.
    pub tell: Vec<String>,
    /// When they may be told.
    pub hours: crate::calendar::Calendar,
}

/// Whom a survey asks when a ticket is closed.
#[derive(Debug, Clone, Copy)]
pub struct Survey {
    /// How many of 100 are asked how satisfied they are, and of those whether they would recommend us.
    pub csat: u8,
    pub nps: u8,
    /// How long a contact who was asked is left in peace.
    pub rest: std::time::Duration,
}

/// Who gets what.
#[derive(Debug, Clone, Default)]
pub struct Routing {
    /// The first that fits a new ticket names its queue.
    pub rules: Vec<QueueRule>,
    /// Whether tickets are given to agents.
    pub assign: bool,
    /// Skills that a queue needs, by its name.
    pub skills: std::collections::BTreeMap<String, Vec<String>>,
    /// Where a ticket goes that nobody on duty could take, by its queue.
    pub fallback: std::collections::BTreeMap<String, String>,
    /// When agents are on duty, by their names; who is not among them is whenever they are online.
    pub shifts: std::collections::BTreeMap<String, crate::calendar::Calendar>,
    /// What a ticket and a conversation take of an agent's capacity.
    pub weights: (u32, u32),
    /// By how many steps a contact's profile raises the priority.
    pub raise: std::collections::BTreeMap<String, u8>,
    /// How long an agent may leave a ticket unbegun; `None`: for ever.
    pub reassign: Option<std::time::Duration>,
}

/// Empty lists fit all.
#[derive(Debug, Clone, Default)]
pub struct QueueRule {
    pub name: String,
    pub types: Vec<String>,
    pub priorities: Vec<String>,
    pub profiles: Vec<String>,
    pub categories: Vec<String>,
    pub channels: Vec<String>,
    pub locales: Vec<String>,
    /// Only while the desk is open, or closed; `None`: always.
    pub open: Option<bool>,
    pub queue: String,
}

/// What may be done when a target is near or missed.
pub const MEASURES: [&str; 3] = ["notify", "raise", "escalate"];

/// A policy of targets (SLA). Times are working times on its calendar; empty lists fit all.
#[derive(Debug, Clone)]
pub struct Promise {
    pub name: String,
    pub queues: Vec<String>,
    pub types: Vec<String>,
    pub priorities: Vec<String>,
    pub profiles: Vec<String>,
    pub categories: Vec<String>,
    pub calendar: crate::calendar::Calendar,
    pub first_response: Option<jiff::SignedDuration>,
    pub next_response: Option<jiff::SignedDuration>,
    pub resolution: Option<jiff::SignedDuration>,
    pub vendor_pauses: bool,
    /// Percent.
    pub warn: u8,
    /// Of [`MEASURES`].
    pub at_warning: Vec<String>,
    pub at_breach: Vec<String>,
}

impl Settings {
    /// Whether only this machine can reach the server.
    pub fn is_loopback(&self) -> bool {
        let host = self.listen.rsplit_once(':').map_or(self.listen.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}
