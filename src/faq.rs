//! Contextual answers: given what a person wrote or said, the FAQ articles that fit, best first, and above all
//! whether none fits.
//!
//! Pure: text in, ranking out. A [`Base`] is built once from a set of articles and is then read only;
//! `docs/faq.md` explains the method and gives measured figures.
//!
//! `parse` -> `article` -> `check` on the way in; `normalize` -> `features` -> `index` when the base is built;
//! `spelling` -> `query` (with `related` words) -> `ranking` for one question; `margin` and `calibration` learn from the base itself.

pub mod article;
pub mod base;
pub mod calibration;
pub mod check;
mod context;
mod features;
pub mod frequency;
pub mod gaps;
pub mod import;
mod index;
mod jsonl;
pub mod language;
pub mod lint;
mod look;
mod margin;
pub mod normalize;
pub mod parse;
pub mod parts;
mod postings;
mod query;
pub mod ranking;
mod related;
pub mod schema;
pub mod score;
pub mod semantic;
mod shelf;
mod spelling;
pub mod spoken;
mod threads;
mod tree;
mod vectors;

pub use article::Article;
pub use base::Base;
pub use calibration::Dial;
pub use check::{check, dead_tags};
pub use jsonl::parse_jsonl;
pub use parse::{MALFORMED, is_faq, parse_yaml};
pub use parts::parts;
pub use ranking::{Hit, Query, Ranking, Terms};
