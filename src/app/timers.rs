//! What happens when nobody does anything: reminders, parked chats, queues where nobody came, calls whose end was
//! never told, agents who went away.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::commit::{later, signed};
use super::desk::turned;
use super::playbooks::Fare;
use crate::config::Desk;
use crate::conversation::{Conversation, Hope, Owner, Said, TimerKind, Utterance};
use crate::store::{Decision, DueTimer, Loaded, StoreError, TurnJob, Whose};

/// How often due timers are looked for.
const TICK: Duration = Duration::from_millis(500);
/// Timers fired in one look.
const AT_ONCE: u32 = 200;

/// After so long a call that was put through is over, whatever was told of it.
const LONGEST_TALK: Duration = Duration::from_secs(4 * 3600);

impl super::App {
    /// Fires timers until `stop` is cancelled.
    pub async fn run_timers(&self, stop: tokio_util::sync::CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK) => {}
            }
            if let Err(error) = self.fire_due(self.now()).await {
                tracing::warn!(%error, "timers could not be read; trying again");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }

    /// Fires what is due at `now`. Returns how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn fire_due(&self, now: Timestamp) -> Result<usize, StoreError> {
        let due = self.store.due_timers(now, AT_ONCE).await?;
        let leases = due.iter().any(|timer| timer.timer == TimerKind::Lease);
        let gone = Arc::new(if leases { self.agents_gone().await? } else { HashSet::new() });
        for timer in &due {
            if let Err(error) = self.fire(timer, &gone, now).await {
                tracing::warn!(conversation = %timer.conversation, timer = timer.timer.word(), %error, "a timer failed");
            }
        }
        Ok(due.len())
    }

    async fn fire(
        &self,
        timer: &DueTimer,
        gone: &Arc<HashSet<String>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let job = |fare: Fare| {
            let (app, kind, gone) = (self.clone(), timer.timer, gone.clone());
            let decide = move |loaded: Loaded| {
                let Some(conversation) = loaded.conversation.clone().filter(|known| !known.is_closed())
                else {
                    return Decision::default();
                };
                let gone = matches!(&conversation.owner, Owner::Agent(name) if gone.contains(name));
                let mut decision = match said(kind, &conversation, &app.settings.desk, gone, now) {
                    Some(said) => {
                        let utterance = Utterance { said, answers_turn: None };
                        turned(&app, &fare, conversation, &loaded, &utterance, now)
                    }
                    None => Decision { conversation: Some(conversation), ..Decision::default() },
                };
                app.rearm(kind, &mut decision, now);
                decision
            };
            TurnJob {
                timer: Some((timer.timer, timer.due)),
                ..TurnJob::new(Whose::Conversation(timer.conversation), now, decide)
            }
        };
        let done = self.turn_with(job).await?;
        if !done.replayed && !done.events.is_empty() {
            self.tell(done.conversation.as_ref(), &done.events);
        }
        Ok(())
    }

    /// Agents whose page is closed, or who may not work here any more.
    async fn agents_gone(&self) -> Result<HashSet<String>, StoreError> {
        let agents = self.store.agents().await?;
        Ok(agents
            .into_iter()
            .filter(|agent| agent.disabled || agent.presence == "offline")
            .map(|agent| agent.name)
            .collect())
    }

    /// A timer that watches over something that lasts is set again.
    fn rearm(&self, kind: TimerKind, decision: &mut Decision, now: Timestamp) {
        let Some(conversation) = &decision.conversation else { return };
        let desk = &self.settings.desk;
        let after = match (kind, &conversation.owner) {
            _ if conversation.is_closed() => return,
            (TimerKind::Ghost, _) => desk.ghost_call,
            (TimerKind::Lease, Owner::Agent(_)) => desk.lease,
            _ => return,
        };
        decision.timers.push((kind, later(now, after)));
    }
}

/// The timer that runs out next.
pub fn next(timers: &BTreeMap<TimerKind, Timestamp>) -> Option<(TimerKind, Timestamp)> {
    timers.iter().min_by_key(|(_, at)| **at).map(|(kind, at)| (*kind, *at))
}

/// What a timer that ran out says to the conversation, if anything. `gone`: its agent went away.
pub fn said(
    kind: TimerKind,
    conversation: &Conversation,
    desk: &Desk,
    gone: bool,
    now: Timestamp,
) -> Option<Said> {
    match kind {
        TimerKind::Silence if conversation.reminders == 0 => Some(Said::Reminder),
        TimerKind::Silence => Some(Said::Park),
        TimerKind::Gather => conversation.gathered.is_some().then_some(Said::Gathered),
        TimerKind::Queue => Some(Said::NobodyCame),
        TimerKind::Pause => Some(Said::Waited),
        TimerKind::Ghost => {
            // Nothing is heard of two people who talk, nor of a line that is free for a call back.
            let longest = match &conversation.hope {
                Hope::Transfer { .. } => signed(desk.ghost_call.max(LONGEST_TALK)),
                _ => signed(desk.ghost_call),
            };
            let called = conversation.callback.as_ref().is_some_and(|callback| callback.number().is_some());
            let silent = !called && now.duration_since(conversation.heard_at) >= longest;
            silent.then(|| Said::Left { reason: "no sign".into() })
        }
        TimerKind::Lease => gone.then_some(Said::LeaseEnded),
    }
}
