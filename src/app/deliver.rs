//! Delivery: messages leave from rows of the outbox, one at a time to each address, the lowest number first, piece by
//! piece; what became of each is written down before the next. What did not arrive is told to the conversation.

mod news;
mod pace;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::channels::{Adapter, Delivery, Place};
use crate::conversation::{Channel, Prompt, Segment, Undelivered};
use crate::store::StoreError;
use crate::store::channels::{DueMessage, PartRow, PartState};
use pace::Pace;

/// How often rows are looked for that nobody here was told of.
const TICK: Duration = Duration::from_secs(1);
/// Addresses that are written to at once.
const AT_ONCE: usize = 256;
/// Nobody else takes a message for so long: more than its pieces can take.
const LEASE: SignedDuration = SignedDuration::from_secs(180);
/// A text that could not be sent for so long is given up.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// The longest pause between tries; they begin at a second and double.
const MOST: u64 = 60;
/// A message waits its turn here for so long, else in its row.
const NEAR: Duration = Duration::from_secs(15);
/// Forms that a piece may be given until one is taken.
const MENDS: u32 = 3;
/// When a channel that stopped is tried again.
const STOPPED: SignedDuration = SignedDuration::from_secs(30);

/// By channel and bot.
type Paces = HashMap<(Channel, String), Arc<Pace>>;

/// What the worker shares.
#[derive(Clone)]
pub struct Deliveries {
    bell: Arc<Notify>,
    room: Arc<Semaphore>,
    mine: Arc<Mutex<HashSet<(Channel, String)>>>,
    paces: Arc<Mutex<Paces>>,
}

impl Default for Deliveries {
    fn default() -> Self {
        Self {
            bell: Arc::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            mine: Arc::default(),
            paces: Arc::default(),
        }
    }
}

impl Deliveries {
    /// A turn said something that must be sent.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    fn pace(&self, adapter: &dyn Adapter) -> Arc<Pace> {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (adapter.channel(), adapter.bot().to_owned());
        paces.entry(key).or_insert_with(|| Arc::new(Pace::new(adapter.limits()))).clone()
    }

    fn take(&self, message: &DueMessage) -> bool {
        let address = (message.message.channel, message.message.address.clone());
        self.mine.lock().unwrap_or_else(PoisonError::into_inner).insert(address)
    }

    fn give_back(&self, message: &DueMessage) {
        let address = (message.message.channel, message.message.address.clone());
        self.mine.lock().unwrap_or_else(PoisonError::into_inner).remove(&address);
    }
}

/// What follows from what became of a piece.
enum Next {
    /// The next piece.
    On,
    /// The row waits, or is done with.
    Over,
}

impl super::App {
    /// Delivers until `stop` is cancelled; what is under way then is finished.
    pub async fn run_delivery(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.deliveries.bell.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
            if let Err(error) = self.deliver_due().await {
                tracing::warn!(%error, "the outbox could not be read; trying again");
                tokio::time::sleep(TICK).await;
            }
        }
        let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(Duration::from_secs(8), self.deliveries.room.acquire_many(all)).await;
    }

    /// Begins what is due.
    ///
    /// # Errors
    /// The store's.
    pub async fn deliver_due(&self) -> Result<(), StoreError> {
        let channels = self.channels.open();
        let free = self.deliveries.room.available_permits();
        if free == 0 || channels.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let mut due =
            self.store.due_outbox(&channels, now, u32::try_from(2 * AT_ONCE).unwrap_or(u32::MAX)).await?;
        due.retain(|message| self.deliveries.take(message));
        for extra in due.split_off(due.len().min(free)) {
            self.deliveries.give_back(&extra);
        }
        if due.is_empty() {
            return Ok(());
        }
        let claimed = self.claim_with_parts(&due, now).await;
        let (got, mut parts) = match claimed {
            Ok(claimed) => claimed,
            Err(error) => {
                due.iter().for_each(|message| self.deliveries.give_back(message));
                return Err(error);
            }
        };
        for message in due {
            let id = message.message.id;
            let adapter = self.channels.of(message.message.channel).filter(|_| got.contains(&id));
            let permit = self.deliveries.room.clone().try_acquire_owned();
            let (Some(adapter), Ok(permit)) = (adapter, permit) else {
                self.deliveries.give_back(&message);
                continue;
            };
            let (app, parts) = (self.clone(), parts.remove(&id).unwrap_or_default());
            tokio::spawn(async move {
                if let Err(error) = app.deliver(&*adapter, &message, parts).await {
                    tracing::warn!(message = %id, %error, "a message could not be dealt with; it stays due");
                }
                app.deliveries.give_back(&message);
                drop(permit);
                app.deliveries.ring();
            });
        }
        Ok(())
    }

    async fn claim_with_parts(
        &self,
        due: &[DueMessage],
        now: Timestamp,
    ) -> Result<(HashSet<Uuid>, HashMap<Uuid, Vec<PartRow>>), StoreError> {
        let rendered = due.iter().map(|due| {
            let adapter = self.channels.of(due.message.channel);
            let parts = adapter.map(|adapter| adapter.parts(self, &due.message)).unwrap_or_default();
            (due.message.clone(), parts)
        });
        let until = now.checked_add(LEASE).unwrap_or(now);
        let taker = Uuid::now_v7().to_string();
        let got = self.store.claim_outbox(rendered.collect(), &taker, now, until).await?;
        let mut parts: HashMap<Uuid, Vec<PartRow>> = HashMap::new();
        for part in self.store.waiting_parts(&got).await? {
            parts.entry(part.outbox).or_default().push(part);
        }
        Ok((got.into_iter().collect(), parts))
    }

    /// Sends the pieces of one message that are still to be sent.
    async fn deliver(
        &self,
        adapter: &dyn Adapter,
        due: &DueMessage,
        parts: Vec<PartRow>,
    ) -> Result<(), StoreError> {
        let place = adapter.place(&due.message.address);
        let last = parts.len().saturating_sub(1);
        if parts.is_empty() {
            // The process ended between the last piece and its row.
            return self.store.outbox_done(due.message.id, PartState::Sent, self.now()).await;
        }
        for (nth, part) in parts.into_iter().enumerate() {
            match self.piece(adapter, due, &place, part, nth == last).await? {
                Next::On => {}
                Next::Over => break,
            }
        }
        Ok(())
    }

    async fn piece(
        &self,
        adapter: &dyn Adapter,
        due: &DueMessage,
        place: &Place,
        mut part: PartRow,
        last: bool,
    ) -> Result<Next, StoreError> {
        let message = &due.message;
        for _ in 0..MENDS {
            if let Err(wait) = self.turn_comes(adapter, place).await {
                return self.later(due, wait, false, false).await;
            }
            let stands = self.store.epoch(message.conversation).await?;
            if message.from == "bot" && stands.is_some_and(|epoch| message.epoch < epoch) {
                self.undelivered(due, part.nth, Undelivered::Superseded).await?;
                self.store.outbox_done(message.id, PartState::Dropped, self.now()).await?;
                return Ok(Next::Over);
            }
            let became = self.try_send(adapter, due, &part.body).await;
            metrics::counter!("vestibule_sent_total", "channel" => message.channel.word(), "became" => word(&became))
                .increment(1);
            let Delivery::Rewrite(mend) = became else {
                return self.settle(adapter, due, place, &part, became, last).await;
            };
            tracing::info!(message = %message.id, why = mend.why, "a message is sent in another form");
            self.store.part_mended((part.outbox, part.nth), &mend.part).await?;
            part.body = mend.part;
        }
        self.settle(adapter, due, place, &part, Delivery::Bug("no form of it is taken".to_owned()), last)
            .await
    }

    /// Where nobody knows whether the last try arrived, the platform must answer again before the next.
    async fn try_send(&self, adapter: &dyn Adapter, due: &DueMessage, body: &str) -> Delivery {
        if due.doubts > 0 {
            match adapter.alive().await {
                Delivery::Sent(_) => {}
                Delivery::RetryAfter(time) => return Delivery::RetryAfter(time),
                Delivery::Config(why) => return Delivery::Config(why),
                Delivery::Transient(why)
                | Delivery::Unknown(why)
                | Delivery::Bug(why)
                | Delivery::Unreachable(why) => return Delivery::Transient(why),
                Delivery::Rewrite(mend) => return Delivery::Transient(mend.why),
            }
        }
        adapter.send(self, &due.message.address, body).await
    }

    async fn settle(
        &self,
        adapter: &dyn Adapter,
        due: &DueMessage,
        place: &Place,
        part: &PartRow,
        became: Delivery,
        last: bool,
    ) -> Result<Next, StoreError> {
        let key = (part.outbox, part.nth);
        match became {
            Delivery::Sent(platform) => {
                self.store.part_done(key, PartState::Sent, platform, self.now(), last).await?;
                Ok(Next::On)
            }
            Delivery::RetryAfter(time) => {
                self.deliveries.pace(adapter).pause(place, time, Instant::now());
                self.later(due, time, false, false).await
            }
            Delivery::Transient(reason) => {
                let since = due.begun.map_or(SignedDuration::ZERO, |begun| self.now().duration_since(begun));
                if since > PATIENCE {
                    return self.refused(due, part.nth, reason).await;
                }
                self.later(due, backoff(due.message.id, due.attempts), true, false).await
            }
            Delivery::Unknown(reason) if due.doubts == 0 && !holds_code(&due.message.body) => {
                tracing::info!(message = %due.message.id, reason, "nobody knows whether a message arrived; once more");
                self.later(due, backoff(due.message.id, 0), false, true).await
            }
            Delivery::Unknown(_) => {
                self.undelivered(due, part.nth, Undelivered::Maybe).await?;
                self.store.part_done(key, PartState::Maybe, None, self.now(), last).await?;
                Ok(Next::On)
            }
            Delivery::Unreachable(reason) => {
                self.undelivered(due, part.nth, Undelivered::Unreachable { reason }).await?;
                self.store.outbox_done(due.message.id, PartState::Refused, self.now()).await?;
                Ok(Next::Over)
            }
            Delivery::Config(why) => {
                self.channels.stop(adapter, &why);
                self.later(due, STOPPED.unsigned_abs(), false, false).await
            }
            Delivery::Bug(reason) => {
                tracing::error!(message = %due.message.id, reason, "a message is not taken as it is");
                self.refused(due, part.nth, reason).await
            }
            Delivery::Rewrite(mend) => self.refused(due, part.nth, mend.why).await,
        }
    }

    async fn refused(&self, due: &DueMessage, nth: u32, reason: String) -> Result<Next, StoreError> {
        self.undelivered(due, nth, Undelivered::Refused { reason }).await?;
        self.store.outbox_done(due.message.id, PartState::Refused, self.now()).await?;
        Ok(Next::Over)
    }

    /// Waits for the next place in the line.
    ///
    /// # Errors
    /// How long that would be, where it is long.
    async fn turn_comes(&self, adapter: &dyn Adapter, place: &Place) -> Result<(), Duration> {
        let wait = self.deliveries.pace(adapter).reserve(place, NEAR, Instant::now())?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Waits until something that is no message of the outbox may be sent to an address.
    ///
    /// # Errors
    /// How long that would be, where it is long.
    pub async fn in_turn(&self, adapter: &dyn Adapter, address: &str) -> Result<(), Duration> {
        self.turn_comes(adapter, &adapter.place(address)).await
    }

    /// Sends a piece that is no message of the outbox, once.
    ///
    /// # Errors
    /// Why it did not arrive, in words.
    pub async fn send_to(&self, channel: Channel, address: &str, part: &str) -> Result<(), String> {
        let adapter = self.channels.of(channel).ok_or("the channel is not served")?;
        self.in_turn(&*adapter, address).await.map_err(|_| "too many messages wait")?;
        match adapter.send(self, address, part).await {
            Delivery::Sent(_) => Ok(()),
            Delivery::RetryAfter(_) => Err("too many messages".to_owned()),
            Delivery::Rewrite(mend) => Err(mend.why),
            Delivery::Transient(why)
            | Delivery::Unreachable(why)
            | Delivery::Config(why)
            | Delivery::Bug(why)
            | Delivery::Unknown(why) => Err(why),
        }
    }

    async fn later(
        &self,
        due: &DueMessage,
        after: Duration,
        failed: bool,
        doubted: bool,
    ) -> Result<Next, StoreError> {
        let again = super::commit::later(self.now(), after);
        self.store.outbox_later(due.message.id, again, failed, doubted).await?;
        let bell = self.deliveries.bell.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            bell.notify_one();
        });
        Ok(Next::Over)
    }
}

/// 1, 2, 4 … 60 seconds and up to a quarter more, so that many that failed together do not come again together. The
/// share derives from the message.
fn backoff(id: Uuid, attempts: u32) -> Duration {
    let seconds = 1_u64.checked_shl(attempts.min(10)).unwrap_or(MOST).min(MOST);
    let share = id.as_u128().rotate_right(attempts * 7) % 250;
    Duration::from_millis(seconds * (1_000 + u64::try_from(share).unwrap_or_default()))
}

/// A code is never sent twice: whoever gets it twice does not know which counts.
fn holds_code(body: &str) -> bool {
    let prompt = serde_json::from_str::<Prompt>(body);
    prompt.is_ok_and(|prompt| prompt.text.iter().any(|part| matches!(part, Segment::Code(_))))
}

fn word(became: &Delivery) -> &'static str {
    match became {
        Delivery::Sent(_) => "sent",
        Delivery::RetryAfter(_) => "retry_after",
        Delivery::Transient(_) => "transient",
        Delivery::Rewrite(_) => "rewrite",
        Delivery::Unreachable(_) => "unreachable",
        Delivery::Config(_) => "config",
        Delivery::Bug(_) => "bug",
        Delivery::Unknown(_) => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_and_differ() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(0xdead_beef_dead_beef_dead_beef_dead_bee1));
        for (attempts, seconds) in [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (40, 60)] {
            let pause = backoff(a, attempts);
            let least = Duration::from_secs(seconds);
            assert!(pause >= least && pause <= least * 5 / 4, "{attempts}: {pause:?}");
        }
        assert_ne!(backoff(a, 3), backoff(b, 3));
    }
}
