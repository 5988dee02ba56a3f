//! Do the tests guard the flows? Small mistakes are made in the flow files, one at a time; each should be found by the
//! check or make a test fail.

mod breed;
mod cut;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::play::{Run, play};
use super::script::{ChannelKind, Test};
use crate::config::Desk;
use crate::faq::Base;
use crate::flow::check::Known;
use crate::flow::graph::{Graph, To};
use crate::flow::parse::{self, SourceFile};
use crate::flow::{Flow, Playbook};
use crate::source::{Diagnostic, Place};

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What kind of mistake: `drop a step`.
    pub what: &'static str,
    pub at: Place,
    /// For readers: `goto: problem -> goto: known`.
    pub shown: String,
    /// Index of the file among those given.
    file: usize,
    /// Bytes and what stands in their place, in order, apart from each other.
    edits: Vec<(Range<usize>, String)>,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The check's first error.
    Check(&'static str),
    /// The first test that failed.
    Test(String, ChannelKind),
    /// It changes nothing: what was left out is what follows anyway.
    Same,
    Survived,
}

/// The flows that mistakes are made in, and what guards them.
pub struct Bench<'a> {
    pub files: &'a [SourceFile],
    pub locales: &'a [String],
    pub known: &'a Known,
    pub desk: &'a Desk,
    pub tests: Vec<&'a Test>,
    /// The flows that each test walks through, on each kind of channel: others cannot change what it sees.
    walks: Vec<Vec<(ChannelKind, BTreeSet<String>)>>,
    /// Answers and start phrases of the flows as they are; no mistake is made in them.
    faq: Arc<Base>,
    intents: Arc<Base>,
    /// Where each step leads, by flow.
    ways: BTreeMap<String, Ways>,
}

/// Where the ways of each step of a flow lead, in order.
type Ways = Vec<Vec<To>>;

impl<'a> Bench<'a> {
    /// Plays all tests once on the flows as they are. `None` where one fails.
    pub fn new(
        book: Playbook,
        files: &'a [SourceFile],
        locales: &'a [String],
        known: &'a Known,
        desk: &'a Desk,
        tests: Vec<&'a Test>,
    ) -> Option<Self> {
        let mut walks = Vec::new();
        for test in &tests {
            let mut walk = Vec::new();
            for kind in &test.channels {
                let played = play(&book, desk, test, *kind, Run::ToFirst);
                if !played.differences.is_empty() {
                    return None;
                }
                walk.push((*kind, played.walked.into_iter().map(|way| way.flow).collect()));
            }
            walks.push(walk);
        }
        let ways = ways(&book);
        Some(Self { files, locales, known, desk, tests, walks, ways, faq: book.faq, intents: book.intents })
    }

    /// Makes the mistake and sees who finds it.
    pub fn judge(&mut self, mutant: &Mutant) -> Fate {
        let mut files = self.files.to_vec();
        files[mutant.file].text = mutant.applied(&self.files[mutant.file].text);
        let parsed = parse::playbook(&files, self.locales, self.known);
        let Some(mut book) = parsed.playbook else {
            let first = parsed.diagnostics.iter().find(|found| found.is_error());
            return Fate::Check(first.map_or("", |found: &Diagnostic| found.code));
        };
        let flows: Vec<String> = book
            .flows
            .values()
            .filter(|flow| *flow.at.file == *self.files[mutant.file].name)
            .map(|flow| flow.name.clone())
            .collect();
        if LEFT_OUT.contains(&mutant.what) && ways(&book) == self.ways {
            return Fate::Same;
        }
        book.faq = std::mem::take(&mut self.faq);
        book.intents = std::mem::take(&mut self.intents);
        let fate = self.tested(&book, &flows);
        self.faq = book.faq;
        self.intents = book.intents;
        fate
    }

    fn tested(&self, book: &Playbook, flows: &[String]) -> Fate {
        for (test, walk) in self.tests.iter().zip(&self.walks) {
            for (kind, walked) in walk {
                let concerned = flows.iter().any(|flow| walked.contains(flow));
                if concerned && !play(book, self.desk, test, *kind, Run::ToFirst).differences.is_empty() {
                    return Fate::Test(test.name.clone(), *kind);
                }
            }
        }
        Fate::Survived
    }
}

/// Mistakes that leave a jump out: none where the step that follows anyway is the one it led to.
const LEFT_OUT: [&str; 3] = ["drop a way out", "drop a goto", "drop a branch entry"];

fn ways(book: &Playbook) -> BTreeMap<String, Ways> {
    let of = |flow: &Flow| {
        Graph::of(flow).edges.iter().map(|edges| edges.iter().map(|edge| edge.to).collect()).collect()
    };
    book.flows.values().map(|flow| (flow.name.clone(), of(flow))).collect()
}

impl Mutant {
    fn applied(&self, source: &str) -> String {
        let mut out = source.to_owned();
        for (range, text) in self.edits.iter().rev() {
            if out.is_char_boundary(range.start) && out.is_char_boundary(range.end) {
                out.replace_range(range.clone(), text);
            }
        }
        out
    }
}

/// `count` mistakes in the flows of `files` (or all there are), of each kind about as many. The same seed makes the
/// same ones.
pub fn mutants(files: &[SourceFile], locales: &[String], count: usize, seed: u64) -> Vec<Mutant> {
    let mut dice = Dice(seed);
    let mut by_kind: BTreeMap<&'static str, Vec<Mutant>> = BTreeMap::new();
    let names = breed::flow_names(files);
    for (file, source) in files.iter().enumerate() {
        for mutant in breed::all(file, source, locales, &names, &mut dice) {
            by_kind.entry(mutant.what).or_default().push(mutant);
        }
    }
    by_kind.values_mut().for_each(|kind| dice.shuffle(kind));
    let mut chosen = Vec::new();
    while chosen.len() < count {
        let before = chosen.len();
        for kind in by_kind.values_mut() {
            chosen.extend(kind.pop());
        }
        if chosen.len() == before {
            break;
        }
    }
    chosen.truncate(count);
    chosen.sort_by(|left, right| (&left.at, left.what).cmp(&(&right.at, right.what)));
    chosen
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): the same seed, the same
/// numbers, on every machine.
pub(super) struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// One of those that are not `but`.
    pub fn other<'t>(&mut self, all: &'t [String], but: &str) -> Option<&'t String> {
        let others: Vec<&String> = all.iter().filter(|one| *one != but).collect();
        (!others.is_empty()).then(|| others[self.below(others.len())])
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let with = self.below(last + 1);
            items.swap(last, with);
        }
    }
}
