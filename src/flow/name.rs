//! Names of things in flow files.

/// The name after `flow:`; unique in a playbook. A flow of the system is named `system/<file>`.
pub type FlowName = String;
/// A step's `id:`, or `#<place in the list from 1>` for a step without one. Unique in a flow.
pub type StepId = String;
/// The name of a slot, unique in a flow.
pub type SlotName = String;
/// A language tag as the settings list it: `en`, `it`, `pt-BR`.
pub type Locale = String;
