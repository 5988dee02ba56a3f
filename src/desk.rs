//! The nouns of helping: tickets and how they move, what is urgent, who helps. Pure: no async, clock, randomness,
//! database or vendor type.

pub mod agent;
pub mod contacts;
pub mod deflection;
pub mod figures;
pub mod forecast;
pub mod funnel;
pub mod history;
pub mod lifecycle;
pub mod priority;
pub mod risk;
pub mod routing;
pub mod survey;
pub mod targets;
pub mod ticket;

pub use agent::{Presence, Role};
pub use history::{Change, Entry, Ticket};
pub use priority::{Level, Priority, priority};
pub use ticket::{Act, Refused, State, TicketType};
