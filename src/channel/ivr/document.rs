//! What is sent to a platform, in its own form, and the bounds that hold for all of them.

use super::dialect::Dialect;
use super::speech::{Line, Script, Tongues};
use super::urls::Urls;
use super::{jambonz, twiml};

/// The longest document that is sent, in bytes; Twilio takes 64 kB.
pub const MAX_DOCUMENT: usize = 48_000;
/// Of these, what is left to speech after the markup around it.
pub const MAX_SPEECH: usize = 40_000;

/// A turn's document. `polls` as in [`super::speech::script`].
pub fn of(script: &Script, urls: &Urls, polls: u32) -> String {
    match urls.dialect {
        Dialect::Jambonz => jambonz::of(script, urls, polls),
        Dialect::Twilio | Dialect::Signalwire | Dialect::Telnyx => twiml::of(script, urls, polls),
    }
}

/// "One moment", then the same again by way of `url`. `pause` in seconds.
pub fn one_moment(urls: &Urls, tongues: &Tongues<'_>, pause: u32, url: &str) -> String {
    match urls.dialect {
        Dialect::Jambonz => jambonz::one_moment(tongues, pause, url),
        Dialect::Twilio | Dialect::Signalwire | Dialect::Telnyx => {
            twiml::one_moment(tongues, pause, url, urls)
        }
    }
}

/// Put through to the operator; without one an apology and the end.
pub fn way_out(urls: &Urls, tongues: &Tongues<'_>, operator: Option<&str>) -> String {
    match urls.dialect {
        Dialect::Jambonz => jambonz::way_out(tongues, operator),
        Dialect::Twilio | Dialect::Signalwire | Dialect::Telnyx => twiml::way_out(tongues, operator, urls),
    }
}

/// What is told to whoever is called for a transfer.
pub fn whisper(line: &Line, home: &str, urls: &Urls) -> String {
    match urls.dialect {
        Dialect::Jambonz => jambonz::whisper(line, home),
        Dialect::Twilio | Dialect::Signalwire | Dialect::Telnyx => twiml::whisper(line, urls),
    }
}

/// The type of a document.
pub fn content_type(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Jambonz => "application/json",
        Dialect::Twilio | Dialect::Signalwire | Dialect::Telnyx => "text/xml; charset=utf-8",
    }
}

/// The platform's tag for a language of ours.
pub fn tag(locale: &str) -> String {
    let plain = match locale {
        "en" => "en-US",
        "it" => "it-IT",
        "de" => "de-DE",
        "fr" => "fr-FR",
        "es" => "es-ES",
        "pt" => "pt-PT",
        "nl" => "nl-NL",
        other => return other.replace('_', "-"),
    };
    plain.to_owned()
}

/// Bytes that are left.
#[derive(Debug, Clone, Copy)]
pub struct Within(usize);

impl Within {
    pub fn new(bytes: usize) -> Self {
        Self(bytes)
    }

    /// Takes so many, where there are.
    pub fn takes(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }

    /// What each line gets of it: the last ones first, since what is asked stands at the end.
    pub fn last_first(self, lines: &[Line], size: impl Fn(&Line) -> usize) -> Vec<(&Line, Self)> {
        let mut left = self.0;
        let mut shares: Vec<(&Line, Self)> = lines
            .iter()
            .rev()
            .map(|line| {
                let gets = size(line).min(left);
                left -= gets;
                (line, Self(gets))
            })
            .collect();
        shares.reverse();
        shares
    }
}
