//! What people and the clock may do to a ticket, and what comes of it: facts, or a refusal that says why. The states
//! move by [`super::ticket::after`] alone.

use jiff::Timestamp;

use super::history::{Approval, Change, Relation, Ticket};
use super::priority::{Level, Priority};
use super::ticket::{Act, Refused, State, TicketType, after};

/// The highest tier.
pub const TIERS: u8 = 3;

/// Severities go from 1, the worst, to this.
pub const LOWEST_SEVERITY: u8 = 4;

/// What is wanted of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Gives it to an agent; `None`: to nobody.
    Assign {
        agent: Option<String>,
        why: Option<String>,
    },
    /// One of the moves that need no more than their name: start, ask the contact, resolve, …
    Move {
        act: Act,
        why: Option<String>,
    },
    Categorise(String),
    /// `to` is what the desk's matrix makes of urgency and impact.
    Prioritise {
        urgency: Level,
        impact: Level,
        to: Priority,
        why: Option<String>,
    },
    /// How bad an incident is: 1, the worst, to 4.
    Rate(u8),
    /// One step up, by a target's measure.
    Raise {
        why: String,
    },
    Retype(TicketType),
    Queue {
        queue: String,
        why: Option<String>,
    },
    Escalate {
        why: String,
    },
    Link {
        how: Relation,
        to: String,
    },
    Unlink {
        how: Relation,
        to: String,
    },
    AddItem(String),
    CheckItem {
        item: usize,
        done: bool,
    },
    Plan {
        from: Timestamp,
        until: Timestamp,
    },
    Approve,
    Reject {
        why: String,
    },
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Move(#[from] Refused),
    #[error("it is over; only links can be added")]
    Over,
    #[error("only a {} has that", .0.word())]
    OnlyFor(TicketType),
    #[error("it is not approved")]
    NotApproved,
    #[error("its window begins at {0}")]
    TooEarly(Timestamp),
    #[error("its window ended at {0}; plan another")]
    TooLate(Timestamp),
    #[error("nobody approves what they do themselves")]
    OwnWork,
    #[error("it has no window; plan one first")]
    NotPlanned,
    #[error("the window ends before it begins")]
    EmptyWindow,
    #[error("there is still to be done: {0}")]
    Undone(String),
    #[error("there is no item {0}")]
    NoItem(usize),
    #[error("there is no severity {0}; 1 is the worst, {LOWEST_SEVERITY} the least")]
    NoSeverity(u8),
    #[error("it is at the highest tier")]
    HighestTier,
    #[error("a ticket is not linked with itself")]
    Itself,
    #[error("a {} cannot be linked as {}", .kind.word(), .how.word())]
    Relation { kind: TicketType, how: Relation },
    #[error("one that is {} cannot become a {}", .state.word(), .to.word())]
    Retype { state: State, to: TicketType },
    #[error("that needs a text")]
    Empty,
}

impl Wish {
    /// Gives it to an agent.
    pub fn assign(agent: &str) -> Self {
        Self::Assign { agent: Some(agent.to_owned()), why: None }
    }
}

/// What comes of a wish; nothing where all is so already. `code` is the ticket's own.
///
/// # Errors
/// [`Refusal`] where the ticket is not in a state for it, or its type does not have that.
pub fn decide(
    ticket: &Ticket,
    code: &str,
    wish: &Wish,
    by: &str,
    at: Timestamp,
) -> Result<Vec<Change>, Refusal> {
    if ticket.state.is_over() && !matches!(wish, Wish::Link { .. } | Wish::Unlink { .. } | Wish::Move { .. })
    {
        return Err(Refusal::Over);
    }
    match wish {
        Wish::Assign { agent, why } => assign(ticket, agent.as_ref(), why.clone()),
        Wish::Move { act, why } => {
            may_move(ticket, *act, at)?;
            moved(ticket, *act, why.clone())
        }
        Wish::Categorise(category) => {
            let to = written(category)?;
            let from = ticket.category.clone();
            Ok(unless(from == to, Change::Categorised { from, to }))
        }
        Wish::Prioritise { urgency, impact, to, why } => {
            let to = *to;
            let same = (ticket.urgency, ticket.impact, ticket.priority) == (*urgency, *impact, to);
            let change = Change::Prioritised {
                urgency: *urgency,
                impact: *impact,
                from: ticket.priority,
                to,
                why: why.clone(),
            };
            Ok(unless(same, change))
        }
        Wish::Rate(to) => {
            only(ticket, TicketType::Incident)?;
            if !(1..=LOWEST_SEVERITY).contains(to) {
                return Err(Refusal::NoSeverity(*to));
            }
            Ok(unless(ticket.severity == Some(*to), Change::Rated { from: ticket.severity, to: *to }))
        }
        Wish::Raise { why } => {
            let to = Priority::ALL.into_iter().find(|priority| *priority > ticket.priority);
            let change = |to| Change::Prioritised {
                urgency: ticket.urgency,
                impact: ticket.impact,
                from: ticket.priority,
                to,
                why: Some(why.clone()),
            };
            Ok(to.map(change).into_iter().collect())
        }
        Wish::Retype(to) => {
            // A change is begun with approval, and nobody waits for a problem.
            let fits = match to {
                TicketType::Change => matches!(ticket.state, State::New | State::Assigned),
                TicketType::Problem => ticket.state != State::PendingContact,
                TicketType::Incident | TicketType::ServiceRequest => true,
            };
            if !fits && *to != ticket.kind {
                return Err(Refusal::Retype { state: ticket.state, to: *to });
            }
            Ok(unless(*to == ticket.kind, Change::Retyped { from: ticket.kind, to: *to }))
        }
        Wish::Queue { queue, why } => {
            let to = written(queue)?;
            if to == ticket.queue {
                return Ok(Vec::new());
            }
            let mut changes = vec![Change::Queued { from: ticket.queue.clone(), to, why: why.clone() }];
            changes.extend(assign(ticket, None, None)?);
            Ok(changes)
        }
        Wish::Escalate { why } => escalate(ticket, why),
        Wish::Link { how, to } => {
            if to == code {
                return Err(Refusal::Itself);
            }
            let fits = match how {
                Relation::Causes => ticket.kind == TicketType::Problem,
                Relation::CausedBy => ticket.kind != TicketType::Problem,
                _ => true,
            };
            if !fits {
                return Err(Refusal::Relation { kind: ticket.kind, how: *how });
            }
            let same = ticket.links.contains(&(*how, to.clone()));
            Ok(unless(same, Change::Linked { how: *how, to: to.clone() }))
        }
        Wish::Unlink { how, to } => {
            let there = ticket.links.contains(&(*how, to.clone()));
            Ok(unless(!there, Change::Unlinked { how: *how, to: to.clone() }))
        }
        Wish::AddItem(text) => {
            only(ticket, TicketType::ServiceRequest)?;
            Ok(vec![Change::ItemAdded { text: written(text)? }])
        }
        Wish::CheckItem { item, done } => {
            only(ticket, TicketType::ServiceRequest)?;
            let known = ticket.checklist.get(*item).ok_or(Refusal::NoItem(item + 1))?;
            Ok(unless(known.done == *done, Change::ItemDone { item: *item, done: *done }))
        }
        Wish::Plan { from, until } => {
            only(ticket, TicketType::Change)?;
            if from >= until {
                return Err(Refusal::EmptyWindow);
            }
            let same = ticket.plan == Some((*from, *until));
            Ok(unless(same, Change::Planned { from: *from, until: *until }))
        }
        Wish::Approve => {
            only(ticket, TicketType::Change)?;
            if ticket.plan.is_none() {
                return Err(Refusal::NotPlanned);
            }
            if ticket.agent.as_deref() == Some(by) {
                return Err(Refusal::OwnWork);
            }
            Ok(unless(ticket.approval == Approval::Approved, Change::Approved))
        }
        Wish::Reject { why } => {
            only(ticket, TicketType::Change)?;
            let why = written(why)?;
            Ok(unless(ticket.approval == Approval::Rejected, Change::Rejected { why }))
        }
    }
}

fn unless(same: bool, change: Change) -> Vec<Change> {
    if same { Vec::new() } else { vec![change] }
}

fn only(ticket: &Ticket, kind: TicketType) -> Result<(), Refusal> {
    if ticket.kind == kind { Ok(()) } else { Err(Refusal::OnlyFor(kind)) }
}

fn written(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() { Err(Refusal::Empty) } else { Ok(text.to_owned()) }
}

/// A change is begun with approval and within its window; a request is resolved when all is done.
fn may_move(ticket: &Ticket, act: Act, at: Timestamp) -> Result<(), Refusal> {
    match (ticket.kind, act) {
        (TicketType::Change, Act::Start) => {
            let Some((from, until)) = ticket.plan else { return Err(Refusal::NotPlanned) };
            if ticket.approval != Approval::Approved {
                return Err(Refusal::NotApproved);
            }
            if at < from {
                return Err(Refusal::TooEarly(from));
            }
            if at >= until {
                return Err(Refusal::TooLate(until));
            }
            Ok(())
        }
        (TicketType::Change, Act::Resolve | Act::AskVendor) if ticket.approval != Approval::Approved => {
            Err(Refusal::NotApproved)
        }
        (TicketType::ServiceRequest, Act::Resolve) => {
            let undone: Vec<&str> =
                ticket.checklist.iter().filter(|item| !item.done).map(|item| item.text.as_str()).collect();
            if undone.is_empty() { Ok(()) } else { Err(Refusal::Undone(undone.join(", "))) }
        }
        _ => Ok(()),
    }
}

fn moved(ticket: &Ticket, act: Act, why: Option<String>) -> Result<Vec<Change>, Refusal> {
    let to = after(ticket.kind, ticket.state, act)?;
    Ok(unless(to == ticket.state, Change::Moved { act, from: ticket.state, to, why }))
}

fn assign(ticket: &Ticket, agent: Option<&String>, why: Option<String>) -> Result<Vec<Change>, Refusal> {
    let act = if agent.is_some() { Act::Assign } else { Act::Release };
    let mut changes = moved(ticket, act, None)?;
    if ticket.agent.as_ref() != agent {
        changes.insert(0, Change::Assigned { from: ticket.agent.clone(), to: agent.cloned(), why });
    }
    Ok(changes)
}

fn escalate(ticket: &Ticket, why: &str) -> Result<Vec<Change>, Refusal> {
    if ticket.tier >= TIERS {
        return Err(Refusal::HighestTier);
    }
    if ticket.state == State::Resolved {
        return Err(Refused { kind: ticket.kind, from: ticket.state, act: Act::Release }.into());
    }
    let why = written(why)?;
    let mut changes = vec![Change::Escalated { from: ticket.tier, to: ticket.tier + 1, why }];
    changes.extend(assign(ticket, None, None)?);
    Ok(changes)
}

#[cfg(test)]
mod tests;
