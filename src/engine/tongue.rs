//! The language of the conversation: named by the contact, or plainly another than the one that is spoken.

use crate::conversation::Event;
use crate::faq::language;

use super::recognize::text::plain;
use super::working::Working;

/// Words of a text that can tell a language.
const TELLING_WORDS: usize = 5;
/// Words as "the", "is", "non", "und" of that language that must be among them.
const COMMON_WORDS: usize = 2;

/// The language that a text names beside polite words: "English please", "in italiano, per favore".
pub(super) fn named(w: &Working<'_>, text: &str) -> Option<String> {
    let polite: Vec<String> = w
        .playbook
        .locales
        .iter()
        .flat_map(|locale| w.playbook.words.list("polite", locale))
        .map(|word| plain(word))
        .collect();
    let said = plain(text);
    let left: Vec<&str> =
        said.split(' ').filter(|word| !polite.iter().any(|polite| polite == word)).collect();
    let left = left.join(" ");
    let names = |locale: &str| w.playbook.words.lists.get("language_names").and_then(|by| by.get(locale));
    let named = |locale: &&String| {
        **locale != w.c.locale
            && names(locale)
                .is_some_and(|names| names.iter().any(|name| [&left, &said].contains(&&plain(name))))
    };
    w.playbook.locales.iter().find(named).cloned()
}

/// Speaks another language from now on.
pub(super) fn speak(w: &mut Working<'_>, locale: &str) {
    w.c.tongue_chosen = true;
    if w.c.locale != locale {
        w.c.locale = locale.to_owned();
        w.event(Event::LanguageChanged { locale: locale.to_owned() });
    }
}

/// A contact who plainly writes in another language that is spoken here is answered in it: once, so that a quotation
/// or a mixed text does not make the conversation change back and forth, and never against a choice.
pub(super) fn notice(w: &mut Working<'_>, text: &str) {
    if w.voice() || w.c.tongue_chosen || plain(text).split(' ').count() < TELLING_WORDS {
        return;
    }
    let locales: Vec<&str> = w.playbook.locales.iter().map(String::as_str).collect();
    let Some((locale, true)) = language::detect(text, &locales) else { return };
    let common = |locale: &str| {
        let list = w.playbook.words.list("stop_words", locale);
        plain(text).split(' ').filter(|word| list.iter().any(|listed| plain(listed) == *word)).count()
    };
    if locale == w.c.locale || common(locale) < COMMON_WORDS || common(locale) <= common(&w.c.locale) {
        return;
    }
    let locale = locale.to_owned();
    speak(w, &locale);
    w.say_words("language_set", &[]);
}
