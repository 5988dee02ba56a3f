//! Tables: comma, semicolon or tab; quoted cells may hold lines.

use super::{Draft, Note, Read, markup, parts};

/// A column by the names that exports give it.
const NAMES: [(Column, &[&str]); 7] = [
    (Column::Id, &["id", "slug", "key", "articleid", "externalid"]),
    (
        Column::Question,
        &["question", "title", "subject", "name", "headline", "frage", "titel", "domanda", "titolo"],
    ),
    (
        Column::Answer,
        &[
            "answer",
            "body",
            "content",
            "text",
            "html",
            "description",
            "solution",
            "antwort",
            "inhalt",
            "risposta",
            "testo",
            "contenuto",
        ],
    ),
    (
        Column::Category,
        &["category", "section", "topic", "group", "kategorie", "bereich", "categoria", "sezione"],
    ),
    (Column::Locale, &["locale", "language", "lang", "sprache", "lingua"]),
    (Column::Tags, &["tags", "tag", "labels", "labelnames", "keywords", "schlagworte", "etichette"]),
    (
        Column::Phrasings,
        &[
            "phrasings",
            "alternatives",
            "alternative",
            "alternativequestions",
            "synonyms",
            "variants",
            "variations",
            "varianten",
            "varianti",
            "alternativen",
            "alternative",
        ],
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Question,
    Answer,
    Category,
    Locale,
    Tags,
    Phrasings,
}

pub(super) fn read(name: &str, text: &str) -> Result<Read, String> {
    let delimiter = delimiter(text);
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(true)
        .from_reader(text.as_bytes());
    let header = rows.headers().map_err(|error| format!("{name}: {error}"))?.clone();
    let columns: Vec<Option<Column>> = header.iter().map(column).collect();
    let has = |wanted| columns.contains(&Some(wanted));
    if !has(Column::Question) || !has(Column::Answer) {
        let names: Vec<&str> = header.iter().map(str::trim).collect();
        return Err(format!(
            "{name}:1: the first row must name a column `question` (or `title`) and one `answer` (or `body`); it has {}",
            names.join(", ")
        ));
    }
    let mut read = Read::default();
    for (nth, row) in rows.records().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                read.notes.push(Note::out(&format!("{name} row {}", nth + 2), error.to_string()));
                continue;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        let place = format!("{name}:{line}");
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if row.len() != header.len() {
            let what = format!("this row has {} cells and the first row {}", row.len(), header.len());
            read.notes.push(Note::remark(&place, what));
        }
        read.drafts.push(draft(place, &columns, &row));
    }
    Ok(read)
}

fn column(name: &str) -> Option<Column> {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    NAMES.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(column, _)| *column)
}

fn draft(place: String, columns: &[Option<Column>], row: &csv::StringRecord) -> Draft {
    let mut draft = Draft { place, ..Draft::default() };
    let mut more = Vec::new();
    for (cell, column) in row.iter().zip(columns) {
        let cell = cell.trim();
        let Some(column) = column.filter(|_| !cell.is_empty()) else { continue };
        match column {
            Column::Id => draft.id = Some(cell.to_owned()),
            Column::Question if draft.questions.is_empty() => draft.questions.push(markup::line(cell)),
            Column::Question => more.push(markup::line(cell)),
            Column::Answer if draft.answer.is_empty() => draft.answer = markup::text(cell),
            Column::Answer => {}
            Column::Category => draft.category = Some(markup::line(cell)),
            Column::Locale => draft.locale = Some(cell.to_owned()),
            Column::Tags => draft.tags = parts(cell, &[',', ';']),
            Column::Phrasings => more.extend(parts(cell, &[';'])),
        }
    }
    draft.questions.extend(more);
    draft
}

/// The sign that parts the cells of the first row, quoted ones left out.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| char::from(*sign) == c) {
                    *count += 1;
                }
            }
        }
    }
    let best = counts.iter().max_by_key(|(sign, count)| (*count, *sign == b','));
    best.map_or(b',', |(sign, _)| *sign)
}
