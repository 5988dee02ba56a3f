//! What chat platforms told us, taken from its rows: in order within an address, addresses beside each other. A fault is
//! tried three times, then the update is put aside as it came, and the conversation goes on.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::channels::Adapter;
use super::inbound::DoorError;
use crate::conversation::Channel;
use crate::store::channels::{NewUpdate, UpdateRow};
use crate::store::{Store, StoreError};

/// How often rows are looked for that nobody here was told of.
const TICK: Duration = Duration::from_secs(1);
/// Addresses that are dealt with at once.
const AT_ONCE: usize = 128;
/// Nobody else takes an update for so long.
const LEASE: SignedDuration = SignedDuration::from_secs(120);
/// Tries of an update that meets a fault of ours.
const TRIES: u32 = 3;
/// What belongs together (several photos) comes within this.
const TOGETHER: SignedDuration = SignedDuration::from_millis(900);

/// What the worker shares.
#[derive(Debug, Clone)]
pub struct Intake {
    bell: Arc<Notify>,
    room: Arc<Semaphore>,
    mine: Arc<Mutex<HashSet<Address>>>,
}

type Address = (Channel, String, String);

impl Default for Intake {
    fn default() -> Self {
        Self { bell: Arc::default(), room: Arc::new(Semaphore::new(AT_ONCE)), mine: Arc::default() }
    }
}

fn address(update: &NewUpdate) -> Address {
    (update.channel, update.bot.clone(), update.address.clone())
}

/// What is done with an update.
enum Fate {
    Done(Vec<i64>),
    Later { num: i64, after: SignedDuration, counted: bool },
    Parked { num: i64, why: String },
}

impl super::App {
    /// Writes updates down, and has them taken. Once this returned the platform may be told that they arrived.
    ///
    /// # Errors
    /// The store's; then nothing was written.
    pub async fn arrived(&self, updates: Vec<NewUpdate>) -> Result<(), StoreError> {
        let now = self.now();
        if self.store.add_updates(updates, now, now).await? {
            self.intake.bell.notify_one();
        }
        Ok(())
    }

    /// Takes an update that was put aside once more; false where there is none of that number.
    ///
    /// # Errors
    /// The store's.
    pub async fn replay_update(&self, num: i64) -> Result<bool, StoreError> {
        let found = self.store.replay_update(num, self.now()).await?;
        self.intake.bell.notify_one();
        Ok(found)
    }

    /// Takes what arrives until `stop` is cancelled; what is under way then is finished.
    pub async fn run_intake(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.intake.bell.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
            if let Err(error) = self.take_due().await {
                tracing::warn!(%error, "updates could not be read; trying again");
                tokio::time::sleep(TICK).await;
            }
        }
        let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(Duration::from_secs(10), self.intake.room.acquire_many(all)).await;
    }

    /// Begins what is due.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_due(&self) -> Result<(), StoreError> {
        let free = self.intake.room.available_permits();
        if free == 0 || self.channels.all().is_empty() {
            return Ok(());
        }
        let now = self.now();
        let mut due = self.store.due_updates(now, u32::try_from(2 * AT_ONCE).unwrap_or(u32::MAX)).await?;
        {
            let mine = self.intake.mine.lock().unwrap_or_else(PoisonError::into_inner);
            due.retain(|row| !mine.contains(&address(&row.update)));
        }
        due.truncate(free);
        let nums: Vec<i64> = due.iter().map(|row| row.num).collect();
        if nums.is_empty() {
            return Ok(());
        }
        let until = now.checked_add(LEASE).unwrap_or(now);
        let got = self.store.claim_updates(nums, &Uuid::now_v7().to_string(), now, until).await?;
        for row in due.into_iter().filter(|row| got.contains(&row.num)) {
            let Some(adapter) = self.adapter_of(&row.update) else { continue };
            let Ok(permit) = self.intake.room.clone().try_acquire_owned() else { break };
            let place = address(&row.update);
            self.intake.mine.lock().unwrap_or_else(PoisonError::into_inner).insert(place.clone());
            let app = self.clone();
            tokio::spawn(async move {
                let num = row.num;
                if let Err(error) = app.take_row(&*adapter, row).await {
                    tracing::warn!(update = num, %error, "an update could not be dealt with; it stays");
                }
                app.intake.mine.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
                drop(permit);
                app.intake.bell.notify_one();
            });
        }
        Ok(())
    }

    fn adapter_of(&self, update: &NewUpdate) -> Option<Arc<dyn Adapter>> {
        let fits =
            |adapter: &Arc<dyn Adapter>| adapter.channel() == update.channel && adapter.bot() == update.bot;
        self.channels.all().into_iter().find(fits)
    }

    async fn take_row(&self, adapter: &dyn Adapter, row: UpdateRow) -> Result<(), StoreError> {
        let fate = match with_its_like(&self.store, adapter, row).await? {
            Ok(rows) => self.taken(adapter, &rows).await,
            Err(later) => later,
        };
        match fate {
            Fate::Done(nums) => self.store.updates_done(nums).await,
            Fate::Later { num, after, counted } => {
                let now = self.now();
                self.store.update_later(num, now.checked_add(after).unwrap_or(now), counted).await?;
                let bell = self.intake.bell.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(after.unsigned_abs()).await;
                    bell.notify_one();
                });
                Ok(())
            }
            Fate::Parked { num, why } => {
                tracing::error!(update = num, why, "an update was put aside; see `vestibule inbox`");
                metrics::counter!("vestibule_updates_parked_total").increment(1);
                self.store.park_update(num, &why).await
            }
        }
    }

    async fn taken(&self, adapter: &dyn Adapter, rows: &[UpdateRow]) -> Fate {
        let first = &rows[0];
        let num = first.num;
        let came = AssertUnwindSafe(adapter.take(self, rows)).catch_unwind().await;
        let fault = match came {
            Ok(Ok(()) | Err(DoorError::Unknown)) => {
                return Fate::Done(rows.iter().map(|row| row.num).collect());
            }
            Ok(Err(DoorError::Store(StoreError::Panicked))) => "a fault within the turn".to_owned(),
            Ok(Err(DoorError::Store(StoreError::Corrupt(what)))) => what,
            Ok(Err(DoorError::Store(error))) => {
                tracing::warn!(update = num, %error, "a turn was not taken; again in a second");
                return Fate::Later { num, after: SignedDuration::from_secs(1), counted: false };
            }
            Err(_) => "a fault in the channel".to_owned(),
        };
        metrics::counter!("vestibule_panics_total").increment(1);
        if first.attempts + 1 >= TRIES {
            return Fate::Parked { num, why: fault };
        }
        Fate::Later { num, after: SignedDuration::from_millis(200), counted: true }
    }
}

/// An update with those that make one utterance with it; a moment later, where more may come.
async fn with_its_like(
    store: &Store,
    adapter: &dyn Adapter,
    row: UpdateRow,
) -> Result<Result<Vec<UpdateRow>, Fate>, StoreError> {
    let Some(name) = adapter.together(&row.update.body) else { return Ok(Ok(vec![row])) };
    let all = store.waiting_updates(&row.update).await?;
    let alike = |other: &UpdateRow| adapter.together(&other.update.body).as_ref() == Some(&name);
    let rows: Vec<UpdateRow> = all.into_iter().filter(alike).collect();
    let newest = rows.iter().map(|row| row.received).max().unwrap_or_default();
    let since = Timestamp::now().duration_since(newest);
    if since < TOGETHER {
        return Ok(Err(Fate::Later { num: row.num, after: TOGETHER - since, counted: false }));
    }
    Ok(Ok(if rows.is_empty() { vec![row] } else { rows }))
}
