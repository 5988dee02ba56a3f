//! All flows together, as a check sees them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::flow::parse::draft::Draft;
use crate::flow::parse::spot;
use crate::flow::{Locale, Table, Template, Templates};
use crate::source::Place;

/// What the flows may name beyond themselves. `None`: not known, so nothing is told of it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// `desk.categories` of the settings.
    pub categories: Option<Vec<String>>,
    /// `desk.queues` of the settings.
    pub queues: Option<Vec<String>>,
    /// `http.allow` of the settings: hosts that may be called.
    pub hosts: Option<Vec<String>>,
    /// The tags of all FAQ articles.
    pub faq_tags: Option<BTreeSet<String>>,
    /// Whether these are all the flows there will be: then one must be the default, and a flow that nobody calls is
    /// begun by nobody.
    pub whole: bool,
}

/// A set of flows under check.
pub struct Set<'a> {
    pub drafts: &'a [Draft],
    pub by_name: BTreeMap<&'a str, usize>,
    pub templates: &'a Templates,
    pub tables: &'a BTreeMap<String, Table>,
    pub known: &'a Known,
    pub locales: &'a [Locale],
    pub sources: &'a BTreeMap<Arc<str>, &'a str>,
}

impl<'a> Set<'a> {
    pub fn draft(&self, name: &str) -> Option<&'a Draft> {
        self.by_name.get(name).map(|index| &self.drafts[*index])
    }

    /// The place of a part of a text.
    pub fn inside(&self, at: &Place, text: &str, part: Range<usize>) -> Place {
        match self.sources.get(&at.file) {
            Some(source) => spot::inside(source, at, text, part),
            None => at.clone(),
        }
    }

    /// The place of a part of a template.
    pub fn within(&self, template: &Template, at: usize, len: usize) -> Place {
        self.inside(&template.at, &template.source, at..at + len)
    }
}
