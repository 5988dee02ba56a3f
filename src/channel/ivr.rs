//! The phone: a telephony platform's callback at every step of a call, answered with what to say and what to collect.
//!
//! `form`, `signature` and `stamped` decide whether a post may be believed, `told` what its fields say, `callback` what it
//! means, `speech` what is said and what is listened for; `document` has that written down by `twiml` or `jambonz`, with
//! the addresses of `urls` and the prompts of `recordings`. `dialect` names the platforms. What they are to do for us goes
//! the other way: `errands` sees to it, `rest` writes the requests.

pub mod callback;
pub mod dialect;
pub mod document;
pub mod errands;
pub mod form;
pub mod jambonz;
pub mod recordings;
pub mod rest;
pub mod signature;
pub mod speech;
pub mod stamped;
pub mod told;
pub mod twiml;
pub mod urls;
