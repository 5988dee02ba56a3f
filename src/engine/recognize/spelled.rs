//! Letters and digits said one by one: "B as in Berlin, two, Zulu".

use super::text::plain;

/// Words of the language that spelling needs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alphabet<'a> {
    /// `alpha=a`: <https://www.icao.int/Pages/AlphabetRadiotelephony.aspx>, DIN 5009 and their like.
    pub words: &'a [String],
    /// `one=1`.
    pub numerals: &'a [String],
    /// Words between a letter and a word that begins with it: "as in".
    pub links: &'a [String],
}

/// What was spelled; `None` where a word is no letter and no digit.
pub fn read(text: &str, alphabet: &Alphabet<'_>) -> Option<String> {
    let said = plain(text);
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    let mut spelled = String::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        if word.chars().all(|c| c.is_ascii_digit()) {
            spelled.push_str(word);
        } else if let Some(letter) = single(word) {
            spelled.push(letter);
            at += explained(letter, words.get(at..).unwrap_or_default(), alphabet.links);
        } else {
            let named = listed(word, alphabet.words).filter(|value| value.chars().count() == 1);
            let digit = || listed(word, alphabet.numerals).filter(|value| value.len() == 1);
            spelled.push_str(named.or_else(digit)?);
        }
    }
    (!spelled.is_empty()).then_some(spelled)
}

fn single(word: &str) -> Option<char> {
    let mut letters = word.chars();
    let letter = letters.next().filter(|c| c.is_alphabetic())?;
    letters.next().is_none().then_some(letter)
}

/// How many of the words say which letter it was: "as in Berlin".
fn explained(letter: char, rest: &[&str], links: &[String]) -> usize {
    let link = |word: &&str| links.iter().any(|link| plain(link).split(' ').any(|part| part == *word));
    let linked = rest.iter().take_while(|word| link(word)).count();
    match rest.get(linked) {
        Some(word) if linked > 0 && word.starts_with(letter) => linked + 1,
        _ => 0,
    }
}

fn listed<'l>(word: &str, list: &'l [String]) -> Option<&'l str> {
    list.iter()
        .find_map(|entry| entry.split_once('=').filter(|(name, _)| plain(name) == word))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str) -> Option<String> {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (words, numerals) = (list(&["alpha=a", "Zulu=z"]), list(&["one=1", "two=2", "twenty=20"]));
        let links = list(&["as in", "like"]);
        read(text, &Alphabet { words: &words, numerals: &numerals, links: &links })
    }

    #[test]
    fn letters_digits_and_their_names() {
        assert_eq!(spelled("Alpha Zulu two 7 B").as_deref(), Some("az27b"));
        assert_eq!(spelled("B as in Berlin, one, one").as_deref(), Some("b11"));
        assert_eq!(spelled("B like Paris"), None, "that is no B");
        assert_eq!(spelled("12 34").as_deref(), Some("1234"));
        for none in ["", "twenty", "my number is two", "..."] {
            assert_eq!(spelled(none), None, "{none}");
        }
    }
}
