//! The arrows of the house: which room may look into which, read from the code itself.

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms it may name. `main -> cli -> http -> channel -> app -> store -> desk -> conversation -> flow ->
/// faq -> source`; `app -> engine -> {conversation, flow, faq}`; `config` and `desk` name `calendar`; `calendar` and `source` name nothing.
const ARROWS: [(&str, &[&str]); 14] = [
    ("source", &[]),
    ("calendar", &[]),
    ("config", &["calendar"]),
    ("faq", &["source"]),
    ("flow", &["faq", "source"]),
    ("conversation", &["flow"]),
    ("desk", &["conversation", "flow", "calendar"]),
    ("engine", &["conversation", "flow", "faq"]),
    ("store", &["desk", "conversation", "flow"]),
    ("app", &["store", "engine", "desk", "conversation", "flow", "faq", "source", "config", "calendar"]),
    ("channel", &["app", "conversation", "flow", "config"]),
    ("http", &["channel", "rehearsal", "app", "store", "desk", "conversation", "flow", "source", "config"]),
    ("rehearsal", &["app", "engine", "desk", "conversation", "flow", "faq", "source", "config", "calendar"]),
    (
        "cli",
        &[
            "rehearsal",
            "http",
            "channel",
            "app",
            "store",
            "engine",
            "desk",
            "conversation",
            "flow",
            "faq",
            "source",
            "config",
            "calendar",
        ],
    ),
];

/// Rooms without async, clock, randomness, database or a vendor's network type.
const PURE: [&str; 7] = ["calendar", "source", "flow", "faq", "conversation", "desk", "engine"];
const WORLD: [&str; 14] = [
    "tokio",
    "sqlx",
    "axum",
    "hyper",
    "reqwest",
    "getrandom",
    "async fn",
    ".await",
    "Timestamp::now",
    "SystemTime",
    "Instant::now",
    "std::fs",
    "std::net",
    "std::env::",
];

fn files(under: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(under) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn room_files(room: &str) -> Vec<PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = files(&src.join(room));
    found.push(src.join(format!("{room}.rs")));
    found
}

/// Lines of code with their numbers: no comments, and nothing after the tests of a file begin.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

#[test]
fn rooms_name_only_what_lies_below_them() {
    let mut bent = Vec::new();
    for (room, below) in ARROWS {
        for file in room_files(room) {
            let text = fs::read_to_string(&file).expect("a room can be read");
            for (line, content) in code(&text) {
                for (at, _) in content.match_indices("crate::") {
                    let rest = &content[at + "crate::".len()..];
                    let named: String =
                        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if named != room
                        && ARROWS.iter().any(|(other, _)| *other == named)
                        && !below.contains(&named.as_str())
                    {
                        bent.push(format!("{}:{line}: {room} names {named}", file.display()));
                    }
                }
            }
        }
    }
    assert!(bent.is_empty(), "arrows that point up or aside:\n{}", bent.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("lib.rs");
    let rooms: Vec<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    for room in &rooms {
        assert!(ARROWS.iter().any(|(known, _)| known == room), "{room} has no place in the house");
    }
    assert_eq!(rooms.len(), ARROWS.len());
}

#[test]
fn the_pure_floors_know_no_world() {
    let mut seen = Vec::new();
    for room in PURE {
        // Tests may read files: only they are not part of the floor.
        for file in room_files(room).into_iter().filter(|file| !file.ends_with("tests.rs")) {
            let text = fs::read_to_string(&file).expect("a room can be read");
            for (line, content) in code(&text) {
                for word in WORLD.iter().filter(|word| content.contains(**word)) {
                    seen.push(format!("{}:{line}: `{word}`", file.display()));
                }
            }
        }
    }
    assert!(seen.is_empty(), "the world in a pure floor:\n{}", seen.join("\n"));
}
