//! The phone: a telephony platform's callback at every step of a call, answered with what to say and what to collect.
//!
//! `form` and `signature` decide whether a post may be believed, `twilio` what it means, `speech` what is said and what
//! is listened for on any dialect, `twiml` writes that down.

pub mod form;
pub mod signature;
pub mod speech;
pub mod twilio;
pub mod twiml;
