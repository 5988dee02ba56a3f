//! Where logs go: standard error, as JSON or as text. They hold ids and counts, never what people wrote.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::Settings;

/// The connection to Discord writes whole events into the log where it cannot read one: what people said, and keys.
const UNSAFE: &str = "serenity::gateway::ws=off";

pub fn start(settings: &Settings) {
    let filter = EnvFilter::try_new(format!("warn,{UNSAFE},vestibule={}", settings.log_level))
        .unwrap_or_else(|_| EnvFilter::new(format!("warn,{UNSAFE},vestibule=info")));
    let json = match settings.log_format.as_str() {
        "json" => true,
        "text" => false,
        _ => !std::io::stderr().is_terminal(),
    };
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = if json {
        logs.json().flatten_event(true).with_current_span(false).try_init()
    } else {
        logs.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init()
    };
}
