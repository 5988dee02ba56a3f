//! `end`

use crate::engine::digression;
use crate::engine::working::Working;
use crate::flow::step::End;

use super::Then;

pub fn enter(w: &mut Working<'_>, end: &End) -> Then {
    digression::ends(w, &end.outcome.value)
}
