//! Events: what is written down of them before they are understood, and how they are read.

use serde_json::{Value, json};

use super::address::{Address, number};
use crate::app::channels::NewUpdate;
use crate::conversation::Channel;

/// Milliseconds from 1970 to 2015, from where numbers count: <https://discord.com/developers/docs/reference#snowflakes>.
const FIRST: u64 = 1_420_070_400_000;

/// What is heard of; all else is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Message,
    Edited,
    Deleted,
    Reacted,
    Interaction,
    /// A channel or thread was deleted.
    Gone,
}

impl Kind {
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "MESSAGE_CREATE" => Self::Message,
            "MESSAGE_UPDATE" => Self::Edited,
            "MESSAGE_DELETE" => Self::Deleted,
            "MESSAGE_REACTION_ADD" => Self::Reacted,
            "INTERACTION_CREATE" => Self::Interaction,
            "THREAD_DELETE" | "CHANNEL_DELETE" => Self::Gone,
            _ => return None,
        })
    }
}

/// An event as it came: its name, and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub kind: Kind,
    pub held: Value,
}

impl Told {
    /// A message that was found by looking for it; `guild` is not in what the look says.
    pub fn found(mut message: Value, guild: Option<u64>) -> Self {
        if let Some(guild) = guild {
            message["guild_id"] = json!(guild.to_string());
        }
        Self { kind: Kind::Message, held: message }
    }

    pub fn read(body: &str) -> Option<Self> {
        let mut told: Value = serde_json::from_str(body).ok()?;
        Some(Self { kind: Kind::of(told["t"].as_str()?)?, held: told["d"].take() })
    }

    pub fn channel(&self) -> Option<u64> {
        number(&self.held["channel_id"]).or_else(|| number(&self.held["id"]))
    }

    /// Who did it: the writer, the presser, the one who put a sign.
    pub fn user(&self) -> &Value {
        match self.kind {
            Kind::Interaction if self.held["member"]["user"].is_object() => &self.held["member"]["user"],
            Kind::Interaction => &self.held["user"],
            Kind::Message | Kind::Edited | Kind::Deleted | Kind::Reacted | Kind::Gone => &self.held["author"],
        }
    }

    /// Whether people did it, in words: bots, hooks and what the platform itself says are none of ours.
    pub fn of_people(&self) -> bool {
        match self.kind {
            Kind::Message => {
                // 0 is a message, 19 one that answers another:
                // <https://discord.com/developers/docs/resources/message#message-object-message-types>.
                let kind = self.held["type"].as_u64().unwrap_or_default();
                matches!(kind, 0 | 19) && !self.is_bots()
            }
            // Without a time it is the platform that added a preview.
            Kind::Edited => {
                self.held["edited_timestamp"].is_string()
                    && self.held["author"].is_object()
                    && !self.is_bots()
            }
            Kind::Deleted | Kind::Reacted | Kind::Interaction | Kind::Gone => true,
        }
    }

    fn is_bots(&self) -> bool {
        self.held["author"]["bot"] == true || self.held["webhook_id"].is_string()
    }

    /// Where it belongs.
    pub fn address(&self) -> Option<Address> {
        let user = match self.kind {
            Kind::Reacted => number(&self.held["user_id"]),
            Kind::Deleted | Kind::Gone => Some(0),
            Kind::Message | Kind::Edited | Kind::Interaction => number(&self.user()["id"]),
        };
        Address::of(&self.held, user?)
    }

    /// Whether it is said to us: in direct messages all is; in a server what names us or answers us.
    pub fn to_us(&self, me: u64) -> bool {
        if !matches!(self.kind, Kind::Message | Kind::Edited) || number(&self.held["guild_id"]).is_none() {
            return true;
        }
        let named = self.held["mentions"].as_array().into_iter().flatten();
        named.filter_map(|user| number(&user["id"])).any(|user| user == me)
            || number(&self.held["referenced_message"]["author"]["id"]) == Some(me)
    }

    /// The words, without our name.
    pub fn words(&self, me: u64) -> String {
        let text = self.held["content"].as_str().unwrap_or_default();
        if number(&self.held["guild_id"]).is_none() {
            return text.to_owned();
        }
        let bare = [format!("<@{me}>"), format!("<@!{me}>")].iter().fold(text.to_owned(), |text, name| {
            text.split(name.as_str())
                .map(|part| part.trim_matches([' ', ',', ':']))
                .collect::<Vec<_>>()
                .join(" ")
        });
        bare.trim().to_owned()
    }

    /// As it is written down; `None` where it has no number. Those of one channel are taken in order.
    pub fn row(&self, bot: &str) -> Option<NewUpdate> {
        let id = self.held["id"].as_str().or(self.held["message_id"].as_str())?;
        let (key, position) = match self.kind {
            Kind::Message => (format!("message:{id}"), id.parse().ok()?),
            Kind::Interaction => (format!("press:{id}"), id.parse().ok()?),
            Kind::Edited => {
                let when = self.held["edited_timestamp"].as_str()?;
                (format!("edit:{id}:{when}"), at(when))
            }
            Kind::Deleted => (format!("gone:{id}"), now()),
            Kind::Reacted => {
                let (user, sign) = (&self.held["user_id"], self.sign());
                (format!("sign:{id}:{}:{sign}", user.as_str().unwrap_or_default()), now())
            }
            Kind::Gone => (format!("channel:{id}"), now()),
        };
        Some(NewUpdate {
            channel: Channel::Discord,
            bot: bot.to_owned(),
            id: key,
            address: self.channel()?.to_string(),
            position,
            body: json!({ "t": self.word(), "d": self.held }).to_string(),
        })
    }

    fn word(&self) -> &'static str {
        match self.kind {
            Kind::Message => "MESSAGE_CREATE",
            Kind::Edited => "MESSAGE_UPDATE",
            Kind::Deleted => "MESSAGE_DELETE",
            Kind::Reacted => "MESSAGE_REACTION_ADD",
            Kind::Interaction => "INTERACTION_CREATE",
            Kind::Gone => "CHANNEL_DELETE",
        }
    }

    pub fn sign(&self) -> String {
        let name = self.held["emoji"]["name"].as_str().unwrap_or("★");
        if self.held["emoji"]["id"].is_string() { format!(":{name}:") } else { name.to_owned() }
    }

    /// What a person is called, to be greeted with.
    pub fn name(&self) -> Option<String> {
        let user = self.user();
        let name = user["global_name"].as_str().or(user["username"].as_str())?;
        let clean: String = crate::conversation::utterance::clean(name).chars().take(100).collect();
        (!clean.is_empty()).then_some(clean)
    }
}

/// A time as a number among those of messages.
fn at(when: &str) -> i64 {
    let time = when.parse::<jiff::Timestamp>().unwrap_or_else(|_| jiff::Timestamp::now());
    let since = u64::try_from(time.as_millisecond()).unwrap_or_default().saturating_sub(FIRST);
    i64::try_from(since << 22).unwrap_or(i64::MAX)
}

fn now() -> i64 {
    at(&jiff::Timestamp::now().to_string())
}

/// When a number was given, in milliseconds since 1970.
pub fn time_of(number: u64) -> u64 {
    (number >> 22) + FIRST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(content: &str, guild: bool) -> Told {
        let mut held = json!({ "id": "10", "channel_id": "5", "content": content, "type": 0,
            "author": { "id": "7", "username": "ada" }, "mentions": [{ "id": "1" }] });
        if guild {
            held["guild_id"] = json!("3");
        }
        Told { kind: Kind::Message, held }
    }

    #[test]
    fn what_is_said_to_us_is_known_and_our_name_is_left_out() {
        let told = message("<@1>, hello <@2>", true);
        assert!(told.to_us(1) && !told.to_us(9));
        assert_eq!(told.words(1), "hello <@2>");
        assert_eq!(told.address().map(|address| address.to_string()).as_deref(), Some("5/3/7"));
        assert_eq!(message("<@1> hello", false).words(1), "<@1> hello");
    }

    #[test]
    fn it_is_read_back_and_keeps_its_order() {
        let told = message("hello", false);
        let row = told.row("b").expect("a row");
        assert_eq!((row.id.as_str(), row.address.as_str(), row.position), ("message:10", "5", 10));
        assert_eq!(Told::read(&row.body), Some(told));
        assert!(at("2026-01-01T00:00:00Z") < at("2026-01-01T00:00:01Z"));
        assert_eq!(time_of(u64::try_from(at("2026-01-01T00:00:00Z")).expect("a number")), 1_767_225_600_000);
    }

    #[test]
    fn what_bots_say_is_left_out() {
        let mut told = message("x", false);
        told.held["author"]["bot"] = json!(true);
        assert!(!told.of_people() && message("x", false).of_people());
    }
}
