//! What agents are told of tickets beside the desk's page: by e-mail, to a webhook, in their group or channel. Each fact goes
//! to each place once; what cannot be delivered is tried again for a day.

use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use super::channels::Announced;
use crate::config::{Alert, Mail};
use crate::conversation::{Channel, code};
use crate::desk::State;
use crate::desk::history::Change;
use crate::store::StoreError;
use crate::store::alerts::{AlertRow, FactRow};

const TICK: Duration = Duration::from_secs(1);
const AT_ONCE: u32 = 200;
/// Deliveries under way at a time.
const WIDE: usize = 8;
/// Facts before the last one looked at that are looked at again: of two processes one may write its facts later than their
/// numbers say.
const AGAIN: i64 = 200;
/// So long a place may take.
const PATIENCE: Duration = Duration::from_secs(15);
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What is told, as a webhook gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What happened: a state, or `opened`, `assigned`, `escalated`, `target_missed`, …
    pub what: String,
    pub at: Timestamp,
    /// Who did it: an agent's name, `contact`, `bot`, `clock` or `routing`.
    pub by: String,
    pub detail: Option<String>,
    pub ticket: ToldTicket,
}

/// The ticket as it stands when it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldTicket {
    pub code: String,
    pub subject: String,
    pub queue: String,
    pub category: String,
    pub r#type: String,
    pub priority: String,
    pub state: String,
    pub channel: String,
    pub agent: Option<String>,
}

/// Why something was not delivered.
enum Failed {
    Later(String),
    Never(String),
}

impl super::App {
    /// Tells agents until `stop` is cancelled.
    pub(super) async fn run_alerts(&self, stop: CancellationToken) {
        if self.settings.desk.alerts.is_empty() {
            return;
        }
        // At once: what happens from now on is told.
        let mut pause = Duration::ZERO;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = match self.alert().await {
                Ok(()) => TICK,
                Err(error) => {
                    tracing::warn!(%error, "agents could not be told; trying again");
                    TICK * 3
                }
            };
        }
    }

    /// Looks for what is to be told, and delivers what is due.
    ///
    /// # Errors
    /// The store's.
    pub async fn alert(&self) -> Result<(), StoreError> {
        loop {
            let Some((from, looked)) = self.store.alerts_places().await? else {
                // What happened before they were wanted is old news.
                self.store.begin_alerts(self.store.last_fact().await?).await?;
                continue;
            };
            let limit = AT_ONCE + u32::try_from(AGAIN).unwrap_or_default();
            let facts = self.store.facts_after((looked - AGAIN).max(from), limit).await?;
            let last = facts.last().map_or(looked, |fact| fact.num).max(looked);
            // One that came in between the others since the last look makes them more.
            let seen = Some((last, facts.len()));
            if *self.alerted.lock().unwrap_or_else(PoisonError::into_inner) == seen {
                break;
            }
            let rows: Vec<_> = facts.iter().flat_map(|fact| self.told(fact)).collect();
            self.store.add_alerts(rows, last, self.now()).await?;
            *self.alerted.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        }
        let due = self.store.due_alerts(self.now(), AT_ONCE).await?;
        let all = futures::stream::iter(due).map(|row| self.deliver_alert(row));
        let done: Vec<_> = all.buffer_unordered(WIDE).collect().await;
        done.into_iter().collect()
    }

    /// The alerts of one row of a history.
    fn told(&self, fact: &FactRow) -> Vec<(String, String, String)> {
        let facts: Vec<Change> =
            fact.facts.as_deref().and_then(|facts| serde_json::from_str(facts).ok()).unwrap_or_default();
        let mut whats: Vec<(&str, Option<String>)> = facts
            .iter()
            .filter(|change| !follows(change))
            .map(|change| (change.what(), change.text()))
            .collect();
        if facts.is_empty() {
            whats.push((&fact.what, fact.text.clone()));
        }
        let mut all = Vec::new();
        for (n, (what, detail)) in whats.into_iter().enumerate() {
            for alert in self.settings.desk.alerts.iter().filter(|alert| fits(alert, what, fact)) {
                let told = Told {
                    what: what.to_owned(),
                    at: Timestamp::from_microsecond(fact.at).unwrap_or_default(),
                    by: fact.who.clone(),
                    detail: detail.clone(),
                    ticket: ToldTicket {
                        code: fact.ticket.clone(),
                        subject: fact.subject.clone(),
                        queue: fact.queue.clone(),
                        category: fact.category.clone(),
                        r#type: fact.kind.clone(),
                        priority: fact.priority.clone(),
                        state: fact.state.clone(),
                        channel: fact.channel.clone(),
                        agent: fact.agent.clone(),
                    },
                };
                let Ok(body) = serde_json::to_string(&told) else { continue };
                for sink in self.sinks(alert, fact) {
                    all.push((format!("{}.{n}:{sink}", fact.num), sink, body.clone()));
                }
            }
        }
        all
    }

    fn sinks(&self, alert: &Alert, fact: &FactRow) -> Vec<String> {
        let mut sinks = Vec::new();
        let address = |name: &str| match name {
            // Nobody is told of what they did themselves.
            "agent" => {
                let agent = fact.agent.as_ref().filter(|agent| **agent != fact.who)?;
                self.settings.mail.as_ref()?.agents.get(agent).cloned()
            }
            address => Some(address.to_owned()),
        };
        sinks.extend(alert.mail.iter().filter_map(|name| address(name)).map(|to| format!("mail:{to}")));
        sinks.extend(alert.webhook.iter().map(|url| format!("webhook:{url}")));
        sinks.extend(alert.chat.iter().cloned());
        sinks
    }

    async fn deliver_alert(&self, row: AlertRow) -> Result<(), StoreError> {
        // Of several processes one delivers it; one that ends meanwhile leaves it to the others.
        let until = super::commit::later(self.now(), PATIENCE * 4);
        if !self.store.claim_alert(&row, until).await? {
            return Ok(());
        }
        let sent = match tokio::time::timeout(PATIENCE, self.send_alert(&row)).await {
            Ok(sent) => sent,
            Err(_) => Err(Failed::Later("no answer in time".to_owned())),
        };
        let now = self.now();
        let since = Timestamp::from_microsecond(row.created).unwrap_or(now);
        match sent {
            Ok(()) => self.store.alert_done(&row.id, now, None).await,
            Err(Failed::Later(error)) if now.duration_since(since) < GIVEN_UP_AFTER => {
                // 2, 4, 8 … seconds, at most an hour.
                let pause =
                    Duration::from_secs(2_u64 << row.tries.clamp(0, 10)).min(Duration::from_secs(3_600));
                self.store.alert_later(&row.id, super::commit::later(now, pause), error).await
            }
            Err(Failed::Later(error) | Failed::Never(error)) => {
                tracing::error!(alert = %row.id, error, "agents could not be told");
                self.store.alert_done(&row.id, now, Some(error)).await
            }
        }
    }

    async fn send_alert(&self, row: &AlertRow) -> Result<(), Failed> {
        let told: Told = serde_json::from_str(&row.body).map_err(|error| Failed::Never(error.to_string()))?;
        match row.sink.split_once(':') {
            Some(("mail", address)) => self.mail(address, &row.id, &told).await,
            Some(("webhook", url)) => self.post(url, &row.id, &row.body).await,
            _ => self.announce(&row.sink, &told).await,
        }
    }

    /// A line of it: subject of a mail, message in a chat.
    fn line(&self, key: &str, told: &Told) -> String {
        let playbook = self.playbook();
        let locale = playbook.default_locale().to_owned();
        let own = |key: &str| {
            let words = playbook.words.own(key, &locale).or_else(|| playbook.words.own(key, "en"));
            words.unwrap_or_default().to_owned()
        };
        let what = match own(&format!("what_{}", told.what)) {
            none if none.is_empty() => told.what.replace('_', " "),
            what => what,
        };
        let nobody = || own("what_nobody");
        let ticket = &told.ticket;
        let at = self.settings.desk.hours.local(told.at).strftime("%Y-%m-%d %H:%M").to_string();
        let values = [
            ("code", code::grouped(&ticket.code)),
            ("what", what),
            ("subject", ticket.subject.clone()),
            ("queue", ticket.queue.clone()),
            ("priority", ticket.priority.clone()),
            ("agent", ticket.agent.clone().unwrap_or_else(nobody)),
            ("by", told.by.clone()),
            ("at", at),
            ("detail", told.detail.clone().unwrap_or_default()),
        ];
        let mut text = own(key);
        for (name, value) in values {
            text = text.replace(&format!("{{{{ {name} }}}}"), &value);
        }
        text.trim().to_owned()
    }

    async fn mail(&self, address: &str, id: &str, told: &Told) -> Result<(), Failed> {
        let Some(mail) = &self.settings.mail else { return Err(Failed::Never("no mail.url is set".into())) };
        let never = |error: String| Failed::Never(error);
        let to: Mailbox = address.parse().map_err(|error| never(format!("{address}: {error}")))?;
        let from: Mailbox = mail.from.parse().map_err(|error| never(format!("mail.from: {error}")))?;
        let subject: String = self.line("alert_subject", told).replace(['\r', '\n'], " ");
        let mut text = self.line("alert_text", told);
        if let Some(url) = &self.settings.public_url {
            text.push_str(&format!("\n\n{url}/desk"));
        }
        // The same id on each try, so that a mailbox shows it once where it came twice.
        let host = from.email.domain().to_owned();
        let message = Message::builder()
            .from(from)
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .message_id(Some(format!("<alert.{}@{host}>", hex::encode(id))))
            .body(text)
            .map_err(|error| never(error.to_string()))?;
        let transport = transport(mail).map_err(never)?;
        transport.send(message).await.map(drop).map_err(|error| {
            let told = error.to_string();
            if error.is_permanent() { Failed::Never(told) } else { Failed::Later(told) }
        })
    }

    /// As Standard Webhooks has it: <https://www.standardwebhooks.com>.
    async fn post(&self, url: &str, id: &str, body: &str) -> Result<(), Failed> {
        let at = self.now().as_second();
        let id = format!("msg_{}", hex::encode(id));
        let mut call = self
            .calls
            .client()
            .post(url)
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at.to_string())
            .body(body.to_owned());
        if let Some(secret) = &self.settings.webhook_secret {
            let signed = signature(secret.expose(), &id, at, body).map_err(Failed::Never)?;
            call = call.header("webhook-signature", signed);
        }
        let reply = call.send().await.map_err(|error| Failed::Later(without_address(error)))?;
        match reply.status().as_u16() {
            200..=299 => Ok(()),
            // Gone: the receiver wants no more.
            410 => Err(Failed::Never("the webhook is gone (410)".to_owned())),
            status => Err(Failed::Later(format!("the webhook answered {status}"))),
        }
    }

    async fn announce(&self, platform: &str, told: &Told) -> Result<(), Failed> {
        let adapter = Channel::from_word(platform).and_then(|channel| self.channels.of(channel));
        let Some(adapter) = adapter else { return Err(Failed::Never(format!("{platform} is not served"))) };
        match adapter.announce(self, &self.line("alert_line", told)).await {
            Announced::Done => Ok(()),
            Announced::Later => Err(Failed::Later(format!("{platform} could not be reached"))),
            Announced::Never(why) => Err(Failed::Never(why)),
        }
    }
}

/// `v1,` and the signature of id, time and body. A secret that begins with `whsec_` is base64, as Standard Webhooks has it.
fn signature(secret: &str, id: &str, at: i64, body: &str) -> Result<String, String> {
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).map_err(|error| format!("webhooks.secret: {error}"))?,
        None => secret.as_bytes().to_vec(),
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| error.to_string())?;
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

fn without_address(error: reqwest::Error) -> String {
    error.without_url().to_string()
}

fn transport(mail: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let built = AsyncSmtpTransport::<Tokio1Executor>::from_url(mail.url.expose());
    Ok(built.map_err(|error| format!("mail.url: {error}"))?.timeout(Some(PATIENCE)).build())
}

/// What only follows from another fact beside it: that somebody has it, or nobody.
fn follows(change: &Change) -> bool {
    matches!(change, Change::Moved { to: State::New | State::Assigned, .. })
}

fn fits(alert: &Alert, what: &str, fact: &FactRow) -> bool {
    let any = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
    alert.on.iter().any(|one| one == what)
        && any(&alert.queues, &fact.queue)
        && any(&alert.priorities, &fact.priority)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, <https://github.com/standard-webhooks/standard-webhooks>.
    #[test]
    fn signed_as_standard_webhooks_are() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed.as_deref(), Ok("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        assert!(signature("whsec_***", "a", 1, "b").is_err());
    }
}
