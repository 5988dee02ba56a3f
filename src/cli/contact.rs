//! `vestibule contact`: what is known of contacts beside what they say.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Subcommand;
use jiff::Timestamp;

use crate::conversation::{Channel, ContactId, ids};
use crate::store::Store;
use crate::store::profiles::ProfileWrite;

const LONGEST: usize = 60;

#[derive(Debug, Subcommand)]
pub enum Contact {
    /// Set profiles (vip, contract, …) from a CSV file with the columns channel, address, profile and, where wanted, name
    #[command(
        after_help = "channel: twilio (address: the number), telegram, discord (the user's number) or web (the chat's address). An empty profile\ntakes it away. All rows are taken, or none.\n\nExample:\n  printf 'channel,address,profile\\ntwilio,+390212345678,vip\\n' > vips.csv\n  vestibule contact import vips.csv"
    )]
    Import {
        file: PathBuf,
        /// One JSON object
        #[arg(long)]
        json: bool,
    },
}

/// # Errors
/// A file that cannot be read, a row that names no contact (with its line), or the store's.
pub async fn run(store: &Store, command: Contact, out: &mut impl Write) -> anyhow::Result<bool> {
    let Contact::Import { file, json } = command;
    let name = file.display().to_string();
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {name}"))?;
    let rows = rows(&name, &text)?;
    let done = store.set_profiles(rows, Timestamp::now()).await?;
    match json {
        true => writeln!(out, "{}", serde_json::json!({ "contacts": done }))?,
        false => writeln!(out, "{done} contacts")?,
    }
    Ok(true)
}

fn rows(name: &str, text: &str) -> anyhow::Result<Vec<ProfileWrite>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let heads = reader.headers().with_context(|| format!("{name}:1"))?.clone();
    let column = |wanted: &str| heads.iter().position(|head| head.eq_ignore_ascii_case(wanted));
    let needed =
        |wanted: &str| column(wanted).with_context(|| format!("{name}:1: there is no column `{wanted}`"));
    let (channel, address, profile) = (needed("channel")?, needed("address")?, needed("profile")?);
    let called = column("name");
    let mut all = Vec::new();
    for record in reader.records() {
        let record = record.with_context(|| name.to_owned())?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let contact = match contact(cell(channel), cell(address)) {
            Ok(contact) => contact,
            Err(why) => bail!("{name}:{line}: {why}"),
        };
        let text = |at: usize| {
            let text: String = cell(at).chars().filter(|c| !c.is_control()).take(LONGEST).collect();
            Some(text).filter(|text| !text.is_empty())
        };
        all.push(ProfileWrite { contact, profile: text(profile), name: called.and_then(text) });
    }
    Ok(all)
}

/// As the channels name their contacts.
fn contact(channel: &str, address: &str) -> Result<ContactId, String> {
    let known = [Channel::Twilio, Channel::Telegram, Channel::Discord, Channel::Web];
    let channel = Channel::from_word(channel).filter(|channel| known.contains(channel)).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|channel| channel.word()).collect();
        format!("`{channel}` is no channel of contacts; there are {}", words.join(", "))
    })?;
    let digits: String = address.chars().filter(char::is_ascii_digit).collect();
    match channel {
        Channel::Web if !address.is_empty() => Ok(ids::contact(channel.word(), address)),
        Channel::Web => Err("the address is empty".to_owned()),
        _ if digits.len() < 3 => Err(format!("`{address}` is no number")),
        _ => Ok(ids::contact(channel.word(), &digits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_named_as_their_channels_name_them_and_mistakes_by_their_line() {
        let read = rows(
            "vips.csv",
            "Channel,address,profile,name\ntwilio,+39 02 1234,vip,Ada\ntelegram,42424242,,\n",
        );
        let read = read.expect("good rows");
        assert_eq!(read[0].contact, ids::contact("twilio", "39021234"));
        assert_eq!((read[0].profile.as_deref(), read[0].name.as_deref()), (Some("vip"), Some("Ada")));
        assert_eq!(
            (read[1].contact, read[1].profile.as_deref()),
            (ids::contact("telegram", "42424242"), None)
        );
        for (text, told) in [
            ("channel,address\n", "vips.csv:1: there is no column `profile`"),
            ("channel,address,profile\ntwilio,12345,vip\nfax,1,vip\n", "vips.csv:3: `fax` is no channel"),
            ("channel,address,profile\ntwilio,Ada,vip\n", "vips.csv:2: `Ada` is no number"),
        ] {
            let error = rows("vips.csv", text).expect_err(text).to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
