//! Gives tickets to queues and agents, by `desk::routing`. Where several processes do so at once, a ticket is given by the one
//! that is quicker.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::tickets::{Known, TicketError, act, matrix};
use crate::config::{QueueRule, Routing, Settings};
use crate::desk::history::{Change, Relation};
use crate::desk::lifecycle::{Wish, decide};
use crate::desk::routing::{Hand, Origin, Rule, Task, give_out, queue, somebody_could};
use crate::desk::targets::{Fits, Standing};
use crate::desk::{Level, Priority, State, Ticket, priority};
use crate::store::tickets::HandRow;

/// Who routing is in a history.
pub const ROUTING: &str = "routing";
/// What is looked at in one go.
const AT_ONCE: u32 = 200;

/// What is done to a ticket that was just opened: a rule names another queue than it is in, or the contact's profile raises it.
pub(super) fn at_first(settings: &Settings, known: &Known, now: Timestamp) -> Vec<Wish> {
    // Later it is where people put it.
    let Some((first, rest)) = known.history.split_first() else { return Vec::new() };
    // One that follows another was linked with it as it was opened.
    if !rest.iter().all(|entry| matches!(entry.change, Change::Linked { how: Relation::FollowUpOf, .. })) {
        return Vec::new();
    }
    let routing = &settings.desk.routing;
    let rules: Vec<Rule> = routing.rules.iter().map(rule).collect();
    let (mut standing, mut state) = (Standing::default(), State::New);
    first.change.stands(&mut standing, &mut state);
    let origin = Origin {
        channel: known.row.channel.clone(),
        locale: known.row.locale.clone(),
        open: settings.desk.hours.is_open(now),
    };
    let mut wishes = Vec::new();
    if let Some(rule) = queue(&rules, &standing, &origin).filter(|rule| rule.queue != standing.queue) {
        wishes.push(Wish::Queue { queue: rule.queue.clone(), why: Some(format!("rule {}", rule.name)) });
    }
    let Ticket { urgency, impact, priority, .. } = known.ticket;
    let cell = matrix(&settings.desk, urgency, impact);
    if cell != priority {
        let why = Some("the desk's matrix".to_owned());
        wishes.push(Wish::Prioritise { urgency, impact, to: cell, why });
    }
    if let Some((profile, steps)) = standing.profile.and_then(|profile| {
        let steps = *routing.raise.get(&profile)?;
        Some((profile, steps))
    }) {
        let raise = Wish::Raise { why: format!("profile {profile}") };
        // One that is urgent already goes no higher.
        let room = Priority::ALL.iter().filter(|priority| **priority > cell).count();
        wishes.extend(std::iter::repeat_n(raise, usize::from(steps).min(room)));
    }
    wishes
}

/// Whether tickets that were just opened are to be looked at.
pub(super) fn looks_at_new(settings: &Settings) -> bool {
    let own = Level::ALL.into_iter().any(|urgency| {
        Level::ALL
            .into_iter()
            .any(|impact| matrix(&settings.desk, urgency, impact) != priority(urgency, impact))
    });
    own || !settings.desk.routing.rules.is_empty() || !settings.desk.routing.raise.is_empty()
}

fn rule(rule: &QueueRule) -> Rule {
    Rule {
        name: rule.name.clone(),
        fits: Fits {
            queues: Vec::new(),
            types: rule.types.clone(),
            priorities: rule.priorities.clone(),
            profiles: rule.profiles.clone(),
            categories: rule.categories.clone(),
        },
        channels: rule.channels.clone(),
        locales: rule.locales.clone(),
        open: rule.open,
        queue: rule.queue.clone(),
    }
}

impl super::App {
    /// Takes back what was given out and not begun in time. Returns how many were.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_back_tickets(&self, now: Timestamp) -> Result<usize, TicketError> {
        let routing = &self.settings.desk.routing;
        let time = routing.reassign.filter(|_| routing.assign);
        let Some(time) = time.and_then(|time| SignedDuration::try_from(time).ok()) else { return Ok(0) };
        let before = now.checked_sub(time).unwrap_or(Timestamp::MIN);
        let unbegun = self.store.unbegun_tickets(ROUTING, before, AT_ONCE).await?;
        let count = unbegun.len();
        for code in unbegun {
            self.take_back(&code, before, now).await?;
        }
        Ok(count)
    }

    /// Gives out what waits. Returns how many were given.
    ///
    /// # Errors
    /// The store's.
    pub async fn give_out_tickets(&self, now: Timestamp) -> Result<usize, TicketError> {
        if !self.settings.desk.routing.assign {
            return Ok(0);
        }
        let routing = &self.settings.desk.routing;
        let mut hands: Vec<Hand> =
            self.store.hands(now).await?.into_iter().map(|row| hand(routing, row, now)).collect();
        if !hands.iter().any(|hand| hand.on_duty && hand.load < hand.capacity) {
            return Ok(0);
        }
        let waiting = self.store.waiting_tickets(now, AT_ONCE).await?;
        let mut tasks = Vec::new();
        let mut all = BTreeMap::new();
        for code in waiting {
            let known = Known::read(&self.store, &code).await?;
            // Its queue is found first.
            if at_first(&self.settings, &known, now).is_empty() {
                let mut task = self.task(&known);
                if !somebody_could(&hands, &task) {
                    // All who could have left it once: it goes round again.
                    task.refused_by.clear();
                }
                let wish = self.falls_back(&known, now).filter(|_| !somebody_could(&hands, &task));
                if let Some(wish) = wish {
                    let facts = decide(&known.ticket, &code, &wish, ROUTING, now).unwrap_or_default();
                    let acts = act(&known, facts, ROUTING, now).into_iter().collect();
                    if self.store.act_on_tickets(acts).await? {
                        self.tickets_changed(&code).await?;
                    }
                    continue;
                }
                tasks.push(task);
                all.insert(code, known);
            }
        }
        let mut given = 0;
        for choice in give_out(tasks, &mut hands, now) {
            let Some(known) = all.get(&choice.code) else { continue };
            let wish = Wish::Assign { agent: Some(choice.agent), why: Some(choice.why) };
            let Ok(facts) = decide(&known.ticket, &choice.code, &wish, ROUTING, now) else { continue };
            let acts = act(known, facts, ROUTING, now).into_iter().collect();
            if self.store.act_on_tickets(acts).await? {
                given += 1;
                self.tickets_changed(&choice.code).await?;
            }
        }
        Ok(given)
    }

    /// Where a ticket of a queue goes that nobody on duty could take, while the desk is open: never where it was before.
    fn falls_back(&self, known: &Known, now: Timestamp) -> Option<Wish> {
        let queue = self.settings.desk.routing.fallback.get(&known.ticket.queue)?;
        let been = |change: &Change| match change {
            Change::Opened { queue: first, .. } => first == queue,
            Change::Queued { from, to, .. } => from == queue || to == queue,
            _ => false,
        };
        let open = self.settings.desk.hours.is_open(now);
        let fresh = open && !known.history.iter().any(|entry| been(&entry.change));
        let why = Some(format!("nobody on duty could take it in {}", known.ticket.queue));
        fresh.then(|| Wish::Queue { queue: queue.clone(), why })
    }

    async fn take_back(&self, code: &str, before: Timestamp, now: Timestamp) -> Result<(), TicketError> {
        let known = Known::read(&self.store, code).await?;
        // Only what routing gave: what an agent took, or was given by a person, stays.
        let last = known.history.iter().rev().find(|entry| matches!(entry.change, Change::Assigned { .. }));
        let ours = last.is_some_and(|entry| entry.by == ROUTING && entry.at <= before);
        if !ours || known.ticket.state != State::Assigned {
            return Ok(());
        }
        let wish = Wish::Assign { agent: None, why: Some("it was not begun".to_owned()) };
        let Ok(facts) = decide(&known.ticket, code, &wish, ROUTING, now) else { return Ok(()) };
        if self.store.act_on_tickets(act(&known, facts, ROUTING, now).into_iter().collect()).await? {
            self.tickets_changed(code).await?;
        }
        Ok(())
    }

    fn task(&self, known: &Known) -> Task {
        let Ticket { queue, tier, priority, .. } = &known.ticket;
        let skills = self.settings.desk.routing.skills.get(queue);
        Task {
            code: known.row.code.clone(),
            priority: *priority,
            tier: *tier,
            skills: skills.into_iter().flatten().cloned().collect(),
            weight: self.settings.desk.routing.weights.0,
            since: waits_since(known),
            refused_by: left_by(known),
        }
    }
}

/// When it was opened, came up again, or was left last.
fn waits_since(known: &Known) -> Timestamp {
    let begins = |change: &Change| {
        matches!(
            change,
            Change::Opened { .. }
                | Change::Moved { to: State::Reopened, .. }
                | Change::Assigned { to: None, .. }
        )
    };
    let last = known.history.iter().rev().find(|entry| begins(&entry.change));
    last.map_or(known.row.created, |entry| entry.at)
}

/// Agents who were given it in this tier and queue, and did not begin.
fn left_by(known: &Known) -> BTreeSet<String> {
    let mut left = BTreeSet::new();
    for entry in &known.history {
        match &entry.change {
            Change::Escalated { .. } | Change::Queued { .. } => left.clear(),
            Change::Assigned { from: Some(agent), to: None, .. } if entry.by == ROUTING => {
                left.insert(agent.clone());
            }
            _ => {}
        }
    }
    left
}

/// `L2` and `L3` among the skills say in which tiers somebody works.
fn hand(routing: &Routing, row: HandRow, now: Timestamp) -> Hand {
    let (ticket, conversation) = routing.weights;
    let load =
        row.tickets.saturating_mul(ticket).saturating_add(row.conversations.saturating_mul(conversation));
    let on_duty = routing.shifts.get(&row.name).is_none_or(|shift| shift.is_open(now));
    let tier = if row.skills.iter().any(|skill| skill == "L3") {
        3
    } else if row.skills.iter().any(|skill| skill == "L2") {
        2
    } else {
        1
    };
    Hand {
        name: row.name,
        skills: row.skills.into_iter().collect(),
        tier,
        on_duty,
        capacity: row.capacity,
        load,
        last: None,
    }
}
