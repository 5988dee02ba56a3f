//! Languages of the demo, and the translators' loop with the real binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A folder with a copy of the demo's flows and FAQ.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn demo() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in ["flows", "faq"] {
            copy(&root.join(part), &folder.path().join(part));
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    fn run(&self, locales: &str, arguments: &[&str]) -> (i32, String, String) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("VESTIBULE_LOCALES", locales)
            .env("VESTIBULE_FLOWS", "flows")
            .env("VESTIBULE_FAQ", "faq")
            .output()
            .expect("the program");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    /// All YAML files with their texts.
    fn files(&self) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        for part in ["flows", "flows/system", "faq"] {
            for entry in fs::read_dir(self.path(part)).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.extension().is_some_and(|ending| ending == "yaml") {
                    let text = fs::read_to_string(&path).expect("a file");
                    found.push((path, text));
                }
            }
        }
        found.sort();
        found
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("copied");
        }
    }
}

const FLOW: &str = "flow: hello\ntitle: Hello\nstart: { default: true }\nslots:\n  day: { type: date }\nsteps:\n  - id: day\n    ask: { slot: day, prompt: \"Which day?\" }  # asked\n  - say: \"{{ slots.day | date }} it is.\"\n  - end: informed\n";

fn small() -> Desk {
    let desk = Desk { folder: tempfile::tempdir().expect("a folder") };
    desk.write("flows/hello.yaml", FLOW);
    desk.write("faq/a.yaml", "- id: a\n  questions: [one question, another one]\n  answer: An answer.\n");
    desk
}

#[test]
fn the_demo_lacks_nothing_in_three_languages() {
    let desk = Desk::demo();
    let (code, out, errors) = desk.run("en,it,de", &["check", "--format", "json"]);
    assert_eq!((code, out.trim()), (0, "[]"), "{errors}");
    let (code, out, _) = desk.run("en,it,de", &["locale", "report", "--json"]);
    let report: Value = serde_json::from_str(&out).expect("JSON");
    for locale in report["locales"].as_array().expect("a list") {
        assert_eq!(
            (&locale["percent"], &locale["missing"], &locale["stale"]),
            (&100.into(), &Value::Array(vec![]), &Value::Array(vec![])),
            "{locale}"
        );
        assert_eq!(locale["optional"], Value::Array(vec![]), "{}", locale["locale"]);
    }
    assert_eq!(code, 0);
}

#[test]
fn the_demo_works_in_one_language_too() {
    let desk = Desk::demo();
    for locale in ["en", "it", "de", "de,en"] {
        let (code, out, errors) = desk.run(locale, &["check"]);
        assert_eq!(code, 0, "{locale}: {out}{errors}");
    }
}

#[test]
fn a_round_trip_changes_no_byte() {
    let desk = Desk::demo();
    let before = desk.files();
    for locale in ["de", "it"] {
        let (code, table, errors) = desk.run("en,it,de", &["locale", "export", "--locale", locale, "--bom"]);
        assert_eq!(code, 0, "{errors}");
        assert!(table.starts_with('\u{FEFF}') && table.lines().count() > 300);
        desk.write("back.csv", &table);
        let (code, out, errors) = desk.run("en,it,de", &["locale", "import", "back.csv"]);
        assert_eq!(code, 0, "{out}{errors}");
        assert!(out.starts_with("0 taken"), "{out}");
    }
    assert_eq!(desk.files(), before);
}

/// Every German text is taken out of the demo and put back by the table of a translator.
#[test]
fn a_language_that_was_taken_out_comes_back() {
    let desk = Desk::demo();
    let (_, table, _) = desk.run("en,it,de", &["locale", "export", "--locale", "de"]);
    // In three files whose German stands in lines of its own.
    let mut gone = 0;
    for name in ["flows/human.yaml", "flows/triage.yaml", "faq/hours.yaml"] {
        let text = desk.read(name);
        let (mut kept, mut inside) = (String::new(), None::<usize>);
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            if inside.is_some_and(|depth| indent > depth && !line.trim().is_empty()) {
                continue;
            }
            inside = line.trim_start().starts_with("de:").then_some(indent);
            match inside {
                Some(_) => gone += 1,
                None => kept.push_str(line),
            }
        }
        desk.write(name, &kept);
    }
    assert!(gone > 20, "{gone}");
    let (code, out, _) = desk.run("en,it,de", &["locale", "report"]);
    assert_eq!(code, 1);
    assert!(
        out.contains(&format!("{} missing", out.matches("  missing: ").count()))
            && out.contains("missing: flows/human.yaml:"),
        "{out}"
    );
    desk.write("back.csv", &table);
    let (code, out, errors) = desk.run("en,it,de", &["locale", "import", "back.csv", "--dry-run"]);
    assert_eq!(code, 0, "{out}{errors}");
    assert!(out.contains(&format!("{gone} would be taken")), "{out}");
    assert!(!desk.read("flows/human.yaml").contains("\n      de: \"Ich bin"));
    let (code, out, errors) = desk.run("en,it,de", &["locale", "import", "back.csv"]);
    assert_eq!(code, 0, "{out}{errors}");
    let (code, out, _) = desk.run("en,it,de", &["locale", "report"]);
    assert_eq!(code, 0, "{out}");
    // Only lines were added, in their old places and, the articles' folds apart, in their old form.
    let original =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("flows/triage.yaml")).expect("a file");
    assert_eq!(desk.read("flows/triage.yaml"), original);
    assert_eq!(desk.run("en,it,de", &["check"]).0, 0);
}

#[test]
fn plain_strings_become_maps_and_bad_rows_are_refused() {
    let desk = small();
    let table = "key,file,line,context,en,de,note\n\
        hello/title,,,,Hello,'=Hallo,\n\
        hello/day/ask/prompt,,,,Which day?,\"Welcher Tag, bitte: {{ slots.day }}?\",\n\
        hello/day+1/say,,,,An older text,Der {{ slots.day | date }}.,\n\
        hello/none,,,,x,y,\n\
        faq/a/questions,,,,\"one question\nanother one\",\"eine Frage\nnoch eine, bitte\",\n\
        faq/a/answer,,,,An answer.,,\n";
    desk.write("de.csv", table);
    let (code, out, errors) = desk.run("en,de", &["locale", "import", "de.csv", "--json"]);
    assert_eq!(code, 1, "{out}{errors}");
    let report: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(report["taken"], serde_json::json!(["faq/a/questions", "hello/title"]));
    assert_eq!((&report["empty"], &report["errors"]), (&1.into(), &serde_json::json!([])));
    let reasons: Vec<&str> = report["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["reason"].as_str())
        .collect();
    assert!(
        reasons[0].contains("reads slots.day")
            && reasons[1].contains("changed")
            && reasons[2].contains("no text"),
        "{reasons:?}"
    );
    assert!(desk.read("flows/hello.yaml").contains("title: { en: \"Hello\", de: \"=Hallo\" }\n"));
    assert!(desk.read("flows/hello.yaml").contains("# asked"));
    assert!(desk.read("faq/a.yaml").contains(
        "questions: { en: [\"one question\", \"another one\"], de: [\"eine Frage\", \"noch eine, bitte\"] }"
    ));
}

/// A template may compile and read the same names, and the whole be wrong all the same.
#[test]
fn a_table_that_would_break_the_files_is_refused_whole() {
    let desk = small();
    desk.write("de.csv", "key,en,de\nhello/title,Hello,Hallo\nhello/day+1/say,{{ slots.day | date }} it is.,Der {{ slots.day | datum }}.\n");
    let (code, out, _) = desk.run("en,de", &["locale", "import", "de.csv"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("V405") && out.contains("Nothing was changed"), "{out}");
    assert_eq!(desk.read("flows/hello.yaml"), FLOW);
    assert!(!desk.path("flows/translations.lock").exists());
}

#[test]
fn a_changed_source_makes_its_translation_stale_until_it_is_made_anew() {
    let desk = small();
    desk.write("flows/hello.yaml", &FLOW.replace("title: Hello", "title: { en: Hello, de: Hallo }"));
    assert_eq!(desk.run("en,de", &["locale", "accept"]).0, 0);
    let lock = desk.read("flows/translations.lock");
    assert_eq!(lock.lines().filter(|line| line.starts_with("hello/title de ")).count(), 1);
    assert!(lock.lines().filter(|line| !line.starts_with('#')).is_sorted());
    desk.write("flows/hello.yaml", &desk.read("flows/hello.yaml").replace("en: Hello", "en: Welcome"));
    let (_, out, _) = desk.run("en,de", &["locale", "report"]);
    assert!(out.contains("stale: flows/hello.yaml:2 hello/title"), "{out}");
    let (_, table, _) = desk.run("en,de", &["locale", "export", "--locale", "de", "--only", "stale"]);
    assert_eq!(table.lines().count(), 2, "{table}");
    desk.write("de.csv", &table.replace("Hallo", "Willkommen"));
    let (code, out, errors) = desk.run("en,de", &["locale", "import", "de.csv"]);
    assert_eq!((code, out.as_str()), (0, "1 taken, 0 unchanged, 0 empty, 0 refused\n"), "{errors}");
    assert!(!desk.run("en,de", &["locale", "report"]).1.contains("stale: "));
    // An author who changes both needs no command.
    let both =
        desk.read("flows/hello.yaml").replace("Welcome", "Good day").replace("Willkommen", "Guten Tag");
    desk.write("flows/hello.yaml", &both);
    assert!(!desk.run("en,de", &["locale", "report"]).1.contains("stale: "));
}

/// A language that the program has no word of: its texts, its words where there are some, neutral forms otherwise.
#[test]
fn a_language_is_added_by_texts_alone() {
    let desk = small();
    let texts = FLOW
        .replace("title: Hello", "title: { en: Hello, es: Hola }")
        .replace("\"Which day?\"", "{ en: Which day, es: \"¿Qué día?\" }")
        .replace(
            "say: \"{{ slots.day | date }} it is.\"",
            "say: { en: \"{{ slots.day | date }}.\", es: \"Es el {{ slots.day | date }}.\" }",
        );
    desk.write("flows/hello.yaml", &texts);
    let (code, out, errors) = desk.run("en,es", &["check"]);
    assert_eq!(code, 0, "{out}{errors}");
    assert!(out.contains("V503"), "{out}");
    let talk = |desk: &Desk| {
        let mut chat = Command::new(env!("CARGO_BIN_EXE_vestibule"))
            .args(["chat", "--locale", "es"])
            .current_dir(desk.folder.path())
            .env("VESTIBULE_LOCALES", "en,es")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("the program");
        std::io::Write::write_all(&mut chat.stdin.take().expect("its input"), b"nunca\n3/5/2026\n")
            .expect("written");
        String::from_utf8(chat.wait_with_output().expect("an end").stdout).expect("UTF-8")
    };
    let said = talk(&desk);
    assert!(
        said.contains("¿Qué día?") && said.contains("I need a date") && said.contains("Es el 2026-05-03."),
        "{said}"
    );
    desk.write(
        "flows/system/words.yaml",
        "words:\n  refused_date: { es: \"Necesito una fecha.\" }\n  date_long: { es: \"{day} de {month} de {year}\" }\n\
         lists:\n  months: { es: [enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre] }\n",
    );
    assert_eq!(desk.run("en,es", &["check"]).0, 0);
    let said = talk(&desk);
    assert!(said.contains("Necesito una fecha.") && said.contains("Es el 3 de mayo de 2026."), "{said}");
}
