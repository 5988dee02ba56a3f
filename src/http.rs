//! The router: one file a room.

pub mod ivr;
pub mod phone;
