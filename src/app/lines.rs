//! Keeps the lines of tickets, from which figures are told, in step with the tickets: what changed is made anew from its
//! history, and all where promises or calendars did.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::tickets::{Known, TicketError, policies};
use crate::config::Settings;
use crate::desk::figures::{Case, Line, reopenings};
use crate::desk::targets::{Count, Policy, Target, counts};
use crate::store::lines::LineWrite;
use crate::store::{Store, StoreError};

/// Lines made in one go.
const AT_ONCE: u32 = 500;

/// What lines are made by.
pub struct Maker<'s> {
    settings: &'s Settings,
    policies: Vec<Policy>,
}

/// A line of a ticket that is not as it would be made now.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Differs {
    pub code: String,
    pub kept: String,
    pub made: String,
}

impl<'s> Maker<'s> {
    pub fn new(settings: &'s Settings) -> Self {
        Self { settings, policies: policies(&settings.desk) }
    }

    /// Names what lines depend on beside the tickets.
    fn rules(&self) -> String {
        // The form of lines; to be counted up where it changes.
        const FORM: u8 = 1;
        let desk = &self.settings.desk;
        hex::encode(Sha256::digest(format!("{FORM} {:?} {:?}", desk.targets, desk.hours)))
    }

    fn line(&self, known: Known, now: Timestamp) -> Option<LineWrite> {
        let counts = counts(&self.policies, &known.history, now);
        let before = reopenings(&known.history).into_iter().filter_map(|n| {
            let at = known.history[n].at;
            Some((at, resolution(&self.policies, &known, n, at)?))
        });
        let before = before.collect();
        let due = counts.iter().filter_map(|count| count.due).min();
        let Known { row, ticket, history } = known;
        let case = Case {
            code: row.code,
            queue: ticket.queue,
            category: ticket.category,
            kind: ticket.kind.word().to_owned(),
            priority: ticket.priority.word().to_owned(),
            channel: row.channel,
            locale: row.locale,
            agent: ticket.agent,
            history,
            counts,
            before,
        };
        let line = Line::of(&case, &self.settings.desk.hours)?;
        let (code, version) = (case.code, row.version);
        // A target is missed only after the moment at which it is due.
        let after = |at: Timestamp| at.checked_add(jiff::SignedDuration::from_secs(1)).unwrap_or(at);
        let due = due.map(after);
        Some(LineWrite { code, version, span: line.span(), is_over: line.is_over(), due, text: line.text() })
    }

    async fn made(
        &self,
        store: &Store,
        codes: impl IntoIterator<Item = String>,
        now: Timestamp,
    ) -> Result<Vec<LineWrite>, StoreError> {
        let mut lines = Vec::new();
        for code in codes {
            match Known::read(store, &code).await {
                Ok(known) => lines.extend(self.line(known, now)),
                Err(TicketError::Store(error)) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(lines)
    }
}

fn resolution(policies: &[Policy], known: &Known, before: usize, at: Timestamp) -> Option<Count> {
    let counts = counts(policies, &known.history[..before], at);
    counts.into_iter().find(|count| count.target == Target::Resolution)
}

/// Makes anew what is not as the tickets are. `progress` is told how many are done.
///
/// # Errors
/// The database's.
pub async fn refresh(
    store: &Store,
    settings: &Settings,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> Result<u64, StoreError> {
    let maker = Maker::new(settings);
    let rules = maker.rules();
    if store.line_rules().await?.as_ref() != Some(&rules) {
        store.renew_lines(&rules).await?;
    }
    let (mut done, mut after) = (0, i64::MIN);
    loop {
        let changed = store.unlined_tickets(after, AT_ONCE).await?;
        let Some((_, last)) = changed.last() else { break };
        after = *last;
        let lines = maker.made(store, changed.into_iter().map(|(code, _)| code), now).await?;
        done += lines.len() as u64;
        store.keep_lines(lines).await?;
        progress(done);
    }
    loop {
        let due = store.due_lines(now, AT_ONCE).await?;
        if due.is_empty() {
            return Ok(done);
        }
        let lines = maker.made(store, due, now).await?;
        done += lines.len() as u64;
        store.keep_lines(lines).await?;
        progress(done);
    }
}

/// Makes every line anew, whether it is as its ticket is or not.
///
/// # Errors
/// The database's.
pub async fn rebuild(
    store: &Store,
    settings: &Settings,
    now: Timestamp,
    progress: impl FnMut(u64),
) -> Result<u64, StoreError> {
    store.renew_lines(&Maker::new(settings).rules()).await?;
    refresh(store, settings, now, progress).await
}

/// Compares every kept line with what its ticket's history makes of it now.
///
/// # Errors
/// The database's.
pub async fn compare(
    store: &Store,
    settings: &Settings,
    now: Timestamp,
    mut progress: impl FnMut(u64),
) -> Result<(u64, Vec<Differs>), StoreError> {
    let maker = Maker::new(settings);
    let (mut all, mut differ, mut after) = (0, Vec::new(), i64::MIN);
    loop {
        let kept = store.kept_lines(after, AT_ONCE).await?;
        let Some((_, _, last)) = kept.last() else { return Ok((all, differ)) };
        after = *last;
        all += kept.len() as u64;
        for (code, kept, _) in kept {
            let made = maker.made(store, [code.clone()], now).await?.pop().map(|line| line.text);
            let made = made.unwrap_or_default();
            if made != kept {
                differ.push(Differs { code, kept, made });
            }
        }
        progress(all);
    }
}
