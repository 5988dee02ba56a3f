//! Questions without an answer, put together by what they ask: which article is missing, or which phrasing of one.
//!
//! Likeness is the ranker's own: the mean of the cosine of stems (with pairs) and the cosine of letters, each feature
//! weighed by how rare it is among the wordings and in the language. A word met once that is a slip of one met more often
//! is taken for that. The most frequent wordings, and among equals the most typical, lead: each next one joins the
//! leader that it is most like, or leads itself. Leaders are found over postings of a wording's rarest features, so that the cost grows
//! with the wordings and not with their pairs. The same wordings give the same clusters, in whatever order they come.

use std::collections::{BTreeMap, HashMap};

use super::features::{self, Map, distinct, grams};
use super::frequency::{self, Background};
use super::normalize;

/// Two wordings more alike than this ask for the same.
const ALIKE: f32 = 0.45;
/// A pair of stems beside a stem.
const PAIR: f32 = 0.5;
/// Rarest stems, and letters, by which a wording is looked up.
const LOOKED_UP: usize = 6;
/// Leaders that are compared in full.
const COMPARED: usize = 24;
/// A feature of more leaders tells nothing.
const COMMON: usize = 2_000;
/// Counted on top of the wordings, so that among few of them what they share is not taken for common.
const PRIOR: f32 = 50.0;
/// Letters of a word from which on a slip is looked for, and from which on it may be two signs off.
const SLIP: (usize, usize) = (4, 8);
/// Members that a centre is sought among.
const CENTRED: usize = 60;

/// A question as it was put.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    pub text: &'a str,
    pub locale: &'a str,
}

/// Wordings that ask for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The most central one, by its place among the wordings given.
    pub centre: usize,
    /// The places of all, the centre's own included, in order.
    pub members: Vec<usize>,
}

/// Clusters of wordings, those with most members first. Wordings without a word are left out; no cluster holds two
/// locales.
pub fn cluster(wordings: &[Wording<'_>]) -> Vec<Cluster> {
    let mut by_locale: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, wording) in wordings.iter().enumerate() {
        by_locale.entry(wording.locale).or_default().push(place);
    }
    let mut clusters: Vec<Cluster> =
        by_locale.into_iter().flat_map(|(locale, places)| of_locale(wordings, locale, &places)).collect();
    clusters.sort_by(|a, b| b.members.len().cmp(&a.members.len()).then(a.members[0].cmp(&b.members[0])));
    clusters
}

/// Wordings with the same words, as one.
struct Same {
    words: Vec<String>,
    places: Vec<usize>,
}

fn of_locale(wordings: &[Wording<'_>], locale: &str, places: &[usize]) -> Vec<Cluster> {
    let mut same: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for &place in places {
        let words = normalize::words_in(wordings[place].text, locale);
        if !words.is_empty() {
            same.entry(words).or_default().push(place);
        }
    }
    let mut all: Vec<Same> = same.into_iter().map(|(words, places)| Same { words, places }).collect();
    mend(&mut all);
    let vectors = Vectors::of(locale, &all);
    let mut order: Vec<usize> = (0..all.len()).collect();
    let typical: Vec<f32> = (0..all.len()).map(|at| vectors.typical(at)).collect();
    order.sort_by(|&a, &b| {
        let often = all[b].places.len().cmp(&all[a].places.len());
        often.then(typical[b].total_cmp(&typical[a])).then_with(|| all[a].words.cmp(&all[b].words))
    });
    let mut leads = led(&vectors, &order);
    adopt(&vectors, &order, &mut leads);
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, leader) in leads.into_iter().enumerate() {
        members.entry(leader).or_default().push(at);
    }
    members.into_values().map(|inside| finished(&all, &vectors, &inside)).collect()
}

/// Puts the word that was meant in the place of one that is met once and is a slip of it: as the ranker does it, within
/// one sign, or two in long words, and the first letter right.
fn mend(all: &mut [Same]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in all.iter() {
        one.words.iter().for_each(|word| *counts.entry(word.clone()).or_default() += one.places.len());
    }
    let shape = |word: &str| Some((word.chars().next()?, word.chars().count()));
    let mut known: HashMap<(char, usize), Vec<&str>> = HashMap::new();
    for (word, count) in &counts {
        if let Some(shape) = shape(word).filter(|(_, length)| *count > 1 && *length >= SLIP.0 - 1) {
            known.entry(shape).or_default().push(word);
        }
    }
    for word in all.iter_mut().flat_map(|one| one.words.iter_mut()) {
        let Some((first, length)) = shape(word).filter(|(_, length)| *length >= SLIP.0) else { continue };
        if counts.get(word.as_str()) != Some(&1) || word.chars().any(|c| c.is_ascii_digit()) {
            continue;
        }
        let far = if length >= SLIP.1 { 2 } else { 1 };
        let near = (length - far..=length + far).filter_map(|length| known.get(&(first, length))).flatten();
        let meant = near
            .map(|other| (strsim::osa_distance(word, other), std::cmp::Reverse(counts[*other]), *other))
            .filter(|(distance, ..)| *distance <= far)
            .min();
        if let Some((_, _, meant)) = meant {
            *word = meant.to_owned();
        }
    }
}

fn finished(all: &[Same], vectors: &Vectors, inside: &[usize]) -> Cluster {
    let centre = central(all, vectors, inside);
    let mut members: Vec<usize> = inside.iter().flat_map(|&at| all[at].places.iter().copied()).collect();
    members.sort_unstable();
    Cluster { centre: all[centre].places.first().copied().unwrap_or(members[0]), members }
}

/// The one most like all others, each counted as often as it was put.
fn central(all: &[Same], vectors: &Vectors, inside: &[usize]) -> usize {
    let mut some = inside.to_vec();
    some.sort_by_key(|&at| std::cmp::Reverse(all[at].places.len()));
    some.truncate(CENTRED);
    let likeness = |at: usize| -> f32 {
        some.iter().map(|&other| vectors.alike(at, other) * all[other].places.len() as f32).sum()
    };
    let mut best = (some[0], f32::MIN);
    for &at in &some {
        let total = likeness(at);
        if total > best.1 + 1e-4 {
            best = (at, total);
        }
    }
    best.0
}

/// Features with their weights, by id; the norm is 1.
type Sparse = Vec<(u32, f32)>;

struct Vectors {
    words: Vec<Sparse>,
    letters: Vec<Sparse>,
    /// How many wordings hold a feature.
    word_holders: Vec<u32>,
    letter_holders: Vec<u32>,
}

impl Vectors {
    fn of(locale: &str, all: &[Same]) -> Self {
        let stemmer = features::stemmer(locale);
        let background = Background::of(locale);
        let emphasis = |word: &str| match &background {
            Some(list) => frequency::factor(list.zipf(word)) as f32,
            None => 1.0,
        };
        let (mut stem_ids, mut gram_ids) = (Ids::default(), Ids::default());
        let (mut words, mut letters) = (Vec::new(), Vec::new());
        for one in all {
            let stems: Vec<(u32, f32)> = one
                .words
                .iter()
                .map(|word| {
                    (stem_ids.of(features::stem(stemmer.as_ref(), word).into_owned()), emphasis(word))
                })
                .collect();
            let pairs = stems.windows(2).map(|two| {
                let id = stem_ids.of(format!("{} {}", two[0].0, two[1].0));
                (id, PAIR * (two[0].1 + two[1].1) / 2.0)
            });
            let pairs: Vec<_> = pairs.collect();
            words.push(summed(stems.into_iter().chain(pairs)));
            let of_word = |word: &String| {
                let weight = emphasis(word);
                grams(word).into_iter().map(move |gram| (gram, weight)).collect::<Vec<_>>()
            };
            let found: Vec<_> = one.words.iter().flat_map(of_word).collect();
            letters.push(summed(found.into_iter().map(|(gram, weight)| (gram_ids.of(gram), weight))));
        }
        let word_holders = weigh(&mut words, stem_ids.0.len());
        let letter_holders = weigh(&mut letters, gram_ids.0.len());
        Self { words, letters, word_holders, letter_holders }
    }

    /// How many wordings hold what a wording says, on average.
    fn typical(&self, at: usize) -> f32 {
        self.words[at]
            .iter()
            .map(|(id, weight)| weight * weight * self.word_holders[*id as usize] as f32)
            .sum()
    }

    fn alike(&self, left: usize, right: usize) -> f32 {
        (dot(&self.words[left], &self.words[right]) + dot(&self.letters[left], &self.letters[right])) / 2.0
    }
}

/// Numbers for features, in the order first met.
struct Ids<T>(Map<T, u32>);

impl<T> Default for Ids<T> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<T: Eq + std::hash::Hash> Ids<T> {
    fn of(&mut self, feature: T) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(feature).or_insert(next)
    }
}

/// Each feature once, its weights added up, in the order of ids.
fn summed(features: impl Iterator<Item = (u32, f32)>) -> Sparse {
    let mut all: Sparse = features.collect();
    all.sort_unstable_by_key(|&(id, _)| id);
    all.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    all
}

/// Weighs features by how few wordings hold them and brings each wording to norm 1. Gives the number of holders.
fn weigh(all: &mut [Sparse], features: usize) -> Vec<u32> {
    let mut holders = vec![0_u32; features];
    for one in all.iter() {
        for &(id, _) in one {
            holders[id as usize] += 1;
        }
    }
    let count = all.len() as f32 + PRIOR;
    for one in all.iter_mut() {
        for (id, weight) in one.iter_mut() {
            *weight *= (1.0 + count / holders[*id as usize] as f32).ln();
        }
        let norm = one.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        one.iter_mut().for_each(|(_, weight)| *weight /= norm.max(f32::MIN_POSITIVE));
    }
    holders
}

fn dot(left: &Sparse, right: &Sparse) -> f32 {
    let (mut l, mut r, mut sum) = (0, 0, 0.0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        match a.0.cmp(&b.0) {
            std::cmp::Ordering::Less => l += 1,
            std::cmp::Ordering::Greater => r += 1,
            std::cmp::Ordering::Equal => {
                sum += a.1 * b.1;
                (l, r) = (l + 1, r + 1);
            }
        }
    }
    sum
}

/// For each wording its leader, which may be itself. `order`: who comes first.
fn led(vectors: &Vectors, order: &[usize]) -> Vec<usize> {
    let (mut by_word, mut by_letters): (HashMap<u32, Vec<usize>>, HashMap<u32, Vec<usize>>) =
        Default::default();
    let mut leads = vec![0; vectors.words.len()];
    for &at in order {
        let word_keys = rarest(&vectors.words[at], &vectors.word_holders);
        let letter_keys = rarest(&vectors.letters[at], &vectors.letter_holders);
        let mut found: Vec<usize> = Vec::new();
        for (keys, leaders) in [(&word_keys, &by_word), (&letter_keys, &by_letters)] {
            for key in keys {
                found.extend(leaders.get(key).filter(|list| list.len() <= COMMON).into_iter().flatten());
            }
        }
        let best = nearest(vectors, at, found);
        leads[at] = best.unwrap_or(at);
        if best.is_none() {
            for &(id, _) in &vectors.words[at] {
                by_word.entry(id).or_default().push(at);
            }
            for &(id, _) in &vectors.letters[at] {
                by_letters.entry(id).or_default().push(at);
            }
        }
    }
    leads
}

/// Wordings that lead nobody join the cluster of the member that they are most like: a leader says less than all of its
/// cluster.
fn adopt(vectors: &Vectors, order: &[usize], leads: &mut [usize]) {
    let mut sizes: HashMap<usize, usize> = HashMap::new();
    leads.iter().for_each(|leader| *sizes.entry(*leader).or_default() += 1);
    let alone = |leader: usize| sizes.get(&leader) == Some(&1);
    let mut members: HashMap<u32, Vec<usize>> = HashMap::new();
    for &at in order.iter().filter(|at| !alone(leads[**at])) {
        for key in rarest(&vectors.words[at], &vectors.word_holders) {
            members.entry(key).or_default().push(at);
        }
    }
    for &at in order.iter().filter(|at| alone(**at)) {
        let keys = rarest(&vectors.words[at], &vectors.word_holders);
        let lists = keys.iter().filter_map(|key| members.get(key)).filter(|list| list.len() <= COMMON);
        if let Some(member) = nearest(vectors, at, lists.flatten().copied().collect()) {
            leads[at] = leads[member];
        }
    }
}

/// The features of most weight that are not alone in the world; what only one wording holds leads to nobody.
fn rarest(one: &Sparse, holders: &[u32]) -> Vec<u32> {
    let mut shared: Vec<(u32, f32)> =
        one.iter().copied().filter(|(id, _)| holders[*id as usize] > 1).collect();
    shared.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shared.truncate(LOOKED_UP);
    shared.into_iter().map(|(id, _)| id).collect()
}

/// The one most like a wording among those found, the more often the likelier; the first of equals.
fn nearest(vectors: &Vectors, at: usize, mut found: Vec<usize>) -> Option<usize> {
    found.sort_unstable();
    let mut counted: Vec<(usize, usize)> =
        found.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).collect();
    counted.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    counted.truncate(COMPARED);
    let mut best: Option<(f32, usize)> = None;
    for (_, leader) in counted {
        let likeness = vectors.alike(at, leader);
        let better = best.is_none_or(|(most, place)| likeness > most || (likeness == most && leader < place));
        if likeness >= ALIKE && better {
            best = Some((likeness, leader));
        }
    }
    best.map(|(_, leader)| leader)
}

/// Pairs of wordings of a locale that are at least so alike (a cosine from 0 to 1), the earlier of the two first, found
/// over what is rare in them: a pair that shares only common features may be missed.
pub fn near_pairs(wordings: &[Wording<'_>], least: f32) -> Vec<(usize, usize)> {
    let mut by_locale: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, wording) in wordings.iter().enumerate() {
        by_locale.entry(wording.locale).or_default().push(place);
    }
    let mut pairs = Vec::new();
    for (locale, places) in by_locale {
        let all: Vec<Same> = places
            .iter()
            .map(|&place| Same {
                words: normalize::words_in(wordings[place].text, locale),
                places: vec![place],
            })
            .collect();
        let vectors = Vectors::of(locale, &all);
        let mut holders: HashMap<u32, Vec<usize>> = HashMap::new();
        for at in 0..all.len() {
            let keys = rarest(&vectors.words[at], &vectors.word_holders);
            let mut found: Vec<usize> = keys
                .iter()
                .filter_map(|key| holders.get(key))
                .filter(|list| list.len() <= COMMON)
                .flatten()
                .copied()
                .collect();
            found.sort_unstable();
            found.dedup();
            let near = found.into_iter().filter(|&other| vectors.alike(at, other) >= least);
            pairs.extend(near.map(|other| (places[other], places[at])));
            for &(id, _) in &vectors.words[at] {
                holders.entry(id).or_default().push(at);
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// The different wordings of a cluster, each once by its words, in the order of their places; at most `most`. What an
/// article could take as phrasings.
pub fn phrasings(wordings: &[Wording<'_>], cluster: &Cluster, most: usize) -> Vec<usize> {
    let mut seen: Vec<(Vec<String>, usize, usize)> = Vec::new();
    let mut at: HashMap<Vec<String>, usize> = HashMap::new();
    for &place in &cluster.members {
        let mut words = normalize::words_in(wordings[place].text, wordings[place].locale);
        words.sort();
        let words = distinct(&words.iter().map(String::as_str).collect::<Vec<_>>())
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        match at.get(&words) {
            Some(&slot) => seen[slot].1 += 1,
            None => {
                at.insert(words.clone(), seen.len());
                seen.push((words, 1, place));
            }
        }
    }
    seen.sort_by(|a, b| b.1.cmp(&a.1).then(a.2.cmp(&b.2)));
    seen.into_iter().take(most).map(|(_, _, place)| place).collect()
}

#[cfg(test)]
mod tests;
