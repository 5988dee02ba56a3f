//! The desk's event stream.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::super::Web;
use super::super::auth::{self, Agent};
use super::super::error::ProblemBody;
use super::feed::{Change, Feed, Told};

/// An open stream is asked this often whether its log-in still stands.
const BEAT: Duration = Duration::from_secs(5);
/// So many beats later it is written down again that the agent is there.
const PRESENT_EVERY: u32 = 4;
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[utoipa::path(
    get, path = "/api/events", tag = "desk", security(("desk_cookie" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "the last event seen; what came after it is sent first")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String, description =
            "Events: `change` {conversations: […], tickets: bool}, `reset` (read the lists again), `bye` (the log-in ended)."),
        (status = 401, body = ProblemBody)
    )
)]
pub async fn stream(State(web): State<Web>, agent: Agent, headers: HeaderMap) -> impl IntoResponse {
    let seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (sender, receiver) = mpsc::channel(32);
    tokio::spawn(run(web, agent, seen, sender));
    let keep = KeepAlive::new().interval(KEEP_ALIVE);
    ([("x-accel-buffering", "no")], Sse::new(ReceiverStream::new(receiver)).keep_alive(keep))
}

type Sender = mpsc::Sender<Result<Event, Infallible>>;

/// The page went away.
struct Gone;

async fn run(web: Web, agent: Agent, seen: Option<String>, sender: Sender) {
    let page = web.present.open(agent.name());
    page.beat().await;
    // Listening begins before the past is read, so that nothing falls between.
    let told = web.feed.listen();
    let closed = sender.clone();
    let stream = Stream { feed: web.feed.clone(), sender, last: 0 };
    let login = agent.login.token_hash;
    tokio::select! {
        () = closed.closed() => {}
        _ = stream.feed(told, seen, &login) => {}
        () = beat(&web, &page, &login) => {}
    }
}

/// Returns when the log-in has ended.
async fn beat(web: &Web, page: &super::presence::Page, login: &str) {
    let mut tick = tokio::time::interval(BEAT);
    tick.reset();
    for beats in 1_u32.. {
        tick.tick().await;
        match auth::check(web, login).await {
            Ok(_) if beats % PRESENT_EVERY == 0 => page.beat().await,
            Ok(_) => {}
            Err(problem) if problem.code() == "unauthorized" => return,
            // The store does not answer; that is no reason to send an agent away.
            Err(_) => {}
        }
    }
}

struct Stream {
    feed: Feed,
    sender: Sender,
    /// The number of the last telling sent.
    last: u64,
}

impl Stream {
    async fn feed(
        mut self,
        mut told: broadcast::Receiver<Told>,
        seen: Option<String>,
        login: &str,
    ) -> Result<(), Gone> {
        self.catch_up(seen.as_deref()).await?;
        loop {
            match told.recv().await {
                Ok(Told::Change(change)) if change.number > self.last => self.change(&change).await?,
                Ok(Told::Reset(number)) if number > self.last => self.reset(number).await?,
                Ok(Told::LoggedOut(which)) if *which == *login => {
                    return self.send(Event::default().event("bye").data("{}")).await;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.reset(self.feed.last()).await?,
                Err(RecvError::Closed) => return Err(Gone),
            }
        }
    }

    async fn catch_up(&mut self, seen: Option<&str>) -> Result<(), Gone> {
        match seen.and_then(|seen| self.feed.since(seen)) {
            Some((missed, last)) => {
                for change in missed {
                    self.change(&change).await?;
                }
                self.last = last;
                Ok(())
            }
            None => self.reset(self.feed.last()).await,
        }
    }

    async fn change(&mut self, change: &Change) -> Result<(), Gone> {
        self.last = change.number;
        let event = Event::default().event("change").id(self.feed.id(change.number)).data(&change.json);
        self.send(event).await
    }

    async fn reset(&mut self, number: u64) -> Result<(), Gone> {
        self.last = number;
        self.send(Event::default().event("reset").id(self.feed.id(number)).data("{}")).await
    }

    async fn send(&self, event: Event) -> Result<(), Gone> {
        self.sender.send(Ok(event)).await.map_err(|_| Gone)
    }
}
