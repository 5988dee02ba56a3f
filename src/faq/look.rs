//! A look over the whole shelf: what a query has in common with each phrasing, and with each answer.
//!
//! A query reads at most [`READ`] postings, those of its rarest features first. What was left unread is looked up
//! afterwards, for the entries that turn out to be near only.
//! The sums lie in arrays as long as the shelf, which a thread keeps from query to query; marks say which of them are to be
//! read and cleared.

use std::cell::RefCell;

use super::query::Probe;
use super::shelf::Shelf;

/// Postings that are read for all entries.
const READ: usize = 60_000;
/// Postings of answers that are read.
const READ_ANSWERS: usize = 20_000;
/// A shelf of more phrasings reads a quarter of that: there are rare features enough.
const LARGE: usize = 20_000;
/// A word of the base less like the query than this (a cosine) is passed over.
const FAINT: f32 = 0.05;
/// A gram of so many words, and of a sixteenth of all words, tells nothing and is passed over.
const FEW_WORDS: usize = 1_000;
/// Rows under one mark: what the processor reads at once.
pub(super) const LINE: usize = 8;

/// Cosines of a query with each phrasing: by words, and by letters.
pub(super) type Cosines = [[f32; 2]];

thread_local! {
    static KEPT: RefCell<Sums> = RefCell::default();
}

/// Between two looks all numbers are zero and nothing is marked.
#[derive(Default)]
struct Sums {
    cosines: Vec<[f32; 2]>,
    lines: Marks,
    /// By word of the base.
    likeness: Vec<f32>,
    /// By entry.
    answers: Vec<f32>,
    entries: Marks,
}

/// A set of small numbers: a byte each, since a bit would have to be read before it is set.
#[derive(Default)]
struct Marks(Vec<u8>);

impl Marks {
    fn fit(&mut self, numbers: usize) {
        self.0.resize(numbers.max(self.0.len()), 0);
    }

    fn set(&mut self, number: usize) {
        self.0[number] = 1;
    }

    /// Lowest first.
    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().filter(|(_, mark)| **mark != 0).map(|(number, _)| number)
    }
}

/// The postings of one feature of a query.
struct List<'s> {
    rows: &'s [(u32, f32)],
    weight: f32,
    /// 0 for words, 1 for letters.
    part: usize,
}

/// What a query has in common with a shelf.
pub(super) struct Look<'s> {
    shelf: &'s Shelf,
    sums: Sums,
    /// What was not read.
    left: Vec<List<'s>>,
    /// One over the query's norms.
    inverse: [f32; 2],
    /// One over what the best answer would need to count in full.
    answer_inverse: f32,
}

impl<'s> Look<'s> {
    pub fn new(shelf: &'s Shelf, probe: &Probe) -> Self {
        let inverse =
            [probe.word_norm, probe.gram_norm].map(|norm| if norm > 0.0 { 1.0 / norm } else { 0.0 });
        let sums = KEPT.take();
        let mut look = Self { shelf, sums, left: vec![], inverse, answer_inverse: 0.0 };
        look.fit();
        let mut lists = Vec::new();
        look.words(probe, &mut lists);
        look.letters(probe, &mut lists);
        look.left = rarest(&mut lists, most(READ, shelf), |list| list.rows.len());
        look.add(&lists);
        look.scale();
        look.answers(probe);
        look
    }

    fn fit(&mut self) {
        let (rows, words) = (self.shelf.phrasings.len(), self.shelf.words.len());
        let (entries, sums) = (self.shelf.entries.len(), &mut self.sums);
        sums.cosines.resize(rows.next_multiple_of(LINE).max(sums.cosines.len()), [0.0; 2]);
        sums.lines.fit(rows.div_ceil(LINE));
        sums.likeness.resize(words.max(sums.likeness.len()), 0.0);
        sums.answers.resize(entries.max(sums.answers.len()), 0.0);
        sums.entries.fit(entries);
    }

    fn words(&self, probe: &Probe, lists: &mut Vec<List<'s>>) {
        let shelf = self.shelf;
        let stems = probe.stems.iter().map(|(id, weight)| List {
            rows: shelf.stem_rows.of(*id),
            weight: shelf.stem_weight(*id) * weight,
            part: 0,
        });
        let pairs = probe.pairs.iter().map(|(id, weight, own)| List {
            rows: shelf.pair_rows.of(*id),
            weight: own * weight,
            part: 0,
        });
        lists.extend(stems.chain(pairs));
    }

    /// Words of the base by the letters that they share with the query, or by what they mean.
    fn letters(&mut self, probe: &Probe, lists: &mut Vec<List<'s>>) {
        let (shelf, sums) = (self.shelf, &mut self.sums);
        let usual = (shelf.words.len() / 16).max(FEW_WORDS);
        for (id, weight) in &probe.grams {
            let words = shelf.gram_words.of(*id);
            if words.len() <= usual {
                let own = shelf.gram_weight(*id) * weight;
                liken(&mut sums.likeness, words, own);
            }
        }
        for &(word, like) in &probe.kin {
            let likeness = &mut sums.likeness[word as usize];
            *likeness = likeness.max(like * shelf.word_norms[word as usize]);
        }
        let least = FAINT * probe.gram_norm;
        let blocks = sums.likeness.chunks_mut(LINE).zip(shelf.word_norms.chunks(LINE)).enumerate();
        for (block, (likeness, norms)) in blocks {
            let near = |(like, norm): (&f32, &f32)| *like > least * norm;
            if likeness.iter().zip(norms).fold(false, |any, word| any | near(word)) {
                let words = (block * LINE..).zip(likeness.iter().zip(norms));
                lists.extend(words.filter(|(_, word)| near(*word)).map(|(id, (like, _))| List {
                    rows: shelf.word_rows.of(id as u32),
                    weight: like * shelf.words[id].emphasis,
                    part: 1,
                }));
            }
            likeness.fill(0.0);
        }
    }

    fn add(&mut self, lists: &[List]) {
        let lines = self.shelf.phrasings.len().div_ceil(LINE);
        let cosines = &mut self.sums.cosines;
        if lists.iter().map(|list| list.rows.len()).sum::<usize>() > lines {
            self.sums.lines.0[..lines].fill(1);
        } else {
            for list in lists {
                list.rows.iter().for_each(|&(row, _)| self.sums.lines.set(row as usize / LINE));
            }
        }
        for list in lists {
            match list.part {
                0 => add_to::<0>(cosines, list.rows, list.weight),
                _ => add_to::<1>(cosines, list.rows, list.weight),
            }
        }
    }

    /// Turns sums into cosines, and marks the entries that may have any.
    fn scale(&mut self) {
        let (rows, entries) = (&self.shelf.phrasings, &mut self.sums.entries.0);
        let [words, letters] = self.inverse;
        let (cosines, _) = self.sums.cosines.as_chunks_mut::<LINE>();
        let (inverses, _) = self.shelf.inverses.as_chunks::<LINE>();
        let lines = self.sums.lines.0.iter().zip(cosines).zip(inverses).enumerate();
        for (line, ((_, cosines), inverses)) in lines.filter(|(_, ((mark, _), _))| **mark != 0) {
            for (sum, inverse) in cosines.iter_mut().zip(inverses) {
                sum[0] *= words * inverse[0];
                sum[1] *= letters * inverse[1];
            }
            let (first, last) = (line * LINE, (line * LINE + LINE).min(rows.len()) - 1);
            entries[rows[first].entry as usize..=rows[last].entry as usize].fill(1);
        }
    }

    /// BM25 of the query over each entry's answer.
    fn answers(&mut self, probe: &Probe) {
        let mut lists: Vec<&[(u32, f32)]> =
            probe.answer_stems.iter().map(|&stem| self.shelf.answer_rows.of(stem)).collect();
        rarest(&mut lists, most(READ_ANSWERS, self.shelf), |list| list.len());
        let (sums, mut highest) = (&mut self.sums, 0.0_f32);
        for &(entry, part) in lists.into_iter().flatten() {
            let sum = &mut sums.answers[entry as usize];
            *sum += part;
            highest = highest.max(*sum);
            sums.entries.set(entry as usize);
        }
        self.answer_inverse = 1.0 / (highest + 8.0);
    }

    pub fn cosines(&self) -> &Cosines {
        &self.sums.cosines
    }

    /// How much the entry's answer has to do with the query, below 1.
    pub fn answer(&self, entry: usize) -> f32 {
        self.sums.answers[entry] * self.answer_inverse
    }

    /// The entries that have anything in common with the query, lowest first.
    pub fn entries(&self) -> impl Iterator<Item = usize> {
        self.sums.entries.iter()
    }

    /// Looks up for some entries what was left unread.
    pub fn complete(&mut self, entries: impl Iterator<Item = usize> + Clone) {
        for list in &self.left {
            for entry in entries.clone() {
                let own = self.shelf.entries[entry].phrasings();
                let first = list.rows.partition_point(|&(row, _)| (row as usize) < own.start);
                for &(row, count) in
                    list.rows[first..].iter().take_while(|(row, _)| (*row as usize) < own.end)
                {
                    let norm = self.shelf.inverses[row as usize][list.part];
                    let cosine = &mut self.sums.cosines[row as usize][list.part];
                    *cosine += list.weight * count * self.inverse[list.part] * norm;
                    self.sums.lines.set(row as usize / LINE);
                }
            }
        }
    }
}

fn most(read: usize, shelf: &Shelf) -> usize {
    if shelf.phrasings.len() > LARGE { read / 4 } else { read }
}

fn liken(likeness: &mut [f32], words: &[(u32, f32)], weight: f32) {
    for &(word, count) in words {
        likeness[word as usize] += weight * count;
    }
}

fn add_to<const PART: usize>(cosines: &mut [[f32; 2]], rows: &[(u32, f32)], weight: f32) {
    for &(row, count) in rows {
        cosines[row as usize][PART] += weight * count;
    }
}

/// Leaves the lists that have together no more than `most` items, the shortest ones, and at least one; gives the others.
fn rarest<L>(lists: &mut Vec<L>, most: usize, length: impl Fn(&L) -> usize) -> Vec<L> {
    if lists.iter().map(&length).sum::<usize>() <= most {
        return vec![];
    }
    lists.sort_by_key(&length);
    let mut sum = 0;
    let fit = lists.iter().take_while(|list| {
        sum += length(list);
        sum <= most
    });
    let fit = fit.count().max(1);
    lists.split_off(fit)
}

impl Drop for Look<'_> {
    /// Clears what was used, and keeps it for the thread's next query.
    fn drop(&mut self) {
        let sums = &mut self.sums;
        let rows = sums.cosines.len();
        for line in sums.lines.iter() {
            sums.cosines[line * LINE..((line + 1) * LINE).min(rows)].fill([0.0; 2]);
        }
        for entry in sums.entries.iter() {
            sums.answers[entry] = 0.0;
        }
        sums.lines.0.fill(0);
        sums.entries.0.fill(0);
        KEPT.set(std::mem::take(sums));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_told_lowest_first() {
        let mut marks = Marks::default();
        marks.fit(200);
        [130, 0, 63, 64, 130].into_iter().for_each(|number| marks.set(number));
        assert_eq!(marks.iter().collect::<Vec<_>>(), [0, 63, 64, 130]);
    }

    #[test]
    fn the_shortest_lists_are_read_and_at_least_one() {
        let mut lists = vec![5, 1, 3];
        assert!(rarest(&mut lists, 9, |&n| n).is_empty() && lists == [5, 1, 3]);
        assert_eq!(rarest(&mut lists, 8, |&n| n), [5]);
        assert_eq!(rarest(&mut lists, 0, |&n| n), [3]);
        assert_eq!(lists, [1]);
    }
}
