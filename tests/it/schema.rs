//! The schemas take what the program takes, and refuse what is broken in shape.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use vestibule::{config, faq, flow};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|ending| ending == "yaml") {
            found.push((path.display().to_string(), fs::read_to_string(&path).expect("a file")));
        }
    }
    found.sort();
    assert!(!found.is_empty());
    found
}

fn value(text: &str) -> Option<Value> {
    serde_saphyr::from_str(text).ok()
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::meta::validate(schema).expect("a schema of its own dialect");
    jsonschema::validator_for(schema).expect("a schema")
}

/// What is wrong with a file, where it is wrong.
fn faults(validator: &jsonschema::Validator, text: &str) -> Vec<String> {
    let value = value(text).expect("YAML");
    validator.iter_errors(&value).map(|error| format!("{}: {error:.200}", error.instance_path())).collect()
}

fn all_fit(validator: &jsonschema::Validator, files: &[(String, String)]) {
    for (name, text) in files {
        assert_eq!(faults(validator, text), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_demo_and_the_reference_fit() {
    let flows = validator(&flow::schema::flow());
    all_fit(&flows, &files("flows"));
    let (words, system): (Vec<_>, Vec<_>) =
        files("flows/system").into_iter().partition(|(name, _)| name.ends_with("words.yaml"));
    all_fit(&flows, &system);
    all_fit(&validator(&flow::schema::words()), &words);
    all_fit(&validator(&faq::schema::articles()), &files("faq"));
    let page = fs::read_to_string(root().join("docs/flow-language.md")).expect("the page");
    for block in page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        if block.starts_with("flow:") {
            assert_eq!(faults(&flows, block), Vec::<String>::new());
        }
    }
    let defaults = fs::read_to_string(root().join("src/config/default.yaml")).expect("the settings");
    all_fit(&validator(&config::schema::settings()), &[("default.yaml".to_owned(), defaults)]);
}

/// Found by the check, but no matter of shape: words within a template.
const BEYOND: [&str; 1] = ["bad_level.yaml"];

#[test]
fn what_is_broken_in_shape_does_not_fit() {
    let flows = validator(&flow::schema::flow());
    let mut broken = 0;
    for (name, text) in files("tests/diagnostics") {
        let codes: Vec<&str> =
            text.lines().next().unwrap_or_default().split(' ').filter(|word| word.starts_with('V')).collect();
        let shape =
            |code: &&str| matches!(*code, "V002" | "V003" | "V004" | "V006" | "V009" | "V011" | "V018");
        let beyond =
            BEYOND.contains(&Path::new(&name).file_name().and_then(|name| name.to_str()).unwrap_or_default());
        let Some(value) = value(&text).filter(|_| !beyond) else { continue };
        if codes.iter().any(shape) {
            broken += 1;
            assert!(!flows.is_valid(&value), "{name} fits the schema");
        }
    }
    assert!(broken >= 20, "{broken}");
}

#[test]
fn the_command_writes_them() {
    for of in ["flow", "faq", "words", "settings"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .args(["schema", of])
            .output()
            .expect("run");
        assert!(output.status.success());
        let schema: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        validator(&schema);
    }
}
