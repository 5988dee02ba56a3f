//! All integration tests, one binary: each further one would link the whole program again.

mod browser;
mod calls;
mod channels;
mod diagnostics;
mod discord;
mod docs;
mod faq_context;
mod flow_tests;
mod hostile;
mod house;
mod ivr;
mod load;
mod locales;
mod moving;
mod own_queries;
mod phone;
mod postgres;
mod previews;
mod random_flows;
mod reload;
mod schema;
mod store;
mod support;
mod telegram;
mod turns;
mod web;
