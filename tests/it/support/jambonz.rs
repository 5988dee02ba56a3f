//! jambonz' own validators of verbs and of callbacks, behind `tests/jambonz/validate.mjs`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Where they are installed; where not, the test says so and goes on without them.
fn installed() -> Option<String> {
    let folder = std::env::var("VESTIBULE_TEST_JAMBONZ").ok().filter(|folder| !folder.is_empty());
    if folder.is_none() {
        println!("SKIPPED: VESTIBULE_TEST_JAMBONZ names no folder of validators; scripts/test installs them");
    }
    folder
}

fn harness(folder: &str, arguments: &[&str], input: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jambonz/validate.mjs");
    let mut child = Command::new("node")
        .arg(script)
        .args(arguments)
        .env("VESTIBULE_TEST_JAMBONZ", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut stdin = child.stdin.take().expect("an input");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let done = child.wait_with_output().expect("node ends");
    writer.join().expect("no panic").expect("written");
    String::from_utf8(done.stdout).expect("UTF-8")
}

/// Panics at the first document that one of both refuses.
pub fn validated(documents: &[String]) {
    let Some(folder) = installed() else { return };
    let mut lines = String::new();
    for (at, document) in documents.iter().enumerate() {
        let verbs: Value = serde_json::from_str(document).expect("JSON");
        lines.push_str(&json!({ "id": at.to_string(), "verbs": verbs }).to_string());
        lines.push('\n');
    }
    let told = harness(&folder, &[], &lines);
    let mut count = 0;
    for line in told.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        let at: usize = line["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        assert!(line["ok"] == true, "{}\n{}", line["errors"], documents[at]);
        count += 1;
    }
    assert_eq!(count, documents.len(), "each is told of");
    println!("jambonz: {count} documents");
}

/// Callbacks that its schemas allow, by the name of the schema.
pub fn samples() -> Option<Vec<(String, Value)>> {
    let folder = installed()?;
    let told = harness(&folder, &["--samples"], "");
    let samples = told.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        (format!("{}: {}", line["schema"], line["name"]), line["payload"].clone())
    });
    Some(samples.collect())
}
