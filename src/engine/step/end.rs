//! `end`

use crate::engine::digression;
use crate::engine::working::Working;
use crate::flow::graph::Exit;
use crate::flow::step::End;

use super::Then;

pub fn enter(w: &mut Working<'_>, end: &End) -> Then {
    w.leave(&Exit::End);
    digression::ends(w, &end.outcome.value)
}
