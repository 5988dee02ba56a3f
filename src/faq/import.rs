//! Articles out of other systems' exports: tables, JSON lines, help centres' HTML and JSON. Text in, articles and a
//! report out; nothing is taken without saying so, nothing is left out without saying why.

mod lines;
mod markup;
mod page;
mod table;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use super::{Article, normalize, parse};

pub use write::{one, scalar, yaml};

/// Letters of an id.
const LONGEST_ID: usize = 60;

/// One article as an export has it, in one locale.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// Where it stands: a file and a line, row or heading.
    pub place: String,
    pub id: Option<String>,
    pub locale: Option<String>,
    pub category: Option<String>,
    pub tags: Vec<String>,
    /// The title first.
    pub questions: Vec<String>,
    pub answer: String,
}

/// Something of an export that was not taken, or not as it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub place: String,
    pub what: String,
    /// It was left out; else it was taken with this remark.
    pub left_out: bool,
}

impl Note {
    fn out(place: &str, what: impl Into<String>) -> Self {
        Self { place: place.to_owned(), what: what.into(), left_out: true }
    }

    fn remark(place: &str, what: impl Into<String>) -> Self {
        Self { place: place.to_owned(), what: what.into(), left_out: false }
    }
}

/// What an export holds.
#[derive(Debug, Default)]
pub struct Read {
    pub drafts: Vec<Draft>,
    pub notes: Vec<Note>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
    /// One JSON document, `{"articles": [{"title", "body", …}]}` or the list alone.
    Json,
    Html,
}

impl Format {
    /// By the name's ending, else by the first sign of the text.
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "csv" | "tsv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "json" => Some(Self::Json),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            _ => match text.trim_start_matches('\u{feff}').trim_start().chars().next()? {
                '<' => Some(Self::Html),
                '[' => Some(Self::Json),
                '{' => Some(Self::JsonLines),
                _ => None,
            },
        }
    }
}

/// The articles of one file. `folder` is the name of the folder it lies in below the export's root, a category where the
/// file names none.
///
/// # Errors
/// Why nothing of the file can be read at all.
pub fn read(format: Format, name: &str, folder: Option<&str>, text: &str) -> Result<Read, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut read = match format {
        Format::Csv => table::read(name, text)?,
        Format::JsonLines => lines::read_lines(name, text),
        Format::Json => lines::read_document(name, text)?,
        Format::Html => page::read(name, text),
    };
    for draft in &mut read.drafts {
        draft.category = draft.category.take().or_else(|| folder.map(str::to_owned));
    }
    Ok(read)
}

/// What becomes of the drafts of an export.
#[derive(Debug, Default)]
pub struct Imported {
    /// By file stem, made of the category.
    pub files: BTreeMap<String, Vec<Article>>,
    /// Drafts that are in an article now.
    pub taken: usize,
    pub notes: Vec<Note>,
}

impl Imported {
    pub fn articles(&self) -> usize {
        self.files.values().map(Vec::len).sum()
    }
}

/// Puts drafts together: translations of one id into one article, repeated questions with the same answer into one. `taken`
/// are ids that there are already; `locale` is that of drafts that name none.
pub fn gather(drafts: Vec<Draft>, notes: Vec<Note>, taken: &BTreeSet<String>, locale: &str) -> Imported {
    let mut gathering = Gathering { ids: taken.clone(), locale, ..Gathering::default() };
    gathering.notes = notes;
    for draft in drafts {
        if let Err(why) = gathering.take(&draft) {
            gathering.notes.push(Note::out(&draft.place, why));
        }
    }
    let mut files: BTreeMap<String, Vec<Article>> = BTreeMap::new();
    for (file, article) in gathering.articles {
        files.entry(file).or_default().push(article);
    }
    Imported { files, taken: gathering.taken, notes: gathering.notes }
}

#[derive(Default)]
struct Gathering<'a> {
    locale: &'a str,
    /// Ids that cannot be given any more.
    ids: BTreeSet<String>,
    /// The file's stem and the article.
    articles: Vec<(String, Article)>,
    /// Where the article of an export's own id is.
    by_given: BTreeMap<String, usize>,
    /// Where the article of a question is, by locale and plain words.
    by_question: BTreeMap<(String, Vec<String>), usize>,
    taken: usize,
    notes: Vec<Note>,
}

impl Gathering<'_> {
    fn take(&mut self, draft: &Draft) -> Result<(), String> {
        let locale = locale_of(draft.locale.as_deref().unwrap_or(self.locale))?;
        let questions = distinct_questions(&draft.questions);
        let Some(title) = questions.first() else { return Err("it has no title or question".into()) };
        let answer = draft.answer.trim();
        if answer.is_empty() {
            return Err(format!("“{}” has no answer", short(title)));
        }
        let key = (locale.clone(), normalize::words(title));
        if key.1.is_empty() {
            return Err(format!("“{}” holds no word", short(title)));
        }
        if let Some(&at) = self.by_question.get(&key) {
            return self.again(draft, at, &locale, &questions, answer);
        }
        let given = draft.id.as_deref().map(str::trim).filter(|id| !id.is_empty());
        let translated = given.and_then(|id| self.by_given.get(id)).copied();
        let at = match translated {
            Some(at) if !self.articles[at].1.answer.contains_key(&locale) => at,
            Some(at) => {
                let what = format!(
                    "its id `{}` is another article's; it got one of its own",
                    self.articles[at].1.id
                );
                self.notes.push(Note::remark(&draft.place, what));
                self.begin(draft, None, title)
            }
            None => self.begin(draft, given, title),
        };
        let article = &mut self.articles[at].1;
        article.answer.insert(locale.clone(), answer.to_owned());
        article.questions.insert(locale, questions);
        self.by_question.insert(key, at);
        self.taken += 1;
        Ok(())
    }

    /// The same question once more: its phrasings are added where the answer is the same.
    fn again(
        &mut self,
        draft: &Draft,
        at: usize,
        locale: &str,
        questions: &[String],
        answer: &str,
    ) -> Result<(), String> {
        let article = &mut self.articles[at].1;
        let id = article.id.clone();
        if article.answer.get(locale).map(|old| normalize::words(old)) != Some(normalize::words(answer)) {
            return Err(format!("`{id}` answers the same question in another way; keep one of the two"));
        }
        let own = article.questions.entry(locale.to_owned()).or_default();
        let all: Vec<String> = own.iter().chain(questions).cloned().collect();
        *own = distinct_questions(&all);
        self.notes.push(Note::remark(&draft.place, format!("it is the same as `{id}`: joined")));
        self.taken += 1;
        Ok(())
    }

    fn begin(&mut self, draft: &Draft, given: Option<&str>, title: &str) -> usize {
        let wished =
            given.map(slug).filter(|id| id.chars().any(char::is_alphabetic)).unwrap_or_else(|| slug(title));
        let wished = if wished.is_empty() { "article".to_owned() } else { wished };
        let id = free(&wished, &self.ids);
        if id != wished && given.is_some() {
            self.notes
                .push(Note::remark(&draft.place, format!("the id `{wished}` is taken: it is `{id}` now")));
        }
        self.ids.insert(id.clone());
        if let Some(given) = given {
            self.by_given.insert(given.to_owned(), self.articles.len());
        }
        let category = draft.category.as_deref().map(slug).filter(|category| !category.is_empty());
        let mut tags: Vec<String> = category.iter().cloned().collect();
        tags.extend(draft.tags.iter().map(|tag| slug(tag)).filter(|tag| !tag.is_empty()));
        let mut seen = BTreeSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        let file = category.unwrap_or_else(|| "imported".to_owned());
        self.articles.push((file, Article { id, tags, ..Article::default() }));
        self.articles.len() - 1
    }
}

/// `en-us` and `en_US` are `en-US`; a locale that is none is an error.
fn locale_of(given: &str) -> Result<String, String> {
    let mut parts = given.trim().split(['-', '_']);
    let language = parts.next().unwrap_or_default().to_lowercase();
    let rest = parts.map(|part| if part.len() == 2 { part.to_uppercase() } else { part.to_owned() });
    let locale = std::iter::once(language).chain(rest).collect::<Vec<_>>().join("-");
    if parse::is_locale(&locale) { Ok(locale) } else { Err(format!("`{}` is not a locale", short(given))) }
}

/// Each question once, in the order first met, on one line each.
fn distinct_questions(questions: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let one_line = questions.iter().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    one_line
        .filter(|text| {
            let words = normalize::words(text);
            !words.is_empty() && seen.insert(words)
        })
        .collect()
}

/// `Reset my password!` as `reset-my-password`: letters and digits without accents, cut at a word.
pub fn slug(text: &str) -> String {
    let mut id = String::new();
    for word in normalize::words(text) {
        if !id.is_empty() && id.len() + word.len() >= LONGEST_ID {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.extend(word.chars().take(LONGEST_ID));
    }
    id
}

/// The id, or with a number that makes it unique.
pub fn free(wished: &str, taken: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{wished}-{n}"));
    std::iter::once(wished.to_owned()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or_default()
}

fn short(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= 60 { text } else { text.chars().take(59).chain(['…']).collect() }
}

/// A list in one cell: parted at lines, `|`, and where there is neither at `also`.
fn parts(cell: &str, also: &[char]) -> Vec<String> {
    let hard = cell.contains(['|', '\n']);
    let split = cell.split(|c: char| c == '|' || c == '\n' || (!hard && also.contains(&c)));
    split.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
