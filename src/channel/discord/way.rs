//! How a message gets to where a conversation is: into the channel, or, where the person asked by a command among others,
//! for their eyes only. The latter works for a quarter of an hour after they last did something; then it goes to their
//! direct messages.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Discord;
use super::ack::EPHEMERAL;
use super::address::{Address, number};
use super::wire::{Answer, Refusal};
use crate::app::{App, DoorError};

/// What an interaction's token is good for, a minute less than the platform says:
/// <https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages>.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(14);
/// Unknown hook, unknown interaction, a token that is over: the quarter of an hour is.
const OVER: [u64; 3] = [10_015, 10_062, 50_027];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Into the channel, as an answer to this message.
    Channel { answers: Option<u64> },
    /// For one person's eyes.
    Whisper {
        application: u64,
        token: String,
        until: Timestamp,
        /// The piece that takes the place of "is thinking"; `None` until one does. `-`: there is no such place.
        first: Option<String>,
    },
}

impl Way {
    /// After an interaction of one among others.
    pub fn whisper(interaction: &Value, fills: bool) -> Option<Self> {
        Some(Self::Whisper {
            application: number(&interaction["application_id"])?,
            token: interaction["token"].as_str()?.to_owned(),
            until: Timestamp::now().checked_add(GOOD_FOR).ok()?,
            first: (!fills).then(|| "-".to_owned()),
        })
    }
}

impl Discord {
    pub(super) async fn keep_way(&self, app: &App, here: &Address, way: &Way) -> Result<(), DoorError> {
        let way = serde_json::to_string(way).unwrap_or_default();
        self.keep(app, &format!("way:{here}"), &way).await
    }

    pub(super) async fn way(&self, app: &App, here: &Address) -> Result<Way, DoorError> {
        let kept = if here.in_server() { self.kept(app, &format!("way:{here}")).await? } else { None };
        let way = kept.and_then(|way| serde_json::from_str(&way).ok());
        Ok(way.unwrap_or(Way::Channel { answers: None }))
    }

    /// Sends a piece, and whether Discord knows it again by its number.
    pub(super) async fn on_its_way(
        &self,
        app: &App,
        here: &Address,
        piece: &Value,
    ) -> Result<(Answer, bool), DoorError> {
        match self.way(app, here).await? {
            Way::Channel { answers } => {
                let mut body = piece.clone();
                if let Some(message) = answers {
                    body["message_reference"] =
                        json!({ "message_id": message.to_string(), "fail_if_not_exists": false });
                }
                Ok((self.wire.post(&format!("/channels/{}/messages", here.channel), &body).await, true))
            }
            Way::Whisper { application, token, until, first } if Timestamp::now() < until => {
                let told = self.whispered(app, here, piece, (application, &token, until), first).await?;
                match &told.0 {
                    Answer::No(refusal) if OVER.contains(&refusal.code()) => self.directly(here, piece).await,
                    Answer::Ok(_) | Answer::Unreadable | Answer::No(_) => Ok(told),
                }
            }
            Way::Whisper { .. } => self.directly(here, piece).await,
        }
    }

    async fn whispered(
        &self,
        app: &App,
        here: &Address,
        piece: &Value,
        (application, token, until): (u64, &str, Timestamp),
        first: Option<String>,
    ) -> Result<(Answer, bool), DoorError> {
        let nonce = piece["nonce"].as_str().unwrap_or_default().to_owned();
        let mut body = piece.clone();
        if let Some(body) = body.as_object_mut() {
            body.remove("nonce");
            body.remove("enforce_nonce");
        }
        let path = format!("/webhooks/{application}/{token}");
        if first.as_ref().is_none_or(|first| *first == nonce) {
            // Written down before, so that after a crash the same piece, and no other, takes the place again.
            let way = Way::Whisper { application, token: token.to_owned(), until, first: Some(nonce) };
            self.keep_way(app, here, &way).await?;
            return Ok((self.wire.patch(&format!("{path}/messages/@original"), &body).await, true));
        }
        body["flags"] = json!(EPHEMERAL);
        Ok((self.wire.post(&format!("{path}?wait=true"), &body).await, false))
    }

    /// Into the person's direct messages.
    async fn directly(&self, here: &Address, piece: &Value) -> Result<(Answer, bool), DoorError> {
        let (_, user) = here.member.unwrap_or_default();
        let opened =
            self.wire.post("/users/@me/channels", &json!({ "recipient_id": user.to_string() })).await;
        let channel = match opened {
            Answer::Ok(opened) => opened["id"].as_str().map(str::to_owned),
            Answer::Unreadable => None,
            // Nothing was said yet: this may be done again.
            Answer::No(Refusal::Unknown(why)) => return Ok((Answer::No(Refusal::NotSent(why)), true)),
            Answer::No(refusal) => return Ok((Answer::No(refusal), true)),
        };
        let Some(channel) = channel else {
            return Ok((Answer::No(Refusal::NotSent("no direct messages were opened".to_owned())), true));
        };
        Ok((self.wire.post(&format!("/channels/{channel}/messages"), piece).await, true))
    }
}
