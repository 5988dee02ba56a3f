//! The demo's answers to questions that people of the house wrote: `vestibule faq eval` over them, with floors that no
//! change may go below.

use std::process::Command;

use serde_json::Value;

fn figures(queries: &str) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VESTIBULE_")) {
        command.env_remove(name);
    }
    let output = command
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

/// As measured: hit1 .625, hit3 .863, auroc .864, own_right .313, own_false .017. The first 60 of these questions are worded
/// far from the base's phrasings on purpose; with 20 of them out of scope, one question moved `auroc` by as much as a
/// change of the ranking does, so 80 more were written, 40 out of scope, before either ranking was asked.
#[test]
fn english_and_italian_questions() {
    floors(
        "tests/faq/demo-queries.jsonl",
        &[("hit1", 0.6), ("hit3", 0.84), ("auroc", 0.85), ("own_right", 0.28)],
        0.04,
    );
}

/// As measured: hit1 .711, hit3 .980, own_right .519; all are in scope.
#[test]
fn german_questions() {
    floors("tests/faq/demo-queries-de.jsonl", &[("hit1", 0.67), ("hit3", 0.94), ("own_right", 0.46)], 0.0);
}
