//! HTML to the plain text of an answer: paragraphs, lists and links are kept, emphasis as `**`, all else is dropped.

use scraper::node::Node;
use scraper::{ElementRef, Html};

/// A text as it is written: HTML where it holds tags or entities of it, else as it stands.
pub(super) fn text(written: &str) -> String {
    if !is_markup(written) {
        return tidy(&written.replace("\r\n", "\n").replace('\r', "\n"));
    }
    of(Html::parse_fragment(written).root_element())
}

/// The same on one line.
pub(super) fn line(written: &str) -> String {
    text(written).replace("**", "").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_markup(text: &str) -> bool {
    let tag = |(at, _): (usize, &str)| {
        let rest = text[at + 1..].trim_start_matches('/');
        let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        let after = rest[name.len()..].chars().next();
        !name.is_empty()
            && name.len() <= 10
            && matches!(after, Some('>' | ' ' | '/' | '\n'))
            && rest.contains('>')
    };
    let entity = |(at, _): (usize, &str)| {
        let rest = &text[at + 1..];
        rest.find(';').is_some_and(|end| {
            (2..9).contains(&end) && rest[..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '#')
        })
    };
    text.match_indices('<').any(tag) || text.match_indices('&').any(entity)
}

/// The text of an element.
pub(super) fn of(element: ElementRef<'_>) -> String {
    let mut writer = Writer::default();
    writer.children(element);
    tidy(&writer.out)
}

#[derive(Default)]
struct Writer {
    out: String,
    /// For each list around: its next number, 0 for one without numbers.
    lists: Vec<usize>,
    verbatim: bool,
}

const DROPPED: [&str; 12] = [
    "script", "style", "noscript", "template", "svg", "nav", "header", "footer", "form", "button", "iframe",
    "head",
];
const BLOCKS: [&str; 14] = [
    "p",
    "div",
    "section",
    "article",
    "main",
    "blockquote",
    "figure",
    "table",
    "dl",
    "dt",
    "dd",
    "details",
    "summary",
    "address",
];

impl Writer {
    fn children(&mut self, element: ElementRef<'_>) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) if self.verbatim => self.out.push_str(text),
                Node::Text(text) => self.words(text),
                Node::Element(_) => {
                    if let Some(inner) = ElementRef::wrap(child) {
                        self.element(inner);
                    }
                }
                _ => {}
            }
        }
    }

    /// White space of the source is one space.
    fn words(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.out.push(c);
            } else if !self.out.ends_with([' ', '\n']) {
                self.out.push(' ');
            }
        }
    }

    fn element(&mut self, element: ElementRef<'_>) {
        let name = element.value().name();
        match name {
            _ if DROPPED.contains(&name) => {}
            "br" => self.out.push('\n'),
            "hr" => self.gap(2),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.gap(2);
                self.marked(element);
                self.gap(2);
            }
            "strong" | "b" => self.marked(element),
            "a" => self.link(element),
            "ul" | "ol" => {
                self.gap(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push(usize::from(name == "ol"));
                self.children(element);
                self.lists.pop();
                self.gap(if self.lists.is_empty() { 2 } else { 1 });
            }
            "li" => self.item(element),
            "tr" => {
                self.gap(1);
                self.children(element);
                self.gap(1);
            }
            "td" | "th" => {
                if !self.out.is_empty() && !self.out.ends_with('\n') {
                    self.out.push_str(" | ");
                }
                self.children(element);
            }
            "pre" => {
                self.gap(2);
                let before = std::mem::replace(&mut self.verbatim, true);
                self.children(element);
                self.verbatim = before;
                self.gap(2);
            }
            _ if BLOCKS.contains(&name) => {
                // Within an item a paragraph goes on where the sign stands.
                let inside = self.lists.is_empty() && !self.out.ends_with("- ");
                self.gap(if inside { 2 } else { 0 });
                self.children(element);
                self.gap(if self.lists.is_empty() { 2 } else { 1 });
            }
            _ => self.children(element),
        }
    }

    fn marked(&mut self, element: ElementRef<'_>) {
        let words = of(element).replace("**", "").replace('\n', " ");
        if !words.is_empty() {
            self.out.push_str(&format!("**{words}**"));
        }
    }

    fn link(&mut self, element: ElementRef<'_>) {
        let words = of(element);
        let to = element.value().attr("href").unwrap_or_default().trim();
        let mail = to.strip_prefix("mailto:").or_else(|| to.strip_prefix("tel:"));
        let shown = mail.unwrap_or(to).split('?').next().filter(|_| mail.is_some()).unwrap_or(to);
        let leads = mail.is_some() || to.starts_with("http://") || to.starts_with("https://");
        self.words(&words);
        if leads && !words.contains(shown) {
            let space = if words.is_empty() { "" } else { " " };
            let whole = if words.is_empty() { shown.to_owned() } else { format!("({shown})") };
            self.out.push_str(&format!("{space}{whole}"));
        }
    }

    fn item(&mut self, element: ElementRef<'_>) {
        self.gap(1);
        let depth = self.lists.len().saturating_sub(1);
        let sign = match self.lists.last_mut() {
            Some(number) if *number > 0 => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".to_owned(),
        };
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str(&sign);
        self.children(element);
        self.gap(1);
    }

    /// At least so many line ends.
    fn gap(&mut self, lines: usize) {
        if lines == 0 || self.out.is_empty() {
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        let there = self.out.len() - self.out.trim_end_matches('\n').len();
        self.out.push_str(&"\n".repeat(lines.saturating_sub(there)));
    }
}

/// No space at ends of lines, no more than one empty line in a row.
fn tidy(text: &str) -> String {
    let text = text.replace('\u{a0}', " ");
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}
