//! Builds a [`Shelf`]: interns words, stems, pairs and grams, weighs them, and takes the norms.

use super::article::Article;
use super::features::{self, Map, distinct, grams};
use super::frequency::Background;
use super::look::LINE;
use super::margin::{self, Machine};
use super::normalize;
use super::postings::Postings;
use super::related::Kinship;
use super::shelf::{Entry, Phrasing, Shelf, Weights, Word};
use super::vectors::{Draft, Maker, Vector};

/// Weight of a pair of stems beside a stem's.
pub(super) const PAIR: f32 = 0.5;

impl Shelf {
    /// The shelf of `locale`; `None` when no article has a phrasing in it. Thresholds are left at zero.
    pub fn build(locale: &str, articles: &[Article]) -> Option<Self> {
        let mut shelf = Self::empty(locale);
        let mut draft = Draft::default();
        for (place, article) in articles.iter().enumerate() {
            if let Some(questions) = article.questions.get(locale).filter(|list| !list.is_empty()) {
                shelf.add_entry(&mut draft, place as u32, article, questions);
            }
        }
        if shelf.entries.is_empty() {
            return None;
        }
        shelf.depth = shelf.phrasings.len() as f64 / shelf.entries.len() as f64;
        shelf.kinship = Kinship::of(&shelf);
        shelf.post(&draft);
        shelf.weigh_words(&draft);
        let width = shelf.take_norms(&draft);
        shelf.post_answers(articles);
        shelf.machine = margin::train(&shelf, &draft, width);
        Some(shelf)
    }

    fn empty(locale: &str) -> Self {
        Self {
            locale: locale.to_owned(),
            stemmer: features::stemmer(locale),
            background: Background::of(locale),
            word_ids: Map::default(),
            words: vec![],
            word_norms: vec![],
            stem_ids: Map::default(),
            stem_emphasis: vec![],
            kinship: None,
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
            inverses: vec![],
            entries: vec![],
            tags: vec![],
            answer_rows: Postings::default(),
            answer_ids: Map::default(),
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
                .map(|(left, right)| self.intern_pair(draft, (stems[left], stems[right])))
                .collect();
            draft.stems.push(distinct(&stems));
            draft.pairs.push(distinct(&pairs));
            draft.words.push(words);
            self.phrasings.push(Phrasing { entry });
        }
        self.tags.push(article.tags.iter().map(|tag| tag.to_lowercase().into()).collect());
        self.entries.push(Entry {
            article: place,
            first,
            end: self.phrasings.len() as u32,
            centroid_inverse: [0.0; 2],
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
        self.words.push(Word { text: text.into(), stem, phrasings: 0, emphasis, filler });
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

    fn intern_pair(&mut self, draft: &mut Draft, stems: (u32, u32)) -> u32 {
        *self.pair_ids.entry(stems).or_insert_with(|| {
            draft.pair_stems.push(stems);
            draft.pair_stems.len() as u32 - 1
        })
    }

    fn post(&mut self, draft: &Draft) {
        self.stem_rows = Postings::by_feature(self.stem_emphasis.len(), &draft.stems);
        self.pair_rows = Postings::by_feature(self.pair_ids.len(), &draft.pairs);
        let mut counted = Postings::default();
        for (_, words) in draft.words.iter() {
            let mut words = words.to_vec();
            words.sort_unstable();
            counted.push(words.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as f32)));
        }
        self.word_rows = Postings::by_counted(self.words.len(), &counted);
        for (word, rows) in self.words.iter_mut().zip(self.word_rows.iter().map(|(_, rows)| rows)) {
            word.phrasings = rows.len() as u32;
        }
        self.gram_words = Postings::by_counted(self.gram_ids.len(), &draft.grams);
        self.stem_weights = self.held(self.stem_emphasis.len(), |row| draft.stems.of(row).iter().copied());
        self.pair_weights = self.held(self.pair_ids.len(), |row| draft.pairs.of(row).iter().copied());
        self.gram_weights = self.held(self.gram_ids.len(), |row| {
            draft.words.of(row).iter().flat_map(|&word| draft.grams.of(word).iter().map(|&(gram, _)| gram))
        });
    }

    /// How many entries hold each feature.
    fn held<I: Iterator<Item = u32>>(&self, features: usize, of_row: impl Fn(u32) -> I) -> Weights {
        let mut entries = vec![0_u32; features];
        let mut last = vec![u32::MAX; features];
        for (row, phrasing) in self.phrasings.iter().enumerate() {
            for feature in of_row(row as u32) {
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
        let norm = |counts: &[(u32, f32)]| {
            let square: f32 = counts.iter().map(|&(g, n)| (n * self.gram_weight(g)).powi(2)).sum();
            square.sqrt()
        };
        self.word_norms = draft.grams.iter().map(|(_, counts)| norm(counts)).collect();
    }

    /// The norms of the phrasings, and of the sums of their unit vectors by entry. Gives the average number of a phrasing's
    /// features.
    fn take_norms(&mut self, draft: &Draft) -> usize {
        let mut width = 0;
        let mut maker = Maker::new(self, draft);
        let mut sums = vec![0.0_f32; maker.dimensions()];
        let mut vector = Vector::default();
        let mut touched = Vec::new();
        let mut inverses = Vec::with_capacity(self.phrasings.len());
        let mut centroids = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let mut squares = [0.0_f64; 2];
            let grams_from = (maker.dimensions() - self.gram_ids.len()) as u32;
            for row in entry.phrasings() {
                maker.make(row as u32, &mut vector);
                inverses.push(vector.inverse);
                width += vector.words.len() + vector.grams.len();
                for &(feature, value) in vector.words.iter().chain(&vector.grams) {
                    if sums[feature as usize] == 0.0 {
                        touched.push(feature);
                    }
                    sums[feature as usize] += value;
                }
            }
            for feature in touched.drain(..) {
                let sum = std::mem::take(&mut sums[feature as usize]);
                squares[usize::from(feature >= grams_from)] += f64::from(sum * sum);
            }
            centroids.push(squares.map(|square| square.sqrt() as f32));
        }
        inverses.resize(inverses.len().next_multiple_of(LINE), [0.0; 2]);
        self.inverses = inverses;
        for (entry, centroid) in self.entries.iter_mut().zip(centroids) {
            entry.centroid_inverse = centroid.map(|norm| if norm > 0.0 { 1.0 / norm } else { 0.0 });
        }
        width / self.phrasings.len()
    }

    /// BM25's part of each stem in each answer, but for what the query decides.
    fn post_answers(&mut self, articles: &[Article]) {
        let (mut all, mut emphases, mut lengths) = (Postings::default(), Vec::new(), Vec::new());
        for entry in &self.entries {
            let mut counts: Vec<(u32, f32)> = Vec::new();
            let answer = articles[entry.article as usize].answer.get(&self.locale);
            for word in answer.map(|answer| normalize::words_in(answer, &self.locale)).unwrap_or_default() {
                // a stem of answers alone is no stem of the phrasings: it stays unknown to a query's norm
                let stem = features::stem(self.stemmer.as_ref(), &word);
                let next = emphases.len() as u32;
                let id = self.answer_ids.get(stem.as_ref()).copied().unwrap_or(next);
                if id == next {
                    self.answer_ids.insert(stem.as_ref().into(), id);
                    emphases.push(self.emphasis(self.zipf(&word)));
                }
                match counts.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, count)) => *count += 1.0,
                    None => counts.push((id, 1.0)),
                }
            }
            lengths.push(counts.iter().map(|c| c.1).sum::<f32>());
            all.push(counts);
        }
        let entries = self.entries.len() as f32;
        let mean = (lengths.iter().sum::<f32>() / entries).max(1.0);
        self.answer_rows = Postings::by_counted(self.answer_ids.len(), &all);
        for (stem, emphasis) in emphases.iter().enumerate() {
            let held = self.answer_rows.of(stem as u32).len() as f32;
            let idf = (1.0 + (entries - held + 0.5) / (held + 0.5)).ln();
            self.answer_rows.reckon(stem as u32, |entry, count| {
                let length = lengths[entry as usize] / mean;
                idf * emphasis * (count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length)))
            });
        }
    }
}
