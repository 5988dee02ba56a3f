//! One broken flow a file, each found at its place, all in one run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use vestibule::faq;
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
    let table = fs::read_to_string(folder().join("tables/prices.csv")).expect("a table");
    let tables = [SourceFile::new("tables/prices.csv", table)];
    let sources: Vec<SourceFile> = sources.into_iter().chain(tables).collect();
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
    assert!(defects >= 120, "{defects}");
}

/// What a JSON-lines file expects stands in a field of its first line, which a reader passes over.
fn expected_of_lines(text: &str) -> Expected {
    let first: serde_json::Value =
        serde_json::from_str(text.lines().next().unwrap_or_default()).expect("an object");
    expected(&format!("# expect: {}", first["expect"].as_str().expect("what to expect")))
}

#[test]
fn every_defect_of_answers_is_found_at_its_place_in_one_run() {
    let locales = ["en".to_owned(), "it".to_owned()];
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("faq"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let (mut articles, mut found, mut wanted) = (Vec::new(), Vec::new(), BTreeMap::new());
    for path in &files {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(path).expect("a file");
        let lines = name.ends_with(".jsonl");
        let parse = if lines { faq::parse_jsonl } else { faq::parse_yaml };
        let (more, problems) = parse(&name, &text, "en");
        articles.extend(more);
        found.extend(problems);
        wanted.insert(name, if lines { expected_of_lines(&text) } else { expected(&text) });
    }
    found.extend(faq::check(&articles, &locales));
    found.extend(faq::dead_tags(&articles, &BTreeSet::from(["access".to_owned()])));
    let mut told: BTreeMap<String, Expected> =
        wanted.keys().map(|name| (name.clone(), Expected::new())).collect();
    for one in &found {
        let at = (one.code.to_owned(), one.at.line, one.at.column);
        assert!(told.entry(one.at.file.to_string()).or_default().insert(at), "told twice: {one:?}");
    }
    let wrong: Vec<String> = wanted
        .iter()
        .filter(|(name, expected)| told[*name] != **expected)
        .map(|(name, expected)| format!("{name}: expected {expected:?}, found {:?}", told[name]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(wanted.values().map(BTreeSet::len).sum::<usize>() >= 15);
}

#[test]
fn of_the_demo_s_flows_nothing_is_told() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str, ending: &str| -> Vec<SourceFile> {
        let entries =
            fs::read_dir(root.join(folder)).expect("a folder").map(|entry| entry.expect("an entry").path());
        let of_ending = entries.filter(|path| path.extension().is_some_and(|other| other == ending));
        let named = of_ending.map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            SourceFile::new(format!("{folder}/{name}"), fs::read_to_string(&path).expect("a file"))
        });
        named.collect()
    };
    let mut sources = read("flows", "yaml");
    assert!(sources.len() >= 9);
    sources.extend(
        read("flows/tables", "csv")
            .into_iter()
            .map(|table| SourceFile::new(table.name.replace("flows/", ""), table.text)),
    );
    let known = Known { whole: true, ..Known::default() };
    let locales = ["en", "it", "de"].map(str::to_owned);
    assert_eq!(parse::playbook(&sources, &locales, &known).diagnostics, []);
}
