//! `end`

use crate::engine::working::Working;
use crate::flow::step::End;

use super::Then;

pub fn enter(w: &mut Working<'_>, end: &End) -> Then {
    w.close(&end.outcome.value);
    Then::Closed
}
