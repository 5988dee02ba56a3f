//! Calendars and targets (SLA) of the desk.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::{ConfigError, Reader, wrong};
use crate::calendar::Calendar;
use crate::config::{MEASURES, Promise};

pub(in crate::config) const CALENDARS: &str = "desk.calendars";
pub(in crate::config) const TARGETS: &str = "desk.targets";
const KEYS: [&str; 14] = [
    "name",
    "queues",
    "types",
    "priorities",
    "profiles",
    "categories",
    "calendar",
    "first_response",
    "next_response",
    "resolution",
    "vendor_pauses",
    "warn",
    "at_warning",
    "at_breach",
];
const MATRIX: &str = "desk.matrix";
const LEVELS: [&str; 3] = ["low", "medium", "high"];
pub(super) const TYPES: [&str; 4] = ["incident", "service_request", "problem", "change"];
pub(super) const PRIORITIES: [&str; 4] = ["low", "normal", "high", "urgent"];

/// The desk's promises, in the order in which they are tried. `own` is the desk's calendar, by the name `desk`.
pub(super) fn promises(reader: &Reader<'_>, own: &Calendar) -> Result<Vec<Promise>, ConfigError> {
    let mut calendars = calendars(reader)?;
    calendars.insert("desk".to_owned(), own.clone());
    calendars.insert("always".to_owned(), Calendar::always());
    entries(reader, TARGETS)?.iter().enumerate().map(|(at, one)| promise(one, at, &calendars)).collect()
}

/// What urgency and impact make of a priority.
pub(super) fn matrix(reader: &Reader<'_>) -> Result<BTreeMap<(String, String), String>, ConfigError> {
    let mut all = BTreeMap::new();
    for urgency in LEVELS {
        for impact in LEVELS {
            let key = format!("{MATRIX}.{urgency}.{impact}");
            let priority = reader.text(&key)?;
            if !PRIORITIES.contains(&priority.as_str()) {
                return Err(wrong(&key, &format!("has `{priority}`; it may have {}", PRIORITIES.join(", "))));
            }
            all.insert((urgency.to_owned(), impact.to_owned()), priority);
        }
    }
    Ok(all)
}

/// A list of maps. What the environment gives is a text: JSON, which is YAML too.
pub(super) fn entries(reader: &Reader<'_>, key: &str) -> Result<Vec<Value>, ConfigError> {
    match reader.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list.clone()),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Vec::new()),
        Some(Value::String(text)) => {
            serde_saphyr::from_str(text).map_err(|error| wrong(key, &format!("cannot be read: {error}")))
        }
        Some(_) => Err(wrong(key, "must be a list")),
    }
}

/// A list of words that are known.
pub(super) fn words(
    reader: &Reader<'_>,
    place: &str,
    key: &str,
    known: &[&str],
) -> Result<Vec<String>, ConfigError> {
    let full = format!("{place}.{key}");
    let list = reader
        .list(if reader.get(key).is_some() { key } else { &full })
        .map_err(|_| wrong(&full, "must be a list"))?;
    match list.iter().find(|word| !known.contains(&word.as_str())) {
        Some(word) => Err(wrong(&full, &format!("has `{word}`; it may have {}", known.join(", ")))),
        None => Ok(list),
    }
}

fn calendars(reader: &Reader<'_>) -> Result<BTreeMap<String, Calendar>, ConfigError> {
    let Some(Value::Object(named)) = reader.get(CALENDARS) else { return Ok(BTreeMap::new()) };
    let mut all = BTreeMap::new();
    for (name, value) in named {
        let key = format!("{CALENDARS}.{name}");
        if name == "desk" || name == "always" {
            return Err(wrong(
                &key,
                "has a name that is taken: `desk` is the desk's own, `always` never closes",
            ));
        }
        let Value::Object(inner) = value else {
            return Err(wrong(&key, "must have `time_zone`, `hours` and `holidays`"));
        };
        known(inner, &key, &["time_zone", "hours", "holidays"])?;
        let own = |part: &str| format!("{key}.{part}");
        let zone = match reader.text(&own("time_zone"))? {
            zone if zone.is_empty() => reader.text("desk.time_zone")?,
            zone => zone,
        };
        let calendar = Calendar::new(&zone, &reader.list(&own("hours"))?)
            .map_err(|error| wrong(&own("hours"), &format!("cannot be read: {error}")))?
            .closed_on(&reader.list(&own("holidays"))?)
            .map_err(|error| wrong(&own("holidays"), &format!("cannot be read: {error}")))?;
        all.insert(name.clone(), calendar);
    }
    Ok(all)
}

pub(super) fn known(map: &Map<String, Value>, place: &str, keys: &[&str]) -> Result<(), ConfigError> {
    let Some(key) = map.keys().find(|key| !keys.contains(&key.as_str())) else { return Ok(()) };
    let near = keys.iter().map(|known| (strsim::osa_distance(known, key), known)).min();
    let near = near.filter(|(distance, _)| *distance <= 3).map(|(_, known)| (*known).to_owned());
    Err(ConfigError::Unknown { place: place.to_owned(), key: key.clone(), near })
}

fn promise(value: &Value, at: usize, calendars: &BTreeMap<String, Calendar>) -> Result<Promise, ConfigError> {
    let place = format!("{TARGETS}[{at}]");
    let Value::Object(map) = value else {
        return Err(wrong(&place, "must have `name` and what is promised"));
    };
    known(map, &place, &KEYS)?;
    let reader = Reader(map);
    let within = |error: ConfigError| match error {
        ConfigError::Value { key, message } => ConfigError::Value { key: format!("{place}.{key}"), message },
        other => other,
    };
    let list = |key: &str| reader.list(key).map_err(within);
    let words = |key: &str, known: &[&str]| words(&reader, &place, key, known);
    let text = |key: &str| reader.text(key).map_err(within);
    let name = text("name")?;
    let name = if name.is_empty() { format!("{}", at + 1) } else { name };
    let calendar = match text("calendar")? {
        named if named.is_empty() => "desk".to_owned(),
        named => named,
    };
    let calendar = calendars.get(&calendar).ok_or_else(|| {
        let all: Vec<&str> = calendars.keys().map(String::as_str).collect();
        wrong(&format!("{place}.calendar"), &format!("names no calendar; there are {}", all.join(", ")))
    })?;
    let time = |key: &str| -> Result<Option<SignedDuration>, ConfigError> {
        let written = text(key)?;
        if written.is_empty() {
            return Ok(None);
        }
        let read = written.parse::<SignedDuration>().ok().filter(|time| time.is_positive());
        let message = "must be a time such as 30m, 4h or 1h 30m; a day of work is written in hours";
        read.map(Some).ok_or_else(|| wrong(&format!("{place}.{key}"), message))
    };
    let warn = match text("warn")? {
        none if none.is_empty() => Some(75),
        share => share.parse::<u8>().ok().filter(|share| (1..=100).contains(share)),
    };
    let promise = Promise {
        name,
        queues: list("queues")?,
        types: words("types", &TYPES)?,
        priorities: words("priorities", &PRIORITIES)?,
        profiles: list("profiles")?,
        categories: list("categories")?,
        calendar: calendar.clone(),
        first_response: time("first_response")?,
        next_response: time("next_response")?,
        resolution: time("resolution")?,
        vendor_pauses: map.contains_key("vendor_pauses") && reader.flag("vendor_pauses").map_err(within)?,
        warn: warn.ok_or_else(|| wrong(&format!("{place}.warn"), "must be a share from 1 to 100"))?,
        at_warning: if map.contains_key("at_warning") { words("at_warning", &MEASURES)? } else { notify() },
        at_breach: if map.contains_key("at_breach") { words("at_breach", &MEASURES)? } else { notify() },
    };
    if promise.first_response.or(promise.next_response).or(promise.resolution).is_none() {
        return Err(wrong(&place, "promises nothing; give first_response, next_response or resolution"));
    }
    Ok(promise)
}

fn notify() -> Vec<String> {
    vec!["notify".to_owned()]
}

#[cfg(test)]
mod tests {
    use crate::config::{ConfigError, Settings, load};

    fn with(text: &str) -> Result<Settings, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("vestibule.yaml");
        std::fs::write(&file, text).expect("written");
        load(Some(&file), std::iter::empty())
    }

    #[test]
    fn promises_are_read() {
        let settings = with(
            "desk:\n  time_zone: Europe/Rome\n  hours: [mon-fri 09:00-18:00]\n  calendars:\n    night: { hours: [mon-sun 22:00-24:00] }\n  targets:\n    - { name: urgent, priorities: [urgent], calendar: always, first_response: 15m, resolution: 4h 30m, at_breach: [notify, escalate] }\n    - { calendar: night, resolution: 16h, warn: 50 }\n",
        )
        .expect("good settings");
        let [urgent, rest] = settings.desk.targets.as_slice() else { panic!("two") };
        assert_eq!(
            (urgent.name.as_str(), urgent.warn, rest.name.as_str(), rest.warn),
            ("urgent", 75, "2", 50)
        );
        assert_eq!(urgent.resolution.map(|time| time.as_mins()), Some(270));
        assert_eq!(
            (urgent.at_warning.as_slice(), urgent.at_breach.len()),
            (["notify".to_owned()].as_slice(), 2)
        );
        assert!(rest.first_response.is_none());
        let from = "2026-11-24T20:00:00Z".parse().expect("a time");
        assert_eq!(
            rest.calendar.after(from, jiff::SignedDuration::from_mins(30)),
            "2026-11-24T21:30:00Z".parse().ok()
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, told) in [
            ("targets: [{ resolution: 1h, prioritys: [low] }]", "did you mean `priorities`"),
            ("targets: [{ resolution: soon }]", "`desk.targets[0].resolution` must be a time"),
            ("targets: [{ resolution: 1h }, { name: x }]", "`desk.targets[1]` promises nothing"),
            ("targets: [{ resolution: 1h, priorities: [extreme] }]", "has `extreme`"),
            ("targets: [{ resolution: 1h, calendar: mars }]", "names no calendar; there are always, desk"),
            ("targets: [{ resolution: 1h, warn: 0 }]", "`desk.targets[0].warn`"),
            ("targets: [{ resolution: 1h, at_breach: [shout] }]", "has `shout`"),
            ("matrix: { high: { low: extreme } }", "`desk.matrix.high.low` has `extreme`"),
            ("matrix: { huge: { low: low } }", "no setting is named `desk.matrix.huge`"),
            ("calendars: { desk: { hours: [] } }", "a name that is taken"),
            ("calendars: { night: { hours: [whenever] } }", "`desk.calendars.night.hours` cannot be read"),
            ("calendars: { night: { houres: [] } }", "did you mean `hours`"),
        ] {
            let error = with(&format!("desk: {{ {text} }}")).expect_err(text).to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
