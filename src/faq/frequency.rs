//! How common a word is in a language at large, on the Zipf scale: log10 of occurrences per thousand million words,
//! from about 3 (rare) to 7.7 (`the`). Lists for English, Italian and German are compiled in and searched where they lie,
//! so they cost no memory of their own; `frequency/LICENCES.md` says where they are from.

/// A word list of one language: lines `word zipf×10`, sorted by word.
#[derive(Debug, Clone, Copy)]
pub struct Background {
    lines: &'static str,
}

/// A word less common than this may be a misspelling of one that the base has.
pub const UNCOMMON: f64 = 3.3;

impl Background {
    /// The list of the language of `locale` (`en`, `it`, `de`), if there is one.
    pub fn of(locale: &str) -> Option<Self> {
        match locale.split(['-', '_']).next()? {
            "en" => Some(Self { lines: include_str!("frequency/en.txt") }),
            "it" => Some(Self { lines: include_str!("frequency/it.txt") }),
            "de" => Some(Self { lines: include_str!("frequency/de.txt") }),
            _ => None,
        }
    }

    /// Every word with its Zipf value, by word.
    pub fn words(self) -> impl Iterator<Item = (&'static str, f64)> {
        let entry = |line: &'static str| line.split_once(' ');
        self.lines
            .lines()
            .filter_map(entry)
            .filter_map(|(word, tenths)| Some((word, tenths.parse::<f64>().ok()? / 10.0)))
    }

    /// The most common word that is one edit from `word` (a letter more, less or other, or two swapped), begins as it does, and
    /// is at least as common as `least`.
    pub fn nearest(self, word: &str, least: f64) -> Option<&'static str> {
        let first = *word.as_bytes().first()?;
        let begins = |below: u8| self.lines.len() - self.from(below).len();
        let lines = self.lines[begins(first)..begins(first + 1)].lines();
        let near = lines.filter_map(|line| line.split_once(' ')).filter(|(other, _)| one_edit(word, other));
        let known = near.filter_map(|(other, tenths)| Some((tenths.parse::<u32>().ok()?, other)));
        let common = known.filter(|(tenths, _)| f64::from(*tenths) / 10.0 >= least);
        common.min_by_key(|&(tenths, other)| (u32::MAX - tenths, other)).map(|(_, other)| other)
    }

    /// The lines from the first on that does not begin with a lower byte than `first`.
    fn from(self, first: u8) -> &'static str {
        let bytes = self.lines.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = (low + high) / 2;
            let start = bytes[..middle].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            if bytes[start] < first {
                low = bytes[middle..]
                    .iter()
                    .position(|&b| b == b'\n')
                    .map_or(bytes.len(), |at| middle + at + 1);
            } else {
                high = start;
            }
        }
        self.lines.get(low..).unwrap_or_default()
    }

    /// The Zipf value of a normalised word; `None` if it is too rare for the list.
    pub fn zipf(&self, word: &str) -> Option<f64> {
        let bytes = self.lines.as_bytes();
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = (low + high) / 2;
            let start = bytes[..middle].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            let end = bytes[middle..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| middle + at);
            let (entry, value) = self.lines[start..end].split_once(' ')?;
            match entry.cmp(word) {
                std::cmp::Ordering::Equal => return value.parse::<f64>().ok().map(|tenths| tenths / 10.0),
                std::cmp::Ordering::Less => low = end + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

/// Whether two different words are one edit apart, counted in bytes.
fn one_edit(word: &str, other: &str) -> bool {
    let (a, b) = (word.as_bytes(), other.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Less => *a == b[1..],
        std::cmp::Ordering::Greater => a[1..] == *b,
        std::cmp::Ordering::Equal => {
            let swapped = a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            swapped || (!a.is_empty() && a[1..] == b[1..])
        }
    }
}

/// What a word of this commonness weighs beside the base's own idf: 0.12 (`the`) to 1.25 (not in the list).
pub fn factor(zipf: Option<f64>) -> f64 {
    zipf.map_or(1.25, |zipf| ((7.6 - zipf) / 3.6).clamp(0.12, 1.25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_word_of_every_list_and_no_other() {
        for locale in ["en", "it", "de"] {
            let list = Background::of(locale).expect("a list");
            for line in list.lines.lines() {
                let (word, tenths) = line.split_once(' ').expect("word and value");
                assert_eq!(list.zipf(word), Some(tenths.parse::<f64>().expect("a number") / 10.0), "{word}");
            }
            for absent in ["", "aaaa", "zzzzzz", "qwxyzk", "zürich"] {
                assert_eq!(list.zipf(absent), None);
            }
        }
        assert!(Background::of("es").is_none() && Background::of("de-CH").is_some());
    }

    #[test]
    fn finds_the_most_common_word_one_edit_away() {
        let en = Background::of("en").expect("a list");
        for (word, found) in [
            ("dimensiions", Some("dimensions")),
            ("recieve", Some("receive")),
            ("notebok", Some("notebook")),
            ("zzzzzzz", None),
            ("zeroo", Some("zero")),
            ("\u{ffff}", None),
            ("", None),
        ] {
            assert_eq!(en.nearest(word, 3.5), found, "{word}");
        }
        assert_eq!(en.nearest("dimensiions", 7.0), None);
        assert!(!one_edit("same", "same") && one_edit("same", "smae") && !one_edit("ab", "ba c"));
    }

    #[test]
    fn common_words_weigh_little() {
        let en = Background::of("en").expect("a list");
        assert!(factor(en.zipf("the")) < 0.2);
        assert!(factor(en.zipf("password")) > 0.8);
        assert_eq!(factor(None), 1.25);
    }
}
