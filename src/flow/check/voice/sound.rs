//! Options of a menu that sound alike, so that a recogniser, or a caller, takes one for the other.
//!
//! Two labels sound alike where they have as many words, and word by word the sounds are the same or, in words of at
//! least four sounds, one apart. Sounds are letters without accents and doubles, where those that a telephone line
//! blurs count as one: b and p; d and t; g, k, c and q; f, v and ph; s, z and x; m and n; e and i and y; o and u; h is
//! mute. Words with digits sound alike only where they are the same. A synonym of one option must not be a label or
//! synonym of another.

use std::collections::BTreeMap;

use crate::faq::normalize;
use crate::flow::Template;
use crate::flow::check::set::Set;
use crate::flow::check::voice::said;
use crate::flow::step::{Choose, ChooseOption};
use crate::source::Diagnostic;

pub fn alike(set: &Set<'_>, choose: &Choose, found: &mut Vec<Diagnostic>) {
    for locale in set.locales {
        let names: Vec<(&ChooseOption, &Template, Vec<String>)> = choose
            .options
            .iter()
            .filter_map(|option| {
                let (_, label) = said(&option.label).find(|(of, _)| *of == locale)?;
                Some((option, label, normalize::words(&label.source)))
            })
            .filter(|(_, label, words)| label.is_plain() && !words.is_empty())
            .collect();
        let before = found.len();
        for (index, (option, label, words)) in names.iter().enumerate() {
            let written = |option: &ChooseOption| {
                option.label.written.get(locale).map(|label| normalize::words(&label.source))
            };
            // The same label, written alike too, is told of the menu as it is shown (V702).
            let twin = names[..index]
                .iter()
                .find(|(other, _, others)| sound_alike(words, others) && written(other) != written(option));
            if let Some((_, other, _)) = twin {
                let message =
                    format!("`{}` sounds like `{}`, another option of this menu", label.source, other.source);
                let help = "give one of them other words: in its `label`, or in `voice:` for callers only";
                let problem = Diagnostic::warning("V607", label.at.clone(), message).help(help);
                found.push(problem.related(&other.at, "the other option"));
            }
        }
        if found.len() == before {
            shared(choose, locale, found);
        }
    }
}

/// A synonym that means another option already.
fn shared(choose: &Choose, locale: &str, found: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<String, &ChooseOption> = BTreeMap::new();
    for option in &choose.options {
        for label in [option.label.written.get(locale), option.label.spoken.get(locale)].into_iter().flatten()
        {
            taken.entry(normalize::words(&label.source).join(" ")).or_insert(option);
        }
    }
    for option in &choose.options {
        for synonym in option.synonyms.get(locale).into_iter().flatten() {
            let first = *taken.entry(normalize::words(synonym).join(" ")).or_insert(option);
            if !std::ptr::eq(first, option) {
                let message = format!("the synonym `{synonym}` means the option `{}` already", first.value);
                let problem = Diagnostic::warning("V607", option.at.clone(), message);
                found.push(
                    problem.help("take it out of one of the two").related(&first.at, "the other option"),
                );
            }
        }
    }
}

fn sound_alike(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| word_alike(left, right))
}

fn word_alike(left: &str, right: &str) -> bool {
    let digits = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    if left == right || digits(left) || digits(right) {
        return left == right;
    }
    let (left, right) = (sounds(left), sounds(right));
    let shortest = left.chars().count().min(right.chars().count());
    left == right && shortest > 1 || shortest >= 4 && strsim::levenshtein(&left, &right) <= 1
}

/// A plain word by its sounds.
fn sounds(word: &str) -> String {
    let word = word.replace("ph", "f").replace("ck", "k").replace("gh", "");
    let mut sounds = String::new();
    for c in word.chars() {
        let sound = match c {
            'b' | 'p' => 'p',
            'd' | 't' => 't',
            'c' | 'g' | 'k' | 'q' => 'k',
            'f' | 'v' | 'w' => 'f',
            's' | 'x' | 'z' | 'ß' => 's',
            'm' | 'n' => 'n',
            'e' | 'i' | 'y' | 'j' => 'i',
            'o' | 'u' => 'o',
            'h' => continue,
            other => other,
        };
        if !sounds.ends_with(sound) {
            sounds.push(sound);
        }
    }
    sounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_alike() {
        let alike = |left: &str, right: &str| sound_alike(&normalize::words(left), &normalize::words(right));
        for (left, right) in
            [("Billing", "Filling"), ("fifteen", "fifty"), ("my phone", "my fone"), ("Rete", "Rede")]
        {
            assert!(alike(left, right), "{left} {right}");
        }
        for (left, right) in [
            ("Red", "Green"),
            ("Room 1", "Room 2"),
            ("Plan A", "Plan B"),
            ("Orders", "Returns"),
            ("Phone", "Home"),
            ("Internet", "Invoice"),
        ] {
            assert!(!alike(left, right), "{left} {right}");
        }
    }
}
