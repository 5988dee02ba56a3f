//! `branch`: the first `when` that holds, or the last entry without one.

use super::Target;
use crate::flow::Condition;

#[derive(Debug, Clone)]
pub struct Branch {
    pub arms: Vec<Arm>,
}

#[derive(Debug, Clone)]
pub struct Arm {
    pub when: Option<Condition>,
    pub goto: Target,
}
