//! Tests of flows: the demo's own guard every way of it, and the runner says what it finds.

mod runner;
mod world;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn vestibule(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("VESTIBULE_CONFIG")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Every step and every way out of one, in chat and on the phone. What cannot be taken is little, and says why.
#[test]
fn the_demo_is_covered() {
    let output = vestibule(&["test", "--coverage", "--json"]);
    let result: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    assert_eq!(result["failed"], 0, "{}", told(&output));
    assert_eq!(result["coverage"]["missing"], Value::Array(Vec::new()));
    assert!(output.status.success());
    for kind in ["chat", "voice"] {
        for what in ["steps", "branches"] {
            let count = &result["coverage"]["channels"][kind][what];
            assert_eq!(count["taken"], count["all"]);
            assert!(count["all"].as_u64().is_some_and(|all| all > 150), "{count}");
        }
    }
    let excused = result["coverage"]["not_applicable"].as_array().expect("a list");
    assert!(excused.len() < 25, "{excused:#?}");
    assert!(excused.iter().all(|item| item["why"].as_str().is_some_and(|why| !why.is_empty())));
}

/// Mistakes in the demo's flows are found by the check or by its tests.
#[test]
fn mistakes_in_the_demo_are_found() {
    let output = vestibule(&["test", "--mutate", "--json"]);
    let all: Vec<Value> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    let real: Vec<&Value> = all.iter().filter(|one| one["found_by"] != "none").collect();
    let lost: Vec<&&Value> = real.iter().filter(|one| one["found_by"].is_null()).collect();
    assert!(real.len() >= 200, "{} mistakes", real.len());
    assert!(lost.len() * 20 <= real.len(), "{} of {}: {lost:#?}", lost.len(), real.len());
    assert!(output.status.success());
    let by = |who: &str| real.iter().filter(|one| one["found_by"] == who).count();
    assert!(by("check") > 40 && by("test") > 40);
}

#[test]
fn a_talk_in_the_terminal_is_a_test_that_passes() {
    use std::io::Write;
    let folder = tempfile::tempdir().expect("a folder");
    for (channel, said) in [
        ("chat", "devices\na purple bell rings in my teapot\nAcme Tab 3\nsoon\nyesterday\nyes\n"),
        ("voice", "1\n\nmy internet is slow\n1\n5\n"),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("VESTIBULE_DATABASE_URL", format!("sqlite://{}/{channel}.db", folder.path().display()))
            .args(["chat", "--channel", channel, "--repro"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("input").write_all(said.as_bytes()).expect("written");
        let output = child.wait_with_output().expect("it ends");
        let text = String::from_utf8(output.stdout).expect("text");
        let (_, test) = text.split_once("\n- test: ").expect("a test");
        let file = folder.path().join(format!("{channel}.yaml"));
        std::fs::write(&file, format!("- test: {test}")).expect("written");
        let again = vestibule(&["test", &path(&file)]);
        assert!(again.status.success(), "{test}\n{}", told(&again));
        assert!(test.contains("outcome: ") && test.contains("- bot: "), "{test}");
    }
}

fn path(path: &Path) -> String {
    path.display().to_string()
}
