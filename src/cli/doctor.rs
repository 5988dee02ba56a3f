//! `vestibule doctor`: whether everything that the settings name is there and lets us do what we must.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::playbook;
use crate::app::channels::Adapter;
use crate::app::checkup::{Checked, Checkup, State};
use crate::channel::discord::Discord;
use crate::channel::telegram::Telegram;
use crate::config::Settings;
use crate::flow::Playbook;
use crate::store::Store;

/// How long a channel may take to answer all that it is asked.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all that is set up works, 1 something does not, 2 could not run.\n\nExample:\n  vestibule doctor\n  vestibule doctor --json | jq 'select(.state == \"wrong\")'"
)]
pub struct Doctor {
    /// One JSON object a line: part, state (fine, off, doubtful, wrong), seen, do
    #[arg(long)]
    json: bool,
}

/// Looks at everything and prints what it saw, each part as soon as it is known.
///
/// # Errors
/// An output that takes nothing.
pub async fn run(options: &Doctor, settings: &Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let colour = std::io::stdout().is_terminal();
    let mut wrong = 0;
    let mut tell = |found: Vec<Checked>| -> anyhow::Result<()> {
        wrong += found.iter().filter(|one| one.state == State::Wrong).count();
        for one in &found {
            if options.json {
                writeln!(out, "{}", serde_json::to_string(one)?)?
            } else {
                print(one, colour, out)?
            }
        }
        Ok(out.flush()?)
    };
    let (playbook, found) = files(settings);
    tell(found)?;
    tell(database(settings).await)?;
    tell(address(settings).await)?;
    tell(phone(settings))?;
    tell(telegram(settings, playbook.as_ref()).await)?;
    tell(discord(settings, playbook.as_ref()).await)?;
    if !options.json {
        let told =
            if wrong == 0 { "all that is set up works".to_owned() } else { format!("{wrong} to be mended") };
        writeln!(out, "{told}")?;
    }
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

fn print(one: &Checked, colour: bool, out: &mut impl Write) -> std::io::Result<()> {
    let (mark, shade) = match one.state {
        State::Fine => ("ok", "32"),
        State::Off => ("off", "2"),
        State::Doubtful => ("note", "33"),
        State::Wrong => ("WRONG", "31"),
    };
    let mark = if colour { format!("\u{1b}[{shade}m{mark:<5}\u{1b}[0m") } else { format!("{mark:<5}") };
    writeln!(out, "{mark}  {:<9} {}", one.part, one.seen)?;
    match &one.remedy {
        Some(remedy) => writeln!(out, "{:<17}{remedy}", ""),
        None => Ok(()),
    }
}

/// The flows and answers, as `serve` would take them.
fn files(settings: &Settings) -> (Option<Playbook>, Vec<Checked>) {
    let mut checkup = Checkup::of("flows");
    let gathered = match playbook::on_disk(settings) {
        Ok(gathered) => gathered,
        Err(error) => {
            checkup.wrong(format!("{error:#}"), "`flows` and `faq` name the folders");
            return (None, checkup.found);
        }
    };
    let (playbook, articles, findings) = playbook::read(gathered, settings);
    let errors = findings.diagnostics.iter().filter(|found| found.is_error()).count();
    let warnings = findings.diagnostics.len() - errors;
    match &playbook {
        Some(playbook) => checkup.fine(format!(
            "{} flows and {} answers in {}",
            playbook.flows.values().filter(|flow| !flow.system).count(),
            articles.len(),
            playbook.locales.join(", ")
        )),
        None => checkup.wrong(
            format!("{errors} errors in flows or answers: nothing would be served"),
            "vestibule check",
        ),
    }
    if warnings > 0 {
        checkup.doubtful(format!("{warnings} warnings"), "vestibule check");
    }
    (playbook, checkup.found)
}

async fn database(settings: &Settings) -> Vec<Checked> {
    let mut checkup = Checkup::of("database");
    let shown = playbook::without_password(&settings.database_url);
    let store = match Store::open(&settings.database_url).await {
        Ok(store) => store,
        Err(error) => {
            checkup.wrong(
                format!("{shown}: {error}"),
                "see `database_url`, and whether the server runs and lets us in",
            );
            return checkup.found;
        }
    };
    checkup.fine(format!("{shown} opens, its tables are up to date"));
    match store.agents().await {
        Ok(agents) if agents.is_empty() => {
            checkup.doubtful("nobody can log in to the desk", "vestibule agent add NAME --role admin");
        }
        Ok(agents) => checkup.fine(format!("{} accounts at the desk", agents.len())),
        Err(error) => checkup.wrong(format!("accounts cannot be read: {error}"), "vestibule migrate"),
    }
    match store.parked_updates().await {
        Ok(parked) if parked.is_empty() => {}
        Ok(parked) => checkup.doubtful(
            format!("{} updates of chat platforms were put aside", parked.len()),
            "vestibule inbox list, then vestibule inbox replay NUMBER",
        ),
        Err(error) => checkup.wrong(format!("the inbox cannot be read: {error}"), "vestibule migrate"),
    }
    store.close().await;
    checkup.found
}

/// Where we listen, and what the world calls us.
async fn address(settings: &Settings) -> Vec<Checked> {
    let mut checkup = Checkup::of("address");
    let health = format!(
        "http://{}/healthz",
        settings.listen.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")
    );
    match tokio::net::TcpListener::bind(&settings.listen).await {
        Ok(_) => checkup.fine(format!("{} is free", settings.listen)),
        Err(error) => match reqwest::get(&health).await {
            Ok(answer) if answer.status().is_success() => {
                checkup.fine(format!("something healthy serves on {} already", settings.listen));
            }
            _ => checkup.wrong(
                format!("cannot listen on {}: {error}", settings.listen),
                "stop what listens there, or set `listen`",
            ),
        },
    }
    match settings.public_url.as_deref() {
        Some(url) if url.starts_with("https://") => checkup.fine(format!("the world calls us {url}")),
        Some(url) => checkup.doubtful(
            format!("`public_url` is {url}, without TLS"),
            "put a proxy with TLS before it: platforms call https addresses only",
        ),
        None => {
            checkup.off("`public_url` is not set", "platforms that call us need it; those that we ask do not")
        }
    }
    checkup.found
}

fn phone(settings: &Settings) -> Vec<Checked> {
    let mut checkup = Checkup::of("phone");
    let on: Vec<_> = settings.carriers.all().into_iter().filter(|(_, carrier)| carrier.is_on()).collect();
    if on.is_empty() {
        checkup
            .off("no calls", "set `channels.twilio.auth_token`, or the secret of another telephony platform");
    }
    if !on.is_empty() && settings.calls.operator.is_none() {
        checkup.off(
            "where we fail, callers hear an apology and the end",
            "set `calls.operator` to a number or a SIP address that they are put through to",
        );
    }
    for (name, carrier) in on {
        match &settings.public_url {
            None => checkup.wrong(
                format!("{name} makes its callbacks to our address, and `public_url` is not set"),
                "set `public_url` to what the platform is told to call, without a slash at the end",
            ),
            Some(public) => checkup.fine(format!(
                "calls of {name} come to {public}/ivr/{name} and are verified with {}",
                if carrier.secrets.len() > 1 { "two secrets, the old one as well" } else { "one secret" }
            )),
        }
        let out = (carrier.api.is_some(), settings.calls.allow.is_empty());
        match out {
            (false, _) => checkup.off(
                format!("nobody is called back through {name}"),
                format!("set `channels.{name}.number` and its account"),
            ),
            (true, true) => checkup.wrong(
                format!("{name} can call back, but no number may be called"),
                "set `calls.allow` to the beginnings of numbers, such as [+39]",
            ),
            (true, false) => {
                checkup.fine(format!("{name} may call {}", settings.calls.allow.join(", ")));
            }
        }
    }
    checkup.found
}

async fn telegram(settings: &Settings, playbook: Option<&Playbook>) -> Vec<Checked> {
    let adapter = settings.telegram.clone().map(Telegram::new);
    let off = ("no bot on Telegram", "set `channels.telegram.token`, from @BotFather");
    bot("telegram", adapter.as_ref().map(|adapter| adapter as &dyn Adapter), off, settings, playbook).await
}

async fn discord(settings: &Settings, playbook: Option<&Playbook>) -> Vec<Checked> {
    let adapter = settings.discord.clone().map(Discord::new);
    let off = ("no bot on Discord", "set `channels.discord.token`, from the developer portal");
    bot("discord", adapter.as_ref().map(|adapter| adapter as &dyn Adapter), off, settings, playbook).await
}

/// `off`: what is said where there is none.
async fn bot(
    part: &'static str,
    adapter: Option<&dyn Adapter>,
    off: (&str, &str),
    settings: &Settings,
    playbook: Option<&Playbook>,
) -> Vec<Checked> {
    let mut checkup = Checkup::of(part);
    let Some(adapter) = adapter else {
        checkup.off(off.0, off.1);
        return checkup.found;
    };
    let Some(playbook) = playbook else {
        checkup.doubtful("not looked at, as there are no flows", "mend the flows first");
        return checkup.found;
    };
    let looked = adapter.checkup(playbook, settings.public_url.as_deref());
    tokio::time::timeout(PATIENCE, looked).await.unwrap_or_else(|_| {
        checkup.wrong("it does not answer in time", "try again, or see what is between this machine and it");
        checkup.found
    })
}
