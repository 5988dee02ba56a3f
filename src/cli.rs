//! (to come)

pub mod bench_faq;
pub mod faq;
