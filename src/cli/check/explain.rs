//! `vestibule check --explain V101`: the page of a code, compiled in.

use std::io::Write;

/// `docs/diagnostics.md`, one section a code.
const PAGE: &str = include_str!("../../../docs/diagnostics.md");

/// Writes what a code means and what to do about it. The exit code: 0, or 1 where there is no such code.
///
/// # Errors
/// An output that takes nothing.
pub fn run(code: &str, out: &mut impl Write) -> anyhow::Result<u8> {
    let code = code.trim().to_uppercase();
    match section(&code) {
        Some(text) => {
            writeln!(out, "{code}\n\n{text}")?;
            out.flush()?;
            Ok(0)
        }
        None => {
            let near = codes().find(|known| strsim::osa_distance(known, &code) <= 1);
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            writeln!(std::io::stderr(), "vestibule: there is no code {code}{hint}")?;
            Ok(1)
        }
    }
}

/// All codes, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGE.lines().filter_map(|line| line.strip_prefix("## "))
}

/// The text of a code's section.
pub fn section(code: &str) -> Option<&'static str> {
    let heading = format!("## {code}\n");
    let start = if PAGE.starts_with(&heading) { 0 } else { PAGE.find(&format!("\n{heading}"))? + 1 };
    let rest = &PAGE[start + heading.len()..];
    Some(rest.find("\n## ").map_or(rest, |end| &rest[..end]).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained() {
        assert!(codes().count() > 60);
        for code in codes() {
            assert!(section(code).is_some_and(|text| text.len() > 20), "{code}");
        }
        let mut out = Vec::new();
        assert_eq!(run("v101", &mut out).expect("written"), 0);
        assert!(String::from_utf8_lossy(&out).contains("A jump to a step that is not there"));
        let mut out = Vec::new();
        assert_eq!((run("V999", &mut out).expect("written"), out.len()), (1, 0));
    }
}
