//! The flow language: what an operator may write, compiled. Pure: no async, clock, randomness, database or vendor
//! type leaves this floor (the template engine stays inside `template`).

pub mod articles;
pub mod check;
pub mod files;
pub mod format;
pub mod graph;
pub mod limits;
pub mod name;
pub mod parse;
pub mod picture;
pub mod playbook;
pub mod schema;
pub mod slot;
pub mod step;
pub mod system;
pub mod table;
pub mod template;
pub mod text;
pub mod translation;
pub mod words;

pub use name::{FlowName, Locale, SlotName, StepId};
pub use playbook::{Flow, Playbook, Start};
pub use slot::{Slot, SlotKind, SlotValue};
pub use step::{Kind, Step, Target};
pub use table::Table;
pub use template::{Condition, Expression, Scope, Template, Templates};
pub use text::Text;
pub use words::Words;
