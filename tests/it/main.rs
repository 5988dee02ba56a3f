//! One binary for all tests that need more than one room.

mod ivr;
mod load;
mod support;
