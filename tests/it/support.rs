//! What the tests stand on: a server of their own, a caller who takes nothing on trust.

pub mod browser;
pub mod caller;
pub mod dc;
pub mod hostile;
pub mod jambonz;
pub mod server;
pub mod sip;
pub mod tg;
pub mod twiml;
