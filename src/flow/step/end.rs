//! `end`: closes the conversation with an outcome.

use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct End {
    /// deflected, ticketed, handed_over, informed, cancelled, or a word of the author's.
    pub outcome: Placed<String>,
}
