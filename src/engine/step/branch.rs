//! `branch`

use crate::engine::working::Working;
use crate::flow::step::Branch;

use super::Then;

pub fn enter(w: &mut Working<'_>, branch: &Branch) -> Then {
    for arm in &branch.arms {
        let holds = match &arm.when {
            Some(condition) => w.holds(condition),
            None => true,
        };
        if holds {
            return Then::jump_or_next(Some(&arm.goto));
        }
    }
    Then::Next
}
