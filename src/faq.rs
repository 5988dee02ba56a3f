//! (stub until the ranking lands)
#[derive(Debug, Default)]
pub struct Base;
