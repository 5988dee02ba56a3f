//! A caller who knows nothing of the flow: what a document gathers, it gives.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::client::Client;
use crate::channel::ivr::form::Form;
use crate::channel::ivr::signature::{Hash, sign};

pub(super) const TOKEN: &str = "bench-token";
pub(super) const PUBLIC_URL: &str = "https://bench.invalid";
/// A call that is not over by then goes in circles.
const MAX_STEPS: usize = 50;

pub(super) struct Plan {
    pub(super) address: SocketAddr,
    /// Turns that begin between these are counted.
    pub(super) from: Instant,
    pub(super) until: Instant,
    /// Of so many steps in a hundred the callback comes twice.
    pub(super) twice: u64,
    /// At so many steps in a hundred nothing is said.
    pub(super) silent: u64,
}

impl Plan {
    /// Whether a step is among so many in a hundred: the same each time.
    fn chosen(share: u64, call: &str, step: usize, salt: u64) -> bool {
        let mixed = (number(call) + salt).wrapping_mul(6_364_136_223_846_793_005);
        let mixed =
            (mixed ^ (mixed >> 29)).wrapping_add((step as u64).wrapping_mul(1_442_695_040_888_963_407));
        (mixed >> 33) % 100 < share
    }
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) latencies: Vec<Duration>,
    pub(super) calls: usize,
    pub(super) with_code: usize,
    pub(super) failures: usize,
    pub(super) first_failure: Option<String>,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.calls += other.calls;
        self.with_code += other.with_code;
        self.failures += other.failures;
        self.first_failure = self.first_failure.take().or(other.first_failure);
    }

    fn fail(&mut self, why: &anyhow::Error) {
        self.failures += 1;
        self.first_failure.get_or_insert_with(|| format!("{why:#}"));
    }
}

/// Calls again and again until the time is over; the call under way is left where it stands.
pub(super) async fn call_on(plan: Arc<Plan>, number: usize) -> Tally {
    let mut tally = Tally::default();
    let mut client = None;
    for round in 0_usize.. {
        if Instant::now() >= plan.until {
            break;
        }
        let call = format!("CA{number:08x}{round:024x}");
        if let Err(why) = one_call(&plan, &call, &mut client, &mut tally).await {
            tally.fail(&why);
            client = None;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    tally
}

/// Begins so many calls a second until the time is over, whatever became of those before, and waits for all of them.
pub(super) async fn call_at(plan: Arc<Plan>, rate: u32) -> Tally {
    let mut beat = tokio::time::interval(Duration::from_secs(1) / rate);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let mut calls = tokio::task::JoinSet::new();
    for round in 0_usize.. {
        beat.tick().await;
        if Instant::now() >= plan.until {
            break;
        }
        let plan = Arc::clone(&plan);
        calls.spawn(async move {
            let mut tally = Tally::default();
            let call = format!("CA{round:032x}");
            if let Err(why) = one_call(&plan, &call, &mut None, &mut tally).await {
                tally.fail(&why);
            }
            tally
        });
    }
    let mut all = Tally::default();
    while let Some(tally) = calls.join_next().await {
        match tally {
            Ok(tally) => all.add(tally),
            Err(error) => all.fail(&error.into()),
        }
    }
    all
}

async fn one_call(
    plan: &Plan,
    call: &str,
    client: &mut Option<Client>,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let mut target = "/ivr/twilio".to_owned();
    let mut given = String::new();
    let mut code = false;
    let mut visits: HashMap<String, usize> = HashMap::new();
    for at in 0..MAX_STEPS {
        let begun = Instant::now();
        if begun >= plan.until {
            return Ok(());
        }
        let document = post(plan, client, &target, call, &given).await?;
        if begun >= plan.from {
            tally.latencies.push(begun.elapsed());
        }
        if Plan::chosen(plan.twice, call, at, 1) {
            let again = post(plan, client, &target, call, &given).await?;
            anyhow::ensure!(again == document, "a redelivery got another document");
        }
        let step = Step::read(&document);
        code |= step.says_code();
        let silent = step.ask.is_some() && Plan::chosen(plan.silent, call, at, 2);
        let next = if silent { step.silence } else { step.next };
        let Some(next) = next else {
            if begun >= plan.from {
                tally.calls += 1;
                tally.with_code += usize::from(code);
            }
            return Ok(());
        };
        // The same question again means that the answer was not taken: give another.
        let visit = visits.entry(step.said).or_default();
        given = step.ask.filter(|_| !silent).map_or_else(String::new, |ask| ask.answer(*visit));
        *visit += 1;
        target = next.strip_prefix(PUBLIC_URL).context("a document leads to another host")?.to_owned();
    }
    anyhow::bail!("call {call} did not end after {MAX_STEPS} steps")
}

async fn post(
    plan: &Plan,
    client: &mut Option<Client>,
    target: &str,
    call: &str,
    given: &str,
) -> anyhow::Result<String> {
    let body = format!(
        "CallSid={call}&AccountSid=AC0&From=%2B1415{:07}&To=%2B18005550100&CallStatus=in-progress{given}",
        number(call)
    );
    let signature = sign(Hash::Sha1, TOKEN, &format!("{PUBLIC_URL}{target}"), &Form::parse(body.as_bytes())?);
    if client.is_none() {
        *client = Some(Client::connect(plan.address).await?);
    }
    let client = client.as_mut().context("no connection")?;
    let (status, document) = client.post(target, &signature, &body).await?;
    anyhow::ensure!(status == 200, "status {status}");
    anyhow::ensure!(document.contains("<Response>"), "no document: {document}");
    Ok(document)
}

/// Another number a call, so that no call is taken for an earlier caller's.
fn number(call: &str) -> u64 {
    call.bytes().fold(7, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) % 10_000_000
}

/// What a document asks of a caller.
struct Step {
    said: String,
    ask: Option<Ask>,
    /// Where to go: the gather's action or the redirect; `None` where the call ends.
    next: Option<String>,
    /// Where it goes when nothing is said.
    silence: Option<String>,
}

enum Ask {
    /// Keys are offered: this one.
    Key(char),
    Digits(usize),
    Words,
    /// A person: nothing is said, the line waits.
    Wait,
}

impl Ask {
    /// The form fields that answer it at the n-th time of asking.
    fn answer(&self, visit: usize) -> String {
        match self {
            Self::Key(key) => format!("&Digits={}", [*key, '1', '2', '3'][visit % 4]),
            Self::Digits(count) => format!("&Digits={}", digits(*count)),
            Self::Words => {
                "&SpeechResult=the+purple+gadget+on+my+desk+hums+a+tune&Confidence=0.93".to_owned()
            }
            Self::Wait => String::new(),
        }
    }
}

/// Eight are a date wherever a date is asked for, the day first or the month.
fn digits(count: usize) -> &'static str {
    match count {
        8 => "01012026",
        count => &"1234567890123456789012345678901234567890"[..count.clamp(1, 40)],
    }
}

impl Step {
    fn read(document: &str) -> Self {
        let said = said(document);
        let gather = document
            .find("<Gather ")
            .map(|at| &document[at..])
            .and_then(|rest| Some(&rest[..rest.find('>')?]));
        let redirect = || {
            let rest = &document[document.find("<Redirect")?..];
            let rest = &rest[rest.find('>')? + 1..];
            Some(unescape(&rest[..rest.find('<')?]).into_owned())
        };
        let Some(gather) = gather else { return Self { said, ask: None, next: redirect(), silence: None } };
        let ask = ask(gather, &said);
        let waits = matches!(ask, Ask::Wait);
        let next = if waits { redirect() } else { attribute(gather, "action").map(Cow::into_owned) };
        Self { said, ask: Some(ask), next, silence: redirect() }
    }

    /// Nine digits in groups of three.
    fn says_code(&self) -> bool {
        let groups: Vec<&str> = self.said.split(|c: char| !c.is_ascii_digit()).collect();
        groups.windows(3).any(|three| three.iter().all(|group| group.len() == 3))
    }
}

fn ask(gather: &str, said: &str) -> Ask {
    let digits = attribute(gather, "numDigits").and_then(|digits| digits.parse::<usize>().ok());
    match digits {
        Some(1) if attribute(gather, "hints").is_none() && !said.contains("press 1") => Ask::Words,
        // Two keys are yes and no, where no leads on: an answer refused.
        Some(1) if said.contains("press 2") && !said.contains("press 3") && refusable(said) => Ask::Key('2'),
        Some(1) => Ask::Key('1'),
        Some(count) => Ask::Digits(count),
        None if attribute(gather, "timeout").as_deref() == Some("10") => Ask::Wait,
        None => Ask::Digits(2),
    }
}

/// A question that is answered by no, and not a menu of two.
fn refusable(said: &str) -> bool {
    let said = said.to_lowercase();
    said.contains("for no, press 2") || said.contains("no, press 2")
}

fn said(document: &str) -> String {
    let mut said = String::new();
    let mut rest = document;
    while let Some(at) = rest.find("<Say") {
        rest = &rest[at..];
        let Some(open) = rest.find('>') else { break };
        let Some(close) = rest.find("</Say>").filter(|close| *close > open) else { break };
        said.push_str(&unescape(&rest[open + 1..close]));
        said.push(' ');
        rest = &rest[close..];
    }
    said
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<Cow<'t, str>> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[from..];
    Some(unescape(&value[..value.find('"')?]))
}

fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    Cow::Owned(plain.replace("&amp;", "&"))
}
