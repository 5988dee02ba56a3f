//! Discord: a bot, its events and its messages. `wire` calls, `gateway` brings events, `intake` writes them down, `ack`
//! says at once that they arrived, `talk` makes turns of them, `parts` is what goes out.

mod ack;
mod address;
mod checkup;
mod commands;
mod desk;
mod doubt;
mod files;
mod gateway;
mod intake;
mod parts;
mod talk;
mod update;
mod way;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::app::channels::{Adapter, Announced, Delivery, Limits, Outgoing, Place, UpdateRow};
use crate::app::checkup::Checked;
use crate::app::{App, DoorError};
use crate::channel::render::Asked;
use crate::channel::telegram::commands::words;
use crate::config;
use crate::conversation::{Channel, Prompt};
use crate::flow::Playbook;
use address::{Address, number};
use update::{Kind, Told};
use wire::{Answer, Refusal, Wire};

/// So many at once in one channel, then one a second: <https://discord.com/developers/docs/topics/rate-limits>.
const CHANNEL_BURST: u32 = 5;
/// At once to all together.
const BURST: u32 = 10;

pub struct Discord {
    settings: config::Discord,
    wire: Wire,
    acks: ack::Acks,
    me: OnceCell<Me>,
    /// Where agents work, if they do.
    desk: Option<desk::Desk>,
    /// Pieces of which it is not known whether they arrived.
    doubts: doubt::Doubts,
    /// What was said lately, by its message, for when it is taken back.
    said: talk::Said,
}

/// What the bot is called there.
#[derive(Debug, Clone, Copy)]
struct Me {
    id: u64,
    application: u64,
}

/// What a prompt becomes on the wire, piece by piece; `written`: a person wrote it.
pub fn pieces(prompt: &Prompt, asked: Asked, written: bool) -> Vec<String> {
    let row = crate::conversation::ids::of_turn(asked.conversation, asked.turn, "outbox", 0);
    parts::of(prompt, &parts::Origin { written, asked, row })
}

impl Discord {
    pub fn new(settings: config::Discord) -> Self {
        let wire = Wire::new(&settings.api_url, settings.token.clone());
        let desk = settings.channel.map(|channel| desk::Desk::new(channel, settings.agents.clone()));
        let (acks, said) = (ack::Acks::default(), talk::Said::default());
        Self { settings, wire, acks, me: OnceCell::new(), desk, doubts: doubt::Doubts::default(), said }
    }

    fn bot_name(&self) -> &str {
        &self.settings.bot
    }

    /// # Errors
    /// Why Discord does not say.
    async fn me(&self) -> Result<&Me, Delivery> {
        let ask = || async {
            let id = number(&self.asked("/users/@me").await?["id"]);
            let application = number(&self.asked("/oauth2/applications/@me").await?["id"]);
            let unreadable = || Delivery::Transient("an answer that cannot be read".to_owned());
            Ok(Me { id: id.ok_or_else(unreadable)?, application: application.ok_or_else(unreadable)? })
        };
        self.me.get_or_try_init(ask).await
    }

    async fn asked(&self, path: &str) -> Result<Value, Delivery> {
        match self.wire.get(path).await {
            Answer::Ok(told) => Ok(told),
            Answer::Unreadable => Err(Delivery::Transient("an answer that cannot be read".to_owned())),
            Answer::No(Refusal::Unknown(why)) => Err(Delivery::Transient(why)),
            Answer::No(refusal) => Err(refusal.class()),
        }
    }

    /// Whether an event is ours to deal with; what people say to each other in a server is none of ours.
    fn concerns(&self, told: &Told) -> bool {
        if !told.of_people() {
            return false;
        }
        let room =
            told.channel().is_some_and(|channel| self.desk.as_ref().is_some_and(|desk| desk.has(channel)));
        match told.kind {
            Kind::Gone => room,
            Kind::Message | Kind::Edited => room || self.me.get().is_some_and(|me| told.to_us(me.id)),
            Kind::Reacted => {
                let mine = self.me.get().map(|me| me.id);
                !room && number(&told.held["user_id"]) != mine
            }
            Kind::Deleted | Kind::Interaction => true,
        }
    }

    async fn keep(&self, app: &App, key: &str, value: &str) -> Result<(), DoorError> {
        Ok(app.store.keep_note(Channel::Discord, self.bot_name(), key, Some(value)).await?)
    }

    async fn forget(&self, app: &App, key: &str) -> Result<(), DoorError> {
        Ok(app.store.keep_note(Channel::Discord, self.bot_name(), key, None).await?)
    }

    async fn kept(&self, app: &App, key: &str) -> Result<Option<String>, DoorError> {
        Ok(app.store.note(Channel::Discord, self.bot_name(), key).await?)
    }

    fn words(&self, app: &App, key: &str, locale: Option<&str>) -> String {
        let playbook = app.playbook();
        let locale = locale.and_then(|tag| playbook.nearest_locale(tag)).unwrap_or(playbook.default_locale());
        words(&playbook, key, locale)
    }

    /// A short notice beside the conversation; that it may be lost does no harm.
    async fn notice(&self, app: &App, to: &Address, key: &str) {
        let locale = app.locale_at(Channel::Discord, &to.to_string()).await;
        let body = wire::silent(&self.words(app, key, locale.as_deref()));
        let became = self.send(app, &to.to_string(), &body.to_string()).await;
        if !matches!(became, Delivery::Sent(_)) {
            tracing::info!(?became, "a notice was not sent");
        }
    }

    fn typing(&self, here: Address) {
        let wire = self.wire.clone();
        // It expires by itself.
        tokio::spawn(
            async move { wire.post(&format!("/channels/{}/typing", here.channel), &json!({})).await },
        );
    }
}

#[async_trait]
impl Adapter for Discord {
    fn channel(&self) -> Channel {
        Channel::Discord
    }

    fn bot(&self) -> &str {
        self.bot_name()
    }

    fn limits(&self) -> Limits {
        let second = Duration::from_secs(1);
        Limits {
            all: (BURST, second / self.settings.rate.max(1)),
            chat: (CHANNEL_BURST, second),
            group: (CHANNEL_BURST, second),
        }
    }

    fn place(&self, address: &str) -> Place {
        let channel = address.split('/').next().unwrap_or_default();
        Place { key: channel.to_owned(), group: address.contains('/') }
    }

    fn together(&self, _update: &str) -> Option<String> {
        // Several files come in one message here.
        None
    }

    async fn take(&self, app: &App, updates: &[UpdateRow]) -> Result<(), DoorError> {
        talk::take(self, app, &updates[0]).await
    }

    fn parts(&self, _app: &App, message: &Outgoing) -> Vec<String> {
        let Ok(prompt) = serde_json::from_str::<Prompt>(&message.body) else { return Vec::new() };
        let asked = Asked { conversation: message.conversation, turn: message.turn };
        let written = message.from == "agent";
        parts::of(&prompt, &parts::Origin { written, asked, row: message.id })
    }

    async fn send(&self, app: &App, address: &str, part: &str) -> Delivery {
        let (Ok(here), Ok(piece)) = (address.parse::<Address>(), serde_json::from_str::<Value>(part)) else {
            return Delivery::Bug("a piece that cannot be read".to_owned());
        };
        let nonce = piece["nonce"].as_str();
        match self.arrived(&here, &piece).await {
            Ok(None) => {}
            Ok(Some(platform)) => return Delivery::Sent(Some(platform)),
            Err(why) => return why,
        }
        let tried = doubt::now();
        let (answer, known_again) = match self.on_its_way(app, &here, &piece).await {
            Ok(answered) => answered,
            Err(error) => return Delivery::Transient(error.to_string()),
        };
        match answer {
            Answer::Ok(sent) => Delivery::Sent(sent["id"].as_str().map(str::to_owned)),
            Answer::Unreadable => Delivery::Sent(None),
            Answer::No(Refusal::Unknown(why)) => match nonce.filter(|_| known_again) {
                Some(nonce) => {
                    self.doubts.add(nonce, tried);
                    Delivery::Transient(why)
                }
                None => Delivery::Unknown(why),
            },
            Answer::No(Refusal::Told { status: 400, code, description }) => {
                let mend = parts::mended(part, &description);
                let refusal = Refusal::Told { status: 400, code, description };
                mend.map_or_else(|| refusal.class(), Delivery::Rewrite)
            }
            Answer::No(refusal) => refusal.class(),
        }
    }

    async fn alive(&self) -> Delivery {
        match self.asked("/users/@me").await {
            Ok(_) => Delivery::Sent(None),
            Err(why) => why,
        }
    }

    async fn checkup(&self, playbook: &Playbook, _public_url: Option<&str>) -> Vec<Checked> {
        checkup::run(self, playbook).await
    }

    async fn announce(&self, app: &App, text: &str) -> Announced {
        match &self.desk {
            Some(desk) => desk::announce(self, desk, app, text).await,
            None => Announced::Never("agents have no place there".to_owned()),
        }
    }

    async fn run(self: Arc<Self>, app: App, stop: CancellationToken) {
        let desk = async {
            if let Some(desk) = &self.desk {
                desk::run(&self, desk, &app, &stop).await;
            }
        };
        tokio::join!(gateway::run(&self, &app, &stop), desk);
    }
}
