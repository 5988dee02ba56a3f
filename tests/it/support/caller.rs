//! A strict TwiML client: signs its posts as Twilio does, obeys the document, refuses what it does not know.

use std::time::{Duration, Instant};

use vestibule::channel::ivr::form::Form;
use vestibule::channel::ivr::signature::{Hash, sign};

use super::server::{PUBLIC_URL, TOKEN};
use super::twiml::{self, Dial, Gather, Record, Verb};

/// How long a post is tried again while nobody answers it, as under a restart.
const PATIENCE: Duration = Duration::from_secs(15);
/// Twilio waits this long for a document.
const PLATFORM_LIMIT: Duration = Duration::from_secs(15);

/// How each post is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    Once,
    /// Again, after the answer.
    Twice,
    /// Two at the same instant.
    Twins,
}

/// One call.
pub struct Caller {
    client: reqwest::Client,
    base: String,
    pub call: String,
    pub from: String,
    pub delivery: Delivery,
    /// All that was said, in order.
    pub heard: Vec<String>,
    /// What the platform collects now; `None` once the call is over.
    pub gather: Option<Gather>,
    /// Where the call is put through to.
    pub dial: Option<Dial>,
    /// What is recorded.
    pub record: Option<Record>,
    otherwise: String,
    pub posts: usize,
}

/// Why a call went wrong: always a fault of the server.
pub type Wrong = String;

impl Caller {
    pub fn new(client: reqwest::Client, base: &str, call: &str, from: &str) -> Self {
        Self {
            client,
            base: base.to_owned(),
            call: call.to_owned(),
            from: from.to_owned(),
            delivery: Delivery::Once,
            heard: Vec::new(),
            gather: None,
            dial: None,
            record: None,
            otherwise: String::new(),
            posts: 0,
        }
    }

    pub fn over(&self) -> bool {
        self.gather.is_none() && self.dial.is_none() && self.record.is_none()
    }

    /// What the last document said.
    pub fn last(&self) -> &str {
        self.heard.last().map_or("", String::as_str)
    }

    /// The call comes in.
    pub async fn begin(&mut self) -> Result<(), Wrong> {
        self.go("/ivr/twilio".to_owned(), Vec::new()).await
    }

    /// Presses keys as a hand does: what the gather does not take is not sent.
    pub async fn press(&mut self, keys: &str) -> Result<(), Wrong> {
        let gather = self.gather.clone().ok_or("nobody listens")?;
        let end = gather.finish_on_key.chars().next();
        let taken: String = keys.chars().take_while(|key| Some(*key) != end).collect();
        let taken: String = taken.chars().take(gather.num_digits.unwrap_or(usize::MAX)).collect();
        let finished = end.filter(|end| keys.contains(*end)).map(String::from).unwrap_or_default();
        if taken.is_empty() && !gather.action_on_empty {
            return self.silence().await;
        }
        let fields = vec![("Digits", taken), ("FinishedOnKey", finished)];
        self.go(gather.action, fields).await
    }

    pub async fn speak(&mut self, text: &str, confidence: &str) -> Result<(), Wrong> {
        let action = self.gather.clone().ok_or("nobody listens")?.action;
        let fields = vec![("SpeechResult", text.to_owned()), ("Confidence", confidence.to_owned())];
        self.go(action, fields).await
    }

    /// Says and presses nothing until the gather ends.
    pub async fn silence(&mut self) -> Result<(), Wrong> {
        // Nothing is said after the tone.
        if self.record.is_some() {
            return self.go(self.otherwise.clone(), Vec::new()).await;
        }
        let gather = self.gather.clone().ok_or("nobody listens")?;
        if gather.action_on_empty {
            return self.go(gather.action, vec![("Digits", String::new())]).await;
        }
        self.go(self.otherwise.clone(), Vec::new()).await
    }

    /// Hangs up; the platform reports it.
    pub async fn hang_up(&mut self) -> Result<(), Wrong> {
        self.gather = None;
        let body = self.body("completed", &[]);
        let (status, _) = self.post("/ivr/twilio/status", &body, TOKEN).await?;
        if status == 204 { Ok(()) } else { Err(format!("a status callback is answered by {status}")) }
    }

    /// Posts to where the caller stands with a signature of somebody else.
    pub async fn forge(&self) -> Result<(), Wrong> {
        let target = self.gather.as_ref().map_or("/ivr/twilio", |gather| gather.action.as_str());
        let (status, body) =
            self.post(target, &self.body("in-progress", &[("Digits", "1".into())]), "not ours").await?;
        if status == 403 { Ok(()) } else { Err(format!("a forged post is answered by {status}: {body}")) }
    }

    /// A signed post to any target of ours, with these fields beside the usual ones. What came back, as it is.
    pub async fn send(
        &self,
        target: &str,
        fields: &[(&'static str, String)],
    ) -> Result<(u16, String), Wrong> {
        self.post(target, &self.body("in-progress", fields), TOKEN).await
    }

    /// Posts and follows until something is collected or the call is over.
    async fn go(&mut self, target: String, fields: Vec<(&'static str, String)>) -> Result<(), Wrong> {
        let mut document = self.deliver(&target, &self.body("in-progress", &fields)).await?;
        // One moment, twice, is the most that leads on by itself.
        for _ in 0..4 {
            let verbs = twiml::read(&document, PUBLIC_URL)?;
            let Some(next) = self.obey(verbs) else { return Ok(()) };
            tokio::time::sleep(Duration::from_millis(200)).await;
            document = self.deliver(&next, &self.body("in-progress", &[])).await?;
        }
        Err("redirected in circles".into())
    }

    /// Does what the document says; an address where it leads on without being answered.
    fn obey(&mut self, verbs: Vec<Verb>) -> Option<String> {
        (self.gather, self.dial, self.record) = (None, None, None);
        let mut said = Vec::new();
        let mut next = None;
        for verb in verbs {
            match verb {
                Verb::Say(say) => said.push(say.text),
                Verb::Pause(_) | Verb::Hangup | Verb::Play(_) => {}
                Verb::Dial(dial) => self.dial = Some(dial),
                Verb::Record(record) => self.record = Some(record),
                Verb::Gather(gather) => {
                    said.extend(gather.says.iter().map(|say| say.text.clone()));
                    self.gather = Some(gather);
                }
                Verb::Redirect(url) => next = Some(url),
            }
        }
        self.heard.push(said.join(" "));
        match (&self.gather, next) {
            (Some(_), Some(url)) => {
                self.otherwise = url;
                None
            }
            (None, Some(url)) if self.record.is_some() => {
                self.otherwise = url;
                None
            }
            (_, next) => next,
        }
    }

    async fn deliver(&mut self, target: &str, body: &str) -> Result<String, Wrong> {
        self.posts += 1;
        let first = match self.delivery {
            Delivery::Once => self.document(target, body).await?,
            Delivery::Twice => {
                let first = self.document(target, body).await?;
                same(&first, &self.document(target, body).await?)?;
                first
            }
            Delivery::Twins => {
                let (one, other) = tokio::join!(self.document(target, body), self.document(target, body));
                let (one, other) = (one?, other?);
                same(&one, &other)?;
                one
            }
        };
        Ok(first)
    }

    async fn document(&self, target: &str, body: &str) -> Result<String, Wrong> {
        let (status, document) = self.post(target, body, TOKEN).await?;
        if status == 200 {
            Ok(document)
        } else {
            Err(format!("{target} is answered by {status}: {document}"))
        }
    }

    /// Tries again where nobody answers: the platform's retry, and the same bytes.
    async fn post(&self, target: &str, body: &str, token: &str) -> Result<(u16, String), Wrong> {
        let begun = Instant::now();
        loop {
            match self.try_post(target, body, token).await {
                Ok(answer) => return Ok(answer),
                Err(error) if begun.elapsed() > PATIENCE => return Err(format!("{target}: {error}")),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn try_post(&self, target: &str, body: &str, token: &str) -> reqwest::Result<(u16, String)> {
        let form = Form::parse(body.as_bytes()).expect("a small form");
        let answer = self
            .client
            .post(format!("{}{target}", self.base))
            .header("content-type", "application/x-www-form-urlencoded; charset=UTF-8")
            .header("x-twilio-signature", sign(Hash::Sha1, token, &format!("{PUBLIC_URL}{target}"), &form))
            .timeout(PLATFORM_LIMIT)
            .body(body.to_owned())
            .send()
            .await?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await?))
    }

    fn body(&self, status: &str, fields: &[(&'static str, String)]) -> String {
        let mut all = vec![
            ("AccountSid", "AC00000000000000000000000000000000".to_owned()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", self.call.clone()),
            ("CallStatus", status.to_owned()),
            ("Direction", "inbound".to_owned()),
            ("From", self.from.clone()),
            ("To", "+18005550100".to_owned()),
        ];
        all.extend(fields.iter().cloned());
        all.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
    }
}

fn same(one: &str, other: &str) -> Result<(), Wrong> {
    // "One moment" is no reply yet.
    let moment = one.contains("again=") || other.contains("again=");
    if one == other || moment {
        Ok(())
    } else {
        Err(format!("a redelivery got another reply:\n{one}\n{other}"))
    }
}

fn encode(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    value
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The code that was said, where one was: nine digits in groups of three, said twice in the same breath.
pub fn code(said: &str) -> Option<String> {
    let mut codes = Vec::new();
    let groups: Vec<&str> =
        said.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let mut at = 0;
    while at + 3 <= groups.len() {
        if groups[at..at + 3].iter().all(|group| group.len() == 3) {
            codes.push(groups[at..at + 3].concat());
            at += 3;
        } else {
            at += 1;
        }
    }
    let first = codes.first()?;
    assert!(
        codes.len() >= 2 && codes.iter().all(|code| code == first),
        "said not twice, or not the same: {said}"
    );
    Some(first.clone())
}
