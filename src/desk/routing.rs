//! Who gets what: the queue of a ticket by rules in order, and the agent by skills, presence, room and load. Every choice says
//! why. Nothing waits for ever: what waits goes up in rank with time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::priority::Priority;
use super::targets::{Fits, Standing};

/// The first rule that fits names the queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    pub name: String,
    pub fits: Fits,
    /// Channels and languages; empty: all.
    pub channels: Vec<String>,
    pub locales: Vec<String>,
    /// Only while the desk is open, or only while it is closed; `None`: always.
    pub open: Option<bool>,
    pub queue: String,
}

/// Where a ticket comes from, beside what it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    pub channel: String,
    pub locale: String,
    /// Whether the desk is open now.
    pub open: bool,
}

/// The queue of a ticket and the rule that says so; `None` where no rule fits, and it stays where the flow put it.
pub fn queue<'r>(rules: &'r [Rule], ticket: &Standing, origin: &Origin) -> Option<&'r Rule> {
    let any = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
    rules.iter().find(|rule| {
        rule.fits.fits(ticket)
            && any(&rule.channels, &origin.channel)
            && any(&rule.locales, &origin.locale)
            && rule.open.is_none_or(|open| open == origin.open)
    })
}

/// An agent as routing sees one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    pub name: String,
    pub skills: BTreeSet<String>,
    /// The highest tier that the agent works in, 1 to 3.
    pub tier: u8,
    /// Online, and within a shift.
    pub on_duty: bool,
    /// Weight that the agent can hold, and holds.
    pub capacity: u32,
    pub load: u32,
    /// When the agent was given something last.
    pub last: Option<Timestamp>,
}

/// Something that waits for an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub code: String,
    pub priority: Priority,
    /// 1 to 3.
    pub tier: u8,
    /// Skills that are all needed.
    pub skills: BTreeSet<String>,
    /// What it takes of an agent's capacity.
    pub weight: u32,
    pub since: Timestamp,
    /// Agents who had it and did not answer.
    pub refused_by: BTreeSet<String>,
}

/// Who gets a task, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub code: String,
    pub agent: String,
    pub why: String,
}

/// A wait of so long counts as one step of priority.
pub const AGING: SignedDuration = SignedDuration::from_mins(60);

/// What waits, in the order in which it is given out: by priority, one step more for each [`AGING`] of waiting, and within the
/// same rank the oldest first.
pub fn in_order(tasks: &mut [Task], now: Timestamp) {
    let rank = |task: &Task| {
        let waited = now.duration_since(task.since).as_secs().max(0) / AGING.as_secs();
        task.priority as i64 + waited
    };
    tasks.sort_by(|a, b| {
        rank(b).cmp(&rank(a)).then_with(|| a.since.cmp(&b.since)).then_with(|| a.code.cmp(&b.code))
    });
}

/// Gives out what can be given out now. Of those who fit and have room the least loaded gets it, and of them who was given
/// something the longest ago. `hands` are as they stand after it.
pub fn give_out(mut tasks: Vec<Task>, hands: &mut [Hand], now: Timestamp) -> Vec<Choice> {
    in_order(&mut tasks, now);
    let mut choices = Vec::new();
    for task in tasks {
        let Some(hand) = hands.iter_mut().filter(|hand| fits(hand, &task)).min_by(|a, b| lighter(a, b))
        else {
            continue;
        };
        let load = format!("{} of {}", hand.load, hand.capacity);
        let skills: Vec<&str> = task.skills.iter().map(String::as_str).collect();
        let skills = if skills.is_empty() { "any skill".to_owned() } else { skills.join(", ") };
        let why = format!("{skills}, L{}; on duty with {load}, the least loaded", task.tier);
        hand.load += task.weight;
        hand.last = Some(now);
        choices.push(Choice { code: task.code, agent: hand.name.clone(), why });
    }
    choices
}

/// Whether somebody on duty could do it, with room or without.
pub fn somebody_could(hands: &[Hand], task: &Task) -> bool {
    hands.iter().any(|hand| able(hand, task) && hand.capacity >= task.weight)
}

fn able(hand: &Hand, task: &Task) -> bool {
    hand.on_duty
        && hand.tier >= task.tier
        && task.skills.is_subset(&hand.skills)
        && !task.refused_by.contains(&hand.name)
}

fn fits(hand: &Hand, task: &Task) -> bool {
    able(hand, task) && hand.load + task.weight <= hand.capacity
}

fn lighter(a: &Hand, b: &Hand) -> std::cmp::Ordering {
    // load ÷ capacity, without dividing
    let (left, right) =
        (u64::from(a.load) * u64::from(b.capacity), u64::from(b.load) * u64::from(a.capacity));
    left.cmp(&right).then_with(|| a.last.cmp(&b.last)).then_with(|| a.name.cmp(&b.name))
}

#[cfg(test)]
mod tests;
