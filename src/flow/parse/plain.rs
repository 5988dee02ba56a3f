//! The quick way to read a file: its tree straight from the YAML parser's events. Whatever it is not sure of (anchors,
//! tags, limits, mistakes) it leaves to [`super::node`], which reads the careful way and words what is wrong.

use std::sync::Arc;

use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::node::{Data, MAX_DEPTH, MAX_NODES, Node, is_plain, slice};
use crate::source::Place;

/// The same tree, places and all, as the careful way gives; `None` where that one has to be asked.
pub fn read(file: &Arc<str>, text: &str) -> Option<Node> {
    if text.starts_with('\u{feff}') {
        return None;
    }
    let mut reader = Reader { parser: Parser::new_from_str(text), file, text, left: MAX_NODES };
    let stream = matches!(reader.next()?, (Event::StreamStart, _));
    let document = matches!(reader.next()?, (Event::DocumentStart(_, None), _));
    if !(stream && document) {
        return None;
    }
    let first = reader.next()?;
    let root = reader.node(first, 0)?;
    let over =
        matches!(reader.next()?, (Event::DocumentEnd, _)) && matches!(reader.next()?, (Event::StreamEnd, _));
    over.then_some(root)
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    file: &'a Arc<str>,
    text: &'a str,
    /// Nodes that the file may still have.
    left: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        self.parser.next_event()?.ok()
    }

    fn node(&mut self, (event, span): (Event<'a>, Span), depth: usize) -> Option<Node> {
        self.left = self.left.checked_sub(1)?;
        let at = self.place(&span)?;
        let data = match event {
            Event::Scalar(text, style, 0, None) => self.scalar(&text, style, &at)?,
            Event::SequenceStart(_, 0, None) if depth < MAX_DEPTH => self.list(depth + 1)?,
            Event::MappingStart(_, 0, None) if depth < MAX_DEPTH => self.map(depth + 1)?,
            _ => return None,
        };
        Some(Node { at, data })
    }

    fn scalar(&self, text: &str, style: ScalarStyle, at: &Place) -> Option<Data> {
        if style == ScalarStyle::Plain {
            // `<<` merges maps, as a key.
            return match text {
                "" | "~" | "null" | "Null" | "NULL" => Some(Data::Null),
                "<<" => None,
                text => Some(Data::Scalar { text: text.to_owned(), plain: true }),
            };
        }
        Some(Data::Scalar { text: text.to_owned(), plain: is_plain(slice(self.text, at)) })
    }

    fn list(&mut self, depth: usize) -> Option<Data> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Some(Data::List(items)),
                event => items.push(self.node(event, depth)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Data> {
        let mut pairs = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Some(Data::Map(pairs)),
                event => self.node(event, depth)?,
            };
            let event = self.next()?;
            pairs.push((key, self.node(event, depth)?));
        }
    }

    fn place(&self, span: &Span) -> Option<Place> {
        let (start, end) = (span.start.byte_offset()?, span.end.byte_offset()?);
        Some(Place {
            file: self.file.clone(),
            line: span.start.line(),
            column: span.start.col() + 1,
            offset: start,
            len: end.saturating_sub(start),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::flow::parse::node;

    /// Whether the quick way read it; if so, as the careful way does.
    fn same(text: &str) -> Result<bool, String> {
        let file: Arc<str> = "a.yaml".into();
        let Some(quick) = read(&file, text) else { return Ok(false) };
        match node::carefully(&file, text) {
            Ok(careful) if format!("{quick:?}") == format!("{careful:?}") => Ok(true),
            Ok(careful) => Err(format!("{text:?} is {quick:#?}, carefully {careful:#?}")),
            Err(finding) => Err(format!("{text:?} was read, and is refused: {finding:?}")),
        }
    }

    #[test]
    fn the_files_of_the_demo_are_read_the_quick_way() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = 0;
        for folder in ["flows", "flows/system", "flows/tests", "faq"] {
            for entry in std::fs::read_dir(root.join(folder)).expect(folder) {
                let path = entry.expect("an entry").path();
                if path.extension().is_some_and(|extension| extension == "yaml") {
                    let text = std::fs::read_to_string(&path).expect("a text");
                    assert_eq!(same(&text), Ok(true), "{}", path.display());
                    files += 1;
                }
            }
        }
        assert!(files > 20, "{files}");
    }

    #[test]
    fn what_it_is_not_sure_of_it_leaves() {
        for text in [
            "a: &x 1\nb: *x",
            "a: !!str 1",
            "<<: {a: 1}",
            "a: 1\n---\nb: 2",
            "a: [1",
            "\u{feff}a: 1",
            "%YAML 1.2\n---\na: 1",
            "",
        ] {
            assert_eq!(same(text), Ok(false), "{text:?}");
        }
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
        assert_eq!(same(&deep), Ok(false));
    }

    const PIECES: [&str; 44] = [
        "a",
        "b: ",
        "- ",
        "? ",
        "\n",
        "\n  ",
        "\n    ",
        "\n\n",
        ": ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "'it''s'",
        "\"x\\n\\u00e8\"",
        "|\n  one\n  two\n",
        ">\n  one\n  two\n",
        "|-\n  kept",
        "# said\n",
        " # said",
        "null",
        "~",
        "007",
        "1.0",
        "true",
        "yes",
        "0x1F",
        ".inf",
        "è ",
        "👋",
        "\t",
        "\r\n",
        "&x ",
        "*x",
        "!t ",
        "<<: ",
        "---\n",
        "...\n",
        "%",
        "@",
        "key: value\n",
        "- item\n",
        "  nested: [1, {a: b}]\n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn the_quick_way_reads_what_the_careful_way_reads(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..14)
        ) {
            let read = same(&pieces.concat());
            prop_assert!(read.is_ok(), "{:?}", read);
        }
    }
}
