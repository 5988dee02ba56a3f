//! Whether what a test names exists in the flows that it tests.

use std::collections::BTreeSet;

use super::super::script::{Act, Expectation, Pattern, Test, What};
use crate::flow::Playbook;
use crate::flow::parse::reader::{Reader, suggest};
use crate::source::{Diagnostic, Place};

/// `V902` for each flow, locale, slot or step that does not exist.
pub fn verify(reader: &mut Reader<'_>, test: &Test, playbook: &Playbook) {
    if let Some(flow) = &test.flow {
        let begun = playbook.flows.values().filter(|flow| flow.start.is_some());
        let names: Vec<&str> = begun.map(|flow| flow.name.as_str()).collect();
        known(reader, "flow that can be begun", &flow.value, &flow.at, &names);
    }
    if let Some(locale) = &test.locale {
        let locales: Vec<&str> = playbook.locales.iter().map(String::as_str).collect();
        known(reader, "locale of the settings", &locale.value, &locale.at, &locales);
    }
    let amid = test.talk.iter().filter_map(|line| match &line.act {
        Act::Expect(expected) => Some(expected),
        _ => None,
    });
    for expected in amid.chain([&test.expect]).flatten() {
        expectation(reader, expected, playbook);
    }
}

fn expectation(reader: &mut Reader<'_>, expected: &Expectation, playbook: &Playbook) {
    let steps = || playbook.flows.values().flat_map(|flow| flow.steps.iter().map(|step| step.id.as_str()));
    let slots = || playbook.flows.values().flat_map(|flow| flow.slots.keys().map(String::as_str));
    let at = &expected.want.at;
    match (&expected.what, &expected.want.pattern) {
        (What::Slot(name), _) => known(reader, "slot", name, at, &unique(slots())),
        (What::Step, Pattern::Whole(name)) if name != "none" => {
            known(reader, "step", name, at, &unique(steps()));
        }
        (What::Flow, Pattern::Whole(name)) if name != "none" => {
            let names: Vec<&str> = playbook.flows.keys().map(String::as_str).collect();
            known(reader, "flow", name, at, &names);
        }
        _ => {}
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

fn known(reader: &mut Reader<'_>, what: &str, name: &str, at: &Place, names: &[&str]) {
    if !names.contains(&name) {
        let found = Diagnostic::error("V902", at.clone(), format!("there is no {what} `{name}`"));
        reader.report(suggest(found, name, names.iter().copied()));
    }
}
