//! Rows. One behaviour over two databases: domain operations outside, hand-written SQL for each inside.
//! Knows nothing of the engine: a turn hands in a closure that decides, and the store loads, calls it and commits.

pub mod job;

pub use job::{Contact, Decision, Loaded, Outgoing, TurnDone, TurnJob, Whose};
