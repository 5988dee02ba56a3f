//! `vestibule phone-document`: what a platform says when nothing of ours answers, to be hosted elsewhere.

use std::io::Write;

use clap::Args;

use crate::channel::ivr::dialect::Dialect;
use crate::channel::ivr::document;
use crate::channel::ivr::speech::Tongues;
use crate::channel::ivr::urls::Urls;
use crate::config::Settings;
use crate::flow::Playbook;

#[derive(Debug, Args)]
#[command(
    after_help = "Put it where it answers while we do not (a bucket, the platform's own bins), and name that as the platform's last resort.\n\nExample:\n  vestibule phone-document twilio > down.xml"
)]
pub struct Options {
    /// The platform
    #[arg(value_parser = ["twilio", "signalwire", "telnyx", "jambonz"])]
    platform: String,
}

/// # Errors
/// Where it cannot be written.
pub fn run(
    options: &Options,
    settings: &Settings,
    book: &Playbook,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.word() == options.platform);
    let dialect = dialect.unwrap_or(Dialect::Twilio);
    let operator = settings.calls.operator.as_deref();
    let tongues = Tongues { locales: &book.locales, words: &book.words, operator };
    let urls = Urls::new(settings.public_url.as_deref().unwrap_or_default(), dialect);
    writeln!(out, "{}", document::way_out(&urls, &tongues, operator))?;
    Ok(())
}
