//! Tests of flows: conversations written down, and played with the real engine in a world that is held in memory.
//! No database, no network, no clock but the test's own.

pub mod coverage;
pub mod mutate;
pub mod play;
pub mod read;
pub mod script;
pub mod stage;
pub mod update;

pub use coverage::Coverage;
pub use play::{Difference, Played, play};
pub use read::read;
pub use script::{ChannelKind, Script, Test};
pub use stage::{Entry, Speaker};
