//! Files that were made to hurt: each is refused or accepted in a child process, within bounds of time and memory, and
//! what is refused is told at a place.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// For what takes milliseconds on a machine of one's own.
const LONGEST: Duration = Duration::from_secs(30);
/// Kilobytes of address space, the program's own included.
const MEMORY: u32 = 1_500_000;

struct Case {
    name: &'static str,
    file: &'static str,
    content: Vec<u8>,
    /// Codes of errors, of which one must be told; none: it must be accepted.
    codes: &'static [&'static str],
}

fn case(name: &'static str, content: impl Into<Vec<u8>>, codes: &'static [&'static str]) -> Case {
    Case { name, file: "a.yaml", content: content.into(), codes }
}

fn faq(name: &'static str, content: impl Into<Vec<u8>>, codes: &'static [&'static str]) -> Case {
    Case { file: "faq.yaml", ..case(name, content, codes) }
}

fn lines(name: &'static str, content: impl Into<Vec<u8>>, codes: &'static [&'static str]) -> Case {
    Case { file: "faq.jsonl", ..case(name, content, codes) }
}

fn flow(steps: &str) -> String {
    format!("flow: main\nstart: {{ default: true }}\nslots: {{ a: text }}\nsteps:\n{steps}  - end:\n")
}

fn say(text: &str) -> String {
    flow(&format!("  - say: {{ en: '{text}', it: Ciao, de: Hallo }}\n"))
}

/// Ten levels of nine aliases each: 3.4 thousand million items.
fn laughs() -> String {
    let mut text = String::from("l0: &l0 [lol]\n");
    for level in 1..=10 {
        let items = vec![format!("*l{}", level - 1); 9].join(", ");
        text.push_str(&format!("l{level}: &l{level} [{items}]\n"));
    }
    text
}

fn nested(open: &str, close: &str, times: usize) -> String {
    format!("{}{}", open.repeat(times), close.repeat(times))
}

fn shapes() -> Vec<Case> {
    let deep_maps: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    vec![
        case("billion laughs", format!("flow: a\n{}", laughs()), &["V001"]),
        faq(
            "billion laughs in an FAQ",
            format!("- id: a\n  answer: x\n- {}", laughs().replace('\n', "\n  ")),
            &["V801"],
        ),
        case("a megabyte of brackets", "[".repeat(1_000_000), &["V001", "V801"]),
        case("closed brackets", format!("flow: {}\n", nested("[", "]", 500_000)), &["V001"]),
        case("braces", format!("flow: {}\n", nested("{a: ", "}", 200_000)), &["V001"]),
        case("nested maps", format!("flow: main\nsteps:\n{deep_maps}"), &["V001"]),
        case("nested lists", format!("flow: main\nsteps:\n  {}x\n", "- ".repeat(500_000)), &["V001"]),
        faq("brackets in an FAQ", format!("- id: {}\n", nested("[", "]", 500_000)), &["V801"]),
        lines("brackets in JSON lines", format!("{{\"id\": {}}}\n", nested("[", "]", 500_000)), &["V801"]),
        case(
            "keys of keys",
            format!("flow: main\nsteps: {}\n", nested("? ", "", 100_000)),
            &["V001", "V004"],
        ),
        case("an alias of itself", "flow: &a [*a]\n", &["V001"]),
        case("an alias of nothing", "flow: *nobody\nsteps: []\n", &["V001"]),
        case(
            "many anchors",
            (0..200_000).map(|i| format!("k{i}: &a{i} x\n")).collect::<String>(),
            &["V001", "V002"],
        ),
        case(
            "merge keys",
            "flow: main\nbase: &base { end: done }\nsteps:\n  - <<: *base\n",
            &["V001", "V002", "V006"],
        ),
        case(
            "a tag of a program",
            "flow: !!python/object/apply:os.system [ls]\nsteps:\n  - end:\n",
            &["V001", "V004"],
        ),
        case("two documents", "flow: main\nsteps:\n  - end:\n---\nflow: two\nsteps:\n  - end:\n", &["V001"]),
        case(
            "a long key",
            format!("flow: main\n{}: x\nsteps:\n  - end:\n", "k".repeat(2_000_000)),
            &["V001", "V002"],
        ),
        case("a file too large", vec![b'#'; 17 * 1_024 * 1_024], &["V001"]),
    ]
}

fn characters() -> Vec<Case> {
    let utf16: Vec<u8> = "flow: main\nsteps:\n  - end:\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [vec![0xFF, 0xFE], utf16].concat();
    vec![
        case("UTF-16", utf16, &["V001"]),
        case("NUL", "flow: main\0\nsteps:\n  - end:\n", &["V001", "V011"]),
        case("bytes", [b"flow: ".to_vec(), vec![0x80, 0xC3, 0x28, 0xFE]].concat(), &["V001"]),
        case("tabs", "flow: main\nsteps:\n\t- end:\n", &["V001"]),
        case("a byte order mark", format!("\u{feff}{}", say("Hello")), &[]),
        case("line ends of Windows", say("Hello").replace('\n', "\r\n"), &[]),
        case("an empty file", "", &["V018"]),
        case("only comments", "# nothing\n".repeat(100_000), &["V018"]),
        lines("half a line", "{\"id\": \"a\", \"question\": \"", &["V801"]),
        lines("a deep line", format!("{}\n", nested("{\"a\":", "}", 100_000)), &["V801"]),
    ]
}

fn templates() -> Vec<Case> {
    let endless = "{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}";
    let includes: String = "{% if contact.name %}".repeat(20_000) + &"{% endif %}".repeat(20_000);
    vec![
        case(
            "brackets in a template",
            say(&format!("{{{{ {}1{} }}}}", "(".repeat(500_000), ")".repeat(500_000))),
            &["V401"],
        ),
        case("open brackets in a template", say(&format!("{{{{ {}", "(".repeat(500_000))), &["V401"]),
        case("lists in a template", say(&format!("{{{{ {} }}}}", nested("[", "]", 100_000))), &["V401"]),
        case(
            "nots in a condition",
            flow(&format!("  - when: {}true\n    say: {{ en: a, it: b, de: c }}\n", "not ".repeat(100_000))),
            &["V401"],
        ),
        case("minus signs", say(&format!("{{{{ {}1 }}}}", "-".repeat(100_000))), &["V401"]),
        case("a long sum", say(&format!("{{{{ 1{} }}}}", " + 1".repeat(100_000))), &["V401"]),
        case("many filters", say(&format!("{{{{ 1{} }}}}", "|abs".repeat(100_000))), &["V401"]),
        case("many points", say(&format!("{{{{ contact{} }}}}", ".a".repeat(100_000))), &["V401", "V402"]),
        case("many ifs", say(&includes), &["V401"]),
        case(
            "elses",
            say(&format!("{{{{ {}1 }}}}", "1 if contact.verified else ".repeat(50_000))),
            &["V401"],
        ),
        case("a template that never ends", say(endless), &["V405"]),
        case(
            "a macro that calls itself",
            say("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}"),
            &["V405"],
        ),
        case(
            "a loop that calls itself",
            say("{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}"),
            &["V405"],
        ),
        case("a range of all numbers", say("{{ range(9999999999) | length }}"), &["V405"]),
        case(
            "a text grown large",
            say(
                "{% set x = namespace(t=\"aaaaaaaaaa\") %}{% for i in range(40) %}{% set x.t = x.t ~ x.t %}{% endfor %}{{ x.t | length }}",
            ),
            &["V405"],
        ),
        case("a text times a number", say("{{ \"a\" * 999999999 }}"), &["V405", "V406"]),
        case("an include", say("{% include \"other\" %}"), &["V405"]),
    ]
}

fn scalars() -> Vec<Case> {
    let pattern = |pattern: &str| {
        format!(
            "flow: main\nstart: {{ default: true }}\nslots: {{ a: {{ type: pattern, pattern: '{pattern}' }} }}\nsteps:\n  - ask: {{ slot: a, prompt: {{ en: What, it: Che, de: Was }} }}\n  - end:\n"
        )
    };
    vec![
        case("a pattern that backtracks elsewhere", pattern("(a+)+$"), &[]),
        case("a pattern that grows", pattern("((a{1,1000}){1,1000}){1,1000}"), &["V014"]),
        case("a pattern of brackets", pattern(&nested("(", ")", 100_000)), &["V014"]),
        case("a pattern of stars", pattern(&format!("a{}", "*".repeat(50_000))), &["V014"]),
        case("a huge text", say(&"word ".repeat(400_000)), &[]),
        case("many texts", flow(&"  - say: { en: Hello, it: Ciao, de: Hallo }\n".repeat(19_000)), &[]),
        case("too many steps", flow(&"  - set: { a: b }\n".repeat(21_000)), &["V010"]),
        case(
            "long numbers",
            format!(
                "flow: main\nslots: {{ a: {{ type: number, max: 1{} }} }}\nsteps:\n  - end:\n",
                "0".repeat(100_000)
            ),
            &["V004"],
        ),
    ]
}

/// Runs a check of one file in a child with little memory, and reads what it found.
fn checked(folder: &Path, case: &Case) -> Result<(), String> {
    let path = folder.join(case.file);
    std::fs::write(&path, &case.content).map_err(|error| error.to_string())?;
    let command = format!("ulimit -v {MEMORY}; exec \"$0\" check \"$1\" --format json");
    let begun = Instant::now();
    let output = Command::new("sh")
        .args(["-c", &command, env!("CARGO_BIN_EXE_vestibule"), &path.display().to_string()])
        .current_dir(folder)
        .output()
        .map_err(|error| error.to_string())?;
    let took = begun.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(format!("ended with {}: {:.300}", output.status, said));
    }
    if took > LONGEST {
        return Err(format!("took {took:?}"));
    }
    let found: Vec<serde_json::Value> =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let errors: Vec<&serde_json::Value> = found.iter().filter(|one| one["severity"] == "error").collect();
    let told = |code: &&str| {
        errors.iter().any(|one| {
            one["code"] == **code && one["line"].as_u64() > Some(0) && one["column"].as_u64() > Some(0)
        })
    };
    if case.codes.is_empty() != errors.is_empty() || !(case.codes.is_empty() || case.codes.iter().any(told)) {
        let codes: Vec<String> =
            errors.iter().map(|one| format!("{} {:.200}", one["code"], one["message"])).collect();
        return Err(format!("expected {:?}, found {:?}", case.codes, &codes[..codes.len().min(3)]));
    }
    Ok(())
}

fn all(cases: Vec<Case>) {
    let mut wrong = Vec::new();
    for case in cases {
        let folder = tempfile::tempdir().expect("a folder");
        if let Err(why) = checked(folder.path(), &case) {
            wrong.push(format!("{}: {why}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn towers_and_bombs_of_yaml_are_refused() {
    all(shapes());
}

#[test]
fn odd_bytes_are_told_or_taken() {
    all(characters());
}

#[test]
fn templates_end() {
    all(templates());
}

#[test]
fn patterns_and_long_texts_stay_within_bounds() {
    all(scalars());
}
