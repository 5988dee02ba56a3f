//! Text as the operator wrote it, and what is wrong with it. Imports nothing of the house.

pub mod diagnostic;
pub mod place;

pub use diagnostic::{Diagnostic, Related, Severity, Sources};
pub use place::{Place, Placed};
