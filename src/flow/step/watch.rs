//! `watch`: subscribes the contact to a known incident or a ticket.

use crate::flow::Template;

#[derive(Debug, Clone)]
pub enum Watch {
    /// An area of known incidents.
    Incident(Template),
    /// A ticket's code.
    Ticket(Template),
}
