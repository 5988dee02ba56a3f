//! `status`: tells the state of the contact's tickets.

use crate::flow::Template;

#[derive(Debug, Clone)]
pub struct Status {
    /// `None`: all of the contact's tickets.
    pub code: Option<Template>,
}
