//! The one writer: takes what waits, commits it in one transaction, then answers. An idle store commits at once; a busy
//! one shares each commit among all who wait.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::batch::{self, Fate, Pending};
use super::chore::Chore;
use super::connection::Connection;
use super::job::{TurnDone, TurnJob, Whose};
use super::lanes::Lanes;
use super::{StoreError, failure};

/// Jobs that may wait; more are refused.
const WAITING: usize = 4096;
/// Jobs in one transaction.
const BATCH: usize = 512;
/// How often a transaction that met another's is taken again.
const AGAIN: u32 = 6;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Item {
    Turn(Pending),
    Chore { chore: Chore, answer: Answer<u64>, permit: OwnedSemaphorePermit },
    Close(oneshot::Sender<()>),
}

/// What hands jobs to the writer.
#[derive(Clone)]
pub(super) struct Handle {
    items: mpsc::UnboundedSender<Item>,
    room: Arc<Semaphore>,
    /// Why the last batch failed; `None` where it did not.
    trouble: Arc<Mutex<Option<String>>>,
}

impl Handle {
    /// Starts the writer on a connection.
    pub(super) fn start(connection: Connection) -> Self {
        let (items, taken) = mpsc::unbounded_channel();
        let handle =
            Self { items, room: Arc::new(Semaphore::new(WAITING)), trouble: Arc::new(Mutex::new(None)) };
        let writer = Writer {
            connection,
            items: taken,
            lanes: Lanes::new(),
            chores: Vec::new(),
            trouble: handle.trouble.clone(),
            closed: Vec::new(),
        };
        tokio::spawn(writer.run());
        handle
    }

    pub(super) async fn turn(&self, job: TurnJob) -> Result<TurnDone, StoreError> {
        let permit = self.permit()?;
        let (answer, answered) = oneshot::channel();
        self.send(Item::Turn(Pending { job, answer, permit }))?;
        answered.await.unwrap_or(Err(StoreError::Stopped))
    }

    pub(super) async fn chore(&self, chore: Chore) -> Result<u64, StoreError> {
        let permit = self.permit()?;
        let (answer, answered) = oneshot::channel();
        self.send(Item::Chore { chore, answer, permit })?;
        answered.await.unwrap_or(Err(StoreError::Stopped))
    }

    /// Finishes what waits, then closes the connection. At once where that is done already.
    pub(super) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.send(Item::Close(answer)).is_ok() {
            // An error is the writer's end, which is what is waited for.
            let _ = answered.await;
        }
    }

    /// Why the last batch failed, where it did.
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn permit(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        self.room.clone().try_acquire_owned().map_err(|_| StoreError::Busy)
    }

    fn send(&self, item: Item) -> Result<(), StoreError> {
        self.items.send(item).map_err(|_| StoreError::Stopped)
    }
}

struct Writer {
    connection: Connection,
    items: mpsc::UnboundedReceiver<Item>,
    lanes: Lanes<Whose, Pending>,
    chores: Vec<(Chore, Answer<u64>, OwnedSemaphorePermit)>,
    trouble: Arc<Mutex<Option<String>>>,
    closed: Vec<oneshot::Sender<()>>,
}

impl Writer {
    async fn run(mut self) {
        loop {
            if self.lanes.is_empty() && self.chores.is_empty() {
                match self.items.recv().await {
                    Some(item) => self.admit(item),
                    None => break,
                }
            }
            while self.lanes.ready() < BATCH {
                match self.items.try_recv() {
                    Ok(item) => self.admit(item),
                    Err(_) => break,
                }
            }
            let jobs = self.lanes.take(BATCH);
            let chores = std::mem::take(&mut self.chores);
            if !jobs.is_empty() || !chores.is_empty() {
                self.work(jobs, chores).await;
            }
        }
        self.connection.close().await;
        for closed in self.closed {
            // Who asked may have stopped waiting.
            let _ = closed.send(());
        }
    }

    fn admit(&mut self, item: Item) {
        match item {
            Item::Turn(pending) => self.lanes.push(pending.job.whose.clone(), pending),
            Item::Chore { chore, answer, permit } => self.chores.push((chore, answer, permit)),
            Item::Close(answer) => {
                // What was sent before is still received; then `recv` ends.
                self.items.close();
                self.closed.push(answer);
            }
        }
    }

    async fn work(
        &mut self,
        mut jobs: Vec<Pending>,
        chores: Vec<(Chore, Answer<u64>, OwnedSemaphorePermit)>,
    ) {
        let (tasks, waiting): (Vec<Chore>, Vec<_>) =
            chores.into_iter().map(|(chore, answer, permit)| (chore, (answer, permit))).unzip();
        match self.attempt(&mut jobs, &tasks).await {
            Ok((fates, counts)) => {
                self.settle(jobs, fates);
                for ((answer, _), count) in waiting.into_iter().zip(counts) {
                    let _ = answer.send(Ok(count));
                }
            }
            // Something in the batch cannot be stored: each has its own transaction, so that it harms nobody else.
            Err(error) if failure::of_data(&error) && jobs.len() + tasks.len() > 1 => {
                self.one_by_one(jobs, tasks, waiting.into_iter().map(|(answer, _)| answer).collect()).await;
            }
            Err(error) => {
                for pending in jobs {
                    self.answer(pending, Err(failure::copy(&error)));
                }
                for (answer, _) in waiting {
                    let _ = answer.send(Err(failure::copy(&error)));
                }
            }
        }
    }

    async fn one_by_one(&mut self, jobs: Vec<Pending>, chores: Vec<Chore>, answers: Vec<Answer<u64>>) {
        for pending in jobs {
            let mut one = [pending];
            let done = self.attempt(&mut one, &[]).await;
            let [pending] = one;
            match done {
                Ok((fates, _)) => self.settle(vec![pending], fates),
                Err(error) => self.answer(pending, Err(error)),
            }
        }
        for (chore, answer) in chores.into_iter().zip(answers) {
            let done = self.attempt(&mut [], &[chore]).await;
            let _ = answer.send(done.map(|(_, counts)| counts.first().copied().unwrap_or_default()));
        }
    }

    /// One transaction, taken again where it met another's or the connection was gone before the commit.
    async fn attempt(
        &mut self,
        jobs: &mut [Pending],
        chores: &[Chore],
    ) -> Result<(Vec<Fate>, Vec<u64>), StoreError> {
        let mut tries = 0;
        loop {
            let error = match batch::take(&mut self.connection, jobs, chores).await {
                Ok(done) => {
                    self.trouble(None);
                    return Ok(done);
                }
                Err(error) => error,
            };
            tries += 1;
            let whole = self.connection.rollback().await.is_ok() && !failure::of_connection(&error);
            if !whole && let Err(error) = self.connection.reopen().await {
                tracing::error!(%error, "the database cannot be reached");
                self.trouble(Some(error.to_string()));
                return Err(error);
            }
            let again = failure::passes(&error) || (failure::before_commit(&error) && tries == 1);
            if !again || tries >= AGAIN {
                if !failure::of_data(&error) {
                    self.trouble(Some(error.to_string()));
                }
                tracing::error!(%error, jobs = jobs.len(), "a batch was not committed");
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(u64::from(tries) * 2)).await;
        }
    }

    fn trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    fn settle(&mut self, jobs: Vec<Pending>, fates: Vec<Fate>) {
        let mut later = Vec::new();
        for (pending, fate) in jobs.into_iter().zip(fates) {
            match fate {
                Fate::Done(done) => self.answer(pending, Ok(*done)),
                Fate::Failed(error) => self.answer(pending, Err(error)),
                Fate::Later => later.push(pending),
            }
        }
        self.lanes.give_back(later);
    }

    /// Answers a job, and its twins that wait behind it, and lets the next of its lane come.
    fn answer(&mut self, pending: Pending, done: Result<TurnDone, StoreError>) {
        let Pending { job, answer, permit } = pending;
        let twin = match (&job.key, &done) {
            (Some(key), Ok(done)) => Some((key, done.id, done.reply.clone())),
            _ => None,
        };
        self.lanes.done(&job.whose, |next| match &twin {
            Some((key, id, reply)) if next.job.key.as_ref() == Some(*key) => {
                let _ = next.answer.send(Ok(batch::nothing_done(*id, reply.clone())));
                None
            }
            _ => Some(next),
        });
        // A caller that went away has its turn all the same.
        let _ = answer.send(done);
        drop(permit);
    }
}
