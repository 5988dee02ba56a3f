//! Telegram on the real wire, against a strict stand-in: the program is the real one, to be killed and started again.

mod contract;
mod desk;
mod doctor;
mod faults;
mod killed;
mod talk;

use crate::support::server::Server;
use crate::support::tg::Tg;

/// A server on the demo's flows that talks with `tg`.
fn demo(tg: &Tg, more: &[(&str, &str)]) -> Server {
    start(tg, more, false)
}

/// The same on the small desk.
fn small(tg: &Tg, more: &[(&str, &str)]) -> Server {
    start(tg, more, true)
}

fn start(tg: &Tg, more: &[(&str, &str)], small: bool) -> Server {
    let settings = tg.settings();
    let mut all: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend(more);
    if small { Server::small("", &all) } else { Server::start("", &all) }
}
