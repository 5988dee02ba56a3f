//! A playbook: all flows, FAQ and built-in words of one revision, compiled whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::step::Handlers;
use super::{FlowName, Locale, Slot, SlotName, Step, StepId, Table, Target, Templates, Text, Words};
use crate::faq;
use crate::source::{Diagnostic, Place, Placed, Sources};

/// One flow file.
#[derive(Debug, Clone)]
pub struct Flow {
    pub name: FlowName,
    pub at: Place,
    pub title: Text,
    /// They raise the articles that carry them, for every question that is asked in this flow.
    pub tags: Vec<Placed<String>>,
    /// `None`: only called by others.
    pub start: Option<Start>,
    pub slots: BTreeMap<SlotName, Slot>,
    pub steps: Vec<Step>,
    pub on_failure: Option<Target>,
    /// Steps that went by another id in versions before.
    pub moved: Vec<Moved>,
    /// Names that the flow itself went by in versions before.
    pub moved_from: Vec<Placed<FlowName>>,
    /// For every `ask` that does not say its own.
    pub gather: Option<jiff::SignedDuration>,
    /// For `http` and `lookup` steps that have no way of their own.
    pub on_error: Option<Target>,
    /// For prompts that have none of their own of the kind.
    pub handlers: Handlers,
    /// From `flows/system/`.
    pub system: bool,
}

/// Where those who stand at a step of an older version go on.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The step's id in the older version.
    pub from: Placed<StepId>,
    pub to: Target,
}

/// What begins a flow.
#[derive(Debug, Clone, Default)]
pub struct Start {
    pub default: bool,
    pub commands: Vec<String>,
    pub phrases: BTreeMap<Locale, Vec<String>>,
}

impl Flow {
    pub fn step_index(&self, id: &str) -> Option<usize> {
        // Steps without an id are named by their place, so the common look-up is no search.
        if let Some(place) = id.strip_prefix('#').and_then(|place| place.parse::<usize>().ok()) {
            return (1..=self.steps.len()).contains(&place).then(|| place - 1);
        }
        self.steps.iter().position(|step| step.id == id)
    }

    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.step_index(id).map(|at| &self.steps[at])
    }
}

/// Everything that a turn needs to know of what operators wrote.
pub struct Playbook {
    /// Hex of the hash of all that went in.
    pub revision: String,
    /// The first is the default.
    pub locales: Vec<Locale>,
    pub flows: BTreeMap<FlowName, Flow>,
    /// By name: what `lookup` steps look in.
    pub tables: BTreeMap<String, Table>,
    pub templates: Templates,
    pub words: Words,
    /// Shared by playbooks of which the FAQ is the same.
    pub faq: Arc<faq::Base>,
    /// Hex of the hash of what `faq` was built from.
    pub faq_revision: String,
    /// The start phrases of flows, ranked like answers: the id of an entry is the flow's name.
    pub intents: Arc<faq::Base>,
    pub written: Written,
}

/// What the flows were read from, for those who look at them.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// The texts of the flow files, by name.
    pub sources: Sources,
    /// What the check said of them: no errors, or it would not be served.
    pub findings: Vec<Diagnostic>,
}

impl Playbook {
    pub fn flow(&self, name: &str) -> Option<&Flow> {
        self.flows.get(name)
    }

    /// The flow of a conversation that nothing else claims.
    pub fn default_flow(&self) -> Option<&Flow> {
        let starts = |flow: &&Flow| flow.start.as_ref().is_some_and(|start| start.default);
        self.flows.values().find(starts).or_else(|| self.flows.values().find(|flow| flow.start.is_some()))
    }

    pub fn default_locale(&self) -> &str {
        self.locales.first().map_or("en", String::as_str)
    }

    /// The listed locale that fits a language tag best: the same, else the same language.
    pub fn nearest_locale(&self, tag: &str) -> Option<&str> {
        let tag = tag.trim().to_lowercase().replace('_', "-");
        let language = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let same = self.locales.iter().find(|locale| locale.to_lowercase() == tag);
        same.or_else(|| self.locales.iter().find(|locale| language(locale) == language(&tag)))
            .map(String::as_str)
    }
}

impl std::fmt::Debug for Playbook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playbook")
            .field("revision", &self.revision)
            .field("locales", &self.locales)
            .field("flows", &self.flows.keys())
            .finish_non_exhaustive()
    }
}
