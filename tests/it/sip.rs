//! Calls as they are: SIP and RTP on loopback, a platform that follows TwiML, and a caller who listens. `tests/sip` has both.

mod agents;
mod calls;
mod ends;
mod platform;

use serde_json::Value;

use crate::support::server::Server;
use crate::support::sip::{Gateway, Phone};

const EN: &str = "en-US";
const IT: &str = "it-IT";

/// The demo, and the platform in front of it. None where these tests are skipped.
fn demo(phrases: &[(&str, &str)]) -> Option<(Server, Gateway)> {
    // A server is not begun in vain.
    crate::support::sip::python()?;
    let server = Server::start("", &[]);
    let gateway = Gateway::start(&server, phrases)?;
    Some((server, gateway))
}

/// A caller past the choice of a language, at the first menu, in English.
fn at_the_menu(gateway: &Gateway, from: &str) -> Phone {
    let mut phone = gateway.call(from);
    phone.hears("For English, press 1.", EN);
    phone.presses("1");
    phone.hears("For internet and Wi-Fi, press 1.", EN);
    phone
}

/// The tickets of the store, newest first.
fn tickets(server: &Server) -> Vec<Value> {
    let listed = server.run(&["ticket", "list", "--json"]);
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).expect("UTF-8");
    listed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The code as it is read out.
fn grouped(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    digits.chunks(3).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Nothing went wrong at the server.
fn well(server: &Server) {
    let log = server.log();
    assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
}
