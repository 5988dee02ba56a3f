//! `vestibule bench store`: turns through the store alone, with a decision that costs nothing, so that what is measured
//! is dedupe, load, commit and the JSON between.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::Timestamp;

use crate::conversation::{Channel, Conversation, Event, Frame, Hope, Life, Owner, Prompt, PromptKind, ids};
use crate::flow::SlotValue;
use crate::store::{Decision, Loaded, Store, TurnJob, Whose};

/// Turns of a made-up call.
const TURNS: u64 = 8;
/// `USER_HZ`, the unit of the times in `/proc/self/stat`: 100 on every Linux that we ship to.
const TICKS_PER_SECOND: f64 = 100.0;

/// Options of the command.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Callers at the same time
    #[arg(long, default_value_t = 32)]
    pub callers: usize,
    /// How long to measure
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// A folder on the disk to measure; the database is made in a new folder inside
    #[arg(long, default_value = "data")]
    pub dir: PathBuf,
    /// Another database than a new SQLite file
    #[arg(long)]
    pub database_url: Option<String>,
}

/// Runs the callers and prints turns a second, the times of a turn and the CPU it costs (all in this process: on
/// PostgreSQL the server's own is not in it).
///
/// # Errors
/// The store's, or a folder that cannot be made.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let folder = options.dir.join(format!("bench-store-{}", std::process::id()));
    let url = match &options.database_url {
        Some(url) => url.clone(),
        None => format!("sqlite://{}", folder.join("vestibule.db").display()),
    };
    let measured = measure(options, &url).await;
    // What cannot be removed is in the way of nobody.
    let _ = std::fs::remove_dir_all(&folder);
    let (mut times, took, cpu) = measured?;
    times.sort_unstable();
    let turns = times.len();
    anyhow::ensure!(turns > 0, "no turn came back");
    let at = |percent: usize| times[(turns - 1) * percent / 100].as_secs_f64() * 1e3;
    println!("{} callers, {turns} turns in {:.1} s", options.callers, took.as_secs_f64());
    println!("turns/s     {:>10.0}", turns as f64 / took.as_secs_f64());
    println!("p50         {:>10.2} ms", at(50));
    println!("p99         {:>10.2} ms", at(99));
    println!("longest     {:>10.2} ms", at(100));
    println!("CPU a turn  {:>10.1} µs", cpu.as_secs_f64() * 1e6 / turns as f64);
    Ok(())
}

async fn measure(options: &Options, url: &str) -> anyhow::Result<(Vec<Duration>, Duration, Duration)> {
    let store = Store::open(url).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let run = Timestamp::now().as_microsecond();
    let (began, before) = (Instant::now(), cpu()?);
    let callers: Vec<_> = (0..options.callers.max(1))
        .map(|caller| tokio::spawn(call(store.clone(), format!("{run}-{caller}"), stop.clone())))
        .collect();
    tokio::time::sleep(Duration::from_secs(options.seconds.max(1))).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.context("a caller stopped")??);
    }
    let (took, spent) = (began.elapsed(), cpu()?.saturating_sub(before));
    store.close().await;
    Ok((times, took, spent))
}

async fn call(store: Store, caller: String, stop: Arc<AtomicBool>) -> anyhow::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for round in 0_u64.. {
        let address = format!("CA-{caller}-{round}");
        for turn in 0..TURNS {
            if stop.load(Ordering::Relaxed) {
                return Ok(times);
            }
            let began = Instant::now();
            let whose = Whose::Address(Channel::Twilio, address.clone());
            let here = address.clone();
            let mut job = TurnJob::new(whose, Timestamp::now(), move |loaded| decide(loaded, &here));
            job.key = Some(format!("twilio:{address}:{turn}"));
            store.turn(job).await?;
            times.push(began.elapsed());
        }
    }
    Ok(times)
}

/// A turn as large as one of a flow: 1.2 KB of conversation, 1.5 KB of events, 1 KB of reply.
fn decide(loaded: Loaded, address: &str) -> Decision {
    let mut conversation = loaded.conversation.unwrap_or_else(|| fresh(address));
    conversation.turn += 1;
    conversation.seq += 2;
    let text = "What is the matter? Say it in a few words, or press a key. ".repeat(6);
    let mut events = vec![
        Event::Heard {
            seq: conversation.seq - 1,
            how: "speech".to_owned(),
            text: "the printer is broken".to_owned(),
        },
        Event::Prompted { seq: conversation.seq, prompt: Prompt::new(PromptKind::Ask, "en", &text) },
    ];
    events.extend((0..8).map(|n| Event::Walked {
        flow: "support".to_owned(),
        steps: vec![format!("step-{n}"), "suggest".to_owned(), "details".to_owned()],
        exits: vec![
            (format!("step-{n}"), "next".to_owned()),
            ("suggest".to_owned(), "unresolved".to_owned()),
        ],
    }));
    Decision {
        conversation: Some(conversation),
        events,
        reply: Some(format!("<Response><Say>{}</Say></Response>", text.repeat(3))),
        ..Decision::default()
    }
}

fn fresh(address: &str) -> Conversation {
    let slots: BTreeMap<String, SlotValue> = (0..14)
        .map(|n| (format!("slot_{n}"), SlotValue::Text("an answer of some length".to_owned())))
        .collect();
    Conversation {
        id: ids::conversation("twilio", address, "bench"),
        channel: Channel::Twilio,
        address: address.to_owned(),
        contact: ids::contact("twilio", address),
        locale: "en".to_owned(),
        revision: "bench".to_owned(),
        life: Life::Active,
        owner: Owner::Bot,
        epoch: 0,
        turn: 0,
        seq: 0,
        frames: vec![Frame {
            flow: "support".to_owned(),
            step: "problem".to_owned(),
            slots,
            ahead: Vec::new(),
            digression: false,
            wait: None,
        }],
        trail: Vec::new(),
        reopened: None,
        tongue_chosen: false,
        asked: 0,
        gathered: None,
        tickets: Vec::new(),
        offered: Vec::new(),
        hope: Hope::Words,
        heard_at: Timestamp::UNIX_EPOCH,
        reminders: 0,
        callbacks: 0,
        number: None,
        message: None,
        callback: None,
        queued_at: None,
        put_through: None,
        place_told: None,
        unreachable: false,
        proven: None,
    }
}

/// User and system time of this process so far.
fn cpu() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The program's name comes second, in brackets, and may hold spaces: fields 14 and 15 count from after it.
    let (_, fields) = stat.rsplit_once(')').context("/proc has another form here")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    let ticks: f64 = ticks.collect::<Result<Vec<_>, _>>()?.iter().sum();
    Ok(Duration::from_secs_f64(ticks / TICKS_PER_SECOND))
}
