//! Discord on the real wire, against simcord's rules: the program is the real one, to be killed and started again.

mod contract;
pub mod desk;
mod doctor;
mod faults;
mod files;
mod gateway;
mod killed;
mod server;
mod talk;

use crate::support::dc::Dc;
use crate::support::server::Server;

/// A server on the demo's flows that talks with `dc`.
async fn demo(dc: &Dc, more: &[(&str, &str)]) -> Server {
    start(dc, more, false).await
}

/// The same on the small desk.
async fn small(dc: &Dc, more: &[(&str, &str)]) -> Server {
    start(dc, more, true).await
}

async fn start(dc: &Dc, more: &[(&str, &str)], small: bool) -> Server {
    let settings = dc.settings();
    let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend(more);
    let server = if small { Server::small("", &all) } else { Server::start("", &all) };
    dc.connected(1).await;
    server
}

/// Nothing broke a rule of the API, and nothing went wrong with us.
async fn settled(dc: &Dc, server: &Server) {
    let wrongs = dc.wrongs().await;
    assert!(wrongs.is_empty(), "{wrongs:#?}");
    let log = server.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
    assert!(!log.contains(crate::support::dc::TOKEN), "the token is in the log");
}
