//! The table that goes to translators and comes back.

use std::io::Write;

use anyhow::{Context, bail};

use super::Only;
use super::files::Files;
use crate::flow::limits::{discord, telegram, voice};
use crate::flow::translation::report::Report;
use crate::flow::translation::{Part, Unit, Value};

const BOM: &str = "\u{FEFF}";

/// A row that came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the table, from 1.
    pub line: u64,
    pub key: String,
    pub source: String,
    pub translation: String,
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub struct Sheet {
    pub locale: String,
    pub rows: Vec<Row>,
}

/// Writes the texts of a locale.
///
/// # Errors
/// An output that takes nothing, or the source locale itself.
pub fn write(files: &Files, locale: &str, only: Only, bom: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if locale == files.source {
        bail!("`{locale}` is what the others are made from; export another locale");
    }
    let report = Report::of(&files.units, &files.lock, &files.source, locale);
    let is = |list: &[&Unit], unit: &Unit| list.iter().any(|one| std::ptr::eq(*one, unit));
    if bom {
        out.write_all(BOM.as_bytes())?;
    }
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["key", "file", "line", "context", files.source.as_str(), locale, "note"])?;
    for unit in &files.units {
        let Some(source) = unit.values.get(&files.source) else { continue };
        let lacks = is(&report.missing, unit) || is(&report.optional, unit);
        let stale = is(&report.stale, unit);
        let wanted = match only {
            Only::Missing => lacks,
            Only::Stale => stale,
            Only::All => true,
        };
        if !wanted {
            continue;
        }
        let note = match (lacks, stale) {
            _ if is(&report.missing, unit) => "missing",
            (true, _) => "optional",
            (_, true) => "stale: the source has changed",
            _ if is(&report.copies, unit) => "the same as the source",
            _ => "",
        };
        let translation = unit.values.get(locale).map(Value::shown).unwrap_or_default();
        let line = unit.at.line.to_string();
        let row = [&unit.key, &*unit.at.file, &line, &context(unit), &source.shown(), &translation, note];
        table.write_record(row.map(safe))?;
    }
    table.flush()?;
    Ok(())
}

fn context(unit: &Unit) -> String {
    let list = unit.values.values().any(|value| matches!(value, Value::List(_)));
    let field = unit.context.rsplit(' ').next().unwrap_or_default();
    let limits = match unit.part {
        _ if list => "one a line, as people say it".to_owned(),
        Part::Voice => format!("spoken; a prompt has at most {} words", voice::PROMPT_WORDS),
        _ if field == "label" => format!("a button of at most {} characters", discord::BUTTON_LABEL),
        Part::Text | Part::Words | Part::Faq => {
            let most = discord::MESSAGE.min(telegram::MESSAGE);
            format!("at most {most} characters; spoken too where there is no voice form")
        }
    };
    format!("{}; {limits}", unit.context)
}

/// A cell that a spreadsheet takes for text: an apostrophe before what it would take for a formula, and before an
/// apostrophe at the beginning, so that it can be taken off again.
/// After <https://owasp.org/www-community/attacks/CSV_Injection>.
fn safe(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn plain(cell: &str) -> String {
    let rest =
        cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']));
    // Spreadsheets write line ends their own way.
    rest.unwrap_or(cell).replace("\r\n", "\n")
}

/// Reads a table; with commas, semicolons or tabs, as a spreadsheet left it.
///
/// # Errors
/// Bytes that are no UTF-8, or columns that are not those of an export from `source`.
pub fn read(bytes: &[u8], source: &str) -> anyhow::Result<Sheet> {
    let text = std::str::from_utf8(bytes).context("the table is not UTF-8; save it as “CSV UTF-8”")?;
    let text = text.strip_prefix(BOM).unwrap_or(text);
    let head = text.lines().next().unwrap_or_default();
    let most = [',', ';', '\t'].into_iter().max_by_key(|sign| head.matches(*sign).count()).unwrap_or(',');
    let delimiter = u8::try_from(most).unwrap_or(b',');
    let mut table =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let columns: Vec<String> = table.headers()?.iter().map(str::to_owned).collect();
    let place = |name: &str| columns.iter().position(|column| column == name);
    let fixed = ["key", "file", "line", "context", "note", source];
    let locale = columns.iter().find(|column| !fixed.contains(&column.as_str()) && !column.trim().is_empty());
    let (Some(key), Some(from), Some(locale)) = (place("key"), place(source), locale) else {
        bail!(
            "the table needs the columns key, {source} and the locale, as `vestibule locale export` writes them"
        );
    };
    let to = place(locale).unwrap_or_default();
    let mut rows = Vec::new();
    for record in table.records() {
        let record = record?;
        let cell = |at: usize| plain(record.get(at).unwrap_or_default());
        let line = record.position().map_or(0, |at| line_of(text, at.byte()));
        rows.push(Row { line, key: cell(key), source: cell(from), translation: cell(to) });
    }
    Ok(Sheet { locale: locale.clone(), rows })
}

/// The line of a byte, from 1. A record may be said to begin at the line end before it.
fn line_of(text: &str, byte: u64) -> u64 {
    let at = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let start = text.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count() + at;
    1 + text.as_bytes()[..start].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_spreadsheets_leave() {
        let sheet = read(
            "\u{FEFF}key;file;line;context;en;de;note\r\na/b;f;1;c;Hi;\"Hallo\r\nda\";\r\n".as_bytes(),
            "en",
        );
        let rows =
            vec![Row { line: 2, key: "a/b".into(), source: "Hi".into(), translation: "Hallo\nda".into() }];
        assert_eq!(sheet.expect("a table"), Sheet { locale: "de".into(), rows });
        assert!(read(b"a,b\n", "en").is_err());
        assert!(read(b"\xff\xfe", "en").is_err());
    }

    #[test]
    fn formulas_are_texts() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(plain(&safe("'tis")), "'tis");
        assert_eq!(plain("'quoted' word"), "'quoted' word");
    }

    proptest! {
        #[test]
        fn cells_come_back_as_they_went(cell in "[-=+@'\\ta-z ,;\"]{0,12}") {
            prop_assert!(!safe(&cell).starts_with(['=', '+', '-', '@', '\t']));
            prop_assert_eq!(plain(&safe(&cell)), cell);
        }
    }
}
