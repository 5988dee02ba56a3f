//! FAQ files as YAML: a list of articles. Every problem of a file is reported in one run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::article::Article;
use super::tree::{self, Kind, Node};
use crate::source::{Diagnostic, Place};

/// A malformed FAQ file.
pub const MALFORMED: &str = "V801";

pub(super) const KEYS: [&str; 6] = ["id", "tags", "questions", "answer", "voice", "review"];

/// Whether a YAML text is an FAQ file, a list at the top, and not a flow, which is a mapping.
pub fn is_faq(text: &str) -> bool {
    let meaningful = |line: &&str| {
        let line = line.trim();
        !(line.is_empty() || line.starts_with('#') || line.starts_with('%') || line == "---")
    };
    let text = text.trim_start_matches('\u{feff}');
    let Some(line) = text.lines().find(meaningful) else { return false };
    let line = line.trim_start().trim_start_matches("--- ").trim_start();
    line == "-" || line.starts_with("- ") || line.starts_with('[')
}

/// The articles of a YAML file and all that is wrong with it (`V801`). A plain string, where a text a locale may
/// stand, is of `default_locale`. An article that lacks an id, a question or an answer is left out.
pub fn parse_yaml(file: &str, text: &str, default_locale: &str) -> (Vec<Article>, Vec<Diagnostic>) {
    let file: Arc<str> = file.into();
    let mut reader = Reader { file: file.clone(), text, default_locale, found: vec![] };
    let root = match tree::parse(&file, text) {
        Ok(root) => root,
        Err((at, message)) => return (vec![], vec![Diagnostic::error(MALFORMED, at, message)]),
    };
    let articles = match &root.kind {
        Kind::Null => vec![],
        Kind::List(items) => items.iter().filter_map(|item| reader.article(item)).collect(),
        _ => {
            reader.error(
                &root,
                "an FAQ file is a list of articles",
                Some("begin each article with `- id: …`"),
            );
            vec![]
        }
    };
    (articles, reader.found)
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    default_locale: &'a str,
    found: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn place(&self, node: &Node) -> Place {
        tree::place(&self.file, self.text, node.at)
    }

    fn error(&mut self, node: &Node, message: impl Into<String>, help: Option<&str>) {
        let mut finding = Diagnostic::error(MALFORMED, self.place(node), message);
        finding.help = help.map(Into::into);
        self.found.push(finding);
    }

    fn article(&mut self, node: &Node) -> Option<Article> {
        let Kind::Map(entries) = &node.kind else {
            self.error(node, "an article is a mapping with `id`, `questions` and `answer`", None);
            return None;
        };
        let fields = self.fields(entries);
        let mut article = Article { at: self.place(node), ..Article::default() };
        if let Some((key, value)) = fields.get("id") {
            article.id = self.string(value).unwrap_or_default();
            article.at = self.place(key);
        }
        let tags = fields.get("tags").map(|(_, value)| self.strings(value)).unwrap_or_default();
        (article.tags, article.places.tags) = tags.into_iter().unzip();
        if let Some((_, value)) = fields.get("questions") {
            let mut questions = self.by_locale(value, Self::strings);
            questions.retain(|_, list| !list.is_empty());
            for (locale, list) in questions {
                let (texts, places) = list.into_iter().unzip();
                article.questions.insert(locale.clone(), texts);
                article.places.questions.insert(locale, places);
            }
        }
        (article.answer, article.places.answer) = self.texts(fields.get("answer"));
        article.voice = self.texts(fields.get("voice")).0;
        if let Some((_, value)) = fields.get("review") {
            article.review = self.date(value);
        }
        let missing = [
            ("id", !article.id.is_empty()),
            ("questions", !article.questions.is_empty()),
            ("answer", !article.answer.is_empty()),
        ];
        let mut complete = true;
        for (name, present) in missing {
            complete &= present;
            if !fields.contains_key(name) {
                self.error(node, format!("this article has no `{name}`"), None);
            }
        }
        complete.then_some(article)
    }

    /// A text for each locale, with its place.
    fn texts(
        &mut self,
        entry: Option<&(&Node, &Node)>,
    ) -> (BTreeMap<String, String>, BTreeMap<String, Place>) {
        let Some((_, value)) = entry else { return Default::default() };
        let texts =
            self.by_locale(value, |reader, node| reader.string(node).map(|text| (text, reader.place(node))));
        let mut both = (BTreeMap::new(), BTreeMap::new());
        for (locale, (text, place)) in texts.into_iter().filter_map(|(locale, text)| Some((locale, text?))) {
            both.0.insert(locale.clone(), text);
            both.1.insert(locale, place);
        }
        both
    }

    /// The entries of an article by name; unknown and repeated ones are reported.
    fn fields<'n>(&mut self, entries: &'n [(Node, Node)]) -> BTreeMap<&'static str, (&'n Node, &'n Node)> {
        let mut fields = BTreeMap::new();
        for (key, value) in entries {
            let name = plain(key).unwrap_or_default();
            match KEYS.iter().find(|known| **known == name) {
                None => {
                    let near = KEYS.iter().find(|known| strsim::osa_distance(known, name) <= 2);
                    let help = near.map_or_else(
                        || format!("an article has {}", KEYS.join(", ")),
                        |near| format!("did you mean `{near}`?"),
                    );
                    self.error(key, format!("`{name}` is not a key of an article"), Some(&help));
                }
                Some(known) if fields.contains_key(known) => {
                    self.error(key, format!("`{name}` is given twice"), Some("keep one of the two"));
                }
                Some(known) => {
                    fields.insert(*known, (key, value));
                }
            }
        }
        fields
    }

    /// `{ en: …, it: … }`, or the value alone for the default locale.
    fn by_locale<T>(&mut self, node: &Node, read: impl Fn(&mut Self, &Node) -> T) -> BTreeMap<String, T> {
        let Kind::Map(entries) = &node.kind else {
            return BTreeMap::from([(self.default_locale.to_owned(), read(self, node))]);
        };
        let mut texts = BTreeMap::new();
        for (key, value) in entries {
            let locale = plain(key).unwrap_or_default();
            if !is_locale(locale) {
                self.error(key, format!("`{locale}` is not a locale"), Some("such as `en`, `it` or `pt-BR`"));
            } else if texts.contains_key(locale) {
                self.error(key, format!("`{locale}` is given twice"), Some("keep one of the two"));
            } else {
                let value = read(self, value);
                texts.insert(locale.to_owned(), value);
            }
        }
        texts
    }

    /// A list of texts, or one text alone. Empty ones are reported and left out.
    fn strings(&mut self, node: &Node) -> Vec<(String, Place)> {
        let single = std::slice::from_ref(node);
        let items = if let Kind::List(items) = &node.kind { items.as_slice() } else { single };
        items.iter().filter_map(|item| Some((self.string(item)?, self.place(item)))).collect()
    }

    /// A text that is not blank; anything else is reported.
    fn string(&mut self, node: &Node) -> Option<String> {
        let value = match &node.kind {
            Kind::Text(text) => text.trim(),
            Kind::Plain(text) => {
                let at = self.place(node);
                let source = self.text.get(at.offset..at.offset + at.len).unwrap_or_default().trim();
                if source.is_empty() { text.as_str() } else { source }
            }
            _ => "",
        };
        if value.is_empty() {
            self.error(node, "a text is expected here", None);
            return None;
        }
        Some(value.to_owned())
    }

    fn date(&mut self, node: &Node) -> Option<jiff::civil::Date> {
        let date = self.string(node)?.parse().ok();
        if date.is_none() {
            self.error(node, "a date is expected here", Some("written as 2027-06-01"));
        }
        date
    }
}

fn plain(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Text(text) | Kind::Plain(text) => Some(text),
        _ => None,
    }
}

/// Letters, then perhaps a region or script: `en`, `pt-BR`.
pub(super) fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WHOLE: &str = "# the FAQ\n- id: reset-password\n  tags: [access]\n  questions:\n    en: [\"How do I reset my password?\", password recovery]\n    it: Ho dimenticato la password\n  answer: { en: \"Open **the portal**.\", it: Apri il portale. }\n  voice: Open the portal.\n  review: 2027-06-01\n";

    #[test]
    fn reads_a_whole_article() {
        let (articles, found) = parse_yaml("faq/a.yaml", WHOLE, "en");
        assert_eq!(found, []);
        let article = &articles[0];
        assert_eq!((article.id.as_str(), article.at.line), ("reset-password", 2));
        assert_eq!(article.tags, ["access"]);
        assert_eq!(article.questions["en"].len(), 2);
        assert_eq!(article.questions["it"], ["Ho dimenticato la password"]);
        assert_eq!(article.voice["en"], "Open the portal.");
        assert_eq!(article.spoken_in("it", "en"), Some("Apri il portale."));
        assert_eq!(article.review.map(|date| date.to_string()).as_deref(), Some("2027-06-01"));
    }

    #[test]
    fn reports_every_problem_in_one_run() {
        let text = "- id: a\n  id: b\n  question: x\n  answer: { en: x, en: y, English: z }\n- id: c\n  questions: []\n  answer: 12\n  review: soon\n- 7\n";
        let (articles, found) = parse_yaml("f", text, "en");
        assert!(articles.is_empty());
        let said: Vec<(usize, &str)> = found.iter().map(|f| (f.at.line, f.message.as_str())).collect();
        let expected = [
            (2, "`id` is given twice"),
            (3, "`question` is not a key of an article"),
            (4, "`en` is given twice"),
            (4, "`English` is not a locale"),
            (1, "this article has no `questions`"),
            (8, "a date is expected here"),
            (9, "an article is a mapping with `id`, `questions` and `answer`"),
        ];
        for one in expected {
            assert!(said.contains(&one), "{one:?} in {said:?}");
        }
        assert!(found.iter().all(|f| f.code == MALFORMED && f.is_error()));
        assert!(found.iter().any(|f| f.help.as_deref() == Some("did you mean `questions`?")));
    }

    #[test]
    fn numbers_are_texts_as_written() {
        let (articles, found) = parse_yaml("f", "- { id: 007, questions: 1.50, answer: yes }\n", "en");
        assert_eq!(found, []);
        assert_eq!((articles[0].id.as_str(), articles[0].questions["en"][0].as_str()), ("007", "1.50"));
    }

    #[test]
    fn a_broken_file_has_a_place() {
        let (_, found) = parse_yaml("f", "- id: a\n  tags: [x\n", "en");
        assert_eq!(found.len(), 1);
        assert!(found[0].at.line >= 1);
        assert_eq!(parse_yaml("f", "flow: x\n", "en").1.len(), 1);
        assert_eq!(parse_yaml("f", "# nothing yet\n", "en"), (vec![], vec![]));
    }

    #[test]
    fn tells_faq_from_flow() {
        assert!(is_faq("# x\n\n---\n- id: a\n"));
        assert!(is_faq("--- \n[]\n") && is_faq("-\n  id: a"));
        assert!(!is_faq("flow: a\nsteps:\n  - say: x\n") && !is_faq(""));
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), yaml in "[-a-z: \\[\\]{}\n\"'&*#|>éà0-9]{0,80}") {
            parse_yaml("f", &text, "en");
            parse_yaml("f", &yaml, "en");
            parse_yaml("f", &format!("- id: a\n  {yaml}"), "en");
            is_faq(&text);
        }
    }
}
