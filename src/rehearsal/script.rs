//! The nouns of a test as its author wrote it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil};

use crate::calendar::Calendar;
use crate::conversation::link::Refused;
use crate::conversation::{Channel, HttpAnswer, Incident, OpenTicket, TransferEnd};
use crate::flow::Locale;
use crate::source::{Place, Placed};

/// What a test runs on: every chat is alike to a flow, and so is every call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    Chat,
    Voice,
}

impl ChannelKind {
    pub const ALL: [Self; 2] = [Self::Chat, Self::Voice];

    pub fn word(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Voice => "voice",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A file of tests.
#[derive(Debug)]
pub struct Script {
    pub file: Arc<str>,
    pub source: String,
    pub tests: Vec<Test>,
}

#[derive(Debug, Clone)]
pub struct Test {
    pub name: String,
    pub at: Place,
    pub channels: Vec<ChannelKind>,
    /// `None`: begun by the first words in chat, with the default flow on a call.
    pub flow: Option<Placed<String>>,
    pub locale: Option<Placed<Locale>>,
    pub given: Given,
    pub talk: Vec<Line>,
    /// What holds at the end.
    pub expect: Vec<Expectation>,
}

/// The world of a test. What is `None` is as it was before, and at the beginning: nobody known, nobody free, nothing
/// wrong, the hours of the settings, a Tuesday at ten.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    pub now: Option<Moment>,
    pub name: Option<String>,
    pub profile: Option<String>,
    pub verified: Option<bool>,
    /// A caller has a chat, too.
    pub chat: Option<bool>,
    /// How many agents are free.
    pub agents: Option<usize>,
    pub open: Option<bool>,
    pub incidents: Option<Vec<Incident>>,
    pub tickets: Option<Vec<OpenTicket>>,
    /// What HTTP services answer, in turn.
    pub http: Option<Vec<Stub>>,
    /// Other channels that are linked with this one.
    pub linked: Option<Vec<Channel>>,
    /// What becomes of a code to link by that is entered: `None` where it links.
    pub codes: Option<Option<Refused>>,
    /// A ticket of theirs was closed and is to be asked about; whether they are asked to recommend us, too.
    pub survey: Option<bool>,
    /// Who waits on a call may be called back.
    pub callback: Option<bool>,
}

/// The answer of an HTTP service in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stub {
    /// Only to the step with this id.
    pub step: Option<String>,
    /// Only to an address that holds this.
    pub url: Option<String>,
    pub answer: HttpAnswer,
}

impl Given {
    /// This, and `before` where this says nothing.
    #[must_use]
    pub fn over(self, before: &Self) -> Self {
        Self {
            now: self.now.or(before.now),
            name: self.name.or_else(|| before.name.clone()),
            profile: self.profile.or_else(|| before.profile.clone()),
            verified: self.verified.or(before.verified),
            chat: self.chat.or(before.chat),
            agents: self.agents.or(before.agents),
            open: self.open.or(before.open),
            incidents: self.incidents.or_else(|| before.incidents.clone()),
            tickets: self.tickets.or_else(|| before.tickets.clone()),
            http: self.http.or_else(|| before.http.clone()),
            linked: self.linked.or_else(|| before.linked.clone()),
            codes: self.codes.or(before.codes),
            callback: self.callback.or(before.callback),
            // It is asked once.
            survey: self.survey,
        }
    }
}

/// A time as written: with an offset, or as the desk's clock shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    At(Timestamp),
    Local(civil::DateTime),
}

impl Moment {
    /// The time where a test says none: Tuesday 2026-11-24, ten in the morning at the desk.
    pub const USUAL: Self = Self::Local(civil::datetime(2026, 11, 24, 10, 0, 0, 0));

    pub fn instant(self, hours: &Calendar) -> Timestamp {
        match self {
            Self::At(instant) => instant,
            Self::Local(local) => hours.instant(local),
        }
    }
}

/// One line of a talk.
#[derive(Debug, Clone)]
pub struct Line {
    pub at: Place,
    /// Only on this kind of channel.
    pub on: Option<ChannelKind>,
    pub act: Act,
}

#[derive(Debug, Clone)]
pub enum Act {
    /// Words: typed in chat, spoken on a call.
    User(String),
    /// Keys of a phone; in chat the button with that key, where one is shown, else typed.
    Key(String),
    /// A button by its label or value; on a call its key.
    Button(String),
    Silence(Silence),
    /// A file by its name, in chat.
    File(String),
    /// Hangs up, or closes the chat.
    Leaves,
    /// The flows were changed, and the step where the conversation stands is gone.
    Changed,
    Agent(AgentAct),
    Call(CallAct),
    Bot(Box<Bot>),
    Expect(Vec<Expectation>),
    /// The world changes.
    Given(Box<Given>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// So many times nothing is heard on a call; in chat, and while a person is waited for, so many timers run out.
    Times(usize),
    /// The clock moves, and what is due on the way happens.
    For(SignedDuration),
}

/// What happens on a call beside what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallAct {
    /// A message of twelve seconds was recorded.
    Recorded,
    /// A transfer ended so.
    Transferred(TransferEnd),
    /// Our call back was answered, or not.
    Answered,
    Missed,
}

impl CallAct {
    pub const ALL: [(&'static str, Self); 7] = [
        ("recorded", Self::Recorded),
        ("put_through", Self::Transferred(TransferEnd::Completed)),
        ("busy", Self::Transferred(TransferEnd::Busy)),
        ("no_answer", Self::Transferred(TransferEnd::NoAnswer)),
        ("failed", Self::Transferred(TransferEnd::Failed)),
        ("answered", Self::Answered),
        ("missed", Self::Missed),
    ];
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentAct {
    Claims(String),
    Says(String),
    HandsBack,
    /// With a disposition.
    Closes(String),
}

/// What the bot must have said since the last input.
#[derive(Debug, Clone)]
pub struct Bot {
    pub says: Vec<Wanted>,
    pub never: Vec<Wanted>,
    /// Labels of the last prompt's options, in order.
    pub options: Option<Vec<Wanted>>,
    /// Nothing is said at all.
    pub nothing: bool,
}

/// A value that is wanted, and where it is written.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub pattern: Pattern,
    pub at: Place,
}

#[derive(Debug, Clone)]
pub enum Pattern {
    /// Occurs in what is said.
    Part(String),
    /// Is the whole.
    Whole(String),
    /// `/…/`
    Regex(regex::Regex),
}

#[derive(Debug, Clone)]
pub struct Expectation {
    pub what: What,
    pub want: Wanted,
}

/// What can be expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Slot(String),
    Step,
    Flow,
    Locale,
    Outcome,
    /// `bot`, `queue NAME`, `agent NAME`.
    With,
    /// active, parked, closed.
    State,
    /// Whether there is a ticket: `none`, or any.
    Ticket,
    /// Something of the last ticket: `category`, `fields.account`.
    Of(String),
    /// How many were opened.
    Tickets,
    /// Articles that were offered.
    Answers,
    /// Why the last refused answer did not do.
    Reason,
    /// The score of the last survey.
    Survey,
    /// The queue and the priority of the last handoff.
    Queue,
    Priority,
    /// Areas and codes of tickets that the contact watches.
    Watching,
    /// Whether a slot's value is masked in journal and transcript.
    Masked(String),
}

impl What {
    /// As a difference names it.
    pub fn words(&self) -> String {
        match self {
            Self::Slot(name) => format!("the slot `{name}`"),
            Self::Step => "the step".into(),
            Self::Flow => "the flow".into(),
            Self::Locale => "the locale".into(),
            Self::Outcome => "the outcome".into(),
            Self::With => "who has the conversation".into(),
            Self::State => "the state of the conversation".into(),
            Self::Ticket => "a ticket".into(),
            Self::Of(name) => format!("the ticket's {name}"),
            Self::Tickets => "the number of tickets".into(),
            Self::Answers => "the answers offered".into(),
            Self::Reason => "why the last answer did not do".into(),
            Self::Survey => "the survey's score".into(),
            Self::Queue => "the queue of the handoff".into(),
            Self::Priority => "the priority of the handoff".into(),
            Self::Watching => "what is watched".into(),
            Self::Masked(name) => format!("whether the slot `{name}` is masked"),
        }
    }
}

impl Pattern {
    pub fn fits(&self, said: &str) -> bool {
        match self {
            Self::Part(part) => even(said).contains(&even(part)),
            Self::Whole(whole) => even(said) == even(whole),
            Self::Regex(regex) => regex.is_match(said),
        }
    }

    pub fn source(&self) -> String {
        match self {
            Self::Part(text) | Self::Whole(text) => text.clone(),
            Self::Regex(regex) => format!("/{}/", regex.as_str()),
        }
    }
}

/// Without regard to case and to how many spaces or line breaks stand between words.
fn even(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
