//! All integration tests, one binary: each further one would link the whole program again.

mod browser;
mod house;
mod postgres;
mod store;
mod support;
mod turns;
mod web;
