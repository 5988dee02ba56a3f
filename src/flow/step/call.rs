//! `call`: runs another flow and comes back. No state is shared but what is passed.

use crate::flow::{FlowName, SlotName, Template};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Call {
    pub flow: Placed<FlowName>,
    /// Their slot, from a text of ours.
    pub with: Vec<(Placed<SlotName>, Template)>,
    /// Our slot, from their slot when they return.
    pub into: Vec<(Placed<SlotName>, Placed<SlotName>)>,
}
