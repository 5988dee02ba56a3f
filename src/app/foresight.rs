//! What is to be expected: how many tickets the hours to come bring, and which promises of open tickets will be missed.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::tickets::{Known, TicketError, policies};
use crate::calendar::Calendar;
use crate::config::Settings;
use crate::desk::figures::{Line, What};
use crate::desk::forecast::{self, Forecast};
use crate::desk::history::Ticket;
use crate::desk::risk::{Bin, Example, Features, Model, Score};
use crate::desk::survey::spread;
use crate::desk::targets::{Count, Policy, Target, counts};
use crate::store::{Store, StoreError};

/// Hours that are forecast where nobody says how many: a week.
pub const WEEK: usize = 7 * 24;
/// How far back the hours of a forecast are counted.
const COUNTED: SignedDuration = SignedDuration::from_hours(53 * 7 * 24);
/// Closed tickets that are learnt from, the last ones.
const LEARNT_FROM: usize = 4_000;

/// A forecast of one queue, or of all together.
#[derive(Debug, Serialize)]
pub struct Volume {
    pub queue: Option<String>,
    /// Tickets that were counted.
    pub tickets: u64,
    /// `None` where there is not enough to go by.
    pub forecast: Option<Forecast>,
    /// The hours of the forecast, as the desk's clock shows them.
    pub hours: Vec<DateTime>,
}

/// How many tickets the next hours bring, from the hour after `now`.
///
/// # Errors
/// The database's.
pub async fn volume(
    store: &Store,
    settings: &Settings,
    queue: Option<&str>,
    ahead: usize,
    now: Timestamp,
) -> Result<Volume, StoreError> {
    let calendar = &settings.desk.hours;
    let since = now.checked_sub(COUNTED).unwrap_or(Timestamp::MIN);
    let counted = store.tickets_by_hour(queue, since).await?;
    let begins = hour_of(calendar, now).saturating_add(SignedDuration::from_hours(1));
    let first = counted.first().map(|(at, _)| hour_of(calendar, *at)).filter(|first| *first < begins);
    let past = first.map_or(0, |first| hours_between(first, begins));
    let mut history = vec![0_u32; past];
    for (at, count) in &counted {
        let place = first.map(|first| hours_between(first, hour_of(calendar, *at)));
        if let Some(hour) = place.and_then(|place| history.get_mut(place)) {
            // Of the hour that comes twice when the clock is set back both are counted in one.
            *hour = hour.saturating_add(u32::try_from(*count).unwrap_or(u32::MAX));
        }
    }
    let start = first.unwrap_or(begins);
    let hour = |place: usize| start.saturating_add(SignedDuration::from_hours(place as i64));
    let closed: Vec<bool> = (0..past + ahead).map(|place| calendar.is_holiday(hour(place).date())).collect();
    let work = move || forecast::forecast(&history, &closed, ahead);
    let forecast = tokio::task::spawn_blocking(work).await.ok().flatten();
    Ok(Volume {
        queue: queue.map(str::to_owned),
        tickets: counted.iter().map(|(_, count)| count.unsigned_abs()).sum(),
        hours: (past..past + ahead).map(hour).collect(),
        forecast,
    })
}

fn hour_of(calendar: &Calendar, at: Timestamp) -> DateTime {
    let local = calendar.local(at).datetime();
    local.date().at(local.hour(), 0, 0, 0)
}

fn hours_between(from: DateTime, to: DateTime) -> usize {
    usize::try_from(to.duration_since(from).as_hours()).unwrap_or(0)
}

/// What was learnt of one target.
#[derive(Debug, Serialize)]
pub struct Learnt {
    pub target: &'static str,
    /// Decided promises that were learnt from and tried on.
    pub examples: usize,
    /// Whether it tells more than how often the target is missed at all; else no risk is told.
    pub usable: bool,
    pub score: Option<Score>,
    pub reliability: Vec<Bin>,
}

/// A promise of an open ticket.
#[derive(Debug, Serialize)]
pub struct AtRisk {
    pub code: String,
    pub target: &'static str,
    /// From 0 to 1.
    pub risk: f64,
    /// The share of the promise that is used.
    pub used: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    pub queue: String,
    pub priority: String,
    pub agent: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Risks {
    pub models: Vec<Learnt>,
    /// The highest risk first.
    pub tickets: Vec<AtRisk>,
}

/// Which promises of open tickets will be missed, by what became of those before.
///
/// # Errors
/// The database's.
pub async fn risks(store: &Store, settings: &Settings, now: Timestamp) -> Result<Risks, StoreError> {
    let policies = policies(&settings.desk);
    let load = Load::of(store, now).await?;
    let mut examples: BTreeMap<Target, Vec<(Timestamp, Example)>> = BTreeMap::new();
    for code in store.ended_tickets(LEARNT_FROM as u32).await? {
        let Some(known) = read(store, &code).await? else { continue };
        for count in counts(&policies, &known.history, now) {
            let found = example(&policies, &known, &count, &load);
            examples.entry(count.target).or_default().extend(found);
        }
    }
    let work = move || -> Vec<(Target, usize, Option<Model>)> {
        let train = |(target, mut all): (Target, Vec<(Timestamp, Example)>)| {
            all.sort_by_key(|(at, _)| *at);
            let all: Vec<Example> = all.into_iter().map(|(_, example)| example).collect();
            (target, all.len(), Model::train(&all))
        };
        examples.into_iter().map(train).collect()
    };
    let models = tokio::task::spawn_blocking(work).await.unwrap_or_default();
    let mut tickets = Vec::new();
    for code in store.open_codes().await? {
        let Some(known) = read(store, &code).await? else { continue };
        for count in counts(&policies, &known.history, now) {
            let model = models.iter().find(|(target, ..)| *target == count.target);
            let model = model.and_then(|(_, _, model)| model.as_ref()).filter(|model| model.usable());
            let open = count.ended.is_none() && count.breached.is_none();
            let (Some(model), true) = (model, open) else { continue };
            let Some(features) = features(&known.ticket, &count, load.at(now)) else { continue };
            tickets.push(AtRisk {
                code: known.row.code.clone(),
                target: count.target.word(),
                risk: model.risk(&features),
                used: features.used,
                due: count.due,
                queue: features.queue,
                priority: features.priority,
                agent: known.ticket.agent.clone(),
            });
        }
    }
    tickets.sort_by(|a, b| b.risk.total_cmp(&a.risk).then_with(|| a.code.cmp(&b.code)));
    let learnt = |(target, examples, model): (Target, usize, Option<Model>)| Learnt {
        target: target.word(),
        examples,
        usable: model.as_ref().is_some_and(Model::usable),
        score: model.as_ref().map(Model::score),
        reliability: model.map(|model| model.reliability().to_vec()).unwrap_or_default(),
    };
    Ok(Risks { models: models.into_iter().map(learnt).collect(), tickets })
}

async fn read(store: &Store, code: &str) -> Result<Option<Known>, StoreError> {
    match Known::read(store, code).await {
        Ok(known) => Ok(Some(known)),
        Err(TicketError::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// A promise that was kept or missed, as it stood at some moment before that was known: always the same one of the same
/// ticket, anywhere in the time until then.
fn example(policies: &[Policy], known: &Known, count: &Count, load: &Load) -> Option<(Timestamp, Example)> {
    let decided = count.breached.or(count.ended)?;
    count.allowed?;
    let long = decided.duration_since(count.from);
    let part = spread(&known.row.code, count.target.word(), 1_000);
    let at = count.from.checked_add(long * i32::try_from(part).unwrap_or(0) / 1_000).ok()?;
    let history: Vec<_> = known.history.iter().filter(|entry| entry.at <= at).cloned().collect();
    let ticket = Ticket::rebuilt(&history)?;
    let mut then = counts(policies, &history, at).into_iter();
    let then = then.rfind(|one| one.target == count.target && one.from == count.from)?;
    if then.breached.is_some() {
        return None;
    }
    let features = features(&ticket, &then, load.at(at))?;
    Some((at, Example { features, missed: count.breached.is_some() }))
}

fn features(ticket: &Ticket, count: &Count, load: f64) -> Option<Features> {
    let allowed = count.allowed?;
    let left = (allowed - count.used).max(SignedDuration::ZERO);
    Some(Features {
        used: count.used.as_secs_f64() / allowed.as_secs_f64().max(1.0),
        hours_left: left.as_secs_f64() / 3_600.0,
        queue: ticket.queue.clone(),
        priority: ticket.priority.word().to_owned(),
        tier: ticket.tier,
        reopened: ticket.reopened,
        assigned: ticket.agent.is_some(),
        load,
    })
}

/// How many tickets were open at a moment, for each agent that there is.
struct Load {
    opened: Vec<i64>,
    over: Vec<i64>,
    agents: f64,
}

impl Load {
    async fn of(store: &Store, now: Timestamp) -> Result<Self, StoreError> {
        let lines = store.lines_between((Timestamp::MIN, now), Timestamp::MIN).await?;
        let (mut opened, mut over) = (Vec::new(), Vec::new());
        for line in lines.lines().filter_map(Line::read) {
            for mark in &line.marks {
                match mark.what {
                    What::Opened => opened.push(mark.at),
                    What::Over if mark.undone.is_none() => over.push(mark.at),
                    _ => {}
                }
            }
        }
        opened.sort_unstable();
        over.sort_unstable();
        let agents = store.agents().await?.iter().filter(|agent| !agent.disabled).count();
        Ok(Self { opened, over, agents: agents.max(1) as f64 })
    }

    fn at(&self, at: Timestamp) -> f64 {
        let before = |all: &[i64]| all.partition_point(|one| *one <= at.as_microsecond());
        before(&self.opened).saturating_sub(before(&self.over)) as f64 / self.agents
    }
}
