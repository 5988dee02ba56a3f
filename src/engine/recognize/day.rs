//! Days, as people write and say them: `24/11/2026`, `24.11.`, `am 3. Mai 2026`, `the 3rd of May`, `yesterday`.

use jiff::civil::Date;

use super::number;
use super::slot::Reading;
use super::text::plain;

/// Where a day without a year is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This year.
    Either,
    /// The last such day, today included.
    Past,
    /// The next such day, today included.
    Future,
}

impl Side {
    pub fn of(past: bool, future: bool) -> Self {
        match (past, future) {
            (true, false) => Self::Past,
            (false, true) => Self::Future,
            _ => Self::Either,
        }
    }
}

/// Words of an answer that names a day by `yesterday` and the like.
const FEW_WORDS: usize = 4;

/// The day that a text names.
pub fn read(text: &str, reading: &Reading<'_>, side: Side) -> Option<Date> {
    let said = plain(text);
    if let Some(date) = reading.today.and_then(|today| by_word(&said, today, reading)) {
        return Some(date);
    }
    if let Ok(date) = text.trim().parse::<Date>() {
        return Some(date);
    }
    let (year, month, day) = by_month(&said, reading).or_else(|| by_figures(text, reading.locale))?;
    match year {
        Some(year) => Date::new(year, month, day).ok(),
        None => nearest(reading.today?, month, day, side),
    }
}

/// `since yesterday`, `heute Morgen`: the first kind of day that one of a few words names.
fn by_word(said: &str, today: Date, reading: &Reading<'_>) -> Option<Date> {
    let words: Vec<&str> = said.split(' ').collect();
    let names = |place: usize| {
        let named = |name: &str| said == name || (words.len() <= FEW_WORDS && words.contains(&name));
        reading.days[place].iter().any(|name| named(&plain(name)))
    };
    if names(0) {
        Some(today)
    } else if names(1) {
        today.yesterday().ok()
    } else if names(2) {
        today.tomorrow().ok()
    } else {
        None
    }
}

/// A month by its name or the first letters of it, three at least, and the figures beside it.
fn by_month(said: &str, reading: &Reading<'_>) -> Option<(Option<i16>, i8, i8)> {
    let words: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    let months: Vec<String> = reading.months.iter().map(|month| plain(month)).collect();
    let month = |word: &str| {
        let begins = |name: &&String| word.chars().count() >= 3 && name.starts_with(word);
        let whole = months.iter().position(|name| name == word);
        let mut short = months.iter().enumerate().filter(|(_, name)| begins(name)).map(|(at, _)| at);
        whole.or_else(|| short.next().filter(|_| short.next().is_none()))
    };
    let (place, month) = words.iter().enumerate().find_map(|(place, word)| Some((place, month(word)?)))?;
    let month = i8::try_from(month + 1).ok().filter(|month| *month <= 12)?;
    let mut figures: Vec<u64> = words.iter().filter_map(|word| leading(word)).collect();
    if figures.is_empty() {
        // `tre maggio`: the day in words.
        let before = words[..place].last().and_then(|word| number::spoken(word, reading.numerals))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 31, checked first")]
        let day = (1.0..=31.0).contains(&before).then_some(before as u64)?;
        figures.push(day);
    }
    let day = figures.iter().copied().find(|figure| (1..=31).contains(figure))?;
    let year = figures.iter().copied().find(|figure| *figure >= 1_000);
    Some((year.and_then(|year| i16::try_from(year).ok()), month, i8::try_from(day).ok()?))
}

/// `3` of `3`, `3rd`, `3o`.
fn leading(word: &str) -> Option<u64> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    (word.len() - end <= 2).then(|| word[..end].parse().ok()).flatten()
}

/// `24.11.2026`, `24/11/26`, `24-11`, `24112026`.
fn by_figures(text: &str, locale: &str) -> Option<(Option<i16>, i8, i8)> {
    if text.chars().any(char::is_alphabetic) && text.chars().filter(|c| c.is_alphabetic()).count() > 12 {
        return None;
    }
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (first, second, year) = match parts.as_slice() {
        [all] if all.len() == 8 => (&all[..2], &all[2..4], Some(&all[4..])),
        [first, second, year] => (*first, *second, Some(*year)),
        [first, second] => (*first, *second, None),
        _ => return None,
    };
    // American English puts the month first; everybody else the day.
    let month_first = locale.eq_ignore_ascii_case("en-us");
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    let year: Option<i16> = match year {
        Some(year) if year.len() == 2 => Some(2000 + year.parse::<i16>().ok()?),
        Some(year) => Some(year.parse().ok()?),
        None => None,
    };
    Some((year, month.parse().ok()?, day.parse().ok()?))
}

fn nearest(today: Date, month: i8, day: i8, side: Side) -> Option<Date> {
    let this = Date::new(today.year(), month, day).ok();
    let other = |years: i16| Date::new(today.year() + years, month, day).ok();
    match side {
        Side::Past => this.filter(|date| *date <= today).or_else(|| other(-1)),
        Side::Future => this.filter(|date| *date >= today).or_else(|| other(1)),
        Side::Either => this,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(text: &str, locale: &str, side: Side) -> Option<String> {
        let (words, _) = crate::flow::parse::built_in_words(&["en".into(), "it".into(), "de".into()]);
        let list = |key: &str| words.list(key, locale.split('-').next().unwrap_or_default());
        let reading = Reading {
            today: Date::new(2026, 11, 24).ok(),
            yes: &[],
            no: &[],
            days: [list("today"), list("yesterday"), list("tomorrow")],
            months: list("months"),
            alphabet: crate::engine::recognize::spelled::Alphabet::default(),
            numerals: list("numerals"),
            group_mark: None,
            keyed: false,
            locale,
        };
        read(text, &reading, side).map(|date| date.to_string())
    }

    #[test]
    fn by_place_of_the_day() {
        let on = |text: &str, locale| super::tests::on(text, locale, Side::Either);
        assert_eq!(on("3/4/2026", "it"), Some("2026-04-03".into()));
        assert_eq!(on("3/4/2026", "en-US"), Some("2026-03-04".into()));
        assert_eq!(on("24112026", "it"), Some("2026-11-24".into()));
        assert_eq!(on("3.5.2026", "de"), Some("2026-05-03".into()));
        assert_eq!(on("am 3.5.", "de"), Some("2026-05-03".into()));
        assert_eq!(on("2026-02-30", "it"), None);
        assert_eq!(on("soon", "it"), None);
    }

    #[test]
    fn by_words_and_months() {
        let table = [
            ("de", "seit gestern", "2026-11-23"),
            ("de", "heute Morgen", "2026-11-24"),
            ("de", "morgen", "2026-11-25"),
            ("de", "am 3. Mai 2026", "2026-05-03"),
            ("de", "3. Mär. 2025", "2025-03-03"),
            ("de", "drei März", "2026-03-03"),
            ("it", "da ieri", "2026-11-23"),
            ("it", "il 3 maggio 2026", "2026-05-03"),
            ("it", "primo maggio", "2026-05-01"),
            ("en", "the 3rd of May", "2026-05-03"),
            ("en", "May 3, 2024", "2024-05-03"),
            ("en", "since yesterday", "2026-11-23"),
        ];
        for (locale, text, day) in table {
            assert_eq!(on(text, locale, Side::Either).as_deref(), Some(day), "{locale} {text}");
        }
        assert_eq!(on("i had it on my desk yesterday evening and before", "en", Side::Either), None);
    }

    #[test]
    fn a_day_without_a_year_is_the_nearest_that_fits() {
        assert_eq!(on("24. Dezember", "de", Side::Past).as_deref(), Some("2025-12-24"));
        assert_eq!(on("24. Dezember", "de", Side::Future).as_deref(), Some("2026-12-24"));
        assert_eq!(on("1/2", "it", Side::Future).as_deref(), Some("2027-02-01"));
        assert_eq!(on("24/11", "it", Side::Past).as_deref(), Some("2026-11-24"));
    }
}
