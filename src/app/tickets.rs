//! What agents and the clock do to tickets: read, decided by `desk::lifecycle` on what was read, and written only if
//! nothing changed meanwhile; else read and decided again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::live;
use super::routing::{self, ROUTING};
use crate::config::{Desk, Promise};
use crate::conversation::{Channel, code, ids};
use crate::desk::history::{Change, Entry, Relation, Ticket};
use crate::desk::lifecycle::{Refusal, Wish, decide};
use crate::desk::survey;
use crate::desk::targets::{Count, Fits, Measure, Policy, counts};
use crate::desk::ticket::Act;
use crate::desk::{Level, Priority, State, TicketType};
use crate::store::tickets::{Asks, Look, Part, TicketAct};
use crate::store::world::IncidentRow;
use crate::store::{HistoryRow, Store, StoreError, TicketRow};

const TICK: Duration = Duration::from_secs(1);
const AT_ONCE: u32 = 100;
/// Ticks from one time to the next.
const GIVE_OUT_EVERY: u64 = 2;
const TAKE_BACK_EVERY: u64 = 20;
const LINES_EVERY: u64 = 5;
/// How often an act is decided anew because somebody else was quicker.
const TRIES: usize = 8;
/// Who the clock is in a history.
pub const CLOCK: &str = "clock";

#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    #[error("no ticket has the code {0}")]
    Unknown(String),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the ticket is being changed by others just now; please try again")]
    Busy,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A ticket as its history makes it, with the history.
#[derive(Debug, Clone)]
pub struct Known {
    pub row: TicketRow,
    pub ticket: Ticket,
    pub history: Vec<Entry>,
}

impl Known {
    /// From the ticket's row and the rows of its history, in order.
    pub fn new(row: TicketRow, rows: Vec<HistoryRow>) -> Self {
        let mut history = Vec::new();
        for HistoryRow { at, by, facts, .. } in rows {
            history.extend(facts.into_iter().map(|change| Entry { at, by: by.clone(), change }));
        }
        let opened = |entry: &Entry| matches!(entry.change, Change::Opened { .. });
        if !history.first().is_some_and(opened) {
            // From before facts were kept: it begins as it is, and what is missing between is unknown.
            history.retain(|entry| !opened(entry));
            let change = opening(&row);
            history.insert(0, Entry { at: row.created, by: "bot".to_owned(), change });
        }
        let mut ticket = rebuilt(&history, &row);
        let state = State::from_word(&row.state).unwrap_or(ticket.state);
        if ticket.state != state {
            let change = Change::Moved { act: Act::Start, from: ticket.state, to: state, why: None };
            ticket.apply(row.updated, &change);
            history.push(Entry { at: row.updated, by: "bot".to_owned(), change });
        }
        ticket.agent.clone_from(&row.agent);
        Self { row, ticket, history }
    }

    pub async fn read(store: &Store, code: &str) -> Result<Self, TicketError> {
        let row = store.ticket(code).await?.ok_or_else(|| TicketError::Unknown(code.to_owned()))?;
        let history = store.ticket_history(code).await?;
        Ok(Self::new(row, history))
    }
}

fn opening(row: &TicketRow) -> Change {
    let level = |word: &str| Level::from_word(word).unwrap_or(Level::Medium);
    Change::Opened {
        kind: TicketType::from_word(&row.r#type).unwrap_or(TicketType::Incident),
        category: row.category.clone(),
        urgency: level(&row.urgency),
        impact: level(&row.impact),
        priority: Priority::from_word(&row.priority).unwrap_or(Priority::Normal),
        queue: row.queue.clone(),
        profile: None,
    }
}

fn rebuilt(history: &[Entry], row: &TicketRow) -> Ticket {
    let first = [Entry { at: row.created, by: "bot".to_owned(), change: opening(row) }];
    // A history begins with its opening; the second is only for one that does not.
    Ticket::rebuilt(history)
        .or_else(|| Ticket::rebuilt(&first))
        .unwrap_or_else(|| unreachable!("it begins so"))
}

/// The desk's promises as `desk::targets` reads them.
pub fn policies(desk: &Desk) -> Vec<Policy> {
    let measures = |words: &[String]| words.iter().filter_map(|word| Measure::from_word(word)).collect();
    let policy = |promise: &Promise| Policy {
        name: promise.name.clone(),
        fits: Fits {
            queues: promise.queues.clone(),
            types: promise.types.clone(),
            priorities: promise.priorities.clone(),
            profiles: promise.profiles.clone(),
            categories: promise.categories.clone(),
        },
        calendar: promise.calendar.clone(),
        first_response: promise.first_response,
        next_response: promise.next_response,
        resolution: promise.resolution,
        vendor_pauses: promise.vendor_pauses,
        warn: promise.warn,
        at_warning: measures(&promise.at_warning),
        at_breach: measures(&promise.at_breach),
    };
    desk.targets.iter().map(policy).collect()
}

/// The priority that the desk's matrix makes of urgency and impact.
pub fn matrix(desk: &Desk, urgency: Level, impact: Level) -> Priority {
    let cell = desk.matrix.get(&(urgency.word().to_owned(), impact.word().to_owned()));
    cell.and_then(|word| Priority::from_word(word)).unwrap_or_else(|| crate::desk::priority(urgency, impact))
}

impl super::App {
    /// Does something to a ticket in an agent's name, and gives it as it stands then. A link is made on both tickets.
    ///
    /// # Errors
    /// A code that no ticket has, or a [`Refusal`].
    pub async fn act_on_ticket(&self, by: &str, code: &str, wishes: &[Wish]) -> Result<Ticket, TicketError> {
        for _ in 0..TRIES {
            let now = self.now();
            let known = Known::read(&self.store, code).await?;
            let (mut ticket, mut facts) = (known.ticket.clone(), Vec::new());
            let mut others: Vec<(Known, Vec<Change>)> = Vec::new();
            for wish in wishes {
                let changes = decide(&ticket, code, wish, by, now)?;
                if let Some((other, wish)) = other_side(code, wish) {
                    let known = Known::read(&self.store, &other).await?;
                    let changes = decide(&known.ticket, &other, &wish, by, now)?;
                    others.push((known, changes));
                }
                changes.iter().for_each(|change| ticket.apply(now, change));
                facts.extend(changes);
            }
            let mut acts = Vec::new();
            for (known, changes) in std::iter::once((known, facts)).chain(others) {
                acts.extend(act(&known, changes, by, now).map(|act| self.surveyed(act, &known)));
            }
            if acts.is_empty() || self.store.act_on_tickets(acts).await? {
                self.tickets_changed(code).await?;
                return Ok(ticket);
            }
        }
        Err(TicketError::Busy)
    }

    /// Makes a ticket of its own of another matter that is in a ticket; its code. It has the conversation, the contact and the
    /// queue of the first, and is new.
    ///
    /// # Errors
    /// A code that no ticket has, one that is over, or no subject.
    pub async fn split_ticket(
        &self,
        by: &str,
        code: &str,
        subject: &str,
        category: Option<&str>,
    ) -> Result<String, TicketError> {
        self.made_of(by, code, subject, category, (None, Relation::SplitInto)).await
    }

    /// Opens a problem record of what several incidents have in common, and links them with it; its code.
    ///
    /// # Errors
    /// As [`Self::split_ticket`], for the first incident; an incident that cannot be linked.
    pub async fn open_problem(
        &self,
        by: &str,
        subject: &str,
        incidents: &[String],
    ) -> Result<String, TicketError> {
        let Some((first, rest)) = incidents.split_first() else { return Err(Refusal::Empty.into()) };
        let problem = (Some(TicketType::Problem), Relation::CausedBy);
        let code = self.made_of(by, first, subject, None, problem).await?;
        for incident in rest {
            let link = Wish::Link { how: Relation::CausedBy, to: code.clone() };
            self.act_on_ticket(by, incident, &[link]).await?;
        }
        Ok(code)
    }

    /// A ticket of its own made of another: of another type, where that is said, and linked as said from the first.
    async fn made_of(
        &self,
        by: &str,
        code: &str,
        subject: &str,
        category: Option<&str>,
        (kind, how): (Option<TicketType>, Relation),
    ) -> Result<String, TicketError> {
        let subject = subject.trim();
        if subject.is_empty() {
            return Err(Refusal::Empty.into());
        }
        for nth in 0..TRIES {
            let now = self.now();
            let known = Known::read(&self.store, code).await?;
            if known.ticket.state.is_over() {
                return Err(Refusal::Over.into());
            }
            // A code that is taken is derived anew.
            let nth = u32::try_from(nth).unwrap_or(u32::MAX);
            let version = u64::try_from(known.row.version).unwrap_or_default();
            let id = ids::of_turn(known.row.id, version, "split", nth);
            let own = code::of_random((id.as_u128() >> 64) as u64);
            let link = Wish::Link { how, to: own.clone() };
            let facts = decide(&known.ticket, code, &link, by, now)?;
            let category = category.unwrap_or(&known.ticket.category).to_owned();
            let kind = kind.unwrap_or(known.ticket.kind);
            let begins = Change::Opened {
                kind,
                category: category.clone(),
                urgency: known.ticket.urgency,
                impact: known.ticket.impact,
                priority: known.ticket.priority,
                queue: known.ticket.queue.clone(),
                profile: profile(&known.history),
            };
            let linked = Change::Linked { how: how.other_way(), to: code.to_owned() };
            let part = Part {
                id,
                code: own.clone(),
                kind,
                subject: subject.to_owned(),
                body: known.row.body.clone(),
                category,
                facts: vec![begins, linked],
            };
            let Some(act) = act(&known, facts, by, now) else { continue };
            let act = TicketAct { opens: Some(Box::new(part)), ..act };
            if self.store.act_on_tickets(vec![act]).await? {
                self.tickets_changed(code).await?;
                return Ok(own);
            }
        }
        Err(TicketError::Busy)
    }

    /// How the promises of a ticket stand.
    ///
    /// # Errors
    /// A code that no ticket has.
    pub async fn targets_of(&self, code: &str, now: Timestamp) -> Result<(Known, Vec<Count>), TicketError> {
        let known = Known::read(&self.store, code).await?;
        let counts = counts(&policies(&self.settings.desk), &known.history, now);
        Ok((known, counts))
    }

    /// Looks after targets, and closes what stayed resolved, until `stop` is cancelled.
    pub(super) async fn run_clock(&self, stop: CancellationToken) {
        // The settings may be others than when the tickets were looked at last.
        let mut begun = false;
        for ticks in 0_u64.. {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK) => {}
            }
            if !begun {
                begun = self.store.look_at_all_tickets(self.now()).await.is_ok();
            }
            loop {
                match self.look_after(self.now(), ticks).await {
                    Ok(count) if count >= AT_ONCE as usize && !stop.is_cancelled() => {}
                    Ok(_) => break,
                    Err(error) => {
                        tracing::warn!(%error, "targets could not be looked after; trying again");
                        tokio::time::sleep(TICK * 2).await;
                        break;
                    }
                }
            }
        }
    }

    async fn look_after(&self, now: Timestamp, ticks: u64) -> Result<usize, TicketError> {
        let count = self.watch_tickets(now).await?;
        if ticks.is_multiple_of(TAKE_BACK_EVERY) {
            self.take_back_tickets(now).await?;
        }
        if ticks.is_multiple_of(GIVE_OUT_EVERY) {
            self.give_out_tickets(now).await?;
        }
        self.settle_masters(now).await?;
        if ticks.is_multiple_of(LINES_EVERY) {
            super::lines::refresh(&self.store, &self.settings, now, |_| {}).await?;
        }
        Ok(count)
    }

    /// Looks at the tickets that are due at `now`. Returns how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn watch_tickets(&self, now: Timestamp) -> Result<usize, TicketError> {
        let policies = policies(&self.settings.desk);
        let mut due = self.store.due_tickets(now, AT_ONCE).await?;
        let masters = if due.is_empty() { Vec::new() } else { self.masters().await? };
        let looks = routing::looks_at_new(&self.settings) || !masters.is_empty();
        if policies.is_empty() && !looks && !due.is_empty() {
            self.store.look_at_resolved_tickets(now).await?;
            due = self.store.due_tickets(now, AT_ONCE).await?;
        }
        let count = due.len();
        let mut looked = Vec::new();
        for code in due {
            looked.extend(self.watch(&policies, &masters, &code, now).await?);
        }
        self.store.look_at_tickets(looked).await?;
        Ok(count)
    }

    /// Does what is to be done with one; where that is nothing, when to look again.
    async fn watch(
        &self,
        policies: &[Policy],
        masters: &[IncidentRow],
        code: &str,
        now: Timestamp,
    ) -> Result<Option<Look>, TicketError> {
        let known = Known::read(&self.store, code).await?;
        let wishes = routing::at_first(&self.settings, &known, now);
        if !wishes.is_empty() {
            let (mut ticket, mut facts) = (known.ticket.clone(), Vec::new());
            for wish in wishes {
                attempt(&mut ticket, &mut facts, code, &wish, ROUTING, now);
            }
            if self.store.act_on_tickets(act(&known, facts, ROUTING, now).into_iter().collect()).await? {
                self.tickets_changed(code).await?;
            }
            // It is due still, and is looked at with what its queue is promised.
            return Ok(None);
        }
        if self.collect(masters, &known).await? {
            return Ok(None);
        }
        let counts = counts(policies, &known.history, now);
        let mut ticket = known.ticket.clone();
        let mut facts = Vec::new();
        for fact in news(&counts, &known.history) {
            let measures = measures(policies, &counts, &fact);
            let why = fact.text().map(|target| format!("{} {target}", fact.what())).unwrap_or_default();
            facts.push(fact);
            for wish in measures.into_iter().filter_map(|measure| wish(measure, &why)) {
                attempt(&mut ticket, &mut facts, code, &wish, CLOCK, now);
            }
        }
        let closes = self.closes(&ticket);
        if closes.is_some_and(|at| at <= now) {
            let close = Wish::Move { act: Act::Close, why: None };
            attempt(&mut ticket, &mut facts, code, &close, CLOCK, now);
        }
        let clock = if ticket.state.is_over() { None } else { next_look(&counts, closes, now) };
        if facts.is_empty() {
            return Ok(Some(Look { code: code.to_owned(), version: known.row.version, clock }));
        }
        for fact in &facts {
            tracing::info!(ticket = code, what = fact.what(), text = fact.text(), "the clock acts");
        }
        // After changes it looks again: another policy may fit.
        let act = self.surveyed(made(&known, ticket, facts, CLOCK, now), &known);
        if self.store.act_on_tickets(vec![act]).await? {
            self.tickets_changed(code).await?;
        }
        Ok(None)
    }

    /// An act that closes a ticket has its contact asked how it went, where it is among those that are asked.
    fn surveyed(&self, act: TicketAct, known: &Known) -> TicketAct {
        let asks = &self.settings.desk.survey;
        let closes = |fact: &Change| matches!(fact, Change::Moved { to: State::Closed, .. });
        let fits = || {
            let entry = |change: &Change| Entry { at: act.at, by: act.by.clone(), change: change.clone() };
            let history: Vec<Entry> =
                known.history.iter().cloned().chain(act.facts.iter().map(entry)).collect();
            survey::fits(&act.ticket, &history)
        };
        let due = act.facts.iter().any(closes) && survey::sampled(&act.code, "csat", asks.csat) && fits();
        let rest = SignedDuration::try_from(asks.rest).unwrap_or(SignedDuration::MAX);
        let rested = act.at.checked_sub(rest).unwrap_or(Timestamp::MIN);
        let survey = due.then(|| Asks { nps: survey::sampled(&act.code, "nps", asks.nps), rested });
        TicketAct { survey, ..act }
    }

    /// When a resolved ticket is closed.
    fn closes(&self, ticket: &Ticket) -> Option<Timestamp> {
        let after = SignedDuration::try_from(self.settings.desk.close_after?).ok()?;
        let resolved = ticket.resolved.filter(|_| ticket.state == State::Resolved)?;
        resolved.checked_add(after).ok()
    }

    pub(super) async fn tickets_changed(&self, code: &str) -> Result<(), TicketError> {
        let Some(row) = self.store.ticket(code).await? else { return Ok(()) };
        let Some(channel) = Channel::from_word(&row.channel) else { return Ok(()) };
        self.live.tell(live::Notice {
            conversation: row.conversation,
            channel,
            address: row.external_id,
            seq: 0,
            ticket: true,
        });
        Ok(())
    }
}

/// Does what nobody waits for an answer to: what cannot be done any more (the highest tier) is not done.
fn attempt(ticket: &mut Ticket, facts: &mut Vec<Change>, code: &str, wish: &Wish, by: &str, now: Timestamp) {
    let changes = decide(ticket, code, wish, by, now).unwrap_or_default();
    changes.iter().for_each(|change| ticket.apply(now, change));
    facts.extend(changes);
}

/// What a link is on the other ticket.
fn other_side(code: &str, wish: &Wish) -> Option<(String, Wish)> {
    let own = code.to_owned();
    match wish {
        Wish::Link { how, to } => Some((to.clone(), Wish::Link { how: how.other_way(), to: own })),
        Wish::Unlink { how, to } => Some((to.clone(), Wish::Unlink { how: how.other_way(), to: own })),
        _ => None,
    }
}

/// The wishes that make a ticket one with another: it is a duplicate, and goes no further.
pub fn merge(ticket: &Ticket, into: &str) -> Vec<Wish> {
    let act = if ticket.state == State::Resolved { Act::Close } else { Act::Cancel };
    vec![
        Wish::Link { how: Relation::DuplicateOf, to: into.to_owned() },
        Wish::Move { act, why: Some(format!("a duplicate of {into}")) },
    ]
}

pub(super) fn act(known: &Known, facts: Vec<Change>, by: &str, now: Timestamp) -> Option<TicketAct> {
    if facts.is_empty() {
        return None;
    }
    let mut ticket = known.ticket.clone();
    facts.iter().for_each(|fact| ticket.apply(now, fact));
    Some(made(known, ticket, facts, by, now))
}

fn made(known: &Known, ticket: Ticket, facts: Vec<Change>, by: &str, now: Timestamp) -> TicketAct {
    TicketAct {
        code: known.row.code.clone(),
        version: known.row.version,
        clock: (!ticket.state.is_over()).then_some(now),
        opens: None,
        survey: None,
        ticket,
        at: now,
        by: by.to_owned(),
        facts,
    }
}

fn profile(history: &[Entry]) -> Option<String> {
    history.iter().find_map(|entry| match &entry.change {
        Change::Opened { profile, .. } => profile.clone(),
        _ => None,
    })
}

/// Warnings and misses that the history does not tell yet.
fn news(counts: &[Count], history: &[Entry]) -> Vec<Change> {
    let told = |fact: &Change| history.iter().any(|entry| entry.change == *fact);
    let mut all = Vec::new();
    for count in counts {
        let (target, since) = (count.target, count.from);
        // Of what was kept, a warning that came too late to be one is none.
        if count.warned.is_some() && count.ended.is_none() {
            all.push(Change::Warned { target, since });
        }
        if count.breached.is_some() {
            all.push(Change::Breached { target, since });
        }
    }
    all.retain(|fact| !told(fact));
    all
}

/// What the policy in force has for it.
fn measures(policies: &[Policy], counts: &[Count], fact: &Change) -> Vec<Measure> {
    let (target, since, breach) = match fact {
        Change::Warned { target, since } => (*target, *since, false),
        Change::Breached { target, since } => (*target, *since, true),
        _ => return Vec::new(),
    };
    let count = counts.iter().find(|count| count.target == target && count.from == since);
    // Nothing is raised for what is over.
    let open = count.filter(|count| count.ended.is_none());
    let name = open.and_then(|count| count.policy.as_deref());
    let policy = policies.iter().find(|policy| Some(policy.name.as_str()) == name);
    policy
        .map(|policy| if breach { policy.at_breach.clone() } else { policy.at_warning.clone() })
        .unwrap_or_default()
}

/// `notify` is done by the fact itself: desks and webhooks hear of it.
fn wish(measure: Measure, why: &str) -> Option<Wish> {
    match measure {
        Measure::Notify => None,
        Measure::Raise => Some(Wish::Raise { why: why.to_owned() }),
        Measure::Escalate => Some(Wish::Escalate { why: why.to_owned() }),
    }
}

/// The next moment at which something is near, missed or closed.
fn next_look(counts: &[Count], closes: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let moments = counts.iter().flat_map(|count| [count.warns, count.due]).flatten();
    // A target is missed only after the moment at which it is due.
    let after = |at: Timestamp| at.checked_add(SignedDuration::from_secs(1)).unwrap_or(at);
    moments.map(after).chain(closes).min().map(|at| at.max(now))
}
