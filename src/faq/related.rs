//! Words that mean nearly the same (`proiezione` and `film`, `purchase` and `buy`), so that a question finds what was put in
//! other words. Lists for English, Italian and German are compiled in and read where they lie;
//! `related/LICENCES.md` says how they were made and how they are written.

use std::sync::OnceLock;

use super::features::Map;
use super::postings::Lists;
use super::query::{Probe, Read};
use super::shelf::Shelf;

/// What a related stem counts beside the stem itself.
const STEM: f32 = 0.8;
/// What a related word counts beside one of the same letters.
const WORD: f32 = 0.4;
/// Places of a number, six bits each, from the highest.
const PLACES: usize = 3;
/// The character that stands for 0; 64 in a row are in use.
const ZERO: u8 = b'0';

/// The related stems of one language: lines `stem related`, sorted by stem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Related {
    lines: &'static str,
    /// Where each line begins, and where the last ends.
    starts: &'static [u32],
}

impl Related {
    /// The list of the language of `locale` (`en`, `it`, `de`), if there is one.
    pub fn of(locale: &str) -> Option<Self> {
        static STARTS: [OnceLock<Vec<u32>>; 3] = [const { OnceLock::new() }; 3];
        let (lines, at) = match locale.split(['-', '_']).next()? {
            "en" => (include_str!("related/en.txt"), 0),
            "it" => (include_str!("related/it.txt"), 1),
            "de" => (include_str!("related/de.txt"), 2),
            _ => return None,
        };
        let after = || lines.match_indices('\n').map(|(end, _)| end as u32 + 1);
        let starts = STARTS[at].get_or_init(|| std::iter::once(0).chain(after()).collect());
        Some(Self { lines, starts })
    }

    fn line(self, number: u32) -> &'static str {
        let at = number as usize;
        &self.lines[self.starts[at] as usize..self.starts[at + 1] as usize - 1]
    }

    /// A stem and what is related to it.
    fn entry(self, number: u32) -> (&'static str, &'static str) {
        let line = self.line(number);
        line.split_once(' ').unwrap_or((line, ""))
    }

    /// The number of a stem's line.
    pub fn number(self, stem: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.starts.len() as u32 - 1);
        while low < high {
            let middle = u32::midpoint(low, high);
            match self.entry(middle).0.cmp(stem) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The lines of the related stems and how near they are, up to 1; the nearest first.
    pub fn to(self, number: u32) -> impl Iterator<Item = (u32, f32)> {
        let groups = self.entry(number).1.as_bytes().chunks_exact(PLACES + 1);
        groups.map(|group| {
            let number = group[..PLACES].iter().fold(0, |sum, &c| (sum << 6) + u32::from(c - ZERO));
            (number, f32::from(group[PLACES] - ZERO) / 63.0)
        })
    }
}

/// What a shelf has of a list.
#[derive(Debug)]
pub(super) struct Kinship {
    list: Related,
    /// The shelf's stems by line.
    stems: Map<u32, u32>,
    /// The shelf's words by stem.
    words: Lists<u32>,
}

impl Kinship {
    pub fn of(shelf: &Shelf) -> Option<Self> {
        let list = Related::of(&shelf.locale)?;
        let lines = shelf.stem_ids.iter().filter_map(|(stem, &id)| Some((list.number(stem)?, id)));
        let mut words: Vec<Vec<u32>> = vec![vec![]; shelf.stem_ids.len()];
        for (id, word) in shelf.words.iter().enumerate() {
            words[word.stem as usize].push(id as u32);
        }
        let mut by_stem = Lists::default();
        words.into_iter().for_each(|words| by_stem.push(words));
        Some(Self { list, stems: lines.collect(), words: by_stem })
    }

    /// The shelf's stems that are related to a stem, and how near.
    fn to(&self, stem: &str) -> impl Iterator<Item = (u32, f32)> {
        let related = self.list.number(stem).map(|number| self.list.to(number));
        related.into_iter().flatten().filter_map(|(line, near)| Some((*self.stems.get(&line)?, near)))
    }
}

impl Shelf {
    /// Adds to a query what is related to its words, but for words that a sentence is built of. The norm stays: a question
    /// that is put in other words is less near than one in the same.
    pub(super) fn read_related(&self, probe: &mut Probe, read: &Read) {
        let Some(kinship) = &self.kinship else { return };
        let mut stems: Vec<(u32, f32)> = vec![];
        for (at, stem) in read.stems.iter().enumerate() {
            if read.fillers[at] || read.stems[..at].contains(stem) {
                continue;
            }
            let emphasis = read.emphases[at];
            let weight = read.ids[at].map_or(self.idf(0) * emphasis, |id| self.stem_weight(id));
            let mut norm = None;
            for (id, near) in kinship.to(stem) {
                let norm = *norm.get_or_insert_with(|| emphasis * self.letters_norm(&read.words[at]));
                let words = kinship.words.of(id).iter();
                probe.kin.extend(words.map(|&word| (word, WORD * near * norm)));
                if read.ids.contains(&Some(id)) {
                    continue;
                }
                let own = STEM * near * weight;
                match stems.iter_mut().find(|(known, _)| *known == id) {
                    Some((_, sum)) => *sum += own,
                    None => stems.push((id, own)),
                }
            }
        }
        probe.stems.extend(stems);
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::{stem, stemmer};
    use super::super::{Article, Base, Dial, Query};
    use super::*;

    /// The stems related to a word of `locale`.
    fn related(locale: &str, word: &str) -> Vec<&'static str> {
        let list = Related::of(locale).expect("a list");
        let number = list.number(&stem(stemmer(locale).as_ref(), word)).expect("in the list");
        list.to(number).map(|(line, _)| list.entry(line).0).collect()
    }

    #[test]
    fn every_list_is_sorted_and_whole() {
        for locale in ["en", "it", "de"] {
            let list = Related::of(locale).expect("a list");
            let lines = list.starts.len() as u32 - 1;
            let mut before = "";
            for line in 0..lines {
                let (stem, groups) = list.entry(line);
                assert!(before < stem, "{locale}: {before} {stem}");
                assert_eq!(groups.len() % (PLACES + 1), 0, "{locale}: {stem}");
                let mut last = 1.0;
                for (other, near) in list.to(line) {
                    assert!(
                        other < lines && other != line && near <= last && near > 0.15,
                        "{locale}: {stem}"
                    );
                    last = near;
                }
                before = stem;
            }
            assert!(lines > 15_000);
        }
        assert!(Related::of("fr").is_none());
    }

    #[test]
    fn knows_what_means_nearly_the_same() {
        assert!(related("en", "purchases").contains(&"buy"));
        assert!(related("it", "telefonino").contains(&"cellular"));
        assert!(related("de-AT", "passwort").contains(&"kennwort"));
        assert_eq!(Related::of("en").expect("a list").number("qwxyzk"), None);
    }

    #[test]
    fn finds_an_article_in_other_words_and_the_same_words_first() {
        let article = |id: &str, questions: &[&str]| Article {
            id: id.to_owned(),
            questions: [("en".to_owned(), questions.iter().map(|&text| text.to_owned()).collect())].into(),
            ..Article::default()
        };
        let articles = vec![
            article("buy", &["where can I buy a ticket", "buy tickets online"]),
            article("seat", &["can I choose where I sit", "choose my seat"]),
        ];
        let base = Base::build(articles, Dial::default());
        let ask = |text| base.rank(&Query { text, locale: Some("en"), context: &[] });
        let (other, same) = (ask("purchase"), ask("buy"));
        assert_eq!(base.article(other.hits[0].article).id, "buy");
        assert!(other.hits[0].score < same.hits[0].score, "{other:?} {same:?}");
    }
}
