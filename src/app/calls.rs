//! The requests of `http` steps: sent from rows that were written with the turn that asked, tried again where that may
//! help, and answered through a turn of the conversation.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::desk::turned;
use super::playbooks::Fare;
use crate::conversation::{HttpAnswer, HttpRequest, Said, Utterance};
use crate::flow::template::{SECRET_CLOSE, SECRET_OPEN};
use crate::store::world::RequestRow;
use crate::store::{Decision, Loaded, StoreError, TurnJob, Whose};

/// How often rows are looked for that nobody here was told of: those of another process, or of before a start.
const TICK: Duration = Duration::from_secs(1);
/// Requests under way at once.
const AT_ONCE: usize = 32;
/// The largest reply that is read.
const MAX_BODY: usize = 1024 * 1024;
/// The first pause before another try; each is twice the one before.
const BACKOFF: Duration = Duration::from_millis(400);
/// What a lease and the whole time have beyond the tries' own.
const SLACK: u64 = 3;

/// What the worker shares.
#[derive(Debug, Clone)]
pub struct Calls {
    client: reqwest::Client,
    room: Arc<Semaphore>,
    /// Under way in this process.
    mine: Arc<Mutex<HashSet<Uuid>>>,
    bell: Arc<tokio::sync::Notify>,
}

impl Default for Calls {
    fn default() -> Self {
        Self::new()
    }
}

impl Calls {
    pub fn new() -> Self {
        // A redirect to another host would carry what was meant for this one.
        let redirect = reqwest::redirect::Policy::custom(|attempt| {
            let from = attempt.previous().last().map(reqwest::Url::origin);
            let same = from.is_some_and(|from| from == attempt.url().origin());
            if same && attempt.previous().len() <= 5 { attempt.follow() } else { attempt.stop() }
        });
        let agent = concat!("Vestibule/", env!("CARGO_PKG_VERSION"));
        let client = reqwest::Client::builder().redirect(redirect).user_agent(agent).build();
        Self {
            // Only a TLS library that cannot start fails here; the plain client says so at each call.
            client: client.unwrap_or_default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
            mine: Arc::default(),
            bell: Arc::default(),
        }
    }

    /// What calls go through.
    pub(super) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// A turn asked for something.
    pub(super) fn ring(&self) {
        self.bell.notify_one();
    }

    fn take(&self, id: Uuid) -> bool {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    fn give_back(&self, id: Uuid) {
        self.mine.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

impl super::App {
    /// Calls services until `stop` is cancelled.
    pub async fn run_calls(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.calls.bell.notified() => {}
                () = tokio::time::sleep(TICK) => {}
            }
            if let Err(error) = self.call_due(self.now()).await {
                tracing::warn!(%error, "requests could not be read; trying again");
                tokio::time::sleep(TICK * 2).await;
            }
        }
    }

    /// Begins what is due at `now`.
    ///
    /// # Errors
    /// The store's.
    pub async fn call_due(&self, now: Timestamp) -> Result<(), StoreError> {
        let free = u32::try_from(self.calls.room.available_permits()).unwrap_or(u32::MAX);
        if free == 0 {
            return Ok(());
        }
        for row in self.store.due_requests(now, free).await? {
            let Ok(permit) = self.calls.room.clone().try_acquire_owned() else { break };
            if !self.calls.take(row.id) {
                continue;
            }
            let app = self.clone();
            tokio::spawn(async move {
                let id = row.id;
                if let Err(error) = app.call(row).await {
                    tracing::warn!(request = %id, %error, "a request could not be dealt with; it stays due");
                }
                app.calls.give_back(id);
                drop(permit);
                // Another may have waited for the room.
                app.calls.ring();
            });
        }
        Ok(())
    }

    /// One try of a request, unless somebody else is at it.
    async fn call(&self, row: RequestRow) -> Result<(), StoreError> {
        let now = self.now();
        let lease = seconds(u64::from(row.request.timeout) + SLACK);
        if !self.store.claim_request(row.id, now, lease).await? {
            return Ok(());
        }
        if now > deadline(&row) {
            let answer = HttpAnswer::Failed { reason: "no answer in time".to_owned() };
            return self.answer(&row, answer).await;
        }
        let began = std::time::Instant::now();
        let came = self.ask(&row.request).await;
        let took = began.elapsed();
        let host = reqwest::Url::parse(&row.request.url).ok();
        let host = host.as_ref().and_then(reqwest::Url::host_str).unwrap_or_default();
        let status = match &came {
            Ok(answer) => answer.status().unwrap_or_default(),
            Err(_) => 0,
        };
        metrics::histogram!("vestibule_http_call_seconds").record(took.as_secs_f64());
        tracing::info!(request = %row.id, host, status, tries = row.tries + 1, ms = took.as_millis(), "a service was called");
        let (answer, again) = match came {
            Ok(answer) => {
                let again = answer.status().is_some_and(|status| status == 429 || status >= 500);
                (answer, again)
            }
            Err(Trouble { reason, again }) => (HttpAnswer::Failed { reason }, again),
        };
        let pause = BACKOFF * 2_u32.pow(row.tries.min(6));
        let next = super::commit::later(self.now(), pause);
        if again && row.tries < row.request.retries && next < deadline(&row) {
            self.store.request_later(row.id, next).await?;
            let bell = self.calls.clone();
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                bell.ring();
            });
            return Ok(());
        }
        self.answer(&row, answer).await
    }

    /// Hands the answer in; where nobody waits for it any more only the row goes.
    async fn answer(&self, row: &RequestRow, answer: HttpAnswer) -> Result<(), StoreError> {
        let now = self.now();
        let id = row.id;
        let utterance = Utterance { said: Said::HttpAnswered { id, answer }, answers_turn: None };
        let job = |fare: Fare| {
            let (app, utterance) = (self.clone(), utterance.clone());
            let decide = move |loaded: Loaded| {
                let waits =
                    loaded.conversation.clone().filter(|known| !known.is_closed() && known.expects(id));
                let decision = match waits {
                    Some(conversation) => turned(&app, &fare, conversation, &loaded, &utterance, now),
                    None => Decision::default(),
                };
                Decision { answered: vec![id], reply: None, ..decision }
            };
            let key = Some(format!("http:{id}"));
            TurnJob { key, ..TurnJob::new(Whose::Conversation(row.conversation), now, decide) }
        };
        let done = self.turn_with(job).await?;
        if !done.replayed {
            self.tell(done.conversation.as_ref(), &done.events);
        }
        Ok(())
    }

    async fn ask(&self, request: &HttpRequest) -> Result<HttpAnswer, Trouble> {
        let never = |reason: String| Trouble { reason, again: false };
        let url = reqwest::Url::parse(&request.url).map_err(|error| never(error.to_string()))?;
        let host = url.host_str().unwrap_or_default();
        let allow = &self.settings.http.allow;
        if !allow.is_empty() && !allow.iter().any(|one| allows(one, host, url.port())) {
            return Err(never(format!("the settings do not allow calls to {host}")));
        }
        let method = request.method.parse().map_err(|_| never(format!("no method {}", request.method)))?;
        let mut call = self
            .calls
            .client
            .request(method, url)
            .timeout(Duration::from_secs(u64::from(request.timeout)))
            .header("Idempotency-Key", &request.idempotency_key);
        for (name, value) in &request.headers {
            call = call.header(name, self.with_secrets(value).map_err(never)?);
        }
        if let Some(body) = &request.body {
            call = call.body(body.clone());
        }
        let reply = call.send().await.map_err(|error| Trouble {
            reason: why(&error),
            again: error.is_connect() || error.is_timeout() || error.is_request(),
        })?;
        read(reply).await
    }

    /// A header with its secrets in their places.
    fn with_secrets(&self, value: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = value;
        while let Some(open) = rest.find(SECRET_OPEN) {
            let after = &rest[open + SECRET_OPEN.len_utf8()..];
            let Some(close) = after.find(SECRET_CLOSE) else { break };
            let name = &after[..close];
            let secret = self.settings.http.secrets.get(name).or_else(|| {
                // In the environment names have no capitals.
                self.settings.http.secrets.get(&name.to_lowercase())
            });
            let secret =
                secret.ok_or_else(|| format!("the settings have no secret `http.secrets.{name}`"))?;
            out.push_str(&rest[..open]);
            out.push_str(secret.expose());
            rest = &after[close + SECRET_CLOSE.len_utf8()..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// Why there is no reply, and whether another try may help.
struct Trouble {
    reason: String,
    again: bool,
}

/// `host` or `host:port`.
fn allows(allowed: &str, host: &str, port: Option<u16>) -> bool {
    match (allowed.rsplit_once(':'), port) {
        (Some((name, number)), Some(port)) if number.parse() == Ok(port) => name.eq_ignore_ascii_case(host),
        _ => allowed.eq_ignore_ascii_case(host),
    }
}

/// Without the address, which may hold what a contact said.
fn why(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_redirect() {
        "too many redirects"
    } else {
        "the call failed"
    };
    what.to_owned()
}

async fn read(reply: reqwest::Response) -> Result<HttpAnswer, Trouble> {
    let status = reply.status().as_u16();
    let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers =
        reply.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let mut body = Vec::new();
    let mut chunks = reply.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Trouble { reason: why(&error), again: true })?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(Trouble { reason: "the reply is larger than 1 MiB".to_owned(), again: false });
        }
        body.extend_from_slice(&chunk);
    }
    let text = String::from_utf8_lossy(&body);
    let body = serde_json::from_str(&text).unwrap_or_else(|_| Value::String(text.into_owned()));
    Ok(HttpAnswer::Reply { status, headers, body })
}

/// When it is too late for another try: all of them at their longest, the pauses between them, and what a process that
/// ended may have taken with it.
fn deadline(row: &RequestRow) -> Timestamp {
    let tries = u64::from(row.request.retries) + 1;
    let pauses = (1_u64 << row.request.retries.min(6)) / 2 + 1;
    let longest =
        tries * u64::from(row.request.timeout) + pauses + u64::from(row.request.timeout) + 2 * SLACK;
    row.created.checked_add(seconds(longest)).unwrap_or(row.created)
}

fn seconds(count: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(count).unwrap_or(i64::MAX))
}
