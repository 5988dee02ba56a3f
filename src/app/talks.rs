//! Figures of conversations and the funnel of flows, from the journal.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::deflection::{Period, csv};
use crate::config::Settings;
use crate::conversation::{Event, Owner};
use crate::desk::contacts::{Moment, Talk, TalkBy, TalkFigures, TalkLine, came_back, came_before, figures};
use crate::desk::deflection::RETURN_WITHIN;
use crate::desk::funnel::{Funnel, Seen, StepRow, What};
use crate::flow::Playbook;
use crate::store::talks::TalkRow;
use crate::store::{Store, StoreError};

/// Conversations read in one go.
const AT_ONCE: u32 = 500;

/// Figures of conversations over a period: all together, and apart where that was asked for.
#[derive(Debug)]
pub struct TalkReport {
    pub period: Period,
    pub by: Option<TalkBy>,
    pub total: TalkFigures,
    /// The most begun first.
    pub parts: Vec<(String, TalkFigures)>,
}

impl TalkReport {
    /// `{from, to, by, total, parts: [{name, …}]}`, with the shares.
    ///
    /// # Errors
    /// None that comes: figures are plain data.
    pub fn told(&self) -> serde_json::Result<Value> {
        let mut parts = Vec::new();
        for (name, figures) in &self.parts {
            let mut part = shares(figures)?;
            part["name"] = json!(name);
            parts.push(part);
        }
        Ok(json!({
            "from": self.period.from.to_string(), "to": self.period.to.to_string(),
            "by": self.by.map(TalkBy::word), "total": shares(&self.total)?, "parts": parts,
        }))
    }

    /// Times in seconds; empty where there is none.
    pub fn csv(&self) -> String {
        const HEAD: [&str; 22] = [
            "begun",
            "ended",
            "contained",
            "containment",
            "handed",
            "handoff_rate",
            "waited",
            "abandoned",
            "abandonment",
            "unreached",
            "to_agent_n",
            "to_agent_mean_s",
            "to_agent_median_s",
            "to_agent_p90_s",
            "settled",
            "settled_at_first",
            "fcr",
            "deflected_confirmed",
            "deflected_assumed",
            "durable_due",
            "deflected_durable",
            "tickets",
        ];
        let mut head = vec![self.by.map_or("period", TalkBy::word)];
        head.extend(HEAD);
        let number = |number: Option<f64>| number.map(|number| format!("{number:.4}")).unwrap_or_default();
        let row = |name: &str, f: &TalkFigures| {
            let time = &f.time_to_agent;
            vec![
                name.to_owned(),
                f.begun.to_string(),
                f.ended.to_string(),
                f.contained.to_string(),
                number(f.containment()),
                f.handed.to_string(),
                number(f.handoff_rate()),
                f.waited.to_string(),
                f.abandoned.to_string(),
                number(f.abandonment()),
                f.unreached.to_string(),
                time.n.to_string(),
                number(time.mean),
                number(time.median),
                number(time.p90),
                f.settled.to_string(),
                f.settled_at_first.to_string(),
                number(f.fcr()),
                f.deflected_confirmed.to_string(),
                f.deflected_assumed.to_string(),
                f.durable_due.to_string(),
                f.deflected_durable.to_string(),
                f.tickets.to_string(),
            ]
        };
        let rows = match self.by {
            None => vec![row("all", &self.total)],
            Some(_) => self.parts.iter().map(|(name, figures)| row(name, figures)).collect(),
        };
        csv(&head, rows.into_iter())
    }
}

fn shares(figures: &TalkFigures) -> serde_json::Result<Value> {
    let mut told = serde_json::to_value(figures)?;
    let shares = [
        ("containment", figures.containment()),
        ("handoff_rate", figures.handoff_rate()),
        ("abandonment", figures.abandonment()),
        ("fcr", figures.fcr()),
        ("durable_share", figures.durable_share()),
    ];
    for (name, share) in shares {
        told[name] = json!(share);
    }
    Ok(told)
}

/// # Errors
/// The database's.
pub async fn report(
    store: &Store,
    settings: &Settings,
    period: Period,
    by: Option<TalkBy>,
    now: Timestamp,
) -> Result<TalkReport, StoreError> {
    let (from, until) = period.bounds(settings);
    // What is not over yet cannot have lasted.
    let until = until.min(now);
    let lines = lines(store, from, until).await?;
    let mut parts: BTreeMap<&str, Vec<&TalkLine>> = BTreeMap::new();
    if let Some(by) = by {
        for line in &lines {
            parts.entry(by.of(line)).or_default().push(line);
        }
    }
    let mut parts: Vec<(String, TalkFigures)> =
        parts.into_iter().map(|(name, lines)| (name.to_owned(), figures(lines, (from, until)))).collect();
    parts.sort_by(|a, b| b.1.begun.cmp(&a.1.begun).then_with(|| a.0.cmp(&b.0)));
    Ok(TalkReport { period, by, total: figures(&lines, (from, until)), parts })
}

/// Lines of the conversations of a period, each with what its contact had before and came back with.
async fn lines(store: &Store, from: Timestamp, until: Timestamp) -> Result<Vec<TalkLine>, StoreError> {
    let around = SignedDuration::try_from(RETURN_WITHIN).unwrap_or(SignedDuration::ZERO);
    let since = from.checked_sub(around).unwrap_or(from);
    let to = until.checked_add(around).unwrap_or(until);
    let mut talks: Vec<Talk> = Vec::new();
    each(store, since, to, |row| talks.extend(talk(row))).await?;
    let mut of_contact: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, talk) in talks.iter().enumerate().filter(|(_, talk)| !talk.contact.is_empty()) {
        of_contact.entry(&talk.contact).or_default().push(n);
    }
    let mut lines = Vec::with_capacity(talks.len());
    for (n, talk) in talks.iter().enumerate() {
        let others = of_contact.get(talk.contact.as_str()).into_iter().flatten().filter(|other| **other != n);
        let others: Vec<Talk> = others.map(|other| talks[*other].clone()).collect();
        lines.push(TalkLine::of(talk, came_before(talk, &others), came_back(talk, &others)));
    }
    Ok(lines)
}

async fn each(
    store: &Store,
    since: Timestamp,
    until: Timestamp,
    mut take: impl FnMut(TalkRow),
) -> Result<(), StoreError> {
    let mut after = i64::MIN;
    loop {
        let rows = store.talks(after, since, until, AT_ONCE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.num;
        // What we began, to ask how it went or to answer a ticket, is no contact of theirs.
        let theirs = |row: &TalkRow| !row.flow.is_empty() && !row.flow.starts_with("system/");
        rows.into_iter().filter(theirs).for_each(&mut take);
    }
}

fn talk(row: TalkRow) -> Option<Talk> {
    let mut talk = Talk {
        id: row.id,
        contact: row.contact.unwrap_or_default(),
        channel: row.channel,
        locale: row.locale,
        flow: row.flow,
        category: None,
        queue: None,
        agent: None,
        began: row.turns.first().map_or(row.created, |(at, _)| *at),
        moments: Vec::new(),
    };
    let mut with_agent = false;
    for (at, events) in row.turns {
        for event in events {
            if let Event::TicketOpened { draft } = &event {
                talk.category.get_or_insert_with(|| draft.category.clone());
            }
            if let Event::OwnerChanged { owner, .. } = &event {
                with_agent = matches!(owner, Owner::Agent(_));
            }
            let by_agent = matches!(&event, Event::Closed { outcome } if matches!(outcome.as_str(), "resolved" | "solved"));
            if by_agent && with_agent {
                talk.moments.push((at, Moment::SolvedByAgent));
            }
            let Some(moment) = moment(event) else { continue };
            match &moment {
                Moment::HandoffWanted { queue } => talk.queue = Some(queue.clone()),
                Moment::AgentTook { agent } => talk.agent = Some(agent.clone()),
                _ => {}
            }
            talk.moments.push((at, moment));
        }
    }
    Some(talk)
}

fn moment(event: Event) -> Option<Moment> {
    Some(match event {
        Event::HandoffRequested { queue, .. } => Moment::HandoffWanted { queue },
        Event::NobodyCame { .. } => Moment::NobodyCame,
        Event::OwnerChanged { owner: Owner::Agent(agent), .. } => Moment::AgentTook { agent },
        Event::OwnerChanged { owner: Owner::Bot, .. } => Moment::HandedBack,
        Event::TicketOpened { .. } => Moment::TicketOpened,
        Event::TicketAdded { .. } => Moment::TicketAdded,
        Event::AnswerOffered { .. } => Moment::AnswerOffered,
        Event::Deflected { confirmed, .. } => Moment::Solved { confirmed },
        Event::PromptFailed { .. } => Moment::PromptFailed,
        Event::Left { .. } => Moment::Left,
        Event::Parked => Moment::Parked,
        Event::Resumed => Moment::Resumed,
        Event::Closed { outcome } => Moment::Closed { outcome },
        _ => return None,
    })
}

/// How far people come in the flows, step by step; of one flow where it is named.
///
/// # Errors
/// The database's.
pub async fn funnel(
    store: &Store,
    settings: &Settings,
    playbook: &Playbook,
    period: Period,
    flow: Option<&str>,
) -> Result<Vec<StepRow>, StoreError> {
    let (from, until) = period.bounds(settings);
    let mut funnel = Funnel::default();
    let within = |row: &TalkRow| from <= row.created && row.created < until;
    each(store, from, until, |row| {
        if within(&row) {
            funnel.add(&seen(&row.turns, flow));
        }
    })
    .await?;
    let flows = playbook.flows.values().filter(|known| flow.is_none_or(|flow| flow == known.name));
    let order: Vec<(String, String)> =
        flows.flat_map(|flow| flow.steps.iter().map(|step| (flow.name.clone(), step.id.clone()))).collect();
    Ok(funnel.rows(&order).into_iter().filter(|row| row.entered > 0).collect())
}

/// What a conversation shows of the steps that it went through.
fn seen(turns: &[(Timestamp, Vec<Event>)], wanted: Option<&str>) -> Vec<Seen> {
    let mut all = Vec::new();
    let mut stands: Option<(String, String)> = None;
    for (_, events) in turns {
        let mut over = false;
        let mut failed = |flow: &str, step: &str, wording: Option<&String>| {
            let what = What::Failed { wording: wording.filter(|text| !text.is_empty()).cloned() };
            all.push(Seen { flow: flow.to_owned(), step: step.to_owned(), what });
        };
        for event in events {
            match event {
                Event::NotUnderstood { flow, step, text, .. } => failed(flow, step, Some(text)),
                Event::ValueRefused { flow, step, .. } | Event::NothingHeard { flow, step, .. } => {
                    failed(flow, step, None);
                }
                Event::Left { .. } | Event::Parked | Event::Closed { .. } => over = true,
                _ => {}
            }
        }
        // They are told at the end of a turn, in their order.
        for event in events {
            let Event::Walked { flow, steps, exits } = event else { continue };
            for (step, _) in exits {
                all.push(Seen { flow: flow.clone(), step: step.clone(), what: What::Passed });
            }
            let left = |step: &String| exits.iter().any(|(exit, _)| exit == step);
            let last = steps.last().filter(|step| !left(step)).cloned();
            let gone = stands.as_ref().is_some_and(|(at, step)| at == flow && left(step));
            if last.is_some() || gone {
                stands = last.map(|step| (flow.clone(), step));
            }
        }
        if let Some((flow, step)) = stands.clone().filter(|_| over) {
            all.push(Seen { flow, step, what: What::Stopped });
        }
    }
    all.retain(|seen| wanted.is_none_or(|flow| flow == seen.flow));
    all
}
