//! `vestibule schema`: JSON Schemas of the files that operators write, for their editors.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::{config, faq, flow};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vestibule schema flow > flow.schema.json\n\nIn a flow file, for editors with yaml-language-server:\n  # yaml-language-server: $schema=../flow.schema.json"
)]
pub struct Schema {
    /// Which files
    #[arg(value_enum, default_value = "flow")]
    of: Files,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Files {
    /// Flow files
    Flow,
    /// FAQ files in YAML
    Faq,
    /// The system's words (system/words.yaml)
    Words,
    /// The settings file
    Settings,
}

/// Writes a schema.
///
/// # Errors
/// An output that takes nothing.
pub fn run(options: &Schema, out: &mut impl Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &of(options.of))?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

fn of(files: Files) -> Value {
    match files {
        Files::Flow => flow::schema::flow(),
        Files::Faq => faq::schema::articles(),
        Files::Words => flow::schema::words(),
        Files::Settings => config::schema::settings(),
    }
}
