//! `lookup`: finds a row of a table and puts its columns into slots.

use super::Target;
use crate::flow::{SlotName, Template};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Lookup {
    /// A file `tables/<name>.csv` in the folder of flows.
    pub table: Placed<String>,
    /// Columns and what stands in them; all must fit.
    pub r#where: Vec<(Placed<String>, Template)>,
    /// Our slot, from a column of the first row that fits.
    pub into: Vec<(Placed<SlotName>, Placed<String>)>,
    /// Where no row fits. `None`: the flow's `on_error`, else the next step.
    pub on_missing: Option<Target>,
}
