//! How events come: over the library's connection, which takes up a broken session by itself. It hands events to a task
//! each, out of order; a collector sees them in order, from the moment on that it is there. Both tell us, and what is
//! told twice is written down once. Where a session could not be taken up, what was missed is looked for (`missed`).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use serenity::Client;
use serenity::all::GatewayIntents;
use serenity::client::{ClientBuilder, Context, RawEventHandler};
use serenity::gateway::{CollectorCallback, GatewayError};
use serenity::http::HttpBuilder;
use serenity::model::event::Event;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::ack::Began;
use super::update::{Kind, Told};
use super::{Discord, commands, intake};
use crate::app::App;
use crate::app::channels::Delivery;

/// Pauses after a failure, from and to.
const PAUSE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// What cannot work as it is set up is tried again after this.
const STOPPED: Duration = Duration::from_secs(30);

/// What the connection hands on.
pub enum Came {
    /// A session began anew: events may be missing.
    Anew,
    Told(Told, Option<oneshot::Sender<()>>),
}

/// Connects, and writes down what comes, until `stop` is cancelled.
pub async fn run(discord: &Arc<Discord>, app: &App, stop: &CancellationToken) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let writing = intake::run(discord, app, receiver, stop);
    tokio::join!(connected(discord, app, sender, stop), writing);
}

async fn connected(
    discord: &Arc<Discord>,
    app: &App,
    sender: mpsc::UnboundedSender<Came>,
    stop: &CancellationToken,
) {
    let mut pause = PAUSE.0;
    while !stop.is_cancelled() {
        let begun = std::time::Instant::now();
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = once(discord, app, &sender, stop) => ended,
        };
        if begun.elapsed() > PAUSE.1 {
            pause = PAUSE.0;
        }
        let wait = match ended {
            Delivery::Config(why) => {
                app.channels.stop(&**discord, &why);
                STOPPED
            }
            Delivery::RetryAfter(time) => time,
            other => {
                tracing::warn!(trouble = ?other, "discord does not answer; trying again");
                let wait = pause;
                pause = (pause * 2).min(PAUSE.1);
                wait
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// One connection, as long as it lasts; why it ended.
async fn once(
    discord: &Arc<Discord>,
    app: &App,
    sender: &mpsc::UnboundedSender<Came>,
    stop: &CancellationToken,
) -> Delivery {
    let me = match discord.me().await {
        Ok(me) => me,
        Err(why) => return why,
    };
    // Without them the bot works all the same.
    if let Err(why) = commands::register(discord, me, app).await {
        tracing::warn!(trouble = ?why, "the commands could not be registered");
    }
    if let Some(desk) = &discord.desk {
        super::desk::know_rooms(discord, desk, app).await;
    }
    let handler = Handler { discord: discord.clone(), sender: sender.clone(), app: app.clone() };
    let mut client = match client(discord, handler).await {
        Ok(client) => client,
        Err(error) => return Delivery::Transient(plainly(&error)),
    };
    let shards = client.shard_manager.clone();
    let ended = {
        let started = client.start_autosharded();
        tokio::pin!(started);
        tokio::select! {
            ended = &mut started => ended,
            () = stop.cancelled() => {
                let _ = tokio::time::timeout(Duration::from_secs(2), shards.shutdown_all()).await;
                Ok(())
            }
        }
    };
    match ended {
        Ok(()) => Delivery::Transient("the connection ended".to_owned()),
        Err(serenity::Error::Gateway(
            error @ (GatewayError::InvalidAuthentication
            | GatewayError::InvalidGatewayIntents
            | GatewayError::DisallowedGatewayIntents),
        )) => Delivery::Config(match error {
            GatewayError::DisallowedGatewayIntents => {
                "the bot may not have the intents that it asks for: switch on Message Content at the developer \
                 portal, or leave desk.discord.channel empty"
                    .to_owned()
            }
            other => format!("the connection was refused: {other}"),
        }),
        Err(error) => Delivery::Transient(plainly(&error)),
    }
}

/// Without addresses, which may hold a token.
fn plainly(error: &serenity::Error) -> String {
    match error {
        serenity::Error::Http(_) => "a call of the connection failed".to_owned(),
        other => other.to_string(),
    }
}

async fn client(discord: &Discord, handler: Handler) -> Result<Client, serenity::Error> {
    // The limiter is ours, the same in tests as in production.
    let mut http = HttpBuilder::new(discord.settings.token.expose()).ratelimiter_disabled(true);
    if discord.settings.api_url != OWN {
        http = http.proxy(discord.settings.api_url.clone());
    }
    ClientBuilder::new_with_http(http.build(), intents(discord)).raw_event_handler(handler).await
}

/// What the library calls by itself.
const OWN: &str = "https://discord.com";

/// What agents write in threads may only be read with an intent that has to be asked for; what is said to the bot itself
/// needs none.
fn intents(discord: &Discord) -> GatewayIntents {
    let mut intents = GatewayIntents::GUILDS
        | GatewayIntents::GUILD_MESSAGES
        | GatewayIntents::GUILD_MESSAGE_REACTIONS
        | GatewayIntents::DIRECT_MESSAGES
        | GatewayIntents::DIRECT_MESSAGE_REACTIONS;
    if discord.desk.is_some() {
        intents |= GatewayIntents::MESSAGE_CONTENT;
    }
    intents
}

#[derive(Clone)]
struct Handler {
    discord: Arc<Discord>,
    sender: mpsc::UnboundedSender<Came>,
    app: App,
}

#[async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, context: Context, event: Event) {
        if let Event::Ready(_) = event {
            let collector = self.clone();
            // A new session has none of the last one's.
            context.shard.add_collector(CollectorCallback(Box::new(move |event| collector.hand_on(event))));
            self.app.channels.works(&*self.discord);
            let _ = self.sender.send(Came::Anew);
            return;
        }
        self.hand_on(&event);
    }
}

impl Handler {
    /// False once nobody takes it any more.
    fn hand_on(&self, event: &Event) -> bool {
        let Some(told) = read(event) else { return !self.sender.is_closed() };
        if !self.discord.concerns(&told) {
            return true;
        }
        let written = match told.kind {
            Kind::Interaction => match self.discord.acks.begin(&self.discord.wire, &told.held) {
                Began::Again | Began::Done => return true,
                Began::Now(written) => Some(written),
            },
            Kind::Message | Kind::Edited | Kind::Deleted | Kind::Reacted | Kind::Gone => None,
        };
        self.sender.send(Came::Told(told, written)).is_ok()
    }
}

fn read(event: &Event) -> Option<Told> {
    let known = matches!(
        event,
        Event::MessageCreate(_)
            | Event::MessageUpdate(_)
            | Event::MessageDelete(_)
            | Event::ReactionAdd(_)
            | Event::InteractionCreate(_)
            | Event::ThreadDelete(_)
            | Event::ChannelDelete(_)
    );
    if !known {
        return None;
    }
    let mut told: Value = serde_json::to_value(event).ok()?;
    let mut held = told["d"].take();
    if let Event::InteractionCreate(came) = event {
        // The library reads the kind, and does not write it again.
        held["type"] = json!(u8::from(came.interaction.kind()));
    }
    Some(Told { kind: Kind::of(told["t"].as_str()?)?, held })
}
