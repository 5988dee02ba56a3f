//! Takes personal data out of what a person wrote, so that the wording can be kept and shown to colleagues.
//!
//! What is found is replaced by its kind in brackets (`[phone]`). It errs on the side of masking: a number of four
//! digits or more is masked unless it is a year or the number of an error. What is left is for people who write
//! articles, not a proof of anonymity.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What stands in place of what was masked, by kind.
const KINDS: [&str; 10] =
    ["e-mail", "link", "iban", "card", "phone", "number", "code", "address", "name", "private"];

/// The text with personal data masked. `known` are values of this conversation that are personal whatever they look
/// like: sensitive slots, the contact's name.
///
/// Recognised: e-mail addresses, links, IBANs (ISO 13616), payment cards (Luhn), telephone numbers, other numbers of four
/// digits and more, codes of letters and digits, street addresses and self-given names in English, Italian and German.
pub fn mask(text: &str, known: &[String]) -> String {
    let mut masked = text.to_owned();
    for value in known {
        masked = without_value(&masked, value.trim());
    }
    for (pattern, kind) in &PATTERNS.shapes {
        masked = pattern.replace_all(&masked, format!("[{kind}]")).into_owned();
    }
    masked = PATTERNS.coded.replace_all(&masked, |found: &regex::Captures<'_>| coded(&found[0])).into_owned();
    masked =
        PATTERNS.digits.replace_all(&masked, |found: &regex::Captures<'_>| number(&found[0])).into_owned();
    masked = errors_kept(&masked, text);
    for pattern in &PATTERNS.streets {
        masked = pattern.replace_all(&masked, "[address]").into_owned();
    }
    names(&masked)
}

/// A masked text without its marks: the words that may stand in a phrasing.
pub fn bare(masked: &str) -> String {
    let mut plain = masked.to_owned();
    for kind in KINDS {
        plain = plain.replace(&format!("[{kind}]"), " ");
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Patterns {
    shapes: Vec<(Regex, &'static str)>,
    /// Digits with what may stand between those of one number.
    digits: Regex,
    /// Letters and digits in one word.
    coded: Regex,
    /// The number of an error is worth keeping.
    errors: Regex,
    streets: Vec<Regex>,
    /// What introduces a name; the name follows.
    called: Regex,
    titled: Regex,
    perhaps: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let new = |pattern: &str| Regex::new(pattern).expect("a pattern of ours compiles");
    let house = r"(?:\s*,)?\s+(?:n\.?\s*|nr\.?\s*|no\.?\s*)?(?:\d{1,4}[a-zA-Z]?\b|\[number\])";
    Patterns {
        shapes: vec![
            (new(r"[\p{L}\d._%+\-]+@[\p{L}\d\-]+(?:\.[\p{L}\d\-]+)+"), "e-mail"),
            (
                new(
                    r"(?i)\b[a-z\d._%+\-]+ (?:at|chiocciola|ät|klammeraffe) [a-z\d\-]+ (?:dot|punto|punkt) [a-z]{2,}",
                ),
                "e-mail",
            ),
            (new(r"(?i)\b(?:https?://|www\.)\S+"), "link"),
            (new(r"(?i)\b[a-z]{2}\d{2}(?:[ \-]?[a-z\d]{4}){2,7}(?:[ \-]?[a-z\d]{1,4})?\b"), "iban"),
            (new(r"(?i)\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b"), "code"),
            (new(r"(?i)\b(?:[\da-f]{2}[:\-]){5}[\da-f]{2}\b"), "code"),
        ],
        digits: new(r"(?:\+|\b)\(?\d(?:[ .\-/()]{0,2}\d)*\b"),
        coded: new(r"\b[\p{L}\d]+(?:[\-_/#][\p{L}\d]+)*\b"),
        errors: new(
            r"(?i)\b(?:error|errore|fehler|fehlercode|fehlermeldung|code|codice|stop)(?:\s+(?:code|number|nr\.?|n\.?|errore|di errore))?[\s:#]+(0x[\da-f]{4,10}|[a-z]?\d{4,5})\b",
        ),
        streets: vec![
            new(&format!(
                r"(?i)\b(?:via|viale|piazza|piazzale|corso|largo|vicolo|strada)(?:\s+[\p{{L}}'’.]+){{1,5}}?{house}"
            )),
            new(&format!(
                r"(?i)\b[\p{{L}}\-]+(?:straße|strasse|str\.|weg|platz|allee|gasse|ufer|damm){house}"
            )),
            new(&format!(r"(?i)\b(?:[\p{{L}}\-]+(?:e|er|es)\s)?(?:straße|strasse|platz|allee){house}")),
            new(
                r"(?i)\b(?:\d{1,5}|\[number\])[a-z]?,?\s+(?:[\p{L}'’.]+\s+){1,4}?(?:street|road|avenue|lane|drive|boulevard|close|terrace|crescent)\b\.?",
            ),
            new(
                r"\b(?:\d{1,5}|\[number\])[a-z]?,?\s+(?:\p{Lu}[\p{L}'’.]+\s+){1,3}?(?:St|Rd|Ave|Ln|Dr|Blvd|Square|Court|Way)\b\.?",
            ),
            new(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"),
        ],
        called: new(
            r"(?i)\b(?:my name is|my name's|name is|i am called|mi chiamo|il mio nome è|il mio nome e|a nome di|intestat[oa] a|ich heiße|ich heisse|mein name ist|auf den namen)\s+",
        ),
        titled: new(
            r"\b(?:Mr|Mrs|Ms|Dr|Prof|Herrn?|Frau|Sig|Sigg|Signora?|Dott|Dottoressa|Dottor|Ing|Avv)\b\.?(?:ra\b\.?|ssa\b\.?)?\s+((?:\p{Lu}[\p{L}'’\-]+)(?:\s+\p{Lu}[\p{L}'’\-]+)?)",
        ),
        perhaps: new(
            r"(?:\b[Ii]['’]m|\b[Ii] am|\b[Tt]his is|\b[Ss]ono|\b[Qq]ui|\b[Ii]ch bin|\b[Hh]ier ist|\b[Hh]ier spricht|\b[Rr]egards,?|\b[Cc]heers,?|\b[Ss]aluti,?|\b[Gg]rüße,?|\b[Gg]rüßen,?)\s+(\p{Lu}[\p{Ll}'’\-]+\s+\p{Lu}[\p{Ll}'’\-]+)",
        ),
    }
});

/// Words of a value of this conversation, in any case, as whole words. What is too short to be told from common words
/// is left.
fn without_value(text: &str, value: &str) -> String {
    if value.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return text.to_owned();
    }
    let edge = |c: Option<char>| if c.is_some_and(char::is_alphanumeric) { r"\b" } else { "" };
    let (first, last) = (edge(value.chars().next()), edge(value.chars().next_back()));
    match Regex::new(&format!("(?i){first}{}{last}", regex::escape(value))) {
        Ok(pattern) => pattern.replace_all(text, "[private]").into_owned(),
        Err(_) => text.to_owned(),
    }
}

/// What a run of digits is taken for.
fn number(found: &str) -> String {
    let digits: Vec<u32> = found.chars().filter_map(|c| c.to_digit(10)).collect();
    let grouped = found.contains([' ', '-', '/', '(', '.']) || found.starts_with('+');
    match digits.len() {
        0..4 => found.to_owned(),
        4 if is_year(found) => found.to_owned(),
        13..=19 if luhn(&digits) => "[card]".to_owned(),
        7..=15 if grouped && !is_date(found) => "[phone]".to_owned(),
        9..=12 if found.starts_with('0') || found.starts_with('3') => "[phone]".to_owned(),
        _ if is_date(found) => found.to_owned(),
        _ if found.contains(' ') && found.split(' ').all(|part| part.len() < 4) && digits.len() < 6 => {
            found.to_owned()
        }
        _ => "[number]".to_owned(),
    }
}

fn is_year(found: &str) -> bool {
    found.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
}

/// `24.11.2026`, `2026-11-24`, `24/11`: a date is no number of anybody.
fn is_date(found: &str) -> bool {
    let parts: Vec<&str> = found.split(['.', '-', '/']).collect();
    let fits =
        |part: &str, most: u32| part.len() <= 2 && part.parse::<u32>().is_ok_and(|n| (1..=most).contains(&n));
    match parts.as_slice() {
        [day, month, year] if year.len() == 4 => fits(day, 31) && fits(month, 31) && is_year(year),
        [year, month, day] if year.len() == 4 => fits(day, 31) && fits(month, 12) && is_year(year),
        [day, month, year] => fits(day, 31) && fits(month, 31) && year.len() == 2,
        _ => false,
    }
}

/// <https://en.wikipedia.org/wiki/Luhn_algorithm>
fn luhn(digits: &[u32]) -> bool {
    let weighed = digits.iter().rev().enumerate().map(|(at, &digit)| match at % 2 {
        0 => digit,
        _ if digit > 4 => 2 * digit - 9,
        _ => 2 * digit,
    });
    weighed.sum::<u32>() % 10 == 0
}

/// Letters and digits mixed, with four digits or more: a contract, an order, a tax code. `mp3` and `windows11` stay.
fn coded(found: &str) -> String {
    let digits = found.chars().filter(char::is_ascii_digit).count();
    let letters = found.chars().any(char::is_alphabetic);
    if digits >= 4 && letters { "[code]".to_owned() } else { found.to_owned() }
}

/// Puts the numbers of errors back in their order.
fn errors_kept(masked: &str, text: &str) -> String {
    let mut kept = masked.to_owned();
    for found in PATTERNS.errors.captures_iter(text) {
        let (Some(whole), Some(code)) = (found.get(0), found.get(1)) else { continue };
        let before = text[whole.start()..code.start()].to_owned();
        for mark in ["[number]", "[code]"] {
            let hidden = format!("{before}{mark}");
            if let Some(at) = kept.find(&hidden) {
                kept.replace_range(at..at + hidden.len(), &format!("{before}{}", code.as_str()));
                break;
            }
        }
    }
    kept
}

/// Words that follow a name or stand where one might.
const NO_NAMES: [&str; 34] = [
    "and", "but", "i", "my", "the", "not", "on", "in", "is", "a", "with", "from", "e", "ed", "ma", "non",
    "il", "la", "sono", "ho", "di", "da", "mi", "und", "aber", "ich", "mein", "meine", "nicht", "der", "die",
    "das", "von", "aus",
];

fn names(text: &str) -> String {
    let mut spans: Vec<Range<usize>> = PATTERNS
        .called
        .find_iter(text)
        .filter_map(|found| name_after(text, found.end()))
        .chain(PATTERNS.titled.captures_iter(text).filter_map(|found| found.get(1).map(|name| name.range())))
        .chain(PATTERNS.perhaps.captures_iter(text).filter_map(|found| found.get(1).map(|name| name.range())))
        .collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    let mut masked = text.to_owned();
    let mut before = usize::MAX;
    for span in spans.into_iter().filter(|span| !text[span.clone()].contains('[')) {
        if span.end <= before {
            masked.replace_range(span.clone(), "[name]");
            before = span.start;
        }
    }
    masked
}

/// One to three words that begin at `start`, as long as they may belong to a name.
fn name_after(text: &str, start: usize) -> Option<Range<usize>> {
    let mut end = start;
    for (nth, word) in text[start..].split_inclusive(' ').take(3).enumerate() {
        let plain = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let lower = plain.to_lowercase();
        let capital = plain.chars().next().is_some_and(char::is_uppercase);
        if plain.is_empty() || NO_NAMES.contains(&lower.as_str()) || (nth > 1 && !capital) {
            break;
        }
        // What is written small in second place is a name only where the first is written small too.
        let first_small = text[start..].chars().next().is_some_and(char::is_lowercase);
        if nth == 1 && !capital && !first_small {
            break;
        }
        let at = text[end..].find(plain)? + end;
        end = at + plain.len();
        if plain.len() < word.trim_end().len() {
            break;
        }
    }
    (end > start).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str) -> String {
        mask(text, &[])
    }

    #[test]
    fn addresses_of_mail_and_pages() {
        assert_eq!(plain("write to anna.rossi+x@mail.example.co.uk now"), "write to [e-mail] now");
        assert_eq!(plain("sono anna chiocciola posta punto it"), "sono [e-mail]");
        assert_eq!(plain("see https://my.acme.example/u?id=7 please"), "see [link] please");
    }

    #[test]
    fn money_and_telephone() {
        assert_eq!(plain("my IBAN DE89 3704 0044 0532 0130 00 was charged"), "my IBAN [iban] was charged");
        assert_eq!(plain("IT60X0542811101000000123456"), "[iban]");
        assert_eq!(plain("card 4111 1111 1111 1111 declined"), "card [card] declined");
        assert_eq!(plain("call me on +39 02 1234567"), "call me on [phone]");
        assert_eq!(plain("il mio numero è 3331234567"), "il mio numero è [phone]");
        assert_eq!(plain("erreichbar unter 0170/1234567"), "erreichbar unter [phone]");
        assert_eq!(plain("invoice 204417 is wrong"), "invoice [number] is wrong");
    }

    #[test]
    fn codes_go_and_what_helps_stays() {
        assert_eq!(plain("order AB-12345 and RSSMRA80A01H501U"), "order [code] and [code]");
        assert_eq!(
            plain("windows 11, mp3, wifi 6 and 5 GHz since 2024"),
            "windows 11, mp3, wifi 6 and 5 GHz since 2024"
        );
        assert_eq!(plain("error 0x80070057 on start"), "error 0x80070057 on start");
        assert_eq!(plain("Errore 5004, ticket 123456789"), "Errore 5004, ticket [number]");
        assert_eq!(plain("seit dem 24.11.2026 geht nichts"), "seit dem 24.11.2026 geht nichts");
    }

    #[test]
    fn streets_in_three_languages() {
        assert_eq!(plain("abito in via Giuseppe Verdi 12 a Milano"), "abito in [address] a Milano");
        assert_eq!(plain("mandatelo via e-mail"), "mandatelo via e-mail");
        assert_eq!(plain("ich wohne in der Bergmannstraße 5a, Berlin"), "ich wohne in der [address], Berlin");
        assert_eq!(
            plain("I live at 221b Baker Street, London NW1 6XE"),
            "I live at [address], London [address]"
        );
        assert_eq!(plain("is there a street fault"), "is there a street fault");
    }

    #[test]
    fn names_that_people_give() {
        assert_eq!(
            plain("My name is John Smith and my router is dead"),
            "My name is [name] and my router is dead"
        );
        assert_eq!(plain("mi chiamo Anna Maria Rossi, non va internet"), "mi chiamo [name], non va internet");
        assert_eq!(plain("ich heiße Jürgen und brauche Hilfe"), "ich heiße [name] und brauche Hilfe");
        assert_eq!(plain("sono Mario Rossi, aiuto"), "sono [name], aiuto");
        assert_eq!(plain("Frau Müller hat keinen Anschluss"), "Frau [name] hat keinen Anschluss");
        assert_eq!(plain("I am locked out and sono bloccato"), "I am locked out and sono bloccato");
    }

    #[test]
    fn values_of_the_conversation() {
        let known = ["Zoë Quick".to_owned(), "qwertz!".to_owned(), "it".to_owned()];
        assert_eq!(mask("zoë quick said it: qwertz!", &known), "[private] said it: [private]");
    }

    #[test]
    fn marks_can_be_taken_out() {
        assert_eq!(bare("invoice [number] of [name] is wrong"), "invoice of is wrong");
    }

    proptest! {
        #[test]
        fn any_text_is_masked_once_and_for_all(text in any::<String>(), known in any::<String>()) {
            let masked = mask(&text, &[known]);
            prop_assert!(!masked.contains('@') || !masked.contains("a@b.it"));
            bare(&masked);
        }

        #[test]
        fn no_long_number_is_left(number in 10_000u64..9_999_999_999_999, before in "[a-z ]{0,12}", after in " [a-z ]{0,12}") {
            let masked = mask(&format!("{before} x {number}{after}"), &[]);
            prop_assert!(!masked.contains(&number.to_string()), "{}", masked);
        }
    }
}
