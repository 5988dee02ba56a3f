//! `vestibule incident`: known incidents, which flows tell of and contacts watch.

use std::io::Write;

use clap::Subcommand;
use jiff::Timestamp;

use crate::app::notices;
use crate::conversation::code;
use crate::store::Store;
use crate::store::world::IncidentRow;

#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Open one: flows that ask for the area tell of it from now on
    #[command(
        after_help = "Example:\n  vestibule incident open network --title \"No internet in the north\""
    )]
    Open {
        /// The area, as flows name it in known_incidents('…'); `everyone`: each caller hears the title first
        area: String,
        #[arg(long)]
        title: String,
        /// The ticket under which new tickets of the area are collected; they are resolved when the incident is closed
        #[arg(long, value_name = "CODE")]
        master: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Those that are open
    #[command(after_help = "Example:\n  vestibule incident list --json")]
    List {
        /// The closed ones too
        #[arg(long)]
        all: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Close one: everybody who watches its area is told; exit code 1 where there is no open one of that id
    #[command(after_help = "Example:\n  vestibule incident close 3fa91c")]
    Close {
        id: String,
        #[arg(long)]
        json: bool,
    },
}

/// Does what is asked. False where there is no such incident.
///
/// # Errors
/// The store's, an area or title that is empty, or an output that takes nothing.
pub async fn run(store: &Store, command: Incident, out: &mut impl Write) -> anyhow::Result<bool> {
    match command {
        Incident::Open { area, title, master, json } => {
            anyhow::ensure!(
                !area.trim().is_empty() && !title.trim().is_empty(),
                "an incident has an area and a title"
            );
            let master = match master {
                None => None,
                Some(given) => {
                    let row = match code::parse(&given) {
                        Some(code) => store.ticket(&code).await?,
                        None => None,
                    };
                    anyhow::ensure!(row.is_some(), "no ticket has the code {given}");
                    row.map(|row| row.code)
                }
            };
            let incident = notices::open(store, &area, &title, "command line", master).await?;
            show(out, std::slice::from_ref(&incident), json)?;
            Ok(true)
        }
        Incident::List { all, json } => {
            let incidents = store.incidents(all).await?;
            if incidents.is_empty() && !json {
                writeln!(out, "no known incidents")?;
            }
            show(out, &incidents, json)?;
            Ok(true)
        }
        Incident::Close { id, json } => {
            let closed = store.close_incident(id.trim(), Timestamp::now()).await?;
            if json {
                writeln!(out, "{}", serde_json::json!({ "id": id.trim(), "closed": closed }))?;
            } else if closed {
                writeln!(out, "closed {id}; who watches its area is told")?;
            } else {
                writeln!(out, "there is no open incident {id}")?;
            }
            Ok(closed)
        }
    }
}

fn show(out: &mut impl Write, incidents: &[IncidentRow], json: bool) -> anyhow::Result<()> {
    for incident in incidents {
        if json {
            writeln!(out, "{}", serde_json::to_string(incident)?)?;
            continue;
        }
        let state = if incident.closed.is_some() { "closed" } else { "open" };
        let since = incident.opened.strftime("%Y-%m-%d %H:%M UTC");
        let shown = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        writeln!(
            out,
            "{:<8} {state:<7} {since:<21} {:<14} {}",
            incident.id,
            shown(&incident.area),
            shown(&incident.title)
        )?;
    }
    Ok(())
}
