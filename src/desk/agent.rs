//! Who helps.

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Takes over conversations and answers them.
    Agent,
    /// Also sees and moves what others hold.
    Lead,
    /// Also manages accounts and settings.
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Agent, Self::Lead, Self::Admin];

    pub fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Lead => "lead",
            Self::Admin => "admin",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

/// Whether an agent can take a conversation now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    Online,
    Busy,
    Away,
    Offline,
}

impl Presence {
    pub const ALL: [Self; 4] = [Self::Online, Self::Busy, Self::Away, Self::Offline];

    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Busy => "busy",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|presence| presence.word() == word)
    }
}

/// Seconds after which an agent whose page has gone silent counts as away.
pub const SEEN_FOR: i64 = 90;
