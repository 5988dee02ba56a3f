//! `end`

use crate::engine::working::Working;
use crate::engine::{digression, notice};
use crate::flow::graph::Exit;
use crate::flow::step::End;

use super::Then;

pub fn enter(w: &mut Working<'_>, end: &End) -> Then {
    if digression::under_way(w).is_none() && notice::asks_before_end(w) {
        return Then::Again;
    }
    w.leave(&Exit::End);
    digression::ends(w, &end.outcome.value)
}
