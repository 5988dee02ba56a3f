//! From files to a playbook. Every problem of every file is collected in one run; a playbook comes out only where
//! there is no error.

pub mod draft;
pub mod fields;
pub mod node;
pub mod reader;
pub mod spot;

mod cut;
mod flow;
mod moved;
mod pause;
mod plain;
pub(super) mod slots;
pub(super) mod step;
#[cfg(test)]
mod tests;
mod text;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::draft::Draft;
use self::node::{Data, Node};
use self::reader::Reader;
use super::check::{self, Known, Set};
use super::format::Formats;
use super::playbook::Written;
use super::{Flow, FlowName, Kind, Locale, Playbook, Table, Templates, Words, system};
use crate::source::{Diagnostic, Place, Sources};

/// A file of flows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, as findings name it.
    pub name: String,
    pub text: String,
    /// From a folder `system`: a flow of the system, or its words.
    pub system: bool,
}

impl SourceFile {
    /// A file is the system's where its folder is named `system`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        let mut folders = name.rsplit(['/', '\\']).skip(1);
        let system = folders.next() == Some("system");
        Self { system, text: text.into(), name }
    }

    /// A table of `lookup` steps.
    fn is_table(&self) -> bool {
        self.name.to_lowercase().ends_with(".csv")
    }

    /// The name without folder and ending.
    fn stem(&self) -> &str {
        let file = self.name.rsplit(['/', '\\']).next().unwrap_or(&self.name);
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }
}

/// What came of reading a set of flows.
#[derive(Debug)]
pub struct Parsed {
    /// `None` where there is an error. Its two bases of answers are empty: the caller puts them in.
    pub playbook: Option<Playbook>,
    /// The flows as far as they could be read, where there is no playbook: for looking at, never for serving.
    pub broken: Vec<Flow>,
    /// Sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts of the files, the compiled-in ones included, to show findings in.
    pub sources: Sources,
    /// The tags that some `faq` step's context can name; `None` where one names what cannot be told.
    pub context_tags: Option<BTreeSet<String>>,
}

/// Reads and checks a set of flows. `locales`: those of the settings, the default first.
pub fn playbook(files: &[SourceFile], locales: &[Locale], known: &Known) -> Parsed {
    let files = complete(files);
    let mut templates = Templates::new();
    let mut found = Vec::new();
    let mut words = Words::default();
    let mut drafts = Vec::new();
    let (mut tables, problems) = tables(&files);
    found.extend(problems);
    for file in files.iter().filter(|file| !file.is_table()) {
        let mut reading =
            Reading { locales, templates: &mut templates, found: &mut found, words: &mut words };
        drafts.extend(reading.file(file));
    }
    if let Some(file) = files.iter().find(|file| file.system && file.stem() == "words") {
        found.extend(words::lacking(&words, locales, &file.name));
    }
    templates.set_formats(Formats::of(&words));
    drafts.iter_mut().for_each(|draft| check::targets::resolve(&mut draft.flow));
    let (problems, context_tags) = checked(&files, &drafts, &templates, &tables, locales, known);
    found.extend(problems);
    index(&mut tables, &drafts);
    sort(&mut found, &files);
    let flows = drafts.into_iter().map(|draft| draft.flow);
    let good = !found.iter().any(Diagnostic::is_error);
    let (flows, broken) = if good { (flows.collect(), Vec::new()) } else { (Vec::new(), flows.collect()) };
    let revision = revision(files.iter().map(|file| (file.name.as_str(), file.text.as_str())));
    let sources: Sources = files.into_iter().map(|file| (Arc::from(file.name.as_str()), file.text)).collect();
    let playbook = good.then(|| Playbook {
        revision,
        locales: locales.to_vec(),
        flows: flows.into_iter().map(|flow: Flow| (flow.name.clone(), flow)).collect(),
        tables,
        templates,
        words,
        faq: Arc::default(),
        faq_revision: String::new(),
        intents: Arc::default(),
        written: Written { sources: sources.clone(), findings: found.clone() },
    });
    Parsed { playbook, broken, diagnostics: found, sources, context_tags }
}

/// The tables among the files, by name; the second of two of one name is told and left out.
fn tables(files: &[SourceFile]) -> (BTreeMap<String, Table>, Vec<Diagnostic>) {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_table()) {
        let (table, problems) = Table::read(&file.name, &file.text);
        found.extend(problems);
        if let Some(first) = tables.get(file.stem()) {
            let message = format!("there is another table `{}`, in {}", file.stem(), first.file);
            found.push(Diagnostic::error("V122", Place::start_of(&file.name), message));
            continue;
        }
        tables.insert(file.stem().to_owned(), table);
    }
    (tables, found)
}

/// Makes each table quick for the steps that look in it.
fn index(tables: &mut BTreeMap<String, Table>, drafts: &[Draft]) {
    for step in drafts.iter().flat_map(|draft| &draft.flow.steps) {
        let Kind::Lookup(lookup) = &step.kind else { continue };
        let Some(table) = tables.get_mut(&lookup.table.value) else { continue };
        let columns: Option<Vec<usize>> =
            lookup.r#where.iter().map(|(column, _)| table.column(&column.value)).collect();
        if let Some(columns) = columns {
            table.index(&columns);
        }
    }
}

/// The words that are compiled in, and their texts.
#[cfg(test)]
pub fn built_in_words(locales: &[Locale]) -> (Words, Templates) {
    let (mut words, mut templates, mut found) = (Words::default(), Templates::new(), Vec::new());
    for file in complete(&[]) {
        Reading { locales, templates: &mut templates, found: &mut found, words: &mut words }.file(&file);
    }
    assert_eq!(found, []);
    templates.set_formats(Formats::of(&words));
    (words, templates)
}

/// The start phrases of all flows, for the ranking of intents: flow name, then phrases by locale.
pub fn intents(playbook: &Playbook) -> Vec<(FlowName, BTreeMap<Locale, Vec<String>>)> {
    let started = playbook.flows.values().filter_map(|flow| Some((flow, flow.start.as_ref()?)));
    started
        .filter(|(_, start)| !start.phrases.is_empty())
        .map(|(flow, start)| (flow.name.clone(), start.phrases.clone()))
        .collect()
}

/// The hex SHA-256 of sources, by name and text, in order.
pub fn revision<'s>(sources: impl IntoIterator<Item = (&'s str, &'s str)>) -> String {
    let mut hash = Sha256::new();
    for (name, text) in sources {
        // Lengths first, so that no two lists of sources read alike.
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex::encode(hash.finalize())
}

/// The files that are compiled in and that no given file replaces, then the given ones. Words override key by key, so
/// the compiled-in ones are always read, first.
pub fn complete(files: &[SourceFile]) -> Vec<SourceFile> {
    let given: BTreeSet<&str> = files.iter().filter(|file| file.system).map(SourceFile::stem).collect();
    let built_in = system::FILES.iter().filter(|(stem, _)| *stem == "words" || !given.contains(stem));
    built_in
        .map(|(stem, text)| SourceFile {
            name: format!("{}{stem}.yaml", system::BUILT_IN),
            text: (*text).to_owned(),
            system: true,
        })
        .chain(files.iter().cloned())
        .collect()
}

/// What reading one file after the other fills.
struct Reading<'a> {
    locales: &'a [Locale],
    templates: &'a mut Templates,
    found: &'a mut Vec<Diagnostic>,
    words: &'a mut Words,
}

impl Reading<'_> {
    fn file(&mut self, file: &SourceFile) -> Option<Draft> {
        let name: Arc<str> = file.name.as_str().into();
        let node = match node::read(&name, &file.text) {
            Ok(node) => node,
            Err(found) => {
                self.found.push(found);
                return None;
            }
        };
        let mut reader = Reader {
            file: name,
            source: &file.text,
            locales: self.locales,
            system: file.system,
            built_in: file.system && system::text(file.stem()) == Some(file.text.as_str()),
            templates: self.templates,
            found: self.found,
            unlisted: BTreeMap::new(),
            listed: 0,
            lacking: BTreeSet::new(),
            patterns: BTreeMap::new(),
            whole: true,
        };
        let draft = match content(&node) {
            Content::Words if file.system => {
                words::read(&mut reader, &node, self.words);
                None
            }
            Content::Words => {
                let message = "words of the system stand in `system/words.yaml` in the folder of flows";
                reader.report(Diagnostic::error("V018", node.at.clone(), message));
                None
            }
            Content::Flow => flow::read(&mut reader, &node, file.stem()),
            Content::Other => {
                let message = format!(
                    "a flow file is a map that begins with `flow:`, but this is {}",
                    node.data.word()
                );
                reader.report(Diagnostic::error("V018", node.at.clone(), message));
                None
            }
        };
        reader.unlisted_locales();
        let lacking = std::mem::take(&mut reader.lacking);
        for locale in lacking {
            let message = format!("this system flow has no texts in `{locale}`");
            let help = "give your own file of that name in `system/` in the folder of flows";
            self.found.push(Diagnostic::warning("V503", Place::start_of(&file.name), message).help(help));
        }
        draft
    }
}

enum Content {
    Flow,
    Words,
    Other,
}

fn content(node: &Node) -> Content {
    match &node.data {
        Data::Map(_) if node.get("flow").is_some() || node.get("steps").is_some() => Content::Flow,
        Data::Map(_) if node.get("words").is_some() || node.get("lists").is_some() => Content::Words,
        Data::Map(_) => Content::Flow,
        Data::Null | Data::Scalar { .. } | Data::List(_) => Content::Other,
    }
}

fn checked(
    files: &[SourceFile],
    drafts: &[Draft],
    templates: &Templates,
    tables: &BTreeMap<String, Table>,
    locales: &[Locale],
    known: &Known,
) -> (Vec<Diagnostic>, Option<BTreeSet<String>>) {
    let sources: BTreeMap<Arc<str>, &str> =
        files.iter().map(|file| (Arc::from(file.name.as_str()), file.text.as_str())).collect();
    let mut by_name = BTreeMap::new();
    for (index, draft) in drafts.iter().enumerate() {
        by_name.entry(draft.flow.name.as_str()).or_insert(index);
    }
    let set = Set { drafts, by_name, templates, tables, known, locales, sources: &sources };
    (check::check(&set), check::context_tags(&set))
}

/// By file in the order given, then by place. The same told twice is told once.
fn sort(found: &mut Vec<Diagnostic>, files: &[SourceFile]) {
    let order: BTreeMap<&str, usize> =
        files.iter().enumerate().map(|(index, file)| (file.name.as_str(), index)).collect();
    found.sort_by(|left, right| {
        let key =
            |one: &Diagnostic| (order.get(&*one.at.file).copied(), one.at.line, one.at.column, one.code);
        key(left).cmp(&key(right))
    });
    found.dedup();
}
