//! Telegram: a bot, its updates and its messages. `wire` calls, `fetch` brings updates, `talk` makes turns of them, `parts`
//! is what goes out.

mod address;
mod checkup;
pub(super) mod commands;
mod desk;
mod fetch;
mod files;
mod parts;
mod talk;
mod update;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

use crate::app::channels::{Adapter, Announced, Delivery, Limits, Mend, Outgoing, Place, UpdateRow};
use crate::app::checkup::Checked;
use crate::app::{App, DoorError};
use crate::channel::render::Asked;
use crate::config;
use crate::conversation::{Channel, ConversationId, Prompt};
use crate::flow::Playbook;
use crate::flow::limits::telegram as limits;
use address::Address;
use wire::{Answer, Refusal, Wire};

pub use update::row;

pub struct Telegram {
    settings: config::Telegram,
    wire: Wire,
    me: OnceCell<Me>,
    /// Where agents work, if they do.
    desk: Option<desk::Desk>,
}

/// What the bot is called there.
#[derive(Debug, Clone)]
struct Me {
    id: u64,
    username: String,
}

/// Something of ours is not ready: the update is taken again a moment later.
fn busy() -> DoorError {
    DoorError::busy()
}

impl Telegram {
    pub fn new(settings: config::Telegram) -> Self {
        let wire = Wire::new(&settings.api_url, settings.token.clone());
        let desk = settings.group.map(|group| desk::Desk::new(group, settings.agents.clone()));
        Self { settings, wire, me: OnceCell::new(), desk }
    }

    /// # Errors
    /// Why Telegram does not say.
    async fn me(&self) -> Result<&Me, Delivery> {
        let ask = || async {
            match self.wire.ask(&teloxide_core::payloads::GetMe::new()).await {
                Answer::Ok(me) => {
                    Ok(Me { id: me.user.id.0, username: me.user.username.clone().unwrap_or_default() })
                }
                Answer::Unreadable => Err(Delivery::Transient("an answer that cannot be read".to_owned())),
                Answer::No(Refusal::Unknown(why)) => Err(Delivery::Transient(why)),
                Answer::No(refusal) => Err(refusal.class()),
            }
        };
        self.me.get_or_try_init(ask).await
    }

    /// The address that a conversation has had from its beginning, where its group moved since.
    async fn at_home(&self, app: &App, now: Address) -> Result<Address, DoorError> {
        Ok(Address { chat: self.first_of(app, now.chat).await?, ..now })
    }

    /// The number that a chat had at first.
    async fn first_of(&self, app: &App, chat: i64) -> Result<i64, DoorError> {
        if chat >= 0 {
            return Ok(chat);
        }
        let first = self.kept(app, &format!("was:{chat}")).await?;
        Ok(first.and_then(|first| first.parse().ok()).unwrap_or(chat))
    }

    /// A group became a supergroup, which has another number.
    async fn moved(&self, app: &App, old: i64, new: i64) -> Result<(), DoorError> {
        let first = self.kept(app, &format!("was:{old}")).await?.unwrap_or_else(|| old.to_string());
        self.keep(app, &format!("was:{new}"), &first).await?;
        self.keep(app, &format!("now:{first}"), &new.to_string()).await
    }

    async fn keep(&self, app: &App, key: &str, value: &str) -> Result<(), DoorError> {
        Ok(app.store.keep_note(Channel::Telegram, self.settings.bot(), key, Some(value)).await?)
    }

    async fn kept(&self, app: &App, key: &str) -> Result<Option<String>, DoorError> {
        Ok(app.store.note(Channel::Telegram, self.settings.bot(), key).await?)
    }

    fn words(&self, app: &App, key: &str, locale: Option<&str>) -> String {
        let playbook = app.playbook();
        let locale = locale.and_then(|tag| playbook.nearest_locale(tag)).unwrap_or(playbook.default_locale());
        commands::words(&playbook, key, locale)
    }

    /// A short notice beside the conversation; that it may be lost does no harm.
    async fn notice(&self, app: &App, to: &Address, key: &str) {
        let locale = app.locale_at(Channel::Telegram, &to.to_string()).await;
        let body =
            json!({ "method": "sendMessage", "body": { "text": self.words(app, key, locale.as_deref()) } });
        let became = self.send(app, &to.to_string(), &body.to_string()).await;
        if !matches!(became, Delivery::Sent(_)) {
            tracing::info!(?became, "a notice was not sent");
        }
    }

    /// Every press is answered, or its sender's screen goes on waiting.
    async fn answer_query(&self, id: &str, alert: Option<&str>) {
        let mut body = json!({ "callback_query_id": id });
        if let Some(alert) = alert {
            body["text"] = json!(alert);
            body["show_alert"] = json!(true);
        }
        if let Answer::No(refusal) = self.wire.send("answerCallbackQuery", &body).await {
            tracing::info!(?refusal, "a press was not answered");
        }
    }

    async fn settle_buttons(&self, shown: &Value, chosen: Option<&str>) {
        if !shown["reply_markup"].is_object() {
            return;
        }
        let (method, body) = talk::without_buttons(shown, chosen);
        if let Answer::No(refusal) = self.wire.send(method, &body).await {
            tracing::info!(?refusal, "buttons were not taken away");
        }
    }

    async fn belongs_to_another(
        &self,
        app: &App,
        conversation: ConversationId,
        presser: &Address,
    ) -> Result<bool, DoorError> {
        let of = app.store.conversation(conversation).await?;
        let theirs = of.and_then(|of| of.address.parse::<Address>().ok());
        Ok(theirs.is_some_and(|theirs| theirs.user != presser.user))
    }

    fn typing(&self, here: Address) {
        let wire = self.wire.clone();
        tokio::spawn(async move {
            let mut body = json!({ "chat_id": here.chat, "action": "typing" });
            if let Some(thread) = here.thread {
                body["message_thread_id"] = json!(thread);
            }
            // It expires by itself.
            wire.send("sendChatAction", &body).await
        });
    }

    /// Where a piece goes now.
    async fn addressed(&self, app: &App, here: &Address, part: &mut Value) -> Result<(), DoorError> {
        let now = match here.chat {
            private @ 0.. => private,
            group => self
                .kept(app, &format!("now:{group}"))
                .await?
                .and_then(|now| now.parse().ok())
                .unwrap_or(group),
        };
        let (no_thread, no_reply) = (part["no_thread"] == true, part["no_reply"] == true);
        let last = match here.is_group() && !no_reply {
            true => self.kept(app, &format!("last:{here}")).await?,
            false => None,
        };
        let body = &mut part["body"];
        body["chat_id"] = json!(now);
        if let Some(thread) = here.thread.filter(|_| !no_thread) {
            body["message_thread_id"] = json!(thread);
        }
        if let Some(message) = last.and_then(|last| last.parse::<i64>().ok()) {
            body["reply_parameters"] = json!({ "message_id": message, "allow_sending_without_reply": true });
        }
        Ok(())
    }
}

#[async_trait]
impl Adapter for Telegram {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn bot(&self) -> &str {
        self.settings.bot()
    }

    fn limits(&self) -> Limits {
        let every = |count: u32, time: Duration| time / count.max(1);
        Limits {
            all: (limits::BURST, every(self.settings.rate, Duration::from_secs(1))),
            chat: (limits::CHAT_BURST, Duration::from_secs(1)),
            // The burst comes on top within a minute.
            group: (
                limits::GROUP_BURST,
                every(limits::GROUP_A_MINUTE - limits::GROUP_BURST, Duration::from_secs(60)),
            ),
        }
    }

    fn place(&self, address: &str) -> Place {
        let chat = address.split('/').next().unwrap_or_default();
        Place { key: chat.to_owned(), group: chat.starts_with('-') }
    }

    fn together(&self, update: &str) -> Option<String> {
        update::album(update)
    }

    async fn take(&self, app: &App, updates: &[UpdateRow]) -> Result<(), DoorError> {
        talk::take(self, app, updates).await
    }

    fn parts(&self, app: &App, message: &Outgoing) -> Vec<String> {
        let Ok(prompt) = serde_json::from_str::<Prompt>(&message.body) else { return Vec::new() };
        let group = message.address.contains('/');
        let asked = Asked { conversation: message.conversation, turn: message.turn };
        let share = self.words(app, "share_number", Some(&prompt.locale));
        parts::of(&prompt, &parts::Origin { written: message.from == "agent", group, asked, share })
    }

    async fn send(&self, app: &App, address: &str, part: &str) -> Delivery {
        let (Ok(here), Ok(mut piece)) = (address.parse::<Address>(), serde_json::from_str::<Value>(part))
        else {
            return Delivery::Bug("a piece that cannot be read".to_owned());
        };
        if let Err(error) = self.addressed(app, &here, &mut piece).await {
            return Delivery::Transient(error.to_string());
        }
        let method = piece["method"].as_str().unwrap_or("sendMessage").to_owned();
        match self.wire.send(&method, &piece["body"]).await {
            Answer::Ok(sent) => Delivery::Sent(sent["message_id"].as_i64().map(|id| id.to_string())),
            Answer::Unreadable => Delivery::Sent(None),
            Answer::No(Refusal::Told { moved_to: Some(new), description, .. }) => {
                match self.moved(app, here.chat, new).await {
                    Ok(()) => Delivery::Rewrite(Mend { why: description, part: part.to_owned() }),
                    Err(error) => Delivery::Transient(error.to_string()),
                }
            }
            Answer::No(Refusal::Told { status: 400, description, moved_to: None }) => {
                let mend = parts::mended(part, &description);
                let refusal = Refusal::Told { status: 400, description, moved_to: None };
                mend.map_or_else(|| refusal.class(), Delivery::Rewrite)
            }
            Answer::No(refusal) => refusal.class(),
        }
    }

    async fn alive(&self) -> Delivery {
        match self.wire.ask(&teloxide_core::payloads::GetMe::new()).await {
            Answer::Ok(_) | Answer::Unreadable => Delivery::Sent(None),
            Answer::No(refusal) => refusal.class(),
        }
    }

    async fn checkup(&self, playbook: &Playbook, public_url: Option<&str>) -> Vec<Checked> {
        checkup::run(self, playbook, public_url).await
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
        tokio::join!(fetch::run(&self, &app, &stop), desk);
    }
}
