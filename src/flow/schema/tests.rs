//! The keys of the schema are the parser's own.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::flow::check::Known;
use crate::flow::parse::step::KINDS;
use crate::flow::parse::{SourceFile, playbook};

/// The keys that the parser says a map has, asked for by one that it cannot know, which stands for the `@`.
fn asked(text: &str) -> BTreeSet<String> {
    let text = text.replace('@', "zzzzzzzzzzzzzz: 1");
    let parsed = playbook(&[SourceFile::new("t.yaml", text.as_str())], &["en".to_owned()], &Known::default());
    let told =
        parsed.diagnostics.iter().find(|one| one.code == "V002" && one.message.contains("zzzzzzzzzzzzzz"));
    let help = told.and_then(|one| one.help.as_deref());
    let help = help.unwrap_or_else(|| panic!("{text}: {:?}", parsed.diagnostics));
    help.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn keys(shape: &Value) -> BTreeSet<String> {
    shape["properties"].as_object().unwrap_or_else(|| panic!("{shape}")).keys().cloned().collect()
}

/// The map itself, or the last of alternatives that is one.
fn map_of(shape: &Value) -> &Value {
    match shape["anyOf"].as_array() {
        Some(all) if !shape["properties"].is_object() => {
            all.iter().rfind(|one| one["properties"].is_object()).expect("a map among them")
        }
        _ => shape,
    }
}

#[test]
fn every_key_of_the_parser_is_in_the_schema_and_the_other_way_round() {
    let schema = super::flow();
    assert_eq!(keys(&schema), asked("{flow: t, @}"));
    assert_eq!(keys(&schema["properties"]["start"]), asked("flow: t\nstart: {@}"));
    let step = &schema["properties"]["steps"]["items"];
    assert_eq!(keys(step), asked("flow: t\nsteps: [{say: x, @}]"));
    let kind = |name: &str| map_of(&step["properties"][name]).clone();
    for name in KINDS {
        let own = match name {
            // Any slot is a key.
            "set" => continue,
            "branch" => (step["properties"][name]["items"].clone(), "[{@}]"),
            "say" => (kind(name), "{text: a, @}"),
            _ => (kind(name), "{@}"),
        };
        assert_eq!(keys(&own.0), asked(&format!("flow: t\nsteps:\n  - {name}: {}", own.1)), "{name}");
    }
    let option = &step["properties"]["choose"]["properties"]["options"]["items"];
    assert_eq!(keys(option), asked("flow: t\nsteps:\n  - choose: {options: [{@}]}"));
}

#[test]
fn every_type_of_slot_has_the_keys_that_the_parser_takes() {
    let schema = super::flow();
    let slots = &schema["properties"]["slots"]["additionalProperties"]["anyOf"];
    for shape in slots.as_array().expect("alternatives").iter().filter(|one| one["properties"].is_object()) {
        let kind = shape["properties"]["type"]["const"].as_str().expect("a type");
        assert_eq!(keys(shape), asked(&format!("flow: t\nslots:\n  a: {{type: {kind}, @}}")), "{kind}");
    }
}
