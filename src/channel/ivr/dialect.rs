//! The platforms that call us, each with its own form of the same callbacks and replies.

use crate::config::{Carrier, Settings};
use crate::conversation::Channel;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// TwiML.
    Twilio,
    /// cXML: TwiML with another key.
    Signalwire,
    /// TeXML: TwiML with a signature of its own.
    Telnyx,
    /// JSON verbs, of those who host their own telephony.
    Jambonz,
}

impl Dialect {
    pub const ALL: [Self; 4] = [Self::Twilio, Self::Signalwire, Self::Telnyx, Self::Jambonz];

    /// As in `/ivr/<word>` and in the settings.
    pub fn word(self) -> &'static str {
        self.channel().word()
    }

    pub fn channel(self) -> Channel {
        match self {
            Self::Twilio => Channel::Twilio,
            Self::Signalwire => Channel::Signalwire,
            Self::Telnyx => Channel::Telnyx,
            Self::Jambonz => Channel::Jambonz,
        }
    }

    pub fn of(channel: Channel) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.channel() == channel)
    }

    pub fn carrier(self, settings: &Settings) -> &Carrier {
        let carriers = &settings.carriers;
        match self {
            Self::Twilio => &carriers.twilio,
            Self::Signalwire => &carriers.signalwire,
            Self::Telnyx => &carriers.telnyx,
            Self::Jambonz => &carriers.jambonz,
        }
    }

    /// Whether a `Gather` can be asked to report that nothing came (`actionOnEmptyResult`).
    pub fn reports_nothing(self) -> bool {
        !matches!(self, Self::Telnyx)
    }
}
