//! `ticket`: opens a ticket, or adds to the contact's open one on the same matter.

use crate::flow::Template;
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Ticket {
    pub category: Template,
    /// incident, service_request, problem or change.
    pub r#type: Placed<String>,
    /// low, medium or high.
    pub urgency: Template,
    pub impact: Template,
    pub subject: Template,
    pub body: Template,
    pub fields: Vec<(String, Template)>,
    pub queue: Option<Placed<String>>,
    /// Why this ticket needs no unresolved answer before it; shown in the audit.
    pub without_faq: Option<Placed<String>>,
    /// Marked as a contact that nobody could reach; the system's own fall-back sets it.
    pub unreached: bool,
}
