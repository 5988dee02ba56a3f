//! What happened to a ticket, as facts, and the ticket that they make: its history alone rebuilds it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::priority::{Level, Priority};
use super::targets::{Standing, Target};
use super::ticket::{Act, State, TicketType};

/// One fact, with who and when. `by` is `contact`, `bot`, `clock` or an agent's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub by: String,
    pub change: Change,
}

/// How tickets belong together, seen from the one that holds the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// A problem is behind this incident.
    CausedBy,
    /// This problem is behind that incident.
    Causes,
    DuplicateOf,
    DuplicatedBy,
    FollowUpOf,
    FollowedUpBy,
    /// Another matter that was in that ticket.
    SplitFrom,
    SplitInto,
    RelatedTo,
}

impl Relation {
    pub const ALL: [Self; 9] = [
        Self::CausedBy,
        Self::Causes,
        Self::DuplicateOf,
        Self::DuplicatedBy,
        Self::FollowUpOf,
        Self::FollowedUpBy,
        Self::SplitFrom,
        Self::SplitInto,
        Self::RelatedTo,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::CausedBy => "caused_by",
            Self::Causes => "causes",
            Self::DuplicateOf => "duplicate_of",
            Self::DuplicatedBy => "duplicated_by",
            Self::FollowUpOf => "follow_up_of",
            Self::FollowedUpBy => "followed_up_by",
            Self::SplitFrom => "split_from",
            Self::SplitInto => "split_into",
            Self::RelatedTo => "related_to",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.word() == word)
    }

    /// The same link seen from the other ticket.
    pub fn other_way(self) -> Self {
        match self {
            Self::CausedBy => Self::Causes,
            Self::Causes => Self::CausedBy,
            Self::DuplicateOf => Self::DuplicatedBy,
            Self::DuplicatedBy => Self::DuplicateOf,
            Self::FollowUpOf => Self::FollowedUpBy,
            Self::FollowedUpBy => Self::FollowUpOf,
            Self::SplitFrom => Self::SplitInto,
            Self::SplitInto => Self::SplitFrom,
            Self::RelatedTo => Self::RelatedTo,
        }
    }
}

/// What happened. What it was before stands beside what it is, where it changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Change {
    Opened {
        kind: TicketType,
        category: String,
        urgency: Level,
        impact: Level,
        priority: Priority,
        queue: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
    },
    ContactWrote,
    /// An agent wrote to the contact.
    Replied,
    Moved {
        act: Act,
        from: State,
        to: State,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    Assigned {
        from: Option<String>,
        to: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    Categorised {
        from: String,
        to: String,
    },
    Prioritised {
        urgency: Level,
        impact: Level,
        from: Priority,
        to: Priority,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// The severity of an incident: 1, the worst, to 4.
    Rated {
        from: Option<u8>,
        to: u8,
    },
    Retyped {
        from: TicketType,
        to: TicketType,
    },
    Queued {
        from: String,
        to: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// From tier to tier, 1 to 3.
    Escalated {
        from: u8,
        to: u8,
        why: String,
    },
    Linked {
        how: Relation,
        to: String,
    },
    Unlinked {
        how: Relation,
        to: String,
    },
    /// A service request has one more thing to be done.
    ItemAdded {
        text: String,
    },
    /// The thing of this number, from 0, is done, or is not after all.
    ItemDone {
        item: usize,
        done: bool,
    },
    /// When a change is to be made.
    Planned {
        from: Timestamp,
        until: Timestamp,
    },
    Approved,
    Rejected {
        why: String,
    },
    /// The contact answered a survey: `csat` (1 to 5) or `nps` (0 to 10), and a comment after it. None of both: passed over.
    Surveyed {
        survey: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        score: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// The contact was asked how it went.
    SurveyAsked,
    /// A target is near.
    Warned {
        target: Target,
        since: Timestamp,
    },
    /// A target is missed.
    Breached {
        target: Target,
        since: Timestamp,
    },
}

impl Change {
    /// The fact's name, as it is stored and shown.
    pub fn what(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::ContactWrote => "contact_wrote",
            Self::Replied => "replied",
            Self::Moved { to, .. } => to.word(),
            Self::Assigned { to: Some(_), .. } => "assigned",
            Self::Assigned { to: None, .. } => "released",
            Self::Categorised { .. } => "categorised",
            Self::Prioritised { .. } => "prioritised",
            Self::Rated { .. } => "rated",
            Self::Retyped { .. } => "retyped",
            Self::Queued { .. } => "queued",
            Self::Escalated { .. } => "escalated",
            Self::Linked { .. } => "linked",
            Self::Unlinked { .. } => "unlinked",
            Self::ItemAdded { .. } => "item_added",
            Self::ItemDone { done: true, .. } => "item_done",
            Self::ItemDone { done: false, .. } => "item_undone",
            Self::Planned { .. } => "planned",
            Self::Approved => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Surveyed { .. } => "surveyed",
            Self::SurveyAsked => "survey_asked",
            Self::Warned { .. } => "target_near",
            Self::Breached { .. } => "target_missed",
        }
    }

    /// What it was and is, in a line.
    pub fn text(&self) -> Option<String> {
        let because = |text: String, why: &Option<String>| match why {
            Some(why) => format!("{text}: {why}"),
            None => text,
        };
        let nobody = |agent: &Option<String>| agent.clone().unwrap_or_else(|| "nobody".to_owned());
        Some(match self {
            Self::Opened { .. } | Self::ContactWrote | Self::Replied | Self::Approved | Self::SurveyAsked => {
                return None;
            }
            Self::Moved { from, to, why, .. } => because(format!("{} → {}", from.word(), to.word()), why),
            Self::Assigned { from, to, why } => because(format!("{} → {}", nobody(from), nobody(to)), why),
            Self::Categorised { from, to } => format!("{from} → {to}"),
            Self::Prioritised { urgency, impact, from, to, why } => {
                let how = format!("{} × {}", urgency.word(), impact.word());
                because(format!("{} → {} ({how})", from.word(), to.word()), why)
            }
            Self::Rated { from: Some(from), to } => format!("severity {from} → {to}"),
            Self::Rated { from: None, to } => format!("severity {to}"),
            Self::Retyped { from, to } => format!("{} → {}", from.word(), to.word()),
            Self::Queued { from, to, why } => because(format!("{from} → {to}"), why),
            Self::Escalated { from, to, why } => format!("L{from} → L{to}: {why}"),
            Self::Linked { how, to } | Self::Unlinked { how, to } => format!("{} {to}", how.word()),
            Self::ItemAdded { text } => text.clone(),
            Self::ItemDone { item, .. } => format!("{}", item + 1),
            Self::Planned { from, until } => format!("{from} to {until}"),
            Self::Rejected { why } => why.clone(),
            Self::Surveyed { survey, score: Some(score), .. } => format!("{survey} {score}"),
            Self::Surveyed { survey, comment: Some(comment), .. } => format!("{survey}: {comment}"),
            Self::Surveyed { survey, .. } => format!("{survey}, passed over"),
            Self::Warned { target, .. } | Self::Breached { target, .. } => target.word().to_owned(),
        })
    }

    /// What policies see, after it.
    pub fn stands(&self, standing: &mut Standing, state: &mut State) {
        match self {
            Self::Opened { kind, category, priority, queue, profile, .. } => {
                *standing = Standing {
                    queue: queue.clone(),
                    kind: kind.word().to_owned(),
                    priority: priority.word().to_owned(),
                    profile: profile.clone(),
                    category: category.clone(),
                };
            }
            Self::Moved { to, .. } => *state = *to,
            Self::Categorised { to, .. } => standing.category.clone_from(to),
            Self::Prioritised { to, .. } => to.word().clone_into(&mut standing.priority),
            Self::Retyped { to, .. } => to.word().clone_into(&mut standing.kind),
            Self::Queued { to, .. } => standing.queue.clone_from(to),
            Self::ContactWrote
            | Self::Replied
            | Self::Assigned { .. }
            | Self::Rated { .. }
            | Self::Escalated { .. }
            | Self::Linked { .. }
            | Self::Unlinked { .. }
            | Self::ItemAdded { .. }
            | Self::ItemDone { .. }
            | Self::Planned { .. }
            | Self::Approved
            | Self::Rejected { .. }
            | Self::Surveyed { .. }
            | Self::SurveyAsked
            | Self::Warned { .. }
            | Self::Breached { .. } => {}
        }
    }
}

/// Something that a service request needs done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub text: String,
    pub done: bool,
}

/// Whether a change may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    #[default]
    Open,
    Approved,
    Rejected,
}

/// A ticket as its history makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub kind: TicketType,
    pub state: State,
    pub category: String,
    pub urgency: Level,
    pub impact: Level,
    pub priority: Priority,
    pub queue: String,
    /// Of an incident: 1, the worst, to 4, where somebody said so.
    #[serde(default)]
    pub severity: Option<u8>,
    /// 1 to 3.
    pub tier: u8,
    pub agent: Option<String>,
    pub links: BTreeSet<(Relation, String)>,
    pub checklist: Vec<Item>,
    pub plan: Option<(Timestamp, Timestamp)>,
    pub approval: Approval,
    pub opened: Timestamp,
    /// When it was resolved last, while it is.
    pub resolved: Option<Timestamp>,
    pub reopened: u32,
}

impl Ticket {
    /// The ticket of a history; `None` where it does not begin with its opening.
    pub fn rebuilt(history: &[Entry]) -> Option<Self> {
        let (first, rest) = history.split_first()?;
        let Change::Opened { kind, category, urgency, impact, priority, queue, .. } = &first.change else {
            return None;
        };
        let mut ticket = Self {
            kind: *kind,
            state: State::New,
            category: category.clone(),
            urgency: *urgency,
            impact: *impact,
            priority: *priority,
            queue: queue.clone(),
            severity: None,
            tier: 1,
            agent: None,
            links: BTreeSet::new(),
            checklist: Vec::new(),
            plan: None,
            approval: Approval::Open,
            opened: first.at,
            resolved: None,
            reopened: 0,
        };
        for entry in rest {
            ticket.apply(entry.at, &entry.change);
        }
        Some(ticket)
    }

    pub fn apply(&mut self, at: Timestamp, change: &Change) {
        match change {
            Change::Moved { to, .. } => {
                self.state = *to;
                self.reopened += u32::from(*to == State::Reopened);
                self.resolved = match to {
                    State::Resolved => Some(at),
                    State::Closed => self.resolved,
                    _ => None,
                };
            }
            Change::Assigned { to, .. } => self.agent.clone_from(to),
            Change::Categorised { to, .. } => self.category.clone_from(to),
            Change::Prioritised { urgency, impact, to, .. } => {
                (self.urgency, self.impact, self.priority) = (*urgency, *impact, *to);
            }
            Change::Rated { to, .. } => self.severity = Some(*to),
            Change::Retyped { to, .. } => self.kind = *to,
            Change::Queued { to, .. } => self.queue.clone_from(to),
            Change::Escalated { to, .. } => self.tier = *to,
            Change::Linked { how, to } => drop(self.links.insert((*how, to.clone()))),
            Change::Unlinked { how, to } => drop(self.links.remove(&(*how, to.clone()))),
            Change::ItemAdded { text } => self.checklist.push(Item { text: text.clone(), done: false }),
            Change::ItemDone { item, done } => {
                if let Some(item) = self.checklist.get_mut(*item) {
                    item.done = *done;
                }
            }
            // Another window is another decision.
            Change::Planned { from, until } => {
                (self.plan, self.approval) = (Some((*from, *until)), Approval::Open);
            }
            Change::Approved => self.approval = Approval::Approved,
            Change::Rejected { .. } => self.approval = Approval::Rejected,
            Change::Opened { .. }
            | Change::ContactWrote
            | Change::Replied
            | Change::Surveyed { .. }
            | Change::SurveyAsked
            | Change::Warned { .. }
            | Change::Breached { .. } => {}
        }
    }
}
