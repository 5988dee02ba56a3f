//! Numbers, in figures and in words.

use super::text;

/// Letters of one word that are read as numerals run together: `dreiundzwanzig`.
const LONGEST: usize = 80;

/// A number in figures, in the marks of no language: a single mark is the decimal one.
pub fn plain(text: &str) -> Option<f64> {
    figures(text, None)
}

/// A number in figures as people write it: `1,5`, `1 200`, `1.200,50`, `€ 30`. A mark before exactly three digits groups
/// them where it is the grouping mark `group` of the language: `1.200` in German, `1,200` in English.
pub fn written(text: &str, group: Option<char>) -> Option<f64> {
    figures(text, group)
}

fn figures(text: &str, group: Option<char>) -> Option<f64> {
    let mut digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '€' | '$' | '£' | '%' | '\u{a0}' | '\'' | '’'))
        .filter_map(|c| {
            c.to_digit(10).or_else(|| other_digit(c)).and_then(|d| char::from_digit(d, 10)).or(Some(c))
        })
        .collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+'))
    {
        return None;
    }
    if let Some(mark) = group.filter(|mark| is_grouped(&digits, *mark)) {
        digits = digits.replace(mark, "");
    }
    let (dot, comma) = (digits.rfind('.'), digits.rfind(','));
    match (dot, comma) {
        // The later of the two marks is the decimal one.
        (Some(dot), Some(comma)) if comma > dot => digits = digits.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => digits = digits.replace(',', ""),
        (None, Some(_)) if digits.matches(',').count() == 1 => digits = digits.replace(',', "."),
        (None, Some(_)) => digits = digits.replace(',', ""),
        (Some(_), None) if digits.matches('.').count() > 1 => digits = digits.replace('.', ""),
        _ => {}
    }
    digits.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether the only mark is this one, with three digits after each and one to three before the first.
fn is_grouped(digits: &str, mark: char) -> bool {
    let bare = digits.trim_start_matches(['-', '+']);
    let mut parts = bare.split(mark);
    let first = parts.next().unwrap_or_default();
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<&str> = parts.collect();
    (1..=3).contains(&first.len())
        && first != "0"
        && is_digits(first)
        && !rest.is_empty()
        && rest.iter().all(|part| part.len() == 3 && is_digits(part))
}

/// Digits of other scripts that people type: Arabic-Indic, extended Arabic-Indic, Devanagari, full-width.
fn other_digit(c: char) -> Option<u32> {
    let zero = [0x0660, 0x06F0, 0x0966, 0xFF10]
        .into_iter()
        .find(|zero| (*zero..zero + 10).contains(&u32::from(c)))?;
    Some(u32::from(c) - zero)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Numeral {
    Value(u64),
    /// `and`: joins, and counts nothing.
    Join,
    /// `point`: figures follow.
    Point,
    Minus,
}

/// A number in words, by the list of a language (`three=3`, `and=+`, `point=.`, `minus=-`). The whole text must be one:
/// `zweihundertdreiundzwanzig`, `two hundred and twenty-three`, `tre virgola cinque`. Figures may stand among the words.
pub fn spoken(text: &str, numerals: &[String]) -> Option<f64> {
    let known: Vec<(String, Numeral)> = numerals.iter().filter_map(|entry| numeral(entry)).collect();
    let mut tokens = Vec::new();
    for word in text::plain(text).split(' ').filter(|word| !word.is_empty()) {
        match word.parse::<u64>() {
            Ok(value) => tokens.push(Numeral::Value(value)),
            Err(_) => tokens.extend(parts(word, &known)?),
        }
    }
    let negative = tokens.first() == Some(&Numeral::Minus);
    let tokens = if negative { &tokens[1..] } else { &tokens[..] };
    let mut halves = tokens.splitn(2, |token| *token == Numeral::Point);
    let whole = whole(halves.next().unwrap_or_default())?;
    let number = match halves.next() {
        Some(figures) => format!("{whole}.{}", after_point(figures)?).parse().ok()?,
        #[expect(clippy::cast_precision_loss, reason = "`whole` stays below a million million")]
        None => whole as f64,
    };
    Some(if negative { -number } else { number })
}

fn numeral(entry: &str) -> Option<(String, Numeral)> {
    let (word, value) = entry.rsplit_once('=')?;
    let numeral = match value.trim() {
        "+" => Numeral::Join,
        "." => Numeral::Point,
        "-" => Numeral::Minus,
        value => Numeral::Value(value.parse().ok()?),
    };
    let word = text::plain(word);
    (!word.is_empty()).then_some((word, numeral))
}

/// A word as numerals run together. `reached[at]` is the last numeral of a way to read the letters before `at`; of two
/// ways the one with the longer first numerals stands.
fn parts(word: &str, known: &[(String, Numeral)]) -> Option<Vec<Numeral>> {
    if word.len() > LONGEST {
        return None;
    }
    let mut ends: Vec<Option<(usize, Numeral)>> = vec![None; word.len() + 1];
    // From the end: `ends[at]` says how far the longest numeral at `at` goes that leaves a readable rest.
    for at in (0..word.len()).rev().filter(|at| word.is_char_boundary(*at)) {
        let rest = &word[at..];
        let fits = known.iter().filter(|(name, _)| rest.starts_with(name.as_str()));
        let read = fits.filter(|(name, _)| name.len() == rest.len() || ends[at + name.len()].is_some());
        ends[at] = read.max_by_key(|(name, _)| name.len()).map(|(name, value)| (name.len(), *value));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < word.len() {
        let (length, value) = ends[at]?;
        found.push(value);
        at += length;
    }
    Some(found)
}

/// The whole number that the numerals make, below a million million.
fn whole(tokens: &[Numeral]) -> Option<u64> {
    let (mut total, mut current, mut seen, mut scale) = (0_u64, 0_u64, false, u64::MAX);
    for token in tokens {
        let value = match token {
            Numeral::Value(value) => *value,
            Numeral::Join => continue,
            Numeral::Point | Numeral::Minus => return None,
        };
        match value {
            1_000.. if matches!(value, 1_000 | 1_000_000 | 1_000_000_000) => {
                if value >= scale {
                    return None;
                }
                scale = value;
                total += current.max(1) * value;
                current = 0;
            }
            100 if current < 100 => current = current.max(1) * 100,
            0..100 if adds(current % 100, value, seen) => current += value,
            // Figures: `2 thousand`.
            100..1_000 if current == 0 => current = value,
            _ if tokens.len() == 1 => return Some(value).filter(|value| *value < 1_000_000_000_000),
            _ => return None,
        }
        seen = true;
    }
    seen.then_some(total + current)
}

/// Whether a numeral below a hundred may follow what stands below the hundred: `twenty three`, `drei und zwanzig`; not
/// `three three`, which is no number.
fn adds(low: u64, value: u64, seen: bool) -> bool {
    let unit = |n: u64| (1..10).contains(&n);
    let tens = |n: u64| n >= 20 && n.is_multiple_of(10);
    match low {
        0 => value > 0 || !seen,
        low => (tens(low) && unit(value)) || (unit(low) && tens(value)),
    }
}

/// `five`, `one four`, `fifty`: the figures after the point.
fn after_point(tokens: &[Numeral]) -> Option<String> {
    let figure = |token: &Numeral| match token {
        Numeral::Value(value @ 0..100) => Some(value.to_string()),
        _ => None,
    };
    let figures: Option<Vec<String>> = tokens.iter().map(figure).collect();
    figures.map(|figures| figures.concat()).filter(|figures| !figures.is_empty() && figures.len() < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(plain("1,5"), Some(1.5));
        assert_eq!(plain("1.200,50"), Some(1200.5));
        assert_eq!(plain("1,200.50"), Some(1200.5));
        assert_eq!(plain("€ 30"), Some(30.0));
        assert_eq!(plain("١٢"), Some(12.0));
        assert_eq!(plain("twelve"), None);
        assert_eq!(plain("1e999"), None);
    }

    #[test]
    fn one_mark_is_read_as_the_language_does() {
        let (dot, comma) = (Some('.'), Some(','));
        assert_eq!((written("1.200", dot), written("1.200", comma)), (Some(1200.0), Some(1.2)));
        assert_eq!((written("1,200", dot), written("1,200", comma)), (Some(1.2), Some(1200.0)));
        assert_eq!((written("0.500", dot), written("12.5", dot)), (Some(0.5), Some(12.5)));
        assert_eq!((written("-1.234.567", dot), written("3,50", dot)), (Some(-1_234_567.0), Some(3.5)));
    }

    fn said(locale: &str, text: &str) -> Option<f64> {
        let (words, _) = crate::flow::parse::built_in_words(&["en".into(), "it".into(), "de".into()]);
        spoken(text, words.list("numerals", locale))
    }

    #[test]
    fn numbers_in_words() {
        let table = [
            ("de", "zwei", 2.0),
            ("de", "dreiundzwanzig", 23.0),
            ("de", "zweihundertdreiundzwanzig", 223.0),
            ("de", "eintausendeinhundert", 1100.0),
            ("de", "sechzehn", 16.0),
            ("de", "siebenunddreissig", 37.0),
            ("de", "drei Komma fünf", 3.5),
            ("de", "minus zwölf", -12.0),
            ("it", "ventitré", 23.0),
            ("it", "ventuno", 21.0),
            ("it", "duecentoquarantotto", 248.0),
            ("it", "tremila e cinquecento", 3500.0),
            ("it", "zero virgola cinque", 0.5),
            ("en", "twenty-three", 23.0),
            ("en", "a hundred and five", 105.0),
            ("en", "two thousand", 2000.0),
            ("en", "2 thousand", 2000.0),
            ("en", "zero", 0.0),
        ];
        for (locale, text, number) in table {
            assert_eq!(said(locale, text), Some(number), "{locale} {text}");
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        for text in
            ["", "und", "drei drei", "zwanzig dreißig", "Hund", "tausend tausend", "komma", &"ein".repeat(90)]
        {
            assert_eq!(said("de", text), None, "{text}");
        }
        assert_eq!(spoken("three", &[]), None);
    }
}
