//! What happens when nobody does anything: reminders, parked chats, queues where nobody came, calls whose end was
//! never told, agents who went away.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::desk::DeskError;
use crate::conversation::{Conversation, ConversationId, Owner, Said, TimerKind};
use crate::store::{DueTimer, StoreError};

/// How often due timers are looked for.
const TICK: Duration = Duration::from_millis(500);
/// Timers fired in one look.
const AT_ONCE: u32 = 200;

impl super::App {
    /// Fires timers until `stop` is cancelled.
    pub async fn run_timers(&self, stop: tokio_util::sync::CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK) => {}
            }
            if let Err(error) = self.fire_due(Timestamp::now()).await {
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
        for timer in &due {
            if let Err(error) = self.fire(timer, now).await {
                tracing::warn!(conversation = %timer.conversation, timer = timer.timer.word(), %error, "a timer failed");
            }
        }
        Ok(due.len())
    }

    async fn fire(&self, timer: &DueTimer, now: Timestamp) -> Result<(), DeskError> {
        let Some(conversation) = self.store.conversation(timer.conversation).await? else {
            return self.drop_timer(timer.conversation, timer.timer).await;
        };
        let said = match timer.timer {
            TimerKind::Silence if conversation.reminders == 0 => Some(Said::Reminder),
            TimerKind::Silence => Some(Said::Park),
            TimerKind::Queue => Some(Said::NobodyCame),
            TimerKind::Ghost => {
                self.is_ghost(&conversation, now).then(|| Said::Left { reason: "no sign".into() })
            }
            TimerKind::Lease => self.is_gone(&conversation, now).await?.then_some(Said::LeaseEnded),
        };
        if let Some(said) = said.filter(|_| !conversation.is_closed()) {
            self.act("", timer.conversation, None, said, |_, _| None).await?;
        }
        self.rearm(timer, now).await
    }

    fn is_ghost(&self, conversation: &Conversation, now: Timestamp) -> bool {
        let quiet = now.duration_since(conversation.heard_at);
        quiet >= SignedDuration::try_from(self.settings.desk.ghost_call).unwrap_or(SignedDuration::MAX)
    }

    /// Whether the agent who holds the conversation went away.
    async fn is_gone(&self, conversation: &Conversation, now: Timestamp) -> Result<bool, StoreError> {
        let Owner::Agent(name) = &conversation.owner else { return Ok(false) };
        self.store.agent_gone(name, now, self.settings.desk.lease).await
    }

    /// A timer that the turn did not set anew is cleared, or set again where it watches over something that lasts.
    async fn rearm(&self, timer: &DueTimer, now: Timestamp) -> Result<(), DeskError> {
        let Some(conversation) = self.store.conversation(timer.conversation).await? else { return Ok(()) };
        let lasts = match timer.timer {
            TimerKind::Ghost => !conversation.is_closed(),
            TimerKind::Lease => matches!(conversation.owner, Owner::Agent(_)),
            TimerKind::Silence | TimerKind::Queue => false,
        };
        let desk = &self.settings.desk;
        let after = if timer.timer == TimerKind::Ghost { desk.ghost_call } else { desk.lease };
        let again = lasts.then(|| now.checked_add(after).unwrap_or(now));
        self.store.timer_fired(timer, again).await?;
        Ok(())
    }

    async fn drop_timer(&self, conversation: ConversationId, timer: TimerKind) -> Result<(), DeskError> {
        let due = Timestamp::MAX;
        self.store.timer_fired(&DueTimer { conversation, timer, due }, None).await?;
        Ok(())
    }
}
