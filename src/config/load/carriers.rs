//! Settings of the telephony platforms: what their callbacks are verified with, and how calls leave through them.

use super::{ConfigError, Reader, some, wrong};
use crate::config::{Calls, Carrier, CarrierApi, Carriers, Secret};

/// Voices by language; the operator's own names.
pub(in crate::config) const VOICES: &str = "calls.voices";

/// A platform's place in the settings, and the names that its own pages give to what is kept there.
struct Keys {
    name: &'static str,
    /// What callbacks are verified with; with `_previous` the one before.
    secret: &'static str,
    /// The account that calls leave through.
    account: &'static str,
    /// What proves us to its interface; `None`: the secret.
    key: Option<&'static str>,
}

const TWILIO: Keys = Keys { name: "twilio", secret: "auth_token", account: "account_sid", key: None };
const SIGNALWIRE: Keys =
    Keys { name: "signalwire", secret: "signing_key", account: "project", key: Some("api_token") };
const TELNYX: Keys =
    Keys { name: "telnyx", secret: "public_key", account: "account_sid", key: Some("api_key") };
const JAMBONZ: Keys =
    Keys { name: "jambonz", secret: "webhook_secret", account: "account_sid", key: Some("api_key") };

pub(super) fn carriers(reader: &Reader<'_>) -> Result<Carriers, ConfigError> {
    let mut twilio = carrier(reader, &TWILIO)?;
    twilio.signing_keys = secrets(reader, "channels.twilio.signing_key")?;
    let telnyx = carrier(reader, &TELNYX)?;
    if let Some(odd) = telnyx.secrets.iter().find(|key| !is_ed25519(key)) {
        let length = odd.expose().len();
        let message =
            format!("must be the account's public key, 32 bytes in base64, not {length} characters");
        return Err(wrong("channels.telnyx.public_key", &message));
    }
    Ok(Carriers {
        twilio,
        signalwire: carrier(reader, &SIGNALWIRE)?,
        telnyx,
        jambonz: carrier(reader, &JAMBONZ)?,
    })
}

fn carrier(reader: &Reader<'_>, keys: &Keys) -> Result<Carrier, ConfigError> {
    let at = |key: &str| format!("channels.{}.{key}", keys.name);
    let secrets = secrets(reader, &at(keys.secret))?;
    let account = some(reader.text(&at(keys.account))?);
    let own = keys.key.map(|key| reader.text(&at(key))).transpose()?;
    let key = match own {
        Some(key) => some(key).map(Secret::new),
        None => secrets.first().cloned(),
    };
    let number = reader.text(&at("number"))?;
    let api_url = reader.text(&at("api_url"))?.trim_end_matches('/').to_owned();
    let application = match keys.name {
        "jambonz" => some(reader.text(&at("application_sid"))?),
        _ => None,
    };
    let api = match (account, key) {
        (Some(account), Some(key)) => Some(CarrierApi { url: api_url, account, key, number, application }),
        _ => None,
    };
    if let Some(api) = &api {
        if !(api.url.starts_with("https://") || api.url.starts_with("http://")) {
            return Err(wrong(&at("api_url"), "must begin with https:// (or http:// for tests)"));
        }
        if !is_number(&api.number) {
            return Err(wrong(
                &at("number"),
                "must be the number that calls are made from, such as +390212345678",
            ));
        }
    }
    Ok(Carrier { secrets, signing_keys: Vec::new(), language_menu: reader.flag(&at("language_menu"))?, api })
}

fn secrets(reader: &Reader<'_>, key: &str) -> Result<Vec<Secret>, ConfigError> {
    let both = [key.to_owned(), format!("{key}_previous")];
    let texts = both.iter().map(|key| reader.text(key)).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.into_iter().filter_map(some).map(Secret::new).collect())
}

fn is_ed25519(key: &Secret) -> bool {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.decode(key.expose()).is_ok_and(|bytes| bytes.len() == 32)
}

/// E.164: <https://www.itu.int/rec/T-REC-E.164>.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

pub(super) fn calls(reader: &Reader<'_>) -> Result<Calls, ConfigError> {
    const ALLOW: &str = "calls.allow";
    let allow = reader.list(ALLOW)?;
    let prefix = |text: &&String| {
        text.strip_prefix('+')
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    };
    if let Some(odd) = allow.iter().find(|text| !prefix(text)) {
        return Err(wrong(
            ALLOW,
            &format!("has `{odd}`; write the beginnings of numbers, such as [+39, +4420]"),
        ));
    }
    let operator = some(reader.text("calls.operator")?);
    if let Some(odd) =
        operator.as_deref().filter(|to| !is_number(to) && !to.starts_with("sip:") && !to.starts_with("sips:"))
    {
        let message = format!(
            "has `{odd}`; write a number such as +390212345678 or an address such as sip:desk@pbx.example"
        );
        return Err(wrong("calls.operator", &message));
    }
    let hold_music = some(reader.text("calls.hold_music")?);
    if hold_music.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        return Err(wrong(
            "calls.hold_music",
            "must be an address of a sound file, such as https://desk.example.org/hold.mp3",
        ));
    }
    let mut voices = std::collections::BTreeMap::new();
    if let Some(serde_json::Value::Object(named)) = reader.get(VOICES) {
        for locale in named.keys() {
            let key = format!("{VOICES}.{locale}");
            let voice =
                some(reader.text(&key)?).ok_or_else(|| wrong(&key, "must be a voice of the platform's"))?;
            voices.insert(locale.clone(), voice);
        }
    }
    Ok(Calls {
        voices,
        allow,
        operator,
        hold_music,
        audio: some(reader.text("calls.audio")?),
        resume: reader.seconds("calls.resume")?,
        callback: reader.flag("calls.callback")?,
        voicemail: reader.seconds("calls.voicemail")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::load;

    fn with(pairs: &[(&str, &str)]) -> Result<crate::config::Settings, crate::config::ConfigError> {
        load(None, pairs.iter().map(|(name, value)| (format!("VESTIBULE_{name}"), (*value).to_owned())))
    }

    #[test]
    fn a_platform_is_there_with_its_secret_and_calls_with_an_account() {
        let settings = with(&[
            ("PUBLIC_URL", "https://desk.example.org"),
            ("CHANNELS__TWILIO__AUTH_TOKEN", "t"),
            ("CHANNELS__TWILIO__SIGNING_KEY", "k"),
            ("CHANNELS__SIGNALWIRE__SIGNING_KEY", "s"),
            ("CHANNELS__SIGNALWIRE__SIGNING_KEY_PREVIOUS", "r"),
            ("CHANNELS__JAMBONZ__WEBHOOK_SECRET", "j"),
            ("CHANNELS__JAMBONZ__ACCOUNT_SID", "a"),
            ("CHANNELS__JAMBONZ__API_KEY", "b"),
            ("CHANNELS__JAMBONZ__API_URL", "https://jambonz.example.org/api/"),
            ("CHANNELS__JAMBONZ__NUMBER", "+390212345678"),
            ("CALLS__ALLOW", "+39,+4420"),
        ])
        .expect("good settings");
        let carriers = &settings.carriers;
        assert_eq!((carriers.twilio.secrets.len(), carriers.twilio.signing_keys.len()), (1, 1));
        assert_eq!((carriers.signalwire.secrets.len(), carriers.telnyx.secrets.len()), (2, 0));
        assert!(carriers.twilio.api.is_none() && carriers.twilio.language_menu);
        let api = carriers.jambonz.api.as_ref().expect("an account");
        assert_eq!((api.url.as_str(), api.key.expose()), ("https://jambonz.example.org/api", "b"));
        assert_eq!(settings.calls.allow, ["+39", "+4420"]);
        assert!(settings.calls.allows("+4420123") && !settings.calls.allows("+4421123"));
    }

    #[test]
    fn what_cannot_be_meant_says_where() {
        let odd = [
            (&[("CHANNELS__TELNYX__PUBLIC_KEY", "abc")][..], "channels.telnyx.public_key"),
            (&[("CHANNELS__JAMBONZ__WEBHOOK_SECRET", "j")], "public_url"),
            (&[("CALLS__ALLOW", "39")], "calls.allow"),
            (&[("CALLS__OPERATOR", "Anna")], "calls.operator"),
            (
                &[("CHANNELS__TWILIO__AUTH_TOKEN", "t"), ("CHANNELS__TWILIO__ACCOUNT_SID", "AC1")],
                "channels.twilio.number",
            ),
        ];
        for (pairs, named) in odd {
            let error = with(pairs).expect_err(named).to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
