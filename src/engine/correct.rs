//! Corrections: "no, I meant network", "change the account". The answer is undone with all that came of it, given
//! anew, and the answers after it are given again where they are still asked for.

mod cue;
mod kept;
mod reopen;

pub(super) use kept::kept;
pub(super) use reopen::correct;
