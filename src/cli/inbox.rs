//! `vestibule inbox`: what chat platforms sent and could not be dealt with.

use std::io::Write;

use clap::Subcommand;
use jiff::Timestamp;

use crate::store::Store;

#[derive(Debug, Subcommand)]
pub enum Inbox {
    /// Updates that were put aside after three tries, as they came
    #[command(after_help = "Example:\n  vestibule inbox list --json")]
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Take one that was put aside once more; exit code 1 where there is none of that number
    #[command(after_help = "Example:\n  vestibule inbox replay 1207")]
    Replay {
        /// As `list` shows it
        number: i64,
    },
}

/// Does what is asked. False where there is no such update.
///
/// # Errors
/// The store's, or an output that takes nothing.
pub async fn run(store: &Store, command: Inbox, out: &mut impl Write) -> anyhow::Result<bool> {
    match command {
        Inbox::List { json } => {
            let parked = store.parked_updates().await?;
            if parked.is_empty() && !json {
                writeln!(out, "nothing was put aside")?;
            }
            for row in parked {
                let (update, why) = (&row.update, row.parked.as_deref().unwrap_or_default());
                if json {
                    let told = serde_json::json!({
                        "number": row.num, "channel": update.channel.word(), "bot": update.bot, "id": update.id,
                        "received": row.received.to_string(), "why": why, "update": update.body,
                    });
                    writeln!(out, "{told}")?;
                } else {
                    let at = row.received.strftime("%Y-%m-%d %H:%M UTC");
                    writeln!(out, "{:<8} {:<9} {at}  {why}", row.num, update.channel.word())?;
                }
            }
            Ok(true)
        }
        Inbox::Replay { number } => {
            let found = store.replay_update(number, Timestamp::now()).await?;
            match found {
                true => writeln!(out, "{number} is taken once more")?,
                false => writeln!(out, "no update {number} was put aside")?,
            }
            Ok(found)
        }
    }
}
