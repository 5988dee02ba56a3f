//! What the contact meant: options, yes and no, values of slots. Pure functions of texts and word lists.

pub mod day;
pub mod number;
pub mod option;
pub mod slot;
pub mod spelled;
pub mod text;
pub mod within;
pub mod yes_no;
