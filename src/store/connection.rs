//! The writer's connection: the same operations on either database, each a few set-based statements.

use jiff::Timestamp;
use uuid::Uuid;

use super::batch::{Ask, Found};
use super::chore::Chore;
use super::job::Outgoing;
use super::people::{self, Tried};
use super::writes::Writes;
use super::{DueTimer, StoreError};
use crate::conversation::{ContactId, Notice, OpenTicket};

#[cfg(feature = "postgres")]
use super::postgres;
#[cfg(feature = "sqlite")]
use super::sqlite;

pub(super) enum Connection {
    #[cfg(feature = "sqlite")]
    Sqlite(sqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Connection),
}

macro_rules! on {
    ($self:ident, $connection:ident => $done:expr) => {
        match $self {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite($connection) => $done,
            #[cfg(feature = "postgres")]
            Connection::Postgres($connection) => $done,
        }
    };
}

impl Connection {
    /// Begins the transaction.
    pub(super) async fn begin(&mut self) -> Result<(), StoreError> {
        on!(self, connection => connection.begin().await)
    }

    /// Begins the transaction, locks and loads, in the order of `asks`.
    pub(super) async fn load(&mut self, asks: &[Ask<'_>], now: Timestamp) -> Result<Vec<Found>, StoreError> {
        on!(self, connection => connection.load(asks, now).await)
    }

    /// Messages that wait for these conversations, oldest first.
    pub(super) async fn unsent(&mut self, conversations: &[Uuid]) -> Result<Vec<Outgoing>, StoreError> {
        on!(self, connection => connection.unsent(conversations).await)
    }

    /// Tickets of these contacts that are not over, newest first.
    pub(super) async fn open_tickets(
        &mut self,
        contacts: &[Uuid],
    ) -> Result<Vec<(ContactId, OpenTicket)>, StoreError> {
        on!(self, connection => connection.open_tickets(contacts).await)
    }

    /// The addresses of these persons, the first linked first.
    pub(super) async fn links(&mut self, persons: &[Uuid]) -> Result<Vec<people::Address>, StoreError> {
        on!(self, connection => connection.links(persons).await)
    }

    /// What these contacts are to be told, oldest first.
    pub(super) async fn untold(&mut self, contacts: &[Uuid]) -> Result<Vec<(ContactId, Notice)>, StoreError> {
        on!(self, connection => connection.untold(contacts).await)
    }

    /// Conversations as stored, locked.
    pub(super) async fn bodies(&mut self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>, StoreError> {
        on!(self, connection => connection.bodies(ids).await)
    }

    /// What is stored about codes that are tried, in their order. From now to the end of the transaction nobody else
    /// links.
    pub(super) async fn tried(
        &mut self,
        tried: &[Tried],
        now: Timestamp,
    ) -> Result<Vec<people::Standing>, StoreError> {
        on!(self, connection => connection.tried(tried, now).await)
    }

    /// All timers of these conversations.
    pub(super) async fn timers(&mut self, conversations: &[Uuid]) -> Result<Vec<DueTimer>, StoreError> {
        on!(self, connection => connection.timers(conversations).await)
    }

    /// Code, type, state and agent of those of these tickets that there are.
    pub(super) async fn standing(
        &mut self,
        codes: &[String],
    ) -> Result<Vec<(String, String, String, Option<String>)>, StoreError> {
        on!(self, connection => connection.standing(codes).await)
    }

    /// Writes all, does the chores and commits. Gives the number of rows that each chore changed.
    pub(super) async fn commit(&mut self, writes: Writes, chores: &[Chore]) -> Result<Vec<u64>, StoreError> {
        on!(self, connection => connection.commit(writes, chores).await)
    }

    /// Leaves the transaction, where one is open, with nothing written.
    pub(super) async fn rollback(&mut self) -> Result<(), StoreError> {
        on!(self, connection => connection.rollback().await)
    }

    /// A connection anew, in place of one that may be broken.
    pub(super) async fn reopen(&mut self) -> Result<(), StoreError> {
        on!(self, connection => connection.reopen().await)
    }

    pub(super) async fn close(self) {
        on!(self, connection => connection.close().await);
    }
}
