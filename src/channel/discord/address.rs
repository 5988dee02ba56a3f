//! Where on Discord a conversation is: a person's direct messages, or a person in a channel of a server, so that the
//! answers of several people in one channel are not mixed.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    pub channel: u64,
    /// In a server: which, and who.
    pub member: Option<(u64, u64)>,
}

impl Address {
    /// Of something that `user` did in a channel, by the channel's and the server's number in it.
    pub fn of(told: &Value, user: u64) -> Option<Self> {
        let channel = number(&told["channel_id"])?;
        Some(Self { channel, member: number(&told["guild_id"]).map(|guild| (guild, user)) })
    }

    pub fn in_server(&self) -> bool {
        self.member.is_some()
    }
}

/// Numbers are texts there.
pub fn number(told: &Value) -> Option<u64> {
    told.as_str()?.parse().ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.member {
            None => write!(f, "{}", self.channel),
            Some((guild, user)) => write!(f, "{}/{guild}/{user}", self.channel),
        }
    }
}

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let numbers: Result<Vec<u64>, _> = text.split('/').map(str::parse).collect();
        match numbers.map_err(drop)?.as_slice() {
            [channel] => Ok(Self { channel: *channel, member: None }),
            [channel, guild, user] => Ok(Self { channel: *channel, member: Some((*guild, *user)) }),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for address in [Address { channel: 42, member: None }, Address { channel: 42, member: Some((7, 9)) }]
        {
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        assert_eq!("x".parse::<Address>(), Err(()));
        assert_eq!("1/2".parse::<Address>(), Err(()));
    }
}
