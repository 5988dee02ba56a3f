//! How a language writes numbers, days and hours: the filters `number`, `plural`, `date`, `time` and `datetime`. What
//! differs between languages is words of the system (`words.yaml`), so that a language is added without code; the plural
//! rules are CLDR's. Pure: `relative` reads `now` of the conversation, not a clock. A locale without such words gets
//! neutral forms: `1234.5`, `2026-05-03`, `14:30`.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use fixed_decimal::Decimal;
use icu_plurals::{PluralCategory, PluralOperands, PluralRules, PluralRulesOptions};
use jiff::civil::{Date, Time};
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind, State};

use super::{Locale, Words};

/// The key under which a text's own locale stands among the names of an evaluation.
pub(super) const LOCALE: &str = "__locale";

/// The texts of `words.yaml` that are patterns, each with the places in `{…}` that it may have.
pub const PATTERNS: [(&str, &[&str]); 5] = [
    ("date_long", &["day", "day2", "month", "month2", "year"]),
    ("date_short", &["day", "day2", "month", "month2", "year"]),
    ("time_short", &["hour", "hour2", "minute"]),
    ("datetime_long", &["date", "time"]),
    ("datetime_short", &["date", "time"]),
];

/// The filters of this file.
pub const FILTERS: [&str; 5] = ["number", "plural", "date", "time", "datetime"];

/// CLDR's plural categories.
pub const CATEGORIES: [(PluralCategory, &str); 6] = [
    (PluralCategory::Zero, "zero"),
    (PluralCategory::One, "one"),
    (PluralCategory::Two, "two"),
    (PluralCategory::Few, "few"),
    (PluralCategory::Many, "many"),
    (PluralCategory::Other, "other"),
];

/// The marks of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    pub decimal: char,
    /// Between groups of three digits; none in the neutral form.
    pub group: Option<char>,
}

impl Marks {
    /// Those of a locale, else of its language, else the neutral ones.
    pub fn of(words: &Words, locale: &str) -> Self {
        let mark = |key: &str| words.own(key, locale)?.chars().next();
        Self { decimal: mark("decimal_mark").unwrap_or('.'), group: mark("group_mark") }
    }
}

/// A pattern as it is written and as it is spoken.
type Pattern = [String; 2];

#[derive(Debug, Clone)]
struct Language {
    marks: Marks,
    months: Vec<String>,
    /// The first words for today, yesterday and tomorrow.
    days: [Option<String>; 3],
    first_of_month: Pattern,
    patterns: BTreeMap<&'static str, Pattern>,
}

/// The forms of every locale.
#[derive(Debug, Clone, Default)]
pub struct Formats {
    by_locale: BTreeMap<Locale, Language>,
}

impl Formats {
    pub fn of(words: &Words) -> Self {
        let texts = words.texts.values().flat_map(|text| text.written.keys());
        let locales: std::collections::BTreeSet<&Locale> = texts.collect();
        let by_locale = locales.into_iter().map(|locale| (locale.clone(), language(words, locale)));
        Self { by_locale: by_locale.collect() }
    }

    fn language(&self, locale: &str) -> Option<&Language> {
        let short = || locale.split(['-', '_']).next().unwrap_or_default();
        self.by_locale.get(locale).or_else(|| self.by_locale.get(short()))
    }
}

fn language(words: &Words, locale: &str) -> Language {
    let pattern = |key: &str| {
        let text = words.text(key)?;
        let written = text.written.get(locale)?.source.clone();
        let spoken = text.spoken.get(locale).map_or_else(|| written.clone(), |spoken| spoken.source.clone());
        Some([written, spoken])
    };
    let day = |key: &str| words.list(key, locale).first().cloned();
    Language {
        marks: Marks::of(words, locale),
        months: words.list("months", locale).to_vec(),
        days: [day("today"), day("yesterday"), day("tomorrow")],
        first_of_month: pattern("first_of_month").unwrap_or_else(|| ["1".to_owned(), "1".to_owned()]),
        patterns: PATTERNS.iter().filter_map(|(key, _)| Some((*key, pattern(key)?))).collect(),
    }
}

/// The categories that a locale tells apart; `other` alone where CLDR does not know the language.
pub fn categories(locale: &str) -> Vec<&'static str> {
    let Some(rules) = rules(locale) else { return vec!["other"] };
    let has = |category: &PluralCategory| rules.categories().any(|one| one == *category);
    CATEGORIES.iter().filter(|(category, _)| has(category)).map(|(_, name)| *name).collect()
}

/// The categories that numbers up to a thousand and their halves fall into, and `other`: those that a text must have.
pub fn needed(locale: &str) -> Vec<&'static str> {
    let Some(rules) = rules(locale) else { return vec!["other"] };
    let whole = (0..=1_000_u32).map(|number| rules.category_for(number));
    let halves = ["0.5", "1.5", "2.5"].into_iter().filter_map(operands);
    let met: Vec<PluralCategory> = whole.chain(halves.map(|half| rules.category_for(half))).collect();
    let is_met = |category: &PluralCategory| *category == PluralCategory::Other || met.contains(category);
    CATEGORIES.iter().filter(|(category, _)| is_met(category)).map(|(_, name)| *name).collect()
}

fn rules(locale: &str) -> Option<PluralRules> {
    let locale = icu_locale_core::Locale::try_from_str(&locale.replace('_', "-")).ok()?;
    PluralRules::try_new((&locale).into(), PluralRulesOptions::default()).ok()
}

/// Puts the filters in, in place of those that were there.
pub(super) fn install(env: &mut Environment<'static>, formats: Formats) {
    let formats = std::sync::Arc::new(formats);
    let with = |formats: &std::sync::Arc<Formats>| formats.clone();
    let of = with(&formats);
    env.add_filter("number", move |state: &State<'_, '_>, value: Value, decimals: Option<usize>| {
        Frame::of(state, &of).number(&value, decimals)
    });
    env.add_filter("plural", |state: &State<'_, '_>, value: Value, forms: Kwargs| {
        plural(&spoken_in(state).0, &value, &forms)
    });
    let of = with(&formats);
    env.add_filter("date", move |state: &State<'_, '_>, value: Value, form: Option<String>| {
        Frame::of(state, &of).date(&value, form.as_deref())
    });
    let of = with(&formats);
    env.add_filter("time", move |state: &State<'_, '_>, value: Value| Frame::of(state, &of).time(&value));
    env.add_filter("datetime", move |state: &State<'_, '_>, value: Value, form: Option<String>| {
        Frame::of(state, &formats).datetime(&value, form.as_deref())
    });
}

/// The locale of the text under way, else the contact's, and whether it is spoken.
fn spoken_in(state: &State<'_, '_>) -> (String, bool) {
    let field = |name: &str, field: &str| state.lookup(name).and_then(|value| value.get_attr(field).ok());
    let own = state.lookup(LOCALE).and_then(|locale| locale.as_str().map(str::to_owned));
    let contact = || field("contact", "locale").and_then(|locale| locale.as_str().map(str::to_owned));
    let voice = field("channel", "voice").is_some_and(|voice| voice.is_true());
    (own.or_else(contact).unwrap_or_default(), voice)
}

/// One use of a filter.
struct Frame<'a> {
    language: Option<&'a Language>,
    voice: bool,
    today: Option<Date>,
}

impl<'a> Frame<'a> {
    fn of(state: &State<'_, '_>, formats: &'a Formats) -> Self {
        let (locale, voice) = spoken_in(state);
        let now = state.lookup("now").and_then(|now| now.as_str().and_then(day_of));
        Self { language: formats.language(&locale), voice, today: now }
    }

    fn pattern(&self, key: &str) -> Option<&str> {
        self.language?.patterns.get(key).map(|pattern| pattern[usize::from(self.voice)].as_str())
    }

    /// On a call without grouping, which voices stumble over.
    fn number(&self, value: &Value, decimals: Option<usize>) -> Result<String, Error> {
        let number = number_of(value)?;
        let plain = match decimals {
            Some(decimals) if decimals > 9 => return Err(refused("number shows at most 9 decimals")),
            Some(decimals) => format!("{number:.decimals$}"),
            None => number.to_string(),
        };
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let marks = self.language.map_or(Marks { decimal: '.', group: None }, |language| language.marks);
        let mut out = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            let left = whole.len() - at;
            if at > 0 && left.is_multiple_of(3) && !self.voice {
                out.extend(marks.group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(marks.decimal);
            out.push_str(fraction);
        }
        Ok(out)
    }

    fn date(&self, value: &Value, form: Option<&str>) -> Result<String, Error> {
        let date = date_of(value)?;
        match form.unwrap_or("long") {
            "long" => Ok(self.day(date, "date_long")),
            "short" => Ok(self.day(date, "date_short")),
            "relative" => Ok(self.near(date).unwrap_or_else(|| self.day(date, "date_long"))),
            other => Err(unknown_form("date", other, "long, short or relative")),
        }
    }

    fn time(&self, value: &Value) -> Result<String, Error> {
        Ok(self.hour(time_of(value)?))
    }

    fn datetime(&self, value: &Value, form: Option<&str>) -> Result<String, Error> {
        let (date, time) = (date_of(value)?, self.hour(time_of(value)?));
        let (day, key) = match form.unwrap_or("long") {
            "long" => (self.day(date, "date_long"), "datetime_long"),
            "short" => (self.day(date, "date_short"), "datetime_short"),
            "relative" => {
                let day = self.near(date).unwrap_or_else(|| self.day(date, "date_long"));
                (day, "datetime_long")
            }
            other => return Err(unknown_form("datetime", other, "long, short or relative")),
        };
        let pattern = self.pattern(key).unwrap_or("{date} {time}");
        Ok(fill(pattern, &[("date", day), ("time", time)]))
    }

    /// Today, yesterday or tomorrow by its word.
    fn near(&self, date: Date) -> Option<String> {
        let today = self.today?;
        let days = &self.language?.days;
        let at = [Some(today), today.yesterday().ok(), today.tomorrow().ok()];
        at.iter().position(|day| *day == Some(date)).and_then(|place| days[place].clone())
    }

    fn day(&self, date: Date, key: &str) -> String {
        let month = usize::try_from(date.month()).unwrap_or(1);
        let name = self.language.and_then(|language| language.months.get(month - 1));
        let (Some(pattern), Some(language)) = (self.pattern(key), self.language) else {
            return date.to_string();
        };
        if pattern.contains("{month}") && name.is_none() {
            return date.to_string();
        }
        let first = language.first_of_month[usize::from(self.voice)].clone();
        let day = if date.day() == 1 { first } else { date.day().to_string() };
        let names = [
            ("day", day),
            ("day2", format!("{:02}", date.day())),
            ("month", name.cloned().unwrap_or_default()),
            ("month2", format!("{month:02}")),
            ("year", date.year().to_string()),
        ];
        fill(pattern, &names)
    }

    fn hour(&self, time: Time) -> String {
        let names = [
            ("hour", time.hour().to_string()),
            ("hour2", format!("{:02}", time.hour())),
            ("minute", format!("{:02}", time.minute())),
        ];
        fill(self.pattern("time_short").unwrap_or("{hour2}:{minute}"), &names)
    }
}

/// `{day}. {month}` with its places filled; what is no place stands as it is.
fn fill(pattern: &str, names: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let inner = &rest[open + 1..];
        let place = inner.find('}').and_then(|close| {
            let (_, value) = names.iter().find(|(name, _)| *name == &inner[..close])?;
            Some((value, close))
        });
        match place {
            Some((value, close)) => {
                out.push_str(value);
                rest = &inner[close + 1..];
            }
            None => {
                out.push('{');
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The places in a pattern.
pub fn places(pattern: &str) -> Vec<&str> {
    let open = pattern.split('{').skip(1);
    open.filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
}

/// The form for a number's category in the language, `other` where that form is not given.
fn plural(locale: &str, value: &Value, forms: &Kwargs) -> Result<String, Error> {
    let mut given: BTreeMap<&str, String> = BTreeMap::new();
    for (_, name) in CATEGORIES {
        if let Some(form) = forms.get::<Option<Value>>(name)? {
            given.insert(name, form.to_string());
        }
    }
    forms.assert_all_used()?;
    let Some(other) = given.get("other") else {
        return Err(refused("plural needs `other`: {{ n | plural(one='ticket', other='tickets') }}"));
    };
    let number = number_of(value)?;
    let category = match (rules(locale), operands(&number.abs().to_string())) {
        (Some(rules), Some(operands)) => rules.category_for(operands),
        _ => PluralCategory::Other,
    };
    let name = CATEGORIES.iter().find(|(one, _)| *one == category).map_or("other", |(_, name)| *name);
    Ok(given.get(name).unwrap_or(other).clone())
}

fn operands(number: &str) -> Option<PluralOperands> {
    Decimal::from_str(number).ok().map(|number| PluralOperands::from(&number))
}

fn number_of(value: &Value) -> Result<f64, Error> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse().ok(),
        None => f64::try_from(value.clone()).ok(),
    };
    number.filter(|number: &f64| number.is_finite()).ok_or_else(|| refused(format!("`{value}` is no number")))
}

/// The day of `2026-05-03` and of what follows it with a `T`.
fn day_of(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn date_of(value: &Value) -> Result<Date, Error> {
    let date = value.as_str().and_then(|text| day_of(text.trim()));
    date.ok_or_else(|| refused(format!("`{value}` is no day such as 2026-05-03")))
}

/// The hour as written, in the offset that it is written in.
fn time_of(value: &Value) -> Result<Time, Error> {
    let text = value.as_str().map(str::trim).unwrap_or_default();
    let hours = text.split_once(['T', ' ']).map_or(text, |(_, hours)| hours);
    let time = hours.get(..5).and_then(|hours| format!("{hours}:00").parse().ok());
    time.ok_or_else(|| refused(format!("`{value}` has no hour such as 2026-05-03T14:30")))
}

fn unknown_form(filter: &str, form: &str, forms: &str) -> Error {
    refused(format!("{filter} has no form `{form}`; it is {forms}"))
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

#[cfg(test)]
mod tests;
