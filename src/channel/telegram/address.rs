//! Where on Telegram a conversation is: a person's own chat, or a person in a group (and topic), so that the answers of
//! several people in one group are not mixed.

use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address {
    pub chat: i64,
    pub thread: Option<i64>,
    /// In a group: who.
    pub user: Option<u64>,
}

impl Address {
    pub fn is_group(&self) -> bool {
        self.user.is_some()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.user {
            None => write!(f, "{}", self.chat),
            Some(user) => write!(f, "{}/{}/{user}", self.chat, self.thread.unwrap_or_default()),
        }
    }
}

impl FromStr for Address {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('/');
        let chat = parts.next().and_then(|chat| chat.parse().ok()).ok_or(())?;
        let (thread, user) = match (parts.next(), parts.next()) {
            (None, None) => return Ok(Self { chat, thread: None, user: None }),
            (Some(thread), Some(user)) => (thread.parse::<i64>().map_err(drop)?, user.parse().map_err(drop)?),
            _ => return Err(()),
        };
        Ok(Self { chat, thread: Some(thread).filter(|thread| *thread != 0), user: Some(user) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for address in [
            Address { chat: 42, thread: None, user: None },
            Address { chat: -100_123, thread: None, user: Some(7) },
            Address { chat: -100_123, thread: Some(9), user: Some(7) },
        ] {
            assert_eq!(address.to_string().parse(), Ok(address));
        }
        assert_eq!("x".parse::<Address>(), Err(()));
        assert_eq!("1/2".parse::<Address>(), Err(()));
    }
}
