//! One broken flow a file, each found at its place, all in one run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use vestibule::flow::check::Known;
use vestibule::flow::parse::{self, SourceFile};

type Expected = BTreeSet<(String, usize, usize)>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder())
        .expect("tests/diagnostics")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

fn known() -> Known {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Known {
        categories: Some(words(&["billing", "other"])),
        queues: Some(words(&["default"])),
        hosts: Some(words(&["api.example.org"])),
        faq_tags: Some(words(&["access", "billing"]).into_iter().collect()),
        whole: true,
    }
}

/// `# expect: V101 line 12 column 15, V102 line 3 column 1`, or `# expect: nothing`.
fn expected(text: &str) -> Expected {
    let first = text.lines().next().and_then(|line| line.strip_prefix("# expect: ")).expect("what to expect");
    let one = |part: &str| {
        let words: Vec<&str> = part.split(' ').collect();
        let [code, "line", line, "column", column] = words.as_slice() else { panic!("{part}") };
        ((*code).to_owned(), line.parse().expect("a line"), column.parse().expect("a column"))
    };
    first.split(", ").filter(|part| *part != "nothing").map(one).collect()
}

#[test]
fn every_defect_is_found_at_its_place_in_one_run() {
    let files = files();
    let sources: Vec<SourceFile> = files.iter().map(|(name, text)| SourceFile::new(name, text)).collect();
    let locales = ["en".to_owned(), "it".to_owned()];
    let parsed = parse::playbook(&sources, &locales, &known());
    assert!(parsed.playbook.is_none(), "a set with errors is not served");
    let mut found: BTreeMap<&str, Expected> = BTreeMap::new();
    for one in &parsed.diagnostics {
        let at = (one.code.to_owned(), one.at.line, one.at.column);
        assert!(found.entry(&one.at.file).or_default().insert(at), "told twice: {one:?}");
    }
    let mut wrong = Vec::new();
    let mut defects = 0;
    for (name, text) in &files {
        let (expected, found) = (expected(text), found.remove(name.as_str()).unwrap_or_default());
        defects += expected.len();
        if expected != found {
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(found.is_empty(), "found elsewhere: {found:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(defects >= 20);
}
