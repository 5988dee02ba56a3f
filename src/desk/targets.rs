//! Targets (SLA): what a policy promises for a ticket, and how much of it the ticket's history has used. Time counts on
//! the policy's calendar; the clock is computed from the history alone, so every span that counted can be shown.

use jiff::{SignedDuration, Timestamp};

use super::history::{Change, Entry};
use super::ticket::State;
use crate::calendar::Calendar;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A person writes to the contact for the first time, or resolves it.
    FirstResponse,
    /// A person answers what the contact wrote after that.
    NextResponse,
    Resolution,
}

impl Target {
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::NextResponse, Self::Resolution];

    pub fn word(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextResponse => "next_response",
            Self::Resolution => "resolution",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.word() == word)
    }
}

/// What a policy goes by. An empty list fits all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fits {
    pub queues: Vec<String>,
    pub types: Vec<String>,
    pub priorities: Vec<String>,
    pub profiles: Vec<String>,
    /// A category fits those below it too: `network` fits `network/fibre`.
    pub categories: Vec<String>,
}

/// What a ticket is, as policies see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    pub queue: String,
    pub kind: String,
    pub priority: String,
    pub profile: Option<String>,
    pub category: String,
}

impl Fits {
    pub fn fits(&self, ticket: &Standing) -> bool {
        let any = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
        let under = |top: &String| {
            ticket
                .category
                .strip_prefix(top.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        any(&self.queues, &ticket.queue)
            && any(&self.types, &ticket.kind)
            && any(&self.priorities, &ticket.priority)
            && any(&self.profiles, ticket.profile.as_deref().unwrap_or_default())
            && (self.categories.is_empty() || self.categories.iter().any(under))
    }
}

/// What is done when a target is near, or missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// It is in the history, and desks that are open hear of it.
    Notify,
    /// The priority goes up by one.
    Raise,
    /// It goes to the next tier, and to nobody.
    Escalate,
}

impl Measure {
    pub const ALL: [Self; 3] = [Self::Notify, Self::Raise, Self::Escalate];

    pub fn word(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Raise => "raise",
            Self::Escalate => "escalate",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.word() == word)
    }
}

#[derive(Debug, Clone)]
pub struct Policy {
    pub name: String,
    pub fits: Fits,
    pub calendar: Calendar,
    /// Working time; `None`: nothing is promised.
    pub first_response: Option<SignedDuration>,
    pub next_response: Option<SignedDuration>,
    pub resolution: Option<SignedDuration>,
    /// Whether waiting for a vendor stops the clock of the resolution, as waiting for the contact does.
    pub vendor_pauses: bool,
    /// The share of a target, in percent, at which it is near.
    pub warn: u8,
    pub at_warning: Vec<Measure>,
    pub at_breach: Vec<Measure>,
}

impl Policy {
    fn allows(&self, target: Target) -> Option<SignedDuration> {
        match target {
            Target::FirstResponse => self.first_response,
            Target::NextResponse => self.next_response,
            Target::Resolution => self.resolution,
        }
    }
}

/// The first that fits.
pub fn policy<'p>(policies: &'p [Policy], ticket: &Standing) -> Option<&'p Policy> {
    policies.iter().find(|policy| policy.fits.fits(ticket))
}

/// Why a span of a ticket's life counted, or did not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Counts,
    /// The calendar is closed.
    Closed,
    PendingContact,
    PendingVendor,
    /// It is resolved, until it comes up again.
    Resolved,
    /// No policy fits, or the one that does promises nothing.
    NoTarget,
}

impl Why {
    pub fn word(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Closed => "closed",
            Self::PendingContact => "pending_contact",
            Self::PendingVendor => "pending_vendor",
            Self::Resolved => "resolved",
            Self::NoTarget => "no_target",
        }
    }
}

/// A span of a ticket's life for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
    pub why: Why,
    /// The policy's name.
    pub policy: Option<String>,
}

impl Span {
    pub fn counts(&self) -> bool {
        self.why == Why::Counts
    }
}

/// One promise and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub target: Target,
    /// The policy in force at the end of what is known.
    pub policy: Option<String>,
    /// What it allows; `None` where nothing is promised now.
    pub allowed: Option<SignedDuration>,
    pub from: Timestamp,
    /// When it was kept or given up: the answer, the resolution, the cancelling.
    pub ended: Option<Timestamp>,
    /// The working time that was used.
    pub used: SignedDuration,
    /// When the warning's share was used up, and when all was.
    pub warned: Option<Timestamp>,
    pub breached: Option<Timestamp>,
    /// When it will be used up if nothing happens; `None` where it does not run, or is used up.
    pub due: Option<Timestamp>,
    /// When the warning's share will be.
    pub warns: Option<Timestamp>,
    /// All of its time, in order.
    pub spans: Vec<Span>,
}

impl Count {
    /// kept, missed, running, paused or none.
    pub fn word(&self) -> &'static str {
        match (self.breached, self.ended, self.due) {
            (Some(_), ..) => "missed",
            (None, Some(_), _) => "kept",
            (None, None, Some(_)) => "running",
            (None, None, None) if self.allowed.is_some() => "paused",
            (None, None, None) => "none",
        }
    }
}

/// A stretch of time in which nothing changed.
struct Stretch<'p> {
    from: Timestamp,
    to: Timestamp,
    policy: Option<&'p Policy>,
    state: State,
}

/// How each promise of a ticket stands at `now`, by its history: the first answer, each later one, the resolution.
pub fn counts(policies: &[Policy], history: &[Entry], now: Timestamp) -> Vec<Count> {
    let mut all = Vec::new();
    for (target, from, ended) in promises(history) {
        let stretches = stretches(policies, history, from, ended.unwrap_or(now).max(from));
        all.push(count(target, from, ended, &stretches, now));
    }
    all
}

/// What is to be kept, since when, and when it was.
fn promises(history: &[Entry]) -> Vec<(Target, Timestamp, Option<Timestamp>)> {
    let mut all = Vec::new();
    // The first answer is open from the beginning, a later one from what the contact wrote.
    let mut open: Option<(Target, Timestamp)> = None;
    let mut resolved = None;
    let mut begun = None;
    for entry in history {
        match &entry.change {
            Change::Opened { .. } if begun.is_none() => {
                begun = Some(entry.at);
                open = Some((Target::FirstResponse, entry.at));
            }
            Change::ContactWrote if open.is_none() => open = Some((Target::NextResponse, entry.at)),
            Change::Replied => {
                all.extend(open.take().map(|(target, from)| (target, from, Some(entry.at))));
            }
            Change::Moved { to, .. } => {
                if matches!(to, State::Resolved | State::Closed | State::Cancelled) {
                    all.extend(open.take().map(|(target, from)| (target, from, Some(entry.at))));
                    resolved = resolved.or(Some(entry.at));
                } else {
                    resolved = None;
                }
            }
            _ => {}
        }
    }
    all.extend(open.map(|(target, from)| (target, from, None)));
    all.extend(begun.map(|from| (Target::Resolution, from, resolved)));
    all
}

fn stretches<'p>(
    policies: &'p [Policy],
    history: &[Entry],
    from: Timestamp,
    to: Timestamp,
) -> Vec<Stretch<'p>> {
    let mut standing = Standing::default();
    let mut state = State::New;
    let mut at = from;
    let mut all = Vec::new();
    let mut add = |from: Timestamp, to: Timestamp, standing: &Standing, state: State| {
        if from < to {
            all.push(Stretch { from, to, policy: policy(policies, standing), state });
        }
    };
    for entry in history.iter().take_while(|entry| entry.at <= to) {
        let until = entry.at.max(from);
        add(at, until, &standing, state);
        at = at.max(until);
        entry.change.stands(&mut standing, &mut state);
    }
    add(at, to, &standing, state);
    // What is in force at the end, though it lasted for no time yet.
    all.push(Stretch { from: to, to, policy: policy(policies, &standing), state });
    all
}

/// Whether a target's clock runs in a state.
fn pauses(target: Target, state: State, policy: &Policy) -> Option<Why> {
    match (target, state) {
        (Target::Resolution, State::PendingContact) => Some(Why::PendingContact),
        (Target::Resolution, State::PendingVendor) if policy.vendor_pauses => Some(Why::PendingVendor),
        (Target::Resolution, State::Resolved | State::Closed | State::Cancelled) => Some(Why::Resolved),
        _ => None,
    }
}

fn count(
    target: Target,
    from: Timestamp,
    ended: Option<Timestamp>,
    stretches: &[Stretch<'_>],
    now: Timestamp,
) -> Count {
    let last = stretches.last();
    let in_force = last.and_then(|last| last.policy);
    let mut count = Count {
        target,
        policy: in_force.map(|policy| policy.name.clone()),
        allowed: in_force.and_then(|policy| policy.allows(target)),
        from,
        ended,
        used: SignedDuration::ZERO,
        warned: None,
        breached: None,
        due: None,
        warns: None,
        spans: Vec::new(),
    };
    for stretch in stretches {
        count.take(stretch);
    }
    if let (None, Some(last), Some(policy), Some(allowed)) = (ended, last, in_force, count.allowed)
        && pauses(target, last.state, policy).is_none()
    {
        let left = |of: SignedDuration| of - count.used;
        let then = |left: SignedDuration| {
            if left.is_positive() { policy.calendar.after(now, left) } else { None }
        };
        count.due = count.breached.is_none().then(|| then(left(allowed))).flatten();
        count.warns = count.warned.is_none().then(|| then(left(share(allowed, policy.warn)))).flatten();
        // All is used up to the last moment, and work goes on later: it is due when work goes on.
        if count.breached.is_none() && left(allowed).is_zero() {
            count.due = policy.calendar.after(now, SignedDuration::ZERO);
        }
    }
    count
}

fn share(of: SignedDuration, percent: u8) -> SignedDuration {
    of * i32::from(percent) / 100
}

impl Count {
    fn take(&mut self, stretch: &Stretch<'_>) {
        let promised = stretch.policy.and_then(|policy| Some((policy, policy.allows(self.target)?)));
        let Some((policy, allowed)) = promised else {
            return self.span(stretch.from, stretch.to, Why::NoTarget, None);
        };
        let name = Some(&policy.name);
        if let Some(why) = pauses(self.target, stretch.state, policy) {
            return self.span(stretch.from, stretch.to, why, name);
        }
        let mut at = stretch.from;
        for (from, to) in policy.calendar.working(stretch.from, stretch.to) {
            self.span(at, from, Why::Closed, name);
            let passes = |limit: SignedDuration| {
                let left = (limit - self.used).max(SignedDuration::ZERO);
                (left < to.duration_since(from)).then(|| from.checked_add(left).unwrap_or(to))
            };
            self.warned = self.warned.or_else(|| passes(share(allowed, policy.warn)));
            self.breached = self.breached.or_else(|| passes(allowed));
            self.used += to.duration_since(from);
            self.span(from, to, Why::Counts, name);
            at = to;
        }
        self.span(at, stretch.to, Why::Closed, name);
    }

    /// Adds to the spans; what goes on as before is one.
    fn span(&mut self, from: Timestamp, to: Timestamp, why: Why, policy: Option<&String>) {
        if from >= to {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.to == from && last.why == why && last.policy.as_ref() == policy => {
                last.to = to
            }
            _ => self.spans.push(Span { from, to, why, policy: policy.cloned() }),
        }
    }
}

#[cfg(test)]
mod tests;
