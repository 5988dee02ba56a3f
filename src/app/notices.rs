//! Telling watchers: what changed is said in the chat where they asked for it, once. Callers are told when they call.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::desk::turned;
use super::playbooks::Fare;
use crate::conversation::{Conversation, Event, News, Notice, Owner, Said, Utterance};
use crate::store::world::{DueNotice, IncidentRow};
use crate::store::{Decision, Loaded, Store, StoreError, TurnJob, Whose};

const TICK: Duration = Duration::from_secs(1);
const AT_ONCE: u32 = 100;
/// What could not be told within so many days is no news any more.
const NEWS_LASTS: SignedDuration = SignedDuration::from_hours(30 * 24);

impl super::App {
    /// Tells watchers until `stop` is cancelled.
    pub async fn run_notices(&self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK) => {}
            }
            if let Err(error) = self.tell_due().await {
                tracing::warn!(%error, "watchers could not be told; trying again");
                tokio::time::sleep(TICK * 2).await;
            }
        }
    }

    /// Tells what can be told now. Returns how many were.
    ///
    /// # Errors
    /// The store's.
    pub async fn tell_due(&self) -> Result<usize, StoreError> {
        let now = self.now();
        let quiet = !self.settings.desk.notices.hours.is_open(now);
        let since = now.checked_sub(NEWS_LASTS).unwrap_or(Timestamp::MIN);
        let due = self.store.due_notices(AT_ONCE, quiet, since).await?;
        let count = due.len();
        for notice in due {
            self.inform(notice).await?;
        }
        Ok(count)
    }

    async fn inform(&self, due: DueNotice) -> Result<(), StoreError> {
        let now = self.now();
        let id = due.notice.id.clone();
        let utterance = Utterance { said: Said::Informed { notice: due.notice }, answers_turn: None };
        let job = |fare: Fare| {
            let (app, utterance, id) = (self.clone(), utterance.clone(), id.clone());
            let decide = move |loaded: Loaded| {
                // Another process may have told it meanwhile.
                let open = loaded.notices.iter().find(|notice| notice.id == id);
                let (Some(known), Some(notice)) = (loaded.conversation.clone(), open) else {
                    return Decision::default();
                };
                let over = known.is_closed();
                let take = |known: Conversation| turned(&app, &fare, known, &loaded, &utterance, now);
                match &notice.news {
                    _ if !wanted(&app.settings.desk.notices, notice) => silent(known, notice),
                    News::SurveyDue { .. } if over => take(fare.after(&known, &notice.id, now)),
                    News::SurveyDue { .. } => Decision::default(),
                    _ if over || known.owner == Owner::Bot => take(known),
                    // A person has the conversation: later.
                    _ => Decision::default(),
                }
            };
            TurnJob::new(Whose::Address(due.channel, due.address.clone()), now, decide)
        };
        let done = self.turn_with(job).await?;
        if !done.replayed {
            self.tell(done.conversation.as_ref(), &done.events);
        }
        Ok(())
    }
}

/// Whether the contact is told of it: of changes of their own ticket only those that the settings name.
pub(super) fn wanted(notices: &crate::config::Notices, notice: &Notice) -> bool {
    match &notice.news {
        News::TicketChanged { state, .. } if notice.id.starts_with("public:") => notices.tell.contains(state),
        _ => true,
    }
}

/// Nothing is said, and it is done with.
fn silent(conversation: Conversation, notice: &Notice) -> Decision {
    let told = Event::NoticeTold { notice: notice.id.clone() };
    Decision { conversation: Some(conversation), events: vec![told], ..Decision::default() }
}

/// Opens a known incident; new tickets of its area are collected under the `master`, where there is one.
///
/// # Errors
/// The store's.
pub async fn open(
    store: &Store,
    area: &str,
    title: &str,
    by: &str,
    master: Option<String>,
) -> Result<IncidentRow, StoreError> {
    let mut incident = IncidentRow {
        id: String::new(),
        area: area.trim().to_owned(),
        title: title.trim().to_owned(),
        opened: Timestamp::now(),
        by: by.to_owned(),
        closed: None,
        master,
    };
    loop {
        incident.id = short_id();
        if store.open_incident(&incident).await? {
            return Ok(incident);
        }
    }
}

/// Six letters and digits, to be typed.
fn short_id() -> String {
    // The last bits of a version 7 id are random.
    format!("{:06x}", uuid::Uuid::now_v7().as_u128() & 0x00ff_ffff)
}
