//! Builds a [`Shelf`]: interns words, stems, pairs and grams, weighs them, and takes the norms.

use super::article::Article;
use super::features::{self, Map, distinct, grams};
use super::frequency::Background;
use super::margin::{self, Machine};
use super::normalize;
use super::postings::Postings;
use super::shelf::{Entry, Phrasing, Shelf, Weights, Word};

/// Weight of a pair of stems beside a stem's.
pub(super) const PAIR: f32 = 0.5;

/// What is known of the phrasings only while building.
struct Draft {
    /// The words of each phrasing, in order.
    words: Vec<Vec<u32>>,
    /// The distinct stems and pairs of each phrasing.
    stems: Vec<Vec<u32>>,
    pairs: Vec<Vec<u32>>,
    /// The grams of each word with their counts.
    grams: Vec<Vec<(u32, f32)>>,
}

impl Shelf {
    /// The shelf of `locale`; `None` when no article has a phrasing in it. Thresholds are left at zero.
    pub fn build(locale: &str, articles: &[Article]) -> Option<Self> {
        let mut shelf = Self::empty(locale);
        let mut draft = Draft { words: vec![], stems: vec![], pairs: vec![], grams: vec![] };
        for (place, article) in articles.iter().enumerate() {
            if let Some(questions) = article.questions.get(locale).filter(|list| !list.is_empty()) {
                shelf.add_entry(&mut draft, place as u32, article, questions);
            }
        }
        if shelf.entries.is_empty() {
            return None;
        }
        shelf.depth = shelf.phrasings.len() as f64 / shelf.entries.len() as f64;
        shelf.post(&draft);
        shelf.weigh_words(&draft);
        let vectors = shelf.vectors(&draft);
        shelf.take_centroids(&vectors);
        shelf.post_answers(articles);
        let dimensions = shelf.stem_emphasis.len() + shelf.pair_ids.len() + shelf.gram_ids.len();
        shelf.machine = margin::train(&vectors, dimensions, &shelf.entries);
        Some(shelf)
    }

    fn empty(locale: &str) -> Self {
        Self {
            locale: locale.to_owned(),
            stemmer: features::stemmer(locale),
            background: Background::of(locale),
            word_ids: Map::default(),
            words: vec![],
            stem_ids: Map::default(),
            stem_emphasis: vec![],
            pair_ids: Map::default(),
            gram_ids: Map::default(),
            stem_weights: Weights::default(),
            pair_weights: Weights::default(),
            gram_weights: Weights::default(),
            stem_rows: Postings::default(),
            pair_rows: Postings::default(),
            word_rows: Postings::default(),
            gram_words: Postings::default(),
            phrasings: vec![],
            entries: vec![],
            answer_rows: Postings::default(),
            answer_ids: Map::default(),
            answer_emphasis: vec![],
            answer_mean: 0.0,
            machine: Machine::default(),
            meaning: None,
            depth: 0.0,
            threshold: 0.0,
            sure: 0.0,
        }
    }

    fn add_entry(&mut self, draft: &mut Draft, place: u32, article: &Article, questions: &[String]) {
        let first = self.phrasings.len() as u32;
        let entry = self.entries.len() as u32;
        for question in questions {
            let words: Vec<u32> = normalize::words_in(question, &self.locale)
                .iter()
                .map(|word| self.intern(draft, word))
                .collect();
            let stems: Vec<u32> = words.iter().map(|&word| self.words[word as usize].stem).collect();
            let fillers: Vec<bool> = words.iter().map(|&word| self.words[word as usize].filler).collect();
            let pairs: Vec<u32> = features::pairs(&fillers)
                .into_iter()
                .map(|(left, right)| self.intern_pair(stems[left], stems[right]))
                .collect();
            draft.stems.push(distinct(&stems));
            draft.pairs.push(distinct(&pairs));
            draft.words.push(words);
            self.phrasings.push(Phrasing { entry, word_inverse: 0.0, gram_inverse: 0.0 });
        }
        let tags = article.tags.iter().map(|tag| tag.to_lowercase().into()).collect();
        self.entries.push(Entry {
            article: place,
            first,
            end: self.phrasings.len() as u32,
            word_centroid: 0.0,
            gram_centroid: 0.0,
            answer_length: 0.0,
            tags,
        });
    }

    fn intern(&mut self, draft: &mut Draft, text: &str) -> u32 {
        if let Some(&known) = self.word_ids.get(text) {
            return known;
        }
        let zipf = self.zipf(text);
        let (emphasis, filler) = (self.emphasis(zipf), self.is_filler(text));
        let stem = self.intern_stem(text, emphasis);
        let mut counts: Vec<(u32, f32)> = Vec::new();
        for gram in grams(text) {
            let next = self.gram_ids.len() as u32;
            let id = *self.gram_ids.entry(gram).or_insert(next);
            match counts.iter_mut().find(|(known, _)| *known == id) {
                Some((_, count)) => *count += 1.0,
                None => counts.push((id, 1.0)),
            }
        }
        draft.grams.push(counts);
        let id = self.words.len() as u32;
        self.words.push(Word { text: text.into(), stem, phrasings: 0, emphasis, filler, norm: 0.0 });
        self.word_ids.insert(text.into(), id);
        id
    }

    /// A stem is as common as its most common form.
    fn intern_stem(&mut self, word: &str, emphasis: f32) -> u32 {
        let stem = features::stem(self.stemmer.as_ref(), word);
        if let Some(&known) = self.stem_ids.get(stem.as_ref()) {
            let lowest = &mut self.stem_emphasis[known as usize];
            *lowest = lowest.min(emphasis);
            return known;
        }
        let id = self.stem_emphasis.len() as u32;
        self.stem_ids.insert(stem.as_ref().into(), id);
        self.stem_emphasis.push(emphasis);
        id
    }

    fn intern_pair(&mut self, first: u32, second: u32) -> u32 {
        let next = self.pair_ids.len() as u32;
        *self.pair_ids.entry((first, second)).or_insert(next)
    }

    fn post(&mut self, draft: &Draft) {
        let rows = |lists: &[Vec<u32>]| -> Vec<(u32, u32, f32)> {
            let row = |(row, list): (usize, &Vec<u32>)| {
                list.iter().map(move |&f| (f, row as u32, 1.0)).collect::<Vec<_>>()
            };
            lists.iter().enumerate().flat_map(row).collect()
        };
        self.stem_rows = Postings::build(self.stem_emphasis.len(), rows(&draft.stems));
        self.pair_rows = Postings::build(self.pair_ids.len(), rows(&draft.pairs));
        let mut words = rows(&draft.words);
        words.sort_unstable_by_key(|&(word, row, _)| (word, row));
        words.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            kept.2 += if same { next.2 } else { 0.0 };
            same
        });
        for &(word, ..) in &words {
            self.words[word as usize].phrasings += 1;
        }
        self.word_rows = Postings::build(self.words.len(), words);
        let of_words =
            draft.grams.iter().enumerate().flat_map(|(word, counts)| {
                counts.iter().map(move |&(gram, count)| (gram, word as u32, count))
            });
        self.gram_words = Postings::build(self.gram_ids.len(), of_words.collect());
        self.stem_weights = self.held(self.stem_emphasis.len(), |row| draft.stems[row].clone());
        self.pair_weights = self.held(self.pair_ids.len(), |row| draft.pairs[row].clone());
        self.gram_weights = self.held(self.gram_ids.len(), |row| {
            draft.words[row].iter().flat_map(|&word| draft.grams[word as usize].iter().map(|g| g.0)).collect()
        });
    }

    /// How many entries hold each feature.
    fn held(&self, features: usize, of_row: impl Fn(usize) -> Vec<u32>) -> Weights {
        let mut entries = vec![0_u32; features];
        let mut last = vec![u32::MAX; features];
        for (row, phrasing) in self.phrasings.iter().enumerate() {
            for feature in of_row(row) {
                if last[feature as usize] != phrasing.entry {
                    last[feature as usize] = phrasing.entry;
                    entries[feature as usize] += 1;
                }
            }
        }
        Weights { entries }
    }

    pub(super) fn stem_weight(&self, stem: u32) -> f32 {
        self.idf(self.stem_weights.entries[stem as usize]) * self.stem_emphasis[stem as usize]
    }

    /// A pair weighs as its parts do on average, times its own rarity.
    pub(super) fn pair_weight(&self, pair: u32, stems: (u32, u32)) -> f32 {
        let emphasis = (self.stem_emphasis[stems.0 as usize] + self.stem_emphasis[stems.1 as usize]) / 2.0;
        PAIR * self.idf(self.pair_weights.entries[pair as usize]) * emphasis
    }

    pub(super) fn gram_weight(&self, gram: u32) -> f32 {
        self.idf(self.gram_weights.entries[gram as usize])
    }

    fn weigh_words(&mut self, draft: &Draft) {
        for (word, counts) in draft.grams.iter().enumerate() {
            let square: f32 = counts.iter().map(|&(g, n)| (n * self.gram_weight(g)).powi(2)).sum();
            self.words[word].norm = square.sqrt();
        }
    }

    /// Each phrasing as a unit vector over stems and pairs and one over grams, side by side, and its norms kept.
    fn vectors(&mut self, draft: &Draft) -> Vec<Vector> {
        let pairs: Map<u32, (u32, u32)> = self.pair_ids.iter().map(|(&stems, &id)| (id, stems)).collect();
        let gram_base = (self.stem_emphasis.len() + self.pair_ids.len()) as u32;
        let mut scratch = vec![0.0_f32; self.gram_ids.len()];
        (0..self.phrasings.len())
            .map(|row| {
                let stems = draft.stems[row].iter().map(|&stem| (stem, self.stem_weight(stem)));
                let pair_base = self.stem_emphasis.len() as u32;
                let pairs = draft.pairs[row]
                    .iter()
                    .map(|&pair| (pair_base + pair, self.pair_weight(pair, pairs[&pair])));
                let mut words: Vec<(u32, f32)> = stems.chain(pairs).collect();
                let mut touched = Vec::new();
                for &word in &draft.words[row] {
                    let emphasis = self.words[word as usize].emphasis;
                    for &(gram, count) in &draft.grams[word as usize] {
                        if scratch[gram as usize] == 0.0 {
                            touched.push(gram);
                        }
                        scratch[gram as usize] += emphasis * count * self.gram_weight(gram);
                    }
                }
                let mut grams: Vec<(u32, f32)> = touched
                    .into_iter()
                    .map(|gram| (gram_base + gram, std::mem::take(&mut scratch[gram as usize])))
                    .collect();
                self.phrasings[row].word_inverse = normalise(&mut words);
                self.phrasings[row].gram_inverse = normalise(&mut grams);
                Vector { words, grams }
            })
            .collect()
    }

    fn take_centroids(&mut self, vectors: &[Vector]) {
        let mut sums: Map<u32, f32> = Map::default();
        for entry in &mut self.entries {
            let mut norm = |part: fn(&Vector) -> &[(u32, f32)]| {
                sums.clear();
                for vector in &vectors[entry.first as usize..entry.end as usize] {
                    for &(feature, value) in part(vector) {
                        *sums.entry(feature).or_default() += value;
                    }
                }
                let square: f64 = sums.values().map(|&v| f64::from(v * v)).sum();
                square.sqrt() as f32
            };
            entry.word_centroid = norm(|vector| &vector.words);
            entry.gram_centroid = norm(|vector| &vector.grams);
        }
    }

    fn post_answers(&mut self, articles: &[Article]) {
        let mut all: Vec<(u32, u32, f32)> = Vec::new();
        let mut total = 0.0;
        for at in 0..self.entries.len() {
            let Some(answer) = articles[self.entries[at].article as usize].answer.get(&self.locale) else {
                continue;
            };
            let mut counts: Vec<(u32, f32)> = Vec::new();
            for word in normalize::words_in(answer, &self.locale) {
                let emphasis = self.emphasis(self.zipf(&word));
                // a stem of answers alone is no stem of the phrasings: it stays unknown to a query's norm
                let id = self.answer_stem(&word, emphasis);
                match counts.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, count)) => *count += 1.0,
                    None => counts.push((id, 1.0)),
                }
            }
            let length: f32 = counts.iter().map(|c| c.1).sum();
            self.entries[at].answer_length = length;
            total += length;
            all.extend(counts.into_iter().map(|(stem, count)| (stem, at as u32, count)));
        }
        self.answer_mean = total / self.entries.len() as f32;
        self.answer_rows = Postings::build(self.answer_ids.len(), all);
    }

    fn answer_stem(&mut self, word: &str, emphasis: f32) -> u32 {
        let stem = features::stem(self.stemmer.as_ref(), word);
        if let Some(&known) = self.answer_ids.get(stem.as_ref()) {
            return known;
        }
        let id = self.answer_ids.len() as u32;
        self.answer_ids.insert(stem.as_ref().into(), id);
        self.answer_emphasis.push(emphasis);
        id
    }
}

/// A phrasing as two unit vectors with features numbered stems, then pairs, then grams.
pub(super) struct Vector {
    pub words: Vec<(u32, f32)>,
    pub grams: Vec<(u32, f32)>,
}

/// Scales to length one; one over the length that it had.
fn normalise(vector: &mut [(u32, f32)]) -> f32 {
    let norm = vector.iter().map(|&(_, value)| value * value).sum::<f32>().sqrt();
    let inverse = if norm > 0.0 { 1.0 / norm } else { 0.0 };
    vector.iter_mut().for_each(|(_, value)| *value *= inverse);
    inverse
}
