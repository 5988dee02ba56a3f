//! Yes or no.

use super::text::plain;

/// What a text says, by the lists of the conversation's language and the words that hold everywhere
/// (yes, y, sì, si, s; no, n).
pub fn said(text: &str, yes: &[String], no: &[String]) -> Option<bool> {
    let said = plain(text);
    let is_yes = |text: &str| among(text, yes, &["yes", "y", "si", "s"]);
    let is_no = |text: &str| among(text, no, &["no", "n"]);
    match (is_yes(&said), is_no(&said)) {
        (true, false) => return Some(true),
        (false, true) => return Some(false),
        _ => {}
    }
    // "yes please", "no, it did not": the first word decides in a short answer that does not contradict itself.
    let words: Vec<&str> = said.split(' ').collect();
    if words.len() > 6 {
        return None;
    }
    let any_yes = (1..=words.len()).any(|n| is_yes(&words[..n].join(" ")));
    let any_no = (1..=words.len()).any(|n| is_no(&words[..n].join(" ")));
    match (any_yes, any_no) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Keys 1 and 2, on every call.
pub fn keyed(keys: &str) -> Option<bool> {
    match keys {
        "1" => Some(true),
        "2" => Some(false),
        _ => None,
    }
}

fn among(text: &str, list: &[String], always: &[&str]) -> bool {
    always.contains(&text) || list.iter().any(|word| plain(word) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_answers_by_their_beginning() {
        let (yes, no) = (vec!["sure".to_owned(), "it worked".to_owned()], vec!["not really".to_owned()]);
        let said = |text: &str| said(text, &yes, &no);
        assert_eq!(said("Sì!"), Some(true));
        assert_eq!(said("yes please"), Some(true));
        assert_eq!(said("no, it still blinks"), Some(false));
        assert_eq!(said("Not really, sorry"), Some(false));
        assert_eq!(said("it worked"), Some(true));
        assert_eq!(said("maybe"), None);
        assert_eq!(said(""), None);
    }
}
