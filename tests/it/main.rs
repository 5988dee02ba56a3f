//! All integration tests, one binary: each further one would link the whole program again.

mod house;
mod postgres;
mod store;
mod turns;
