//! What agents are told, and by what.

use std::collections::BTreeMap;

use serde_json::Value;

use super::targets::{PRIORITIES, entries, known, words};
use super::{ConfigError, Reader, Secret, some, wrong};
use crate::config::{Alert, Mail};

pub(in crate::config) const ALERTS: &str = "desk.alerts";
/// What can be told.
pub(in crate::config) const WHATS: [&str; 20] = [
    "opened",
    "assigned",
    "released",
    "contact_wrote",
    "in_progress",
    "pending_contact",
    "pending_vendor",
    "resolved",
    "reopened",
    "closed",
    "cancelled",
    "categorised",
    "prioritised",
    "queued",
    "escalated",
    "target_near",
    "target_missed",
    "linked",
    "approved",
    "surveyed",
];
pub(in crate::config) const PLATFORMS: [&str; 2] = ["telegram", "discord"];
const KEYS: [&str; 6] = ["on", "queues", "priorities", "mail", "webhook", "chat"];

pub(super) fn mail(reader: &Reader<'_>) -> Result<Option<Mail>, ConfigError> {
    const URL: &str = "mail.url";
    const AGENTS: &str = "mail.agents";
    let (url, from) = (reader.text(URL)?, reader.text("mail.from")?);
    let mut agents = BTreeMap::new();
    for pair in reader.list(AGENTS)? {
        let (name, address) = pair.split_once('=').unwrap_or_default();
        let (name, address) = (name.trim(), address.trim());
        if name.is_empty() || !address.contains('@') {
            return Err(wrong(
                AGENTS,
                &format!("has `{pair}`; write NAME=ADDRESS, such as anna=anna@example.org"),
            ));
        }
        agents.insert(name.to_owned(), address.to_owned());
    }
    if url.is_empty() {
        return Ok(None);
    }
    if !(url.starts_with("smtp://") || url.starts_with("smtps://")) {
        return Err(wrong(
            URL,
            "must begin with smtps:// or smtp://, such as smtps://user:password@mail.example.org",
        ));
    }
    if !from.contains('@') {
        return Err(wrong(
            "mail.from",
            "is needed with mail.url: who writes, such as Support <desk@example.org>",
        ));
    }
    Ok(Some(Mail { url: Secret::new(url), from, agents }))
}

pub(super) fn alerts(reader: &Reader<'_>) -> Result<Vec<Alert>, ConfigError> {
    let mails = mail(reader)?.is_some();
    entries(reader, ALERTS)?.iter().enumerate().map(|(at, one)| alert(one, at, mails)).collect()
}

fn alert(value: &Value, at: usize, mails: bool) -> Result<Alert, ConfigError> {
    let place = format!("{ALERTS}[{at}]");
    let Value::Object(map) = value else {
        return Err(wrong(&place, "must have `on` and whom to tell: mail, webhook or chat"));
    };
    known(map, &place, &KEYS)?;
    let reader = Reader(map);
    let within = |key: &str| format!("{place}.{key}");
    let list = |key: &str| reader.list(key).map_err(|_| wrong(&within(key), "must be a list"));
    let webhook = reader.text("webhook").map_err(|_| wrong(&within("webhook"), "must be an address"))?;
    let alert = Alert {
        on: words(&reader, &place, "on", &WHATS)?,
        queues: list("queues")?,
        priorities: words(&reader, &place, "priorities", &PRIORITIES)?,
        mail: list("mail")?,
        webhook: some(webhook),
        chat: words(&reader, &place, "chat", &PLATFORMS)?,
    };
    if alert.on.is_empty() {
        return Err(wrong(&within("on"), "is missing: what is told, such as [assigned, target_missed]"));
    }
    if alert.mail.is_empty() && alert.webhook.is_none() && alert.chat.is_empty() {
        return Err(wrong(&place, "tells nobody; give mail, webhook or chat"));
    }
    if let Some(bad) = alert.mail.iter().find(|to| *to != "agent" && !to.contains('@')) {
        return Err(wrong(
            &within("mail"),
            &format!("has `{bad}`; it may have addresses, and `agent` for who has the ticket"),
        ));
    }
    if !alert.mail.is_empty() && !mails {
        return Err(wrong(&within("mail"), "needs mail.url: by which server mail leaves"));
    }
    let address = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    if alert.webhook.as_ref().is_some_and(|url| !address(url)) {
        return Err(wrong(&within("webhook"), "must begin with https:// (or http:// for tests)"));
    }
    Ok(alert)
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
    fn who_is_told_of_what_is_read_and_mistakes_have_their_place() {
        let mail = "mail: { url: 'smtps://desk:s3cret@mail.example.org', from: 'Desk <desk@example.org>', agents: [anna=anna@example.org] }";
        let good = format!(
            "{mail}\nwebhooks: {{ secret: whsec_AAAA }}\ndesk: {{ alerts: [{{ on: [assigned], mail: [agent] }}, {{ on: [target_missed], queues: [net], webhook: 'https://hooks.example.org/x', chat: [discord] }}] }}"
        );
        let settings = with(&good).expect("good settings");
        assert_eq!(settings.desk.alerts[1].webhook.as_deref(), Some("https://hooks.example.org/x"));
        assert_eq!(
            settings.mail.as_ref().and_then(|mail| mail.agents.get("anna")).map(String::as_str),
            Some("anna@example.org")
        );
        assert!(!format!("{settings:?}").contains("s3cret"));
        for (alerts, told) in [
            ("[{ mail: [a@b.c] }]", "`desk.alerts[0].on` is missing"),
            ("[{ on: [assigned] }]", "`desk.alerts[0]` tells nobody"),
            ("[{ on: [assignd], mail: [a@b.c] }]", "`desk.alerts[0].on` has `assignd`"),
            ("[{ on: [assigned], mail: [anna] }]", "`desk.alerts[0].mail` has `anna`"),
            ("[{ on: [assigned], webhook: x }]", "`desk.alerts[0].webhook` must begin"),
            ("[{ on: [assigned], chat: [irc] }]", "`desk.alerts[0].chat` has `irc`"),
            ("[{ on: [assigned], web_hook: x }]", "did you mean `webhook`"),
        ] {
            let error = with(&format!("{mail}\ndesk: {{ alerts: {alerts} }}")).expect_err(alerts).to_string();
            assert!(error.contains(told), "{alerts}: {error}");
        }
        let error =
            with("desk: { alerts: [{ on: [assigned], mail: [a@b.c] }] }").expect_err("no server").to_string();
        assert!(error.contains("needs mail.url"), "{error}");
    }
}
