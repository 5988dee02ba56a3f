//! Which option is meant, in this order: value, key, whole label, whole synonym, words that occur in exactly one
//! option's label or synonyms, typos of those.

use std::collections::BTreeSet;

use super::text::{is_slip, plain};

/// An option as it may be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub value: String,
    pub key: String,
    pub labels: Vec<String>,
    pub synonyms: Vec<String>,
}

/// The option meant, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    pub value: String,
    /// By its value, key, whole label or synonym; otherwise by some of its words or a typo.
    pub whole: bool,
}

/// The option with this key.
pub fn by_key(keys: &str, offers: &[Offer]) -> Option<Meaning> {
    offers.iter().find(|offer| offer.key == keys).map(whole)
}

/// The option with exactly this value (a button's).
pub fn by_value(value: &str, offers: &[Offer]) -> Option<Meaning> {
    offers.iter().find(|offer| offer.value == value).map(whole)
}

/// The option that is named whole.
pub fn by_name(text: &str, offers: &[Offer]) -> Option<Meaning> {
    let said = plain(text);
    if said.is_empty() {
        return None;
    }
    let trimmed = text.trim();
    let value = offers.iter().find(|offer| plain(&offer.value) == said);
    let key = || offers.iter().find(|offer| offer.key == trimmed);
    let label = || offers.iter().find(|offer| offer.labels.iter().any(|label| plain(label) == said));
    let synonym = || offers.iter().find(|offer| offer.synonyms.iter().any(|word| plain(word) == said));
    value.or_else(key).or_else(label).or_else(synonym).map(whole)
}

/// The option that some word of the text can only mean, then by a slip of such a word. `skip`: words that say nothing.
pub fn by_words(text: &str, offers: &[Offer], skip: &[String]) -> Option<Meaning> {
    let said = plain(text);
    let skip: BTreeSet<String> = skip.iter().map(|word| plain(word)).collect();
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty() && !skip.contains(*word)).collect();
    let own: Vec<BTreeSet<String>> = own_words(offers, &skip);
    // A synonym of several words within a longer text is stronger than its single words.
    let phrase =
        only(offers, |at| names(&offers[at]).any(|name| name.contains(' ') && holds_phrase(&said, &name)));
    let word = || only(offers, |at| words.iter().any(|word| own[at].contains(*word)));
    let slip = || {
        only(offers, |at| {
            words.iter().any(|word| own[at].iter().any(|own| is_slip(word, own)))
                || names(&offers[at]).any(|name| is_slip(&said, &name))
        })
    };
    phrase.or_else(word).or_else(slip)
}

/// The one option that a longer text names by a whole label or synonym; with those words. `skip`: words that say nothing.
pub fn within(text: &str, offers: &[Offer], skip: &[String]) -> Option<(String, String)> {
    let said = plain(text);
    let skip: BTreeSet<String> = skip.iter().map(|word| plain(word)).collect();
    let telling =
        |name: &String| name.split(' ').any(|word| word.chars().count() > 1 && !skip.contains(word));
    let named = |at: usize| names(&offers[at]).find(|name| telling(name) && holds_phrase(&said, name));
    let meaning = only(offers, |at| named(at).is_some())?;
    let at = offers.iter().position(|offer| offer.value == meaning.value)?;
    Some((meaning.value, named(at)?))
}

fn holds_phrase(said: &str, name: &str) -> bool {
    format!(" {said} ").contains(&format!(" {name} "))
}

fn names(offer: &Offer) -> impl Iterator<Item = String> {
    offer.labels.iter().chain(&offer.synonyms).map(|name| plain(name))
}

/// For each option the words that occur in no other.
fn own_words(offers: &[Offer], skip: &BTreeSet<String>) -> Vec<BTreeSet<String>> {
    let all: Vec<BTreeSet<String>> = offers
        .iter()
        .map(|offer| {
            let words: Vec<String> = names(offer).chain([plain(&offer.value)]).collect();
            let words = words.iter().flat_map(|name| name.split(' ')).filter(|word| word.chars().count() > 1);
            words.filter(|word| !skip.contains(*word)).map(str::to_owned).collect()
        })
        .collect();
    let elsewhere = |at: usize, word: &String| {
        all.iter().enumerate().any(|(other, words)| other != at && words.contains(word))
    };
    (0..all.len()).map(|at| all[at].iter().filter(|word| !elsewhere(at, word)).cloned().collect()).collect()
}

/// The one option for which it holds.
fn only(offers: &[Offer], holds: impl Fn(usize) -> bool) -> Option<Meaning> {
    let mut found = (0..offers.len()).filter(|at| holds(*at));
    match (found.next(), found.next()) {
        (Some(at), None) => Some(Meaning { value: offers[at].value.clone(), whole: false }),
        _ => None,
    }
}

fn whole(offer: &Offer) -> Meaning {
    Meaning { value: offer.value.clone(), whole: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers() -> Vec<Offer> {
        let offer = |value: &str, key: &str, label: &str, synonyms: &[&str]| Offer {
            value: value.into(),
            key: key.into(),
            labels: vec![label.into()],
            synonyms: synonyms.iter().map(|word| (*word).to_owned()).collect(),
        };
        vec![
            offer("billing", "1", "Billing", &["invoice", "payment"]),
            offer("access", "2", "Password and access", &[]),
            offer("other", "3", "Something else", &[]),
        ]
    }

    fn said(text: &str) -> Option<String> {
        let skip = vec!["and".to_owned(), "the".to_owned()];
        by_name(text, &offers()).or_else(|| by_words(text, &offers(), &skip)).map(|meaning| meaning.value)
    }

    #[test]
    fn in_the_order_of_the_language_page() {
        assert_eq!(said("billing"), Some("billing".into()));
        assert_eq!(said("2"), Some("access".into()));
        assert_eq!(said("PASSWORD and Access!"), Some("access".into()));
        assert_eq!(said("Invoice"), Some("billing".into()));
        assert_eq!(said("it is about my invoice"), Some("billing".into()));
        assert_eq!(said("pasword"), Some("access".into()));
        assert_eq!(said("biling"), Some("billing".into()));
    }

    #[test]
    fn what_fits_two_or_none_is_not_settled() {
        assert_eq!(said("my password or the invoice"), None);
        assert_eq!(said("the cat and the dog"), None);
        assert_eq!(said(""), None);
    }
}
