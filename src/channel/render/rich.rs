//! The little markup that texts may hold (**bold**, `code`, links), as text and marks; and long texts in parts. The
//! pages read the same markup in `web/chat/text.js`.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::conversation::Segment;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rich {
    pub text: String,
    /// Byte ranges of `text`, in order, never over each other.
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub range: Range<usize>,
    pub style: Style,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Style {
    Bold,
    Code,
    /// The address behind the words.
    Link(String),
}

impl Rich {
    /// Texts by their markup, ticket codes as code: one piece, easily copied.
    /// What is `quoted` is no markup.
    pub fn of(segments: &[Segment], quoted: &[String]) -> Self {
        let mut rich = Self::default();
        for segment in segments {
            match segment {
                Segment::Text(text) => rich.push_markup(text, quoted),
                Segment::Code(code) => rich.push(code, Some(Style::Code)),
            }
        }
        rich
    }

    pub fn push_plain(&mut self, text: &str) {
        self.push(text, None);
    }

    fn push(&mut self, text: &str, style: Option<Style>) {
        let from = self.text.len();
        self.text.push_str(text);
        if let Some(style) = style.filter(|_| !text.is_empty()) {
            self.marks.push(Mark { range: from..self.text.len(), style });
        }
    }

    fn push_markup(&mut self, text: &str, quoted: &[String]) {
        let mut rest = text;
        while let Some((at, len, words, style)) = first_mark(rest) {
            let written = &rest[at..at + len];
            if quoted.iter().any(|said| said.contains(written)) {
                self.push(&rest[..at + len], None);
                rest = &rest[at + len..];
                continue;
            }
            self.push(&rest[..at], None);
            self.push(words, Some(style));
            rest = &rest[at + len..];
        }
        self.push(rest, None);
    }

    /// A part with its marks, white space at its ends left out.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let part = &self.text[range.clone()];
        let from = range.start + part.len() - part.trim_start().len();
        let to = (range.start + part.trim_end().len()).max(from);
        let within = |mark: &Mark| {
            let range = mark.range.start.max(from)..mark.range.end.min(to);
            (range.start < range.end)
                .then(|| Mark { range: range.start - from..range.end - from, style: mark.style.clone() })
        };
        Self { text: self.text[from..to].to_owned(), marks: self.marks.iter().filter_map(within).collect() }
    }

    /// In parts of at most `most`, as `cost` counts characters and `around` what a mark adds. Ended at a paragraph, else a
    /// sentence, else a word, else a whole letter; within a mark only where it alone is too long.
    pub fn parts(
        &self,
        most: usize,
        cost: impl Fn(char) -> usize,
        around: impl Fn(&Style) -> usize,
    ) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut from = 0;
        while from < self.text.len() {
            let limit = self.limit(from, most, &cost, &around);
            let cut = if limit == self.text.len() { limit } else { self.cut(from, limit) };
            let part = self.slice(from..cut);
            if !part.text.is_empty() {
                parts.push(part);
            }
            from = cut;
        }
        parts
    }

    /// How far a part may reach: beyond `from`, at a whole letter.
    fn limit(
        &self,
        from: usize,
        most: usize,
        cost: &impl Fn(char) -> usize,
        around: &impl Fn(&Style) -> usize,
    ) -> usize {
        let opened = |at: usize| {
            self.marks
                .iter()
                .filter(move |mark| mark.range.start == at.max(mark.range.start) && mark.range.start == at)
        };
        let inside = self.marks.iter().filter(|mark| mark.range.start < from && from < mark.range.end);
        let mut used: usize = inside.map(|mark| around(&mark.style)).sum();
        let mut at = from;
        for letter in self.text[from..].graphemes(true) {
            used += opened(at).map(|mark| around(&mark.style)).sum::<usize>();
            used += letter.chars().map(cost).sum::<usize>();
            if used > most {
                break;
            }
            at += letter.len();
        }
        if at > from {
            return at;
        }
        // A flood of combining marks is one letter longer than a part: then between two of them.
        let mut used = 0;
        for c in self.text[from..].chars() {
            used += cost(c);
            if used > most && at > from {
                break;
            }
            at += c.len_utf8();
        }
        at
    }

    fn cut(&self, from: usize, limit: usize) -> usize {
        let head = &self.text[from..limit];
        let third = head.len() / 3;
        let paragraph = head.rfind("\n\n").map(|at| at + 2);
        let line = || head.rfind('\n').map(|at| at + 1);
        let sentence = || {
            let ends = head.char_indices().filter(|(at, c)| {
                c.is_whitespace() && head[..*at].ends_with(['.', '!', '?', '…', ':', ';', '。', '！', '？'])
            });
            ends.map(|(at, c)| at + c.len_utf8()).next_back()
        };
        let word =
            || head.char_indices().rev().find(|(_, c)| c.is_whitespace()).map(|(at, c)| at + c.len_utf8());
        let late = |at: &usize| *at > third;
        let found = paragraph.filter(late).or_else(|| sentence().max(line()).filter(late)).or_else(word);
        let cut = from + found.filter(|at| *at > 0).unwrap_or(head.len());
        match self.marks.iter().find(|mark| mark.range.start < cut && cut < mark.range.end) {
            Some(mark) if mark.range.start > from => mark.range.start,
            _ => cut,
        }
    }
}

/// The first mark: where it is, how long, its words and style.
fn first_mark(text: &str) -> Option<(usize, usize, &str, Style)> {
    let mut best: Option<(usize, usize, &str, Style)> = None;
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        best = match c {
            '*' => between(rest, "**", "**", '*').map(|(len, words)| (at, len, words, Style::Bold)),
            '`' => between(rest, "`", "`", '\n').map(|(len, words)| (at, len, words, Style::Code)),
            '[' => link(rest).map(|(len, words, to)| (at, len, words, Style::Link(to.to_owned()))),
            'h' => bare_link(rest).map(|to| (at, to.len(), to, Style::Link(to.to_owned()))),
            _ => None,
        };
        if best.is_some() {
            break;
        }
    }
    best
}

fn between<'t>(text: &'t str, open: &str, close: &str, never: char) -> Option<(usize, &'t str)> {
    let inner = text.strip_prefix(open)?;
    let end = inner.find(close)?;
    let words = &inner[..end];
    let fits = !words.is_empty() && !words.contains(never) && !words.starts_with(char::is_whitespace);
    fits.then_some((open.len() + end + close.len(), words))
}

/// `[words](address)`.
fn link(text: &str) -> Option<(usize, &str, &str)> {
    let end = text.find(']')?;
    let words = &text[1..end];
    let to = text[end + 1..].strip_prefix('(')?;
    let close = to.find(')')?;
    let address = &to[..close];
    let fits = !words.is_empty()
        && !words.contains('\n')
        && is_web(address)
        && !address.contains(char::is_whitespace);
    fits.then_some((end + 2 + close + 1, words, address))
}

fn bare_link(text: &str) -> Option<&str> {
    if !is_web(text) {
        return None;
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(text.len());
    // A full stop or bracket at the end belongs to the sentence.
    let address = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
    is_web(address).then_some(address)
}

fn is_web(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rich(text: &str) -> Rich {
        Rich::of(&[Segment::Text(text.to_owned())], &[])
    }

    #[test]
    fn markup_is_read_as_on_the_pages() {
        let read =
            rich("Open **Settings**, press `F1`, see [the page](https://x.example/a) or https://y.example.");
        assert_eq!(read.text, "Open Settings, press F1, see the page or https://y.example.");
        let words: Vec<&str> = read.marks.iter().map(|mark| &read.text[mark.range.clone()]).collect();
        assert_eq!(words, ["Settings", "F1", "the page", "https://y.example"]);
        for plain in ["** not bold**", "2 * 3 * 4", "[x](javascript:alert(1))", "`open", "http:// x"] {
            assert_eq!(rich(plain), Rich { text: plain.to_owned(), marks: Vec::new() });
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn parts_keep_every_word_and_the_bound(text in "(\\PC{0,12}|[.!?] |\\n\\n|\\*\\*b c\\*\\*|👩‍👧|e\u{301}){0,40}", most in 12_usize..60) {
            let whole = rich(&text);
            let parts = whole.parts(most, char::len_utf16, |_| 0);
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            let joined: String = parts.iter().map(|part| bare(&part.text)).collect();
            prop_assert_eq!(joined, bare(&whole.text));
            for part in &parts {
                prop_assert!(part.text.encode_utf16().count() <= most, "{:?}", part);
                for mark in &part.marks {
                    prop_assert!(part.text.get(mark.range.clone()).is_some());
                }
            }
        }
    }
}
