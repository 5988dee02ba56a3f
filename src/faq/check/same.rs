//! Two articles that answer the same question: their phrasings are the same, or differ by what says nothing.

use std::collections::{BTreeSet, HashMap};

use crate::faq::article::Article;
use crate::faq::{features, normalize};
use crate::source::Diagnostic;

const SAME_QUESTION: &str = "V804";

/// One warning for two articles in a locale, at the first phrasing that they share. Phrasings are compared by their
/// plain words, then by the stems of those that mean something, in any order. A phrasing costs one look-up.
pub fn questions(articles: &[Article], found: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<(&str, String), (usize, usize)> = HashMap::new();
    let mut told: BTreeSet<(&str, usize, usize)> = BTreeSet::new();
    for (at, article) in articles.iter().enumerate() {
        for (locale, phrasings) in &article.questions {
            let stemmer = features::stemmer(locale);
            for (index, phrasing) in phrasings.iter().enumerate() {
                for key in keys(stemmer.as_ref(), phrasing) {
                    let first = *seen.entry((locale, key)).or_insert((at, index));
                    let other = &articles[first.0];
                    if other.id != article.id && told.insert((locale, first.0, at)) {
                        found.push(twins(locale, (other, first.1), (article, index)));
                    }
                }
            }
        }
    }
}

fn twins(locale: &str, first: (&Article, usize), second: (&Article, usize)) -> Diagnostic {
    let phrasing = |(article, index): (&Article, usize)| {
        article.questions.get(locale).and_then(|all| all.get(index)).cloned().unwrap_or_default()
    };
    let (old, new) = (phrasing(first), phrasing(second));
    let message = match normalize::words(&old) == normalize::words(&new) {
        true => format!("`{}` and `{}` both answer “{new}”", first.0.id, second.0.id),
        false => format!("`{}` and `{}` answer the same: “{old}” and “{new}”", first.0.id, second.0.id),
    };
    let at = second.0.question_at(locale, second.1).clone();
    let other = first.0.question_at(locale, first.1);
    let problem = Diagnostic::warning(SAME_QUESTION, at, message);
    problem.help("let one article have it, or join the two").related(other, "also asked here")
}

/// What a phrasing is looked up by: its words, and its meaning.
fn keys(stemmer: Option<&rust_stemmers::Stemmer>, phrasing: &str) -> Vec<String> {
    let words = normalize::words(phrasing);
    let mut stems: Vec<String> = words
        .iter()
        .filter(|word| !SAYS_NOTHING.contains(&word.as_str()))
        .map(|word| features::stem(stemmer, word).into_owned())
        .collect();
    stems.sort();
    stems.dedup();
    let mut keys = Vec::new();
    if !words.is_empty() {
        keys.push(format!("={}", words.join(" ")));
    }
    // A single word left over is too little to say that two questions are one.
    if stems.len() > 1 {
        keys.push(stems.join(" "));
    }
    keys
}

/// Articles, possessives and manners. What asks (how, when, why) and what denies is kept.
const SAYS_NOTHING: [&str; 55] = [
    "a", "an", "the", "my", "our", "your", "i", "we", "me", "us", "please", "just", "hi", "hello", "thanks",
    "il", "lo", "la", "gli", "le", "l", "un", "uno", "una", "mio", "mia", "miei", "mie", "nostro", "nostra",
    "tuo", "tua", "mi", "ciao", "grazie", "prego", "der", "die", "das", "den", "dem", "ein", "eine", "einen",
    "einer", "mein", "meine", "meinen", "meiner", "unser", "ich", "wir", "bitte", "hallo", "danke",
];
