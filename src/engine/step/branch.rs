//! `branch`

use crate::engine::working::Working;
use crate::flow::graph::Exit;
use crate::flow::step::Branch;

use super::Then;

pub fn enter(w: &mut Working<'_>, branch: &Branch) -> Then {
    for (place, arm) in branch.arms.iter().enumerate() {
        let holds = match &arm.when {
            Some(condition) => w.holds(condition),
            None => true,
        };
        if holds {
            return Then::by(Exit::Arm(place + 1), Some(&arm.goto));
        }
    }
    Then::Out(Exit::Otherwise, None)
}
