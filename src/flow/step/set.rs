//! `set`: computes slots, in the order written.

use crate::flow::{SlotName, Template};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Set {
    pub assignments: Vec<(Placed<SlotName>, Template)>,
}
