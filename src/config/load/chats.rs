//! Settings of the chat platforms.

use super::{ConfigError, Reader, some, wrong};
use crate::config::{Discord, Secret, Telegram};

pub(super) fn telegram(reader: &Reader<'_>) -> Result<Option<Telegram>, ConfigError> {
    const TOKEN: &str = "channels.telegram.token";
    let token = reader.text(TOKEN)?;
    let api_url = reader.text("channels.telegram.api_url")?.trim_end_matches('/').to_owned();
    let secret = reader.text("channels.telegram.secret")?;
    let webhook = match reader.text("channels.telegram.mode")?.as_str() {
        "poll" => false,
        "webhook" => true,
        _ => return Err(wrong("channels.telegram.mode", "must be poll or webhook")),
    };
    let rate = reader.text("channels.telegram.rate")?.parse().ok().filter(|rate| (1..=1_000).contains(rate));
    let rate =
        rate.ok_or_else(|| wrong("channels.telegram.rate", "must be a whole number from 1 to 1000"))?;
    if token.is_empty() {
        return Ok(None);
    }
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let parts = token.split_once(':').filter(|(bot, key)| {
        !bot.is_empty() && bot.chars().all(|c| c.is_ascii_digit()) && key.len() >= 8 && plain(key)
    });
    if parts.is_none() {
        return Err(wrong(TOKEN, "must be a bot's token, such as 123456:AA… from @BotFather"));
    }
    if !(api_url.starts_with("https://") || api_url.starts_with("http://")) {
        return Err(wrong("channels.telegram.api_url", "must begin with https:// (or http:// for tests)"));
    }
    if webhook && !((16..=256).contains(&secret.len()) && plain(&secret)) {
        return Err(wrong(
            "channels.telegram.secret",
            "is needed for mode: webhook: 16 to 256 letters, digits, hyphens and underscores",
        ));
    }
    let webhook = webhook.then(|| Secret::new(secret));
    let (group, agents) = agents_on_telegram(reader)?;
    Ok(Some(Telegram { token: Secret::new(token), api_url, webhook, rate, group, agents }))
}

type Agents = std::collections::BTreeMap<u64, String>;

fn agents_on_telegram(reader: &Reader<'_>) -> Result<(Option<i64>, Agents), ConfigError> {
    const GROUP: &str = "desk.telegram.group";
    let group = some(reader.text(GROUP)?).map(|group| match group.parse::<i64>() {
        Ok(number) if number < 0 => Ok(number),
        _ => Err(wrong(GROUP, "must be a group's number, such as -1001234567890")),
    });
    Ok((group.transpose()?, agents(reader, "desk.telegram.agents")?))
}

pub(super) fn discord(reader: &Reader<'_>) -> Result<Option<Discord>, ConfigError> {
    const CHANNEL: &str = "desk.discord.channel";
    let token = reader.text("channels.discord.token")?;
    let api_url = reader.text("channels.discord.api_url")?;
    let rate = reader.text("channels.discord.rate")?.parse().ok().filter(|rate| (1..=1_000).contains(rate));
    let rate = rate.ok_or_else(|| wrong("channels.discord.rate", "must be a whole number from 1 to 1000"))?;
    let channel = some(reader.text(CHANNEL)?).map(|channel| {
        let number = channel.parse::<u64>();
        number.map_err(|_| wrong(CHANNEL, "must be a channel's number, such as 112233445566778899"))
    });
    let (channel, agents) = (channel.transpose()?, agents(reader, "desk.discord.agents")?);
    if token.is_empty() {
        return Ok(None);
    }
    let token = token.trim_start_matches("Bot ").to_owned();
    if !token.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
        return Err(wrong("channels.discord.token", "must be a bot's token, from the developer portal"));
    }
    if !(api_url.starts_with("https://") || api_url.starts_with("http://")) {
        return Err(wrong("channels.discord.api_url", "must begin with https:// (or http:// for tests)"));
    }
    // Whoever writes the address of the API itself means the same.
    let api_url = ["/api/v10", "/api"].iter().fold(api_url.trim_end_matches('/'), |url, end| {
        url.strip_suffix(end).unwrap_or(url).trim_end_matches('/')
    });
    let bot = number_of(&token).unwrap_or_else(|| "bot".to_owned());
    Ok(Some(Discord { api_url: api_url.to_owned(), token: Secret::new(token), rate, channel, agents, bot }))
}

/// The number that the first part of a token spells.
fn number_of(token: &str) -> Option<String> {
    use base64::Engine as _;
    let first = token.split('.').next()?.trim_end_matches('=');
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(first).ok()?;
    let number = String::from_utf8(bytes).ok()?;
    (number.len() > 10 && number.chars().all(|c| c.is_ascii_digit())).then_some(number)
}

fn agents(reader: &Reader<'_>, key: &str) -> Result<Agents, ConfigError> {
    let agents = reader.list(key)?.into_iter().map(|pair| {
        let (name, number) = pair.split_once('=').unwrap_or_default();
        match (name.trim(), number.trim().parse::<u64>()) {
            (name, Ok(number)) if !name.is_empty() => Ok((number, name.to_owned())),
            _ => Err(wrong(key, &format!("has `{pair}`; write NAME=NUMBER, such as anna=123456789"))),
        }
    });
    agents.collect()
}

#[cfg(test)]
mod tests {
    use super::super::load;

    #[test]
    fn a_bot_on_discord_is_known_by_its_token() {
        let with = |pairs: &[(&str, &str)]| {
            load(None, pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        const TOKEN: &str = "VESTIBULE_CHANNELS__DISCORD__TOKEN";
        assert!(with(&[]).expect("the defaults").discord.is_none());
        let settings = with(&[
            (TOKEN, "MTEyMjMzNDQ1NTY2Nzc4ODk5.abc.def"),
            ("VESTIBULE_CHANNELS__DISCORD__API_URL", "http://127.0.0.1:1/api/v10/"),
            ("VESTIBULE_DESK__DISCORD__AGENTS", "anna=5"),
        ]);
        let discord = settings.expect("good settings").discord.expect("a bot");
        assert_eq!(
            (discord.bot.as_str(), discord.api_url.as_str()),
            ("112233445566778899", "http://127.0.0.1:1")
        );
        assert_eq!(discord.agents.get(&5).map(String::as_str), Some("anna"));
        let error = with(&[(TOKEN, "with blanks in it")]).expect_err("no token").to_string();
        assert!(error.contains("channels.discord.token"), "{error}");
    }
}
