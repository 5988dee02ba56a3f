//! Which of the base's locales a text is in.

use whatlang::{Detector, Lang};

/// The locale of `text` among `locales` by its letters and trigrams, and whether that is reliable.
/// `None` where no locale is one that can be told.
pub fn detect<'a>(text: &str, locales: &[&'a str]) -> Option<(&'a str, bool)> {
    let known: Vec<(Lang, &str)> = locales.iter().filter_map(|&l| Some((language(l)?, l))).collect();
    let detector = Detector::with_allowlist(known.iter().map(|(language, _)| *language).collect());
    let bounded: String = text.chars().take(super::normalize::LONGEST_TEXT).collect();
    let info = detector.detect(&bounded)?;
    let (_, locale) = known.iter().find(|(language, _)| *language == info.lang())?;
    Some((locale, info.is_reliable()))
}

fn language(locale: &str) -> Option<Lang> {
    let code = match locale.split(['-', '_']).next()? {
        "ar" => "ara",
        "bg" => "bul",
        "ca" => "cat",
        "cs" => "ces",
        "da" => "dan",
        "de" => "deu",
        "el" => "ell",
        "en" => "eng",
        "es" => "spa",
        "et" => "est",
        "fa" => "pes",
        "fi" => "fin",
        "fr" => "fra",
        "he" => "heb",
        "hi" => "hin",
        "hr" => "hrv",
        "hu" => "hun",
        "id" => "ind",
        "it" => "ita",
        "ja" => "jpn",
        "ko" => "kor",
        "lt" => "lit",
        "lv" => "lav",
        "nl" => "nld",
        "no" | "nb" | "nn" => "nob",
        "pl" => "pol",
        "pt" => "por",
        "ro" => "ron",
        "ru" => "rus",
        "sk" => "slk",
        "sl" => "slv",
        "sr" => "srp",
        "sv" => "swe",
        "ta" => "tam",
        "th" => "tha",
        "tr" => "tur",
        "uk" => "ukr",
        "vi" => "vie",
        "zh" => "cmn",
        other => other,
    };
    Lang::from_code(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_base_s_locales_apart() {
        let locales = ["en", "it"];
        assert_eq!(detect("come posso cambiare la mia password?", &locales).map(|d| d.0), Some("it"));
        assert_eq!(detect("how can I change my password, please?", &locales).map(|d| d.0), Some("en"));
        assert_eq!(detect("", &locales), None);
        assert_eq!(detect("hello", &["xx"]), None);
    }
}
