//! The documents say what the program does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use vestibule::flow::check::Known;
use vestibule::flow::parse::{self, SourceFile};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn codes_in(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            codes_in(&path, codes);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a file");
            let code = |part: &str| {
                let code = part.get(..4)?;
                let digits = code.strip_prefix('V')?.bytes().all(|byte| byte.is_ascii_digit());
                (digits && part.as_bytes().get(4) == Some(&b'"')).then(|| code.to_owned())
            };
            codes.extend(
                text.split('"').zip(text.match_indices('"')).filter_map(|(_, (at, _))| code(&text[at + 1..])),
            );
        }
    }
}

#[test]
fn every_code_has_its_section() {
    let mut used = BTreeSet::new();
    codes_in(&root().join("src"), &mut used);
    let page = read("docs/diagnostics.md");
    let explained: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("## ")).map(str::to_owned).collect();
    assert!(used.len() > 40, "{used:?}");
    assert_eq!(used, explained);
}

#[test]
fn the_flows_of_the_reference_check_clean() {
    let page = read("docs/flow-language.md");
    let files: Vec<SourceFile> = page
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .filter(|block| block.starts_with("flow:"))
        .enumerate()
        .map(|(index, block)| SourceFile::new(format!("example-{}.yaml", index + 1), block))
        .collect();
    assert!(files.len() >= 3);
    let parsed = parse::playbook(&files, &["en".to_owned(), "it".to_owned()], &Known::default());
    assert_eq!(parsed.diagnostics, []);
}
