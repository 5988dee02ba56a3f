//! The command line: what a person or a script says, and which room does it. Standard output carries only the answer;
//! logs go to standard error.

pub mod agent;
pub mod bench_compile;
pub mod bench_faq;
mod bench_figures;
pub mod bench_store;
pub mod bench_turns;
pub mod chat;
pub mod check;
pub mod compiler;
mod contact;
mod days;
mod demo;
pub mod doctor;
pub mod explain;
pub mod faq;
mod foresight;
pub mod graph;
pub mod inbox;
pub mod incident;
mod kpi;
pub mod locale;
mod login;
pub mod logs;
mod patterns;
mod phone_document;
pub mod playbook;
mod reload;
pub mod schema;
mod semantic;
pub mod serve;
pub mod test;
mod ticket;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::config::{self, Settings};
use crate::store::Store;

/// The front door of a support desk: chat, phone, flows, answers, tickets.
#[derive(Debug, Parser)]
#[command(
    name = "vestibule",
    version,
    about,
    after_help = "Without a command it serves. For example:\n  vestibule                       serve the demo on http://127.0.0.1:8080\n  vestibule check flows faq       what is wrong with the files\n  vestibule chat --locale it      try them in the terminal"
)]
struct Arguments {
    /// The settings file [default: vestibule.yaml where it exists]
    #[arg(long, global = true, env = "VESTIBULE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve web chat, phone and desk (what happens without a command)
    #[command(after_help = "Example:\n  VESTIBULE_LISTEN=0.0.0.0:8080 vestibule serve")]
    Serve,
    /// Find what is wrong with flow and FAQ files
    #[command(
        after_help = "Exit codes: 0 no errors, 1 errors, 2 could not run.\n\nExample:\n  vestibule check flows faq --format json\n  vestibule check --explain V101\n  vestibule check --against-live"
    )]
    Check {
        /// Flow or FAQ files and folders [default: those of the settings]
        paths: Vec<PathBuf>,
        #[arg(long, value_enum, default_value = "text")]
        format: FormatArg,
        /// Compare with the database's live conversations: which stay the same, can move, would be stranded
        #[arg(long)]
        against_live: bool,
        /// Tell what a code means and what to do
        #[arg(long, value_name = "CODE", conflicts_with = "paths")]
        explain: Option<String>,
    },
    /// JSON Schemas of flow, FAQ and settings files, for editors
    Schema(schema::Schema),
    /// Play the tests of the flows, and compare
    Test(test::Options),
    /// Talk to the flows in this terminal
    #[command(
        after_help = "Example:\n  vestibule chat --channel voice --locale it\n\nOn voice, what is spoken is printed; digits, * and # are keys, an empty line is silence, anything else is speech."
    )]
    Chat {
        #[arg(long, value_enum, default_value = "chat")]
        channel: ChatChannel,
        /// Language to begin in
        #[arg(long)]
        locale: Option<String>,
        /// Flow to begin with [default: the one that says so]
        #[arg(long)]
        flow: Option<String>,
        /// Print the conversation as a test when it is over, for a file in `tests` in the folder of flows
        #[arg(long)]
        repro: bool,
    },
    /// Draw a flow: its steps, ways and findings
    #[command(
        after_help = "Example:\n  vestibule graph support > support.svg\n  vestibule graph support --format mermaid --locale it"
    )]
    Graph(graph::Options),
    /// Answers: rank questions, measure, find gaps, advise, import
    #[command(subcommand)]
    Faq(FaqCommand),
    /// Translations: what is missing or stale, and texts to and from translators
    #[command(subcommand)]
    Locale(locale::Locale),
    /// See tickets
    #[command(subcommand)]
    Ticket(TicketCommand),
    /// The desk's figures: tickets in and out, times, promises kept
    Kpi(kpi::Options),
    /// How many tickets the hours to come will bring, with an interval and how it would have done
    Forecast(foresight::ForecastOptions),
    /// Which promises of open tickets will be missed, and how far that can be believed
    Risk(foresight::RiskOptions),
    /// Incidents that are alike and keep coming, each a proposal for a problem record
    Patterns(patterns::Options),
    /// Known incidents, which flows tell of
    #[command(subcommand)]
    Incident(incident::Incident),
    /// What is known of contacts: profiles
    #[command(subcommand)]
    Contact(contact::Contact),
    /// What chat platforms sent and could not be dealt with
    #[command(subcommand)]
    Inbox(inbox::Inbox),
    /// What a telephony platform says when nothing of ours answers
    PhoneDocument(phone_document::Options),
    /// Look whether all that is set up works: flows, database, address, each channel and its rights
    Doctor(doctor::Doctor),
    /// Accounts of people at the desk
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Bring the database's tables up to date, and stop
    #[command(
        after_help = "Example:\n  VESTIBULE_DATABASE_URL=postgres://me@localhost/desk vestibule migrate"
    )]
    Migrate,
    Demo(demo::Options),
    /// Measure on this machine
    #[command(subcommand)]
    Bench(BenchCommand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    Text,
    Json,
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ChatChannel {
    Chat,
    Voice,
}

#[derive(Debug, Subcommand)]
enum FaqCommand {
    /// Rank each question of a file: `{id, text}` lines in, `{id, ranked, suggest}` lines out
    #[command(
        after_help = "Example:\n  vestibule faq rank --faq faq --queries questions.jsonl --context billing"
    )]
    Rank {
        /// A folder of FAQ files, or one file (YAML, or JSON lines); may be given again
        #[arg(long, required = true)]
        faq: Vec<PathBuf>,
        #[arg(long)]
        queries: PathBuf,
        /// A tag that raises the entries which carry it; may be given again
        #[arg(long, value_name = "TAG")]
        context: Vec<String>,
        /// Show the terms of each score
        #[arg(long)]
        explain: bool,
        /// The folder of a semantic model that joins the ranking (else the settings' `faq.semantic.model`)
        #[arg(long, value_name = "FOLDER")]
        semantic: Option<PathBuf>,
    },
    Eval(faq::eval::Options),
    Lint(faq::lint::Options),
    Import(faq::import::Options),
    Gaps(faq::gaps::Options),
    Deflection(faq::deflection::Options),
}

#[derive(Debug, Subcommand)]
enum TicketCommand {
    /// All tickets, newest first
    #[command(after_help = "Example:\n  vestibule ticket list --json")]
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// One ticket with its transcript, slots, answers and history; exit code 1 where there is none
    #[command(after_help = "Example:\n  vestibule ticket show \"123 456 789\" --json")]
    Show {
        /// With or without spaces and hyphens
        code: String,
        #[arg(long)]
        json: bool,
    },
    /// How the targets (SLA) of a ticket stand: every span of its life, whether it counted, and why; exit code 1 where there
    /// is none
    #[command(after_help = "Example:\n  vestibule ticket explain 123456789")]
    Explain {
        /// With or without spaces and hyphens
        code: String,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// Add an account; the password is read from standard input
    #[command(
        after_help = "Example:\n  echo 'a long password' | vestibule agent add Ada --role agent --skill network"
    )]
    Add {
        name: String,
        /// agent, lead or admin
        #[arg(long)]
        role: String,
        #[arg(long, value_name = "SKILL")]
        skill: Vec<String>,
    },
    /// All accounts
    List {
        #[arg(long)]
        json: bool,
    },
    /// Disable an account and end its log-ins
    Disable { name: String },
}

#[derive(Debug, Subcommand)]
enum BenchCommand {
    /// Build and query times of the FAQ index at some sizes, and how they grow
    #[command(after_help = "Example:\n  vestibule bench faq --phrasings 1000,30000 --json")]
    Faq {
        /// Phrasings of each base, parted by commas
        #[arg(long, value_delimiter = ',', default_values_t = [1_000, 15_000, 30_000, 300_000])]
        phrasings: Vec<usize>,
        /// One JSON object a base
        #[arg(long)]
        json: bool,
    },
    /// Time to read and prove flows of some sizes
    Compile(bench_compile::Compile),
    /// Complete phone calls through the real server, and the disk's own speed in the same run
    Turns(bench_turns::Turns),
    Figures(bench_figures::Options),
    /// Turns through the store alone
    Store(bench_store::Options),
}

/// Runs what the arguments say. Exit codes: 0 done, 1 the answer is no (errors found, no such ticket), 2 could not run.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match act(arguments) {
        Ok(code) => code,
        Err(error) => {
            // A closed pipe (`vestibule … | head`) is the reader's choice, not a fault.
            let closed = error.chain().any(|cause| {
                cause
                    .downcast_ref::<std::io::Error>()
                    .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
            });
            if !closed {
                let _ = writeln!(std::io::stderr(), "vestibule: {error:#}");
            }
            ExitCode::from(if closed { 0 } else { 2 })
        }
    }
}

fn act(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = || settings(arguments.config.as_deref());
    let mut out = std::io::stdout().lock();
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => {
            drop(out);
            block_on(serve::serve(settings()?))
        }
        Command::Check { explain: Some(code), .. } => {
            Ok(ExitCode::from(check::explain::run(&code, &mut out)?))
        }
        Command::Check { paths, format, against_live, explain: None } => {
            let settings = settings()?;
            let paths = if paths.is_empty() {
                vec![settings.flows.clone().into(), settings.faq.clone().into()]
            } else {
                paths
            };
            let format = match format {
                FormatArg::Text => check::Format::Text { colour: std::io::stdout().is_terminal() },
                FormatArg::Json => check::Format::Json,
                FormatArg::Github => check::Format::Github,
            };
            if against_live {
                drop(out);
                return with_database(settings, async |settings, store| {
                    check::live::run(&paths, format, settings, &store, &mut std::io::stdout()).await
                });
            }
            Ok(ExitCode::from(check::run(&paths, format, &settings, &mut out)?))
        }
        Command::Schema(options) => {
            schema::run(&options, &mut out)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Test(options) => test::run(&options, &settings()?, &mut out),
        Command::Chat { channel, locale, flow, repro } => {
            drop(out);
            block_on(chat::run(settings()?, channel == ChatChannel::Voice, locale, flow, repro))
        }
        Command::Graph(options) => {
            runtime()?.block_on(graph::run(&options, &settings()?, &mut out))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Faq(command) => {
            drop(out);
            faq::run(command, settings()?)
        }
        Command::Locale(command) => Ok(ExitCode::from(locale::run(&command, &settings()?, &mut out)?)),
        Command::Ticket(command) => {
            let settings = settings()?;
            let desk = settings.desk.clone();
            with_store(settings, async |store| {
                let colour = std::io::stdout().is_terminal();
                let mut out = std::io::stdout();
                match command {
                    TicketCommand::List { json } => ticket::list(&store, json, &mut out).await.map(|()| true),
                    TicketCommand::Show { code, json } => {
                        ticket::show(&store, &code, json, colour, &mut out).await
                    }
                    TicketCommand::Explain { code, json } => {
                        explain::run(&store, &desk, &code, json, colour, &mut out).await
                    }
                }
            })
        }
        Command::Kpi(options) => {
            let settings = settings()?;
            with_store(settings.clone(), async |store| {
                kpi::run(&options, &settings, &store, &mut std::io::stdout()).await
            })
        }
        Command::Forecast(options) => {
            let settings = settings()?;
            with_store(settings.clone(), async |store| {
                foresight::forecast(&options, &settings, &store, &mut std::io::stdout()).await
            })
        }
        Command::Risk(options) => {
            let settings = settings()?;
            with_store(settings.clone(), async |store| {
                foresight::risk(&options, &settings, &store, &mut std::io::stdout()).await
            })
        }
        Command::Patterns(options) => with_store(settings()?, async |store| {
            patterns::run(&options, &store, &mut std::io::stdout()).await
        }),
        Command::Incident(command) => with_store(settings()?, async |store| {
            incident::run(&store, command, &mut std::io::stdout()).await
        }),
        Command::Contact(command) => {
            with_store(settings()?, async |store| contact::run(&store, command, &mut std::io::stdout()).await)
        }
        Command::Inbox(command) => {
            with_store(settings()?, async |store| inbox::run(&store, command, &mut std::io::stdout()).await)
        }
        Command::PhoneDocument(options) => {
            let settings = settings()?;
            let Some(loaded) = playbook::load_or_report(&settings)? else { return Ok(ExitCode::from(1)) };
            phone_document::run(&options, &settings, &loaded.playbook, &mut std::io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor(options) => {
            drop(out);
            let settings = settings()?;
            block_on(async { doctor::run(&options, &settings, &mut std::io::stdout()).await })
        }
        Command::Agent(command) => with_store(settings()?, async |store| {
            let mut out = std::io::stdout();
            match command {
                AgentCommand::Add { name, role, skill } => {
                    agent::add(&store, &name, &role, &skill, &mut std::io::stdin().lock(), &mut out).await
                }
                AgentCommand::List { json } => agent::list(&store, json, &mut out).await.map(|()| true),
                AgentCommand::Disable { name } => agent::disable(&store, &name, &mut out).await,
            }
        }),
        Command::Demo(options) => {
            if options.prints(&mut out)? {
                return Ok(ExitCode::SUCCESS);
            }
            drop(out);
            let settings = settings()?;
            with_store(settings.clone(), async |store| {
                demo::run(&options, &settings, store, &mut std::io::stdout()).await
            })
        }
        Command::Migrate => with_store(settings()?, async |_| Ok(true)),
        Command::Bench(BenchCommand::Faq { phrasings, json }) => {
            drop(out);
            bench_faq::run(&phrasings, json)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(BenchCommand::Compile(options)) => {
            drop(out);
            bench_compile::run(&options)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(BenchCommand::Turns(options)) => {
            drop(out);
            bench_turns::run(&options)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(BenchCommand::Figures(options)) => {
            drop(out);
            let settings = settings()?;
            runtime()?.block_on(bench_figures::run(&options, &settings, &mut std::io::stdout()))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bench(BenchCommand::Store(options)) => {
            drop(out);
            runtime()?.block_on(bench_store::run(&options))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn settings(file: Option<&std::path::Path>) -> anyhow::Result<Settings> {
    let usual = std::path::Path::new("vestibule.yaml");
    let file = file.or_else(|| usual.is_file().then_some(usual));
    Ok(config::load(file, std::env::vars())?)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    runtime()?.block_on(work)
}

/// Runs a command that needs the database only.
fn with_store(
    settings: Settings,
    work: impl AsyncFnOnce(Store) -> anyhow::Result<bool>,
) -> anyhow::Result<ExitCode> {
    with_database(settings, async |_, store| Ok(u8::from(!work(store).await?)))
}

/// Runs a command that needs the settings and the database; it gives its exit code.
fn with_database(
    settings: Settings,
    work: impl AsyncFnOnce(&Settings, Store) -> anyhow::Result<u8>,
) -> anyhow::Result<ExitCode> {
    runtime()?.block_on(async {
        let store = Store::open(&settings.database_url).await?;
        let code = work(&settings, store.clone()).await;
        store.close().await;
        Ok(ExitCode::from(code?))
    })
}
