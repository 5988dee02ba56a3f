//! Known incidents with a master ticket: new tickets of the area are collected under it, and resolved when the incident is
//! over, which their contacts are told.

use jiff::Timestamp;

use super::routing::ROUTING;
use super::tickets::{Known, TicketError};
use crate::desk::history::{Change, Relation};
use crate::desk::lifecycle::Wish;
use crate::desk::ticket::Act;
use crate::desk::{State, TicketType};
use crate::store::StoreError;
use crate::store::world::IncidentRow;

impl super::App {
    /// Open incidents that have a master.
    pub(super) async fn masters(&self) -> Result<Vec<IncidentRow>, StoreError> {
        let mut open = self.store.incidents(false).await?;
        open.retain(|incident| incident.master.is_some());
        Ok(open)
    }

    /// Links a new ticket with the master of the incident that it reports. False where there is none.
    pub(super) async fn collect(&self, masters: &[IncidentRow], known: &Known) -> Result<bool, TicketError> {
        // What people parted stays apart.
        let linked = |change: &Change| match change {
            Change::Linked { how, .. } => matches!(how, Relation::CausedBy | Relation::DuplicateOf),
            Change::Unlinked { .. } => true,
            _ => false,
        };
        let fresh = known.ticket.state == State::New && known.ticket.kind == TicketType::Incident;
        if !fresh || known.history.iter().any(|entry| linked(&entry.change)) {
            return Ok(false);
        }
        let category = &known.ticket.category;
        let under = |area: &str| {
            category.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let found =
            masters.iter().find(|incident| incident.opened <= known.row.created && under(&incident.area));
        let Some(master) = found.and_then(|incident| incident.master.clone()) else { return Ok(false) };
        if master == known.row.code {
            return Ok(false);
        }
        let problem = match Known::read(&self.store, &master).await {
            Ok(master) => master.ticket.kind == TicketType::Problem,
            Err(TicketError::Unknown(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        let how = if problem { Relation::CausedBy } else { Relation::DuplicateOf };
        match self.act_on_ticket(ROUTING, &known.row.code, &[Wish::Link { how, to: master }]).await {
            Ok(_) => Ok(true),
            Err(TicketError::Refused(_) | TicketError::Busy) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Resolves what was collected under the masters of incidents that are over. Returns how many tickets were.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle_masters(&self, now: Timestamp) -> Result<usize, TicketError> {
        let mut done = 0;
        for (id, title, master) in self.store.ended_masters().await? {
            done += match self.resolve_under(ROUTING, &master, &format!("{title} is over")).await {
                Ok(done) => done,
                Err(TicketError::Unknown(_)) => 0,
                Err(error) => return Err(error),
            };
            self.store.settle_incident(&id, now).await?;
        }
        Ok(done)
    }

    /// Resolves what is linked with a master as caused by it or a duplicate. Returns how many were.
    ///
    /// # Errors
    /// The store's, or a code that no ticket has.
    pub async fn resolve_under(&self, by: &str, master: &str, why: &str) -> Result<usize, TicketError> {
        let known = Known::read(&self.store, master).await?;
        let under = |how: &Relation| matches!(how, Relation::Causes | Relation::DuplicatedBy);
        let mut done = 0;
        for (_, code) in known.ticket.links.iter().filter(|(how, _)| under(how)) {
            let resolve = Wish::Move { act: Act::Resolve, why: Some(why.to_owned()) };
            match self.act_on_ticket(by, code, &[resolve]).await {
                Ok(_) => done += 1,
                // It is over, or has things to be done of its own.
                Err(TicketError::Refused(_) | TicketError::Unknown(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}
