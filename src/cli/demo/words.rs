//! What contacts and agents say in a demonstration, in English, Italian and German. All of it is invented.

mod de;
mod en;
mod it;

use super::plan::{Locale, Matter};

/// The sentences of a matter in a language. The last of `asks` and of `faults` is typed in haste, not spoken.
#[derive(Debug)]
pub struct Words {
    /// First sentences that an article of the FAQ answers.
    pub asks: &'static [&'static str],
    /// First sentences that need somebody to look into it.
    pub faults: &'static [&'static str],
    /// What a contact says when a flow asks for a detail: the router's light, device, login, item.
    pub details: &'static [&'static str],
    /// An agent's question and what the contact answers.
    pub exchanges: &'static [(&'static str, &'static str)],
    /// An agent's last word.
    pub solutions: &'static [&'static str],
}

/// The sentences of a language that fit any matter.
#[derive(Debug)]
pub struct Manners {
    /// Invented first names of contacts.
    pub names: &'static [&'static str],
    /// How an agent begins.
    pub greetings: &'static [&'static str],
    /// The contact after a solution that was none.
    pub not_solved: &'static [&'static str],
    /// The contact after a solution.
    pub thanks: &'static [&'static str],
    /// An agent who waits for a supplier, to the contact.
    pub vendor: &'static [&'static str],
    /// An agent to colleagues, when passing it on.
    pub escalations: &'static [&'static str],
    /// An agent after the contact wrote once more.
    pub apologies: &'static [&'static str],
    /// Survey comments, by how content the contact is.
    pub praise: &'static [&'static str],
    pub fair: &'static [&'static str],
    pub blame: &'static [&'static str],
}

impl Manners {
    /// Comments that go with 4 and 5, with 3, and with 1 and 2.
    pub fn comments(&self, csat: i64) -> &'static [&'static str] {
        match csat {
            4.. => self.praise,
            3 => self.fair,
            _ => self.blame,
        }
    }
}

pub fn words(matter: Matter, locale: Locale) -> &'static Words {
    match locale {
        Locale::En => en::words(matter),
        Locale::It => it::words(matter),
        Locale::De => de::words(matter),
    }
}

pub fn manners(locale: Locale) -> &'static Manners {
    match locale {
        Locale::En => &en::MANNERS,
        Locale::It => &it::MANNERS,
        Locale::De => &de::MANNERS,
    }
}
