//! `wait`: lets time pass without asking anything.

use crate::flow::Text;
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Wait {
    pub until: Placed<Until>,
    /// Said before.
    pub say: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Seconds.
    After(u32),
    /// Until the desk is open; where it is, not at all.
    Open,
}

/// Seconds that a call may be left waiting; a longer wait is cut there.
pub const MAX_ON_CALL: u32 = 30;
/// The longest wait in seconds: a week.
pub const MAX: u32 = 7 * 24 * 3600;
