//! Tables of `lookup` steps: CSV files with a row of headers. Matching trims and ignores case.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::source::{Diagnostic, Place};

/// Bytes that one table may have.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Cells that one table may have.
pub const MAX_CELLS: usize = 1_000_000;

/// One table, in memory.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Its file, as findings name it.
    pub file: String,
    pub columns: Vec<String>,
    /// Row after row.
    cells: Vec<Box<str>>,
    /// The line of each row in its file.
    lines: Vec<u32>,
    /// For some sets of columns (sorted): their values in a row, and the first row that has them.
    indexes: BTreeMap<Vec<usize>, HashMap<Vec<String>, usize>>,
}

impl Table {
    /// Reads a table; a finding (`V122`) for each thing that is wrong with it. A row that is wrong is left out.
    pub fn read(file: &str, text: &str) -> (Self, Vec<Diagnostic>) {
        let name: Arc<str> = file.into();
        let mut found = Vec::new();
        let mut table = Self { file: file.to_owned(), ..Self::default() };
        if text.len() > MAX_BYTES {
            let message = format!("this table has {} bytes; at most {MAX_BYTES} are read", text.len());
            found.push(Diagnostic::error("V122", Place::start_of(&name), message).help("split it"));
            return (table, found);
        }
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(text))
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let at = place(&name, error.position());
                    found.push(Diagnostic::error("V122", at, format!("this row cannot be read: {error}")));
                    break;
                }
            }
            let at = place(&name, record.position());
            if table.columns.is_empty() {
                table.header(&record, &at, &mut found);
            } else if let Some((finding, full)) = table.row(&record, at) {
                found.push(finding);
                if full {
                    break;
                }
            }
        }
        if table.columns.is_empty() {
            let message = "this table is empty: its first row names the columns";
            found.push(Diagnostic::error("V122", Place::start_of(&name), message));
        }
        (table, found)
    }

    fn header(&mut self, record: &csv::StringRecord, at: &Place, found: &mut Vec<Diagnostic>) {
        for (index, field) in record.iter().enumerate() {
            let column = field.trim().to_owned();
            if column.is_empty() {
                let message = format!("column {} has no name", index + 1);
                found.push(Diagnostic::error("V122", at.clone(), message));
            } else if self.columns.iter().any(|known| key(known) == key(&column)) {
                let message = format!("two columns of this table are named `{column}`");
                found.push(Diagnostic::error("V122", at.clone(), message));
            }
            self.columns.push(column);
        }
    }

    /// Takes a row in. What is wrong with it, where something is, and whether the table is full.
    fn row(&mut self, record: &csv::StringRecord, at: Place) -> Option<(Diagnostic, bool)> {
        // A line of blanks is no row.
        if record.iter().all(|field| field.trim().is_empty()) {
            return None;
        }
        if record.len() != self.columns.len() {
            let message = format!(
                "this row has {} fields, but the table has {} columns",
                record.len(),
                self.columns.len()
            );
            let help = "a field that holds a comma stands in double quotes";
            return Some((Diagnostic::error("V122", at, message).help(help), false));
        }
        if self.cells.len() + record.len() > MAX_CELLS {
            let message = format!("a table has at most {MAX_CELLS} cells");
            return Some((Diagnostic::error("V122", at, message).help("split it"), true));
        }
        self.cells.extend(record.iter().map(|field| Box::from(field.trim())));
        self.lines.push(u32::try_from(at.line).unwrap_or(u32::MAX));
        None
    }

    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.cells.get(row * self.columns.len() + column).map_or("", |cell| cell)
    }

    /// The line of a row in its file, from 1.
    pub fn line(&self, row: usize) -> u32 {
        self.lines.get(row).copied().unwrap_or_default()
    }

    /// Makes look-ups by these columns quick.
    pub fn index(&mut self, columns: &[usize]) {
        let mut columns = columns.to_vec();
        columns.sort_unstable();
        columns.dedup();
        if self.indexes.contains_key(&columns) {
            return;
        }
        let mut index = HashMap::with_capacity(self.rows());
        for row in 0..self.rows() {
            let values: Vec<String> = columns.iter().map(|column| key(self.cell(row, *column))).collect();
            index.entry(values).or_insert(row);
        }
        self.indexes.insert(columns, index);
    }

    /// The first row whose columns hold these values.
    pub fn find(&self, wanted: &[(usize, String)]) -> Option<usize> {
        let mut wanted: Vec<(usize, String)> =
            wanted.iter().map(|(column, value)| (*column, key(value))).collect();
        wanted.sort_unstable();
        let columns: Vec<usize> = wanted.iter().map(|(column, _)| *column).collect();
        match self.indexes.get(&columns) {
            Some(index) => {
                let values: Vec<String> = wanted.into_iter().map(|(_, value)| value).collect();
                index.get(&values).copied()
            }
            None => (0..self.rows())
                .find(|row| wanted.iter().all(|(column, value)| key(self.cell(*row, *column)) == *value)),
        }
    }
}

fn key(value: &str) -> String {
    value.trim().to_lowercase()
}

fn place(file: &Arc<str>, position: Option<&csv::Position>) -> Place {
    let line = position.map_or(1, |position| usize::try_from(position.line()).unwrap_or(1));
    let offset = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    Place { line: line.max(1), offset, ..Place::start_of(file) }
}

/// A comma, or a semicolon where the first row has only those (as spreadsheets write it where the comma is in numbers).
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if first.contains(';') && !first.contains(',') { b';' } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_that_fits_wins_whatever_the_case() {
        let (mut table, found) =
            Table::read("t.csv", "code; city\n20121 ;Milano\n\n20121;Other\n00184;\"Roma; centro\"\n");
        assert_eq!(found, []);
        assert_eq!((table.rows(), table.columns.join(",")), (3, "code,city".to_owned()));
        for indexed in [false, true] {
            if indexed {
                table.index(&[0]);
            }
            assert_eq!(table.find(&[(0, " 20121".into())]).map(|row| table.cell(row, 1)), Some("Milano"));
            assert_eq!(table.find(&[(1, "ROMA; CENTRO".into())]).map(|row| table.line(row)), Some(5));
            assert_eq!(table.find(&[(0, "20121".into()), (1, "roma".into())]), None);
        }
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line() {
        let (table, found) = Table::read("t.csv", "a,b,A\n1,2\n1,2,3\n");
        let told: Vec<(usize, &str)> = found.iter().map(|one| (one.at.line, one.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (1, "two columns of this table are named `A`"),
                (2, "this row has 2 fields, but the table has 3 columns")
            ]
        );
        assert_eq!(table.rows(), 1);
        assert_eq!(Table::read("t.csv", "").1.len(), 1);
        let wide = format!("{}\n", vec!["x"; 1_001].join(",")).repeat(1_001);
        assert!(Table::read("t.csv", &wide).1.iter().any(|one| one.message.contains("cells")));
    }
}
