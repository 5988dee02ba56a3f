//! All integration tests, one binary: each further one would link the whole program again.

mod browser;
mod diagnostics;
mod docs;
mod hostile;
mod house;
mod ivr;
mod load;
mod moving;
mod phone;
mod postgres;
mod random_flows;
mod reload;
mod schema;
mod store;
mod support;
mod turns;
mod web;
