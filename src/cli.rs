//! Commands.

pub mod bench_turns;
