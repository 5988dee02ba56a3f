//! Values of slots, and why a value is refused.

use jiff::civil::Date;

use super::text::plain;
use super::{day, number, spelled, yes_no};
use crate::flow::{Slot, SlotKind, SlotValue};

/// Why a value was refused: the key of the built-in text that says so, and the names it may read.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub key: &'static str,
    pub extra: Vec<(&'static str, String)>,
}

impl Refusal {
    fn new(key: &'static str) -> Self {
        Self { key, extra: Vec::new() }
    }

    /// It was a value of the kind, out of its bounds.
    pub fn is_bound(&self) -> bool {
        const BOUNDS: [&str; 5] =
            ["refused_whole", "refused_low", "refused_high", "refused_not_past", "refused_not_future"];
        BOUNDS.contains(&self.key)
    }

    fn with(key: &'static str, name: &'static str, value: impl ToString) -> Self {
        Self { key, extra: vec![(name, value.to_string())] }
    }
}

/// What the reading of a value may know.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Today at the desk.
    pub today: Option<Date>,
    pub yes: &'a [String],
    pub no: &'a [String],
    /// Words for today, yesterday, tomorrow in the conversation's language.
    pub days: [&'a [String]; 3],
    /// The twelve months in the conversation's language, in order.
    pub months: &'a [String],
    /// Numbers in words: `three=3`, `hundred=100`, `and=+` (joins only), `point=.`, `minus=-`.
    /// Letters and digits said one by one.
    pub alphabet: spelled::Alphabet<'a>,
    pub numerals: &'a [String],
    /// What parts groups of digits in the conversation's language.
    pub group_mark: Option<char>,
    /// Pressed on a phone's keys.
    pub keyed: bool,
    /// The conversation's language: a date like 3/4 is read its way.
    pub locale: &'a str,
}

/// Reads what was typed, said or keyed as a slot's value.
///
/// # Errors
/// The words that say why not.
pub fn read(slot: &Slot, text: &str, reading: &Reading<'_>) -> Result<SlotValue, Refusal> {
    let text = text.trim();
    match &slot.kind {
        SlotKind::Text { .. } if reading.keyed && !slot.digits => Err(Refusal::new("refused_keys")),
        SlotKind::Text { min, max } => free(text, *min, *max),
        SlotKind::Number { min, max, whole } => bounded(text, *min, *max, *whole, reading),
        SlotKind::Date { past, future } => dated(text, *past, *future, reading),
        SlotKind::Email => email(text),
        SlotKind::Phone => phone(text).or_else(|refused| {
            let spelled = spelled::read(text, &reading.alphabet).ok_or(refused)?;
            phone(&spelled)
        }),
        SlotKind::Choice { options } => choice(text, options),
        SlotKind::Bool => {
            let keyed = if reading.keyed { yes_no::keyed(text) } else { None };
            let said = keyed.or_else(|| yes_no::said(text, reading.yes, reading.no));
            said.map(SlotValue::Bool).ok_or(Refusal::new("refused_bool"))
        }
        SlotKind::Pattern { pattern } => {
            let squeezed: String =
                text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.')).collect();
            let fits = [text, &squeezed, &text.to_uppercase(), &squeezed.to_uppercase()]
                .into_iter()
                .find(|form| pattern.is_match(form))
                .map(str::to_owned);
            let spelled = || {
                let spelled = spelled::read(text, &reading.alphabet)?;
                [spelled.to_uppercase(), spelled].into_iter().find(|form| pattern.is_match(form))
            };
            fits.or_else(spelled).map(SlotValue::Text).ok_or(Refusal::new("refused_pattern"))
        }
        SlotKind::File => Err(Refusal::new("refused_file")),
    }
}

/// A value that comes from another flow and is in its stored form already.
pub fn stored(slot: &Slot, text: &str) -> Option<SlotValue> {
    match &slot.kind {
        // Templates write booleans as `True` and `False`.
        SlotKind::Bool => match text.trim().to_lowercase().as_str() {
            "true" => Some(SlotValue::Bool(true)),
            "false" => Some(SlotValue::Bool(false)),
            _ => None,
        },
        SlotKind::Number { .. } => number::plain(text).map(SlotValue::Number),
        _ => Some(SlotValue::Text(text.to_owned())),
    }
}

fn free(text: &str, min: Option<usize>, max: Option<usize>) -> Result<SlotValue, Refusal> {
    let length = text.chars().count();
    if text.is_empty() {
        return Err(Refusal::new("refused_empty"));
    }
    if let Some(min) = min.filter(|min| length < *min) {
        return Err(Refusal::with("refused_short", "min", min));
    }
    if let Some(max) = max.filter(|max| length > *max) {
        return Err(Refusal::with("refused_long", "max", max));
    }
    Ok(SlotValue::Text(text.to_owned()))
}

fn bounded(
    text: &str,
    min: Option<f64>,
    max: Option<f64>,
    whole: bool,
    reading: &Reading<'_>,
) -> Result<SlotValue, Refusal> {
    let heard = number::written(text, reading.group_mark).or_else(|| number::spoken(text, reading.numerals));
    let Some(number) = heard else { return Err(Refusal::new("refused_number")) };
    if whole && number.fract() != 0.0 {
        return Err(Refusal::new("refused_whole"));
    }
    if let Some(min) = min.filter(|min| number < *min) {
        return Err(Refusal::with("refused_low", "min", min));
    }
    if let Some(max) = max.filter(|max| number > *max) {
        return Err(Refusal::with("refused_high", "max", max));
    }
    Ok(SlotValue::Number(number))
}

fn dated(text: &str, past: bool, future: bool, reading: &Reading<'_>) -> Result<SlotValue, Refusal> {
    let nearest = day::Side::of(past, future);
    let Some(date) = day::read(text, reading, nearest) else { return Err(Refusal::new("refused_date")) };
    if let Some(today) = reading.today {
        if past && date > today {
            return Err(Refusal::new("refused_not_past"));
        }
        if future && date < today {
            return Err(Refusal::new("refused_not_future"));
        }
    }
    Ok(SlotValue::Text(date.to_string()))
}

/// An address of the usual shape (HTML's `input type=email`): something, @, a domain of labels with at least one dot.
fn email(text: &str) -> Result<SlotValue, Refusal> {
    let refused = || Refusal::new("refused_email");
    let text = text.trim_matches(|c| matches!(c, '<' | '>' | '.' | ','));
    let (local, domain) = text.split_once('@').ok_or_else(refused)?;
    let good_local = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(|c| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    let good_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let good_domain = domain.contains('.') && domain.len() <= 253 && domain.split('.').all(good_label);
    if good_local && good_domain { Ok(SlotValue::Text(text.to_owned())) } else { Err(refused()) }
}

/// A telephone number: 5 to 15 digits (ITU-T E.164 allows 15), an optional `+` or `00` first.
fn phone(text: &str) -> Result<SlotValue, Refusal> {
    let bare: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}')).collect();
    let international = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00"));
    let digits = international.unwrap_or(&bare);
    let good = (5..=15).contains(&digits.len()) && digits.chars().all(|c| c.is_ascii_digit());
    let written = if international.is_some() { format!("+{digits}") } else { digits.to_owned() };
    if good { Ok(SlotValue::Text(written)) } else { Err(Refusal::new("refused_phone")) }
}

fn choice(text: &str, options: &[String]) -> Result<SlotValue, Refusal> {
    let said = plain(text);
    let by_place = text.parse::<usize>().ok().and_then(|place| options.get(place.checked_sub(1)?));
    let found = options.iter().find(|option| plain(option) == said).or(by_place);
    found.map(|option| SlotValue::Text(option.clone())).ok_or(Refusal::new("refused_choice"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers() {
        assert!(email("a.b@example.org").is_ok());
        assert!(email("a@b").is_err());
        assert_eq!(phone("0039 06-1234567"), Ok(SlotValue::Text("+39061234567".into())));
        assert!(phone("12").is_err());
    }
}
