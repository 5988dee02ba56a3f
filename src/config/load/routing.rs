//! Who gets what.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::targets::{PRIORITIES, TYPES, entries, known, words};
use super::{ConfigError, Reader, wrong};
use crate::calendar::Calendar;
use crate::config::{QueueRule, Routing};

pub(in crate::config) const RULES: &str = "desk.routing.rules";
pub(in crate::config) const RAISE: &str = "desk.routing.raise";
pub(in crate::config) const FALLBACK: &str = "desk.routing.fallback";
pub(in crate::config) const SHIFTS: &str = "desk.routing.shifts";
pub(in crate::config) const SKILLS: &str = "desk.routing.skills";
const KEYS: [&str; 9] =
    ["name", "types", "priorities", "profiles", "categories", "channels", "locales", "open", "queue"];

pub(super) fn routing(reader: &Reader<'_>) -> Result<Routing, ConfigError> {
    let rules = entries(reader, RULES)?;
    let rules = rules.iter().enumerate().map(|(at, one)| rule(one, at)).collect::<Result<_, _>>()?;
    let mut skills = BTreeMap::new();
    if let Some(Value::Object(named)) = reader.get(SKILLS) {
        for (queue, value) in named {
            // A queue's name may hold dots: it is not looked for by path.
            let alone = Map::from_iter([("skills".to_owned(), value.clone())]);
            let list = Reader(&alone).list("skills");
            skills.insert(
                queue.clone(),
                list.map_err(|_| wrong(&format!("{SKILLS}.{queue}"), "must be a list"))?,
            );
        }
    }
    let mut fallback = BTreeMap::new();
    if let Some(Value::Object(named)) = reader.get(FALLBACK) {
        for (queue, to) in named {
            let to = to.as_str().map(str::trim).filter(|to| !to.is_empty() && to != queue);
            let key = format!("{FALLBACK}.{queue}");
            fallback
                .insert(queue.clone(), to.ok_or_else(|| wrong(&key, "must name another queue"))?.to_owned());
        }
    }
    let zone = reader.text("desk.time_zone")?;
    let mut shifts = BTreeMap::new();
    if let Some(Value::Object(named)) = reader.get(SHIFTS) {
        for (agent, value) in named {
            let key = format!("{SHIFTS}.{agent}");
            let alone = Map::from_iter([("shifts".to_owned(), value.clone())]);
            let spans = Reader(&alone).list("shifts").map_err(|_| wrong(&key, "must be a list"))?;
            let calendar = Calendar::new(&zone, &spans);
            shifts.insert(
                agent.clone(),
                calendar.map_err(|error| wrong(&key, &format!("cannot be read: {error}")))?,
            );
        }
    }
    let weight = |key: &str| {
        let weight = reader.text(key)?.parse::<u32>().ok().filter(|weight| *weight <= 100);
        weight.ok_or_else(|| wrong(key, "must be a number up to 100"))
    };
    let weights = (weight("desk.routing.weights.ticket")?, weight("desk.routing.weights.conversation")?);
    let mut raise = BTreeMap::new();
    if let Some(Value::Object(named)) = reader.get(RAISE) {
        for (profile, steps) in named {
            let steps = steps.as_u64().or_else(|| steps.as_str()?.trim().parse().ok());
            let steps = steps.and_then(|steps| u8::try_from(steps).ok()).filter(|steps| *steps <= 3);
            let key = format!("{RAISE}.{profile}");
            raise.insert(
                profile.clone(),
                steps.ok_or_else(|| wrong(&key, "must be a number of steps up to 3"))?,
            );
        }
    }
    let reassign = reader.seconds("desk.routing.reassign")?;
    Ok(Routing {
        rules,
        assign: reader.flag("desk.routing.assign")?,
        skills,
        fallback,
        shifts,
        weights,
        raise,
        reassign: Some(reassign).filter(|time| *time > Duration::ZERO),
    })
}

fn rule(value: &Value, at: usize) -> Result<QueueRule, ConfigError> {
    let place = format!("{RULES}[{at}]");
    let Value::Object(map) = value else { return Err(wrong(&place, "must have `queue` and what it is for")) };
    known(map, &place, &KEYS)?;
    let reader = Reader(map);
    let within = |error: ConfigError| match error {
        ConfigError::Value { key, message } => ConfigError::Value { key: format!("{place}.{key}"), message },
        other => other,
    };
    let list = |key: &str| reader.list(key).map_err(within);
    let text = |key: &str| reader.text(key).map_err(within);
    let queue = text("queue")?;
    if queue.is_empty() {
        return Err(wrong(&format!("{place}.queue"), "is missing: where tickets that fit go"));
    }
    let name = text("name")?;
    Ok(QueueRule {
        name: if name.is_empty() { format!("{}", at + 1) } else { name },
        types: words(&reader, &place, "types", &TYPES)?,
        priorities: words(&reader, &place, "priorities", &PRIORITIES)?,
        profiles: list("profiles")?,
        categories: list("categories")?,
        channels: list("channels")?,
        locales: list("locales")?,
        open: if map.contains_key("open") { Some(reader.flag("open").map_err(within)?) } else { None },
        queue,
    })
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
    fn rules_and_skills_are_read_and_mistakes_have_their_place() {
        let good = "desk: { routing: { assign: true, reassign: 0, raise: { vip: 1 }, skills: { net: [network, fibre] }, rules: [{ categories: [network], open: true, queue: net }] } }";
        let routing = with(good).expect("good settings").desk.routing;
        assert!(routing.assign && routing.reassign.is_none());
        assert_eq!((routing.rules[0].queue.as_str(), routing.rules[0].open), ("net", Some(true)));
        assert_eq!(
            (&routing.skills["net"], routing.raise["vip"]),
            (&vec!["network".to_owned(), "fibre".to_owned()], 1)
        );
        for (rules, told) in [
            ("[{ categories: [x] }]", "`desk.routing.rules[0].queue` is missing"),
            ("[{ queue: a }, { queue: b, chanels: [web] }]", "did you mean `channels`"),
            ("[], shifts: { anna: [whenever] }", "`desk.routing.shifts.anna` cannot be read"),
            ("[], weights: { ticket: many }", "`desk.routing.weights.ticket` must be a number"),
            ("[], fallback: { net: net }", "`desk.routing.fallback.net` must name another queue"),
            ("[], raise: { vip: 9 }", "`desk.routing.raise.vip` must be a number of steps"),
            ("[{ queue: a, types: [wish] }]", "`desk.routing.rules[0].types` has `wish`"),
        ] {
            let error =
                with(&format!("desk: {{ routing: {{ rules: {rules} }} }}")).expect_err(rules).to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
