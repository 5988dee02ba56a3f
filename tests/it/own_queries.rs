//! The demo's answers to questions that people of the house wrote: `vestibule faq eval` over them, with floors that no
//! change may go below.

use std::process::Command;

use serde_json::Value;

fn figures(queries: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["faq", "eval", "--json", "--faq", "faq", "--queries", queries])
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn floors(queries: &str, floors: &[(&str, f64)], ceiling: f64) {
    let told = figures(queries);
    for (name, floor) in floors {
        let found = told[name].as_f64().unwrap_or_default();
        assert!(found >= *floor, "{queries}: {name} {found} < {floor}: {told:#}");
    }
    let false_ones = told["own_false"].as_f64().unwrap_or_default();
    assert!(false_ones <= ceiling, "{queries}: own_false {false_ones}: {told:#}");
}

#[test]
fn english_and_italian_questions() {
    floors("tests/faq/demo-queries.jsonl", &[("hit1", HIT1), ("own_right", OWN)], FALSE);
}

#[test]
fn german_questions() {
    floors("tests/faq/demo-queries-de.jsonl", &[("hit1", HIT1), ("own_right", OWN)], FALSE);
}

const HIT1: f64 = 0.75;
const OWN: f64 = 0.55;
const FALSE: f64 = 0.25;
