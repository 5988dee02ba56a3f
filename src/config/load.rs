//! Reads the settings: the compiled-in file, the operator's file over it, the environment over both.

pub(super) mod alerts;
pub(super) mod carriers;
mod chats;
mod notices;
pub(super) mod routing;
pub(super) mod targets;

use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Desk, Http, Reload, Secret, Settings};
use crate::calendar::Calendar;

pub(super) const DEFAULTS: &str = include_str!("default.yaml");
/// The group whose keys are names of the operator's own.
pub(super) const SECRETS: &str = "http.secrets";
/// The group that may be a text, which is then its `folder`.
pub(super) const FAQ: &str = "faq";
const PREFIX: &str = "VESTIBULE_";
/// Environment variables with our prefix that are no settings: the file of settings, and what the project's own tests go by.
const NOT_SETTINGS: [&str; 3] = ["VESTIBULE_CONFIG", "VESTIBULE_LOAD_SECONDS", "VESTIBULE_CASES"];
const OF_TESTS: &str = "VESTIBULE_TEST_";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file}: {message}")]
    File { file: String, message: String },
    #[error("{place}: no setting is named `{key}`{}", .near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown { place: String, key: String, near: Option<String> },
    #[error("`{key}` {message}")]
    Value { key: String, message: String },
}

/// Loads the settings. `file` is read where it is given (then it must exist); `environment` is the process's.
///
/// # Errors
/// A file that cannot be read, an unknown key (with the nearest known one), a value of the wrong kind, or a setting
/// that another one needs.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let mut settings = parse(DEFAULTS, "the defaults")?;
    let mut given = false;
    if let Some(path) = file {
        given = true;
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::File { file: name.clone(), message: error.to_string() })?;
        overlay(&mut settings, parse(&text, &name)?, "", &name)?;
    }
    let mut variables: Vec<(String, String)> = environment
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with(OF_TESTS))
        .filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()))
        .collect();
    variables.sort();
    for (name, value) in variables {
        given = true;
        set(&mut settings, &name, &value)?;
    }
    read(&settings, !given)
}

fn parse(text: &str, name: &str) -> Result<Map<String, Value>, ConfigError> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    serde_saphyr::from_str::<Map<String, Value>>(text)
        .map_err(|error| ConfigError::File { file: name.to_owned(), message: error.to_string() })
}

/// Lays `over` over `base`. A secret may also be given as `…_file`.
fn overlay(
    base: &mut Map<String, Value>,
    over: Map<String, Value>,
    path: &str,
    place: &str,
) -> Result<(), ConfigError> {
    for (key, value) in over {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let (Some(Value::Object(inner)), Value::Object(over)) = (base.get_mut(&key), &value) {
            overlay(inner, over.clone(), &full, place)?;
            continue;
        }
        if let Some(secret) =
            key.strip_suffix("_file").filter(|secret| path == SECRETS || base.contains_key(*secret))
        {
            let file = value.as_str().unwrap_or_default();
            base.insert(secret.to_owned(), Value::String(read_secret(&full, file)?));
            continue;
        }
        match base.get_mut(&key) {
            // the folder alone, as it was written before there was more to set
            Some(Value::Object(inner)) if full == FAQ && value.is_string() => {
                inner.insert("folder".to_owned(), value);
            }
            // These are named by the operator.
            None if path == SECRETS
                || path == routing::SKILLS
                || path == routing::RAISE
                || path == routing::SHIFTS
                || path == routing::FALLBACK
                || path == carriers::VOICES
                || path.starts_with(targets::CALENDARS) =>
            {
                base.insert(key, value);
            }
            None => {
                let near = base
                    .keys()
                    .map(|known| (strsim::osa_distance(known, &key), known))
                    .filter(|(distance, _)| *distance <= 3)
                    .min();
                let near = near.map(|(_, known)| known.clone());
                return Err(ConfigError::Unknown { place: place.to_owned(), key: full, near });
            }
            Some(Value::Object(_)) => {
                return Err(ConfigError::Value {
                    key: full,
                    message: "is a group of settings, not a value".into(),
                });
            }
            Some(_) => {
                base.insert(key, value);
            }
        }
    }
    Ok(())
}

fn read_secret(key: &str, file: &str) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|error| ConfigError::Value {
        key: key.to_owned(),
        message: format!("names {file}: {error}"),
    })?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// `VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN=…`
fn set(base: &mut Map<String, Value>, name: &str, value: &str) -> Result<(), ConfigError> {
    let path: Vec<String> = name[PREFIX.len()..].to_lowercase().split("__").map(str::to_owned).collect();
    let mut over = Value::String(value.to_owned());
    for key in path.iter().rev() {
        over = Value::Object(Map::from_iter([(key.clone(), over)]));
    }
    let Value::Object(over) = over else { return Ok(()) };
    overlay(base, over, "", name)
}

/// Reads typed values; environment values are texts, so texts are read as what is asked for.
struct Reader<'a>(&'a Map<String, Value>);

impl Reader<'_> {
    fn get(&self, key: &str) -> Option<&Value> {
        let mut parts = key.split('.');
        let first = self.0.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    fn text(&self, key: &str) -> Result<String, ConfigError> {
        match self.get(key) {
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(Value::Bool(value)) => Ok(value.to_string()),
            None | Some(Value::Null) => Ok(String::new()),
            Some(_) => Err(wrong(key, "must be a text")),
        }
    }

    fn list(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        let split = |text: &str| {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        match self.get(key) {
            Some(Value::String(text)) => Ok(split(text)),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| {
                    value.as_str().map(str::to_owned).ok_or_else(|| wrong(key, "must be a list of texts"))
                })
                .collect(),
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(_) => Err(wrong(key, "must be a list")),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, ConfigError> {
        match self.text(key)?.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(wrong(key, "must be true or false")),
        }
    }

    fn seconds(&self, key: &str) -> Result<Duration, ConfigError> {
        let text = self.text(key)?;
        let seconds = text.parse::<u64>().map_err(|_| wrong(key, "must be a whole number of seconds"))?;
        Ok(Duration::from_secs(seconds))
    }

    /// Whole days; 0 is no bound.
    fn days(&self, key: &str) -> Result<Option<Duration>, ConfigError> {
        const MOST: u64 = 36_500;
        let days = self.text(key)?.parse::<u64>().ok().filter(|days| *days <= MOST);
        let days = days.ok_or_else(|| wrong(key, "must be a whole number of days, 0 for no bound"))?;
        Ok((days > 0).then(|| Duration::from_secs(days * 24 * 3600)))
    }
}

fn wrong(key: &str, message: &str) -> ConfigError {
    ConfigError::Value { key: key.to_owned(), message: message.to_owned() }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn read(settings: &Map<String, Value>, demo: bool) -> Result<Settings, ConfigError> {
    let reader = Reader(settings);
    let hours = Calendar::new(&reader.text("desk.time_zone")?, &reader.list("desk.hours")?)
        .map_err(|error| wrong("desk.hours", &format!("cannot be read: {error}")))?
        .closed_on(&reader.list("desk.holidays")?)
        .map_err(|error| wrong("desk.holidays", &format!("cannot be read: {error}")))?;
    let targets = targets::promises(&reader, &hours)?;
    let mut read = Settings {
        listen: reader.text("listen")?,
        public_url: some(reader.text("public_url")?.trim_end_matches('/').to_owned()),
        database_url: reader.text("database_url")?,
        flows: reader.text("flows")?,
        faq: reader.text("faq.folder")?,
        faq_model: some(reader.text("faq.semantic.model")?),
        locales: reader.list("locales")?,
        web_enabled: reader.flag("channels.web.enabled")?,
        allowed_origins: reader.list("channels.web.allowed_origins")?,
        carriers: carriers::carriers(&reader)?,
        calls: carriers::calls(&reader)?,
        telegram: chats::telegram(&reader)?,
        discord: chats::discord(&reader)?,
        phone_simulator: false,
        categories: reader.list("desk.categories")?,
        queues: reader.list("desk.queues")?,
        desk: Desk {
            hours,
            queue_wait: reader.seconds("desk.queue_wait")?,
            lease: reader.seconds("desk.lease")?,
            reminder: reader.seconds("desk.reminder")?,
            park: reader.seconds("desk.park")?,
            ghost_call: reader.seconds("desk.ghost_call")?,
            keep_wordings: reader.days("desk.keep_wordings")?,
            close_after: reader.days("desk.close_after")?,
            targets,
            matrix: targets::matrix(&reader)?,
            routing: routing::routing(&reader)?,
            notices: notices::notices(&reader)?,
            survey: notices::survey(&reader)?,
            alerts: alerts::alerts(&reader)?,
        },
        mail: alerts::mail(&reader)?,
        webhook_secret: some(reader.text("webhooks.secret")?).map(Secret::new),
        http: Http { allow: reader.list("http.allow")?, secrets: secrets(&reader)? },
        file_bytes: file_bytes(&reader)?,
        metrics_token: some(reader.text("metrics.token")?).map(Secret::new),
        metrics_listen: some(reader.text("metrics.listen")?),
        log_level: reader.text("log.level")?,
        log_format: reader.text("log.format")?,
        reload: match reader.text("reload")?.as_str() {
            "auto" => Reload::Auto,
            "signal" => Reload::Signal,
            "off" | "false" => Reload::Off,
            _ => return Err(wrong("reload", "must be auto, signal or off")),
        },
        demo,
    };
    read.phone_simulator = match reader.text("channels.phone.enabled")?.as_str() {
        "auto" => read.is_loopback(),
        _ => reader.flag("channels.phone.enabled")?,
    };
    proved(read)
}

fn secrets(reader: &Reader<'_>) -> Result<std::collections::BTreeMap<String, Secret>, ConfigError> {
    let Some(Value::Object(named)) = reader.get(SECRETS) else { return Ok(Default::default()) };
    named
        .keys()
        .map(|name| Ok((name.clone(), Secret::new(reader.text(&format!("{SECRETS}.{name}"))?))))
        .collect()
}

fn file_bytes(reader: &Reader<'_>) -> Result<usize, ConfigError> {
    const KEY: &str = "channels.web.file_bytes";
    /// More would be held in memory at once.
    const MOST: usize = 50 * 1024 * 1024;
    let bytes = reader.text(KEY)?.parse::<usize>().ok().filter(|bytes| *bytes <= MOST);
    bytes.ok_or_else(|| wrong(KEY, &format!("must be a number of bytes up to {MOST}")))
}

/// What must hold between settings.
fn proved(settings: Settings) -> Result<Settings, ConfigError> {
    if settings.locales.is_empty() {
        return Err(wrong("locales", "needs at least one language, such as [en]"));
    }
    if let Some(bad) =
        settings.locales.iter().find(|tag| !tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
    {
        return Err(wrong("locales", &format!("has `{bad}`, which is no language tag such as en or pt-BR")));
    }
    if settings.listen.parse::<std::net::SocketAddr>().is_err() && !settings.listen.starts_with("localhost:")
    {
        return Err(wrong("listen", "must be an address and a port, such as 127.0.0.1:8080"));
    }
    let calls_us = settings.carriers.all().into_iter().find(|(_, carrier)| carrier.is_on());
    if let Some((name, _)) = calls_us.filter(|_| settings.public_url.is_none()) {
        let message = format!("is needed by channels.{name}: it is the address that callbacks are made to");
        return Err(wrong("public_url", &message));
    }
    let webhook = settings.telegram.as_ref().is_some_and(|telegram| telegram.webhook.is_some());
    if webhook && settings.public_url.is_none() {
        return Err(wrong(
            "public_url",
            "is needed by channels.telegram.mode: webhook: Telegram calls us there",
        ));
    }
    if let Some(url) = &settings.public_url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(wrong("public_url", "must begin with https:// (or http:// for tests)"));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        load(None, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn the_defaults_are_the_demo() {
        let settings = with(&[]).expect("the defaults are good");
        assert!(settings.demo && settings.is_loopback() && settings.phone_simulator);
        assert_eq!(settings.locales, ["en", "it"]);
    }

    #[test]
    fn the_environment_wins_and_typos_are_named() {
        let settings = with(&[
            ("VESTIBULE_LOCALES", "it, en"),
            ("VESTIBULE_PUBLIC_URL", "https://a.example/"),
            ("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", "t"),
        ])
        .expect("good settings");
        assert_eq!(settings.locales, ["it", "en"]);
        assert_eq!(settings.public_url.as_deref(), Some("https://a.example"));
        assert!(!format!("{settings:?}").contains("\"t\""));
        let error = with(&[("VESTIBULE_LISTN", "x")]).expect_err("a typo").to_string();
        assert!(error.contains("did you mean `listen`"), "{error}");
    }

    #[test]
    fn secrets_have_names_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        std::fs::write(&file, "from a file\n").expect("written");
        let settings = with(&[
            ("VESTIBULE_HTTP__ALLOW", "api.example.org"),
            ("VESTIBULE_HTTP__SECRETS__ORDERS", "s3cret"),
            ("VESTIBULE_HTTP__SECRETS__STOCK_FILE", &file.display().to_string()),
        ])
        .expect("good settings");
        let secret = |name: &str| settings.http.secrets.get(name).map(Secret::expose);
        assert_eq!((secret("orders"), secret("stock")), (Some("s3cret"), Some("from a file")));
        assert!(!format!("{settings:?}").contains("s3cret"));
    }

    #[test]
    fn what_a_channel_needs_is_named() {
        let error =
            with(&[("VESTIBULE_CHANNELS__TWILIO__AUTH_TOKEN", "t")]).expect_err("no public_url").to_string();
        assert!(error.contains("public_url"), "{error}");
    }
}
