//! What the program does: one door in, delivery out, timers, the desk's acts. Holds the clock.

pub mod alerts;
mod answering;
pub mod aside;
mod calls;
pub mod channels;
pub mod checkup;
pub mod clock;
pub mod commit;
pub mod deflection;
pub mod deliver;
pub mod desk;
pub mod errands;
pub mod facts;
pub mod files;
pub mod foresight;
pub mod gaps;
pub mod inbound;
pub mod intake;
pub mod kpi;
pub mod lines;
pub mod live;
mod masters;
mod measure;
pub mod notices;
pub mod outcome;
pub mod pace;
pub mod patterns;
pub mod playbooks;
pub mod proposals;
mod retention;
pub mod routing;
pub mod simulate;
pub mod talks;
pub mod tickets;
pub mod timers;

pub use inbound::{Answer, Arrival, DoorError, Opens, Render, Who};
pub use outcome::{From, Message, Outcome};

use std::sync::Arc;

use crate::config::Settings;
use crate::flow::Playbook;
use crate::store::Store;

/// All that a channel or a page needs; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub settings: Arc<Settings>,
    pub live: live::Live,
    clock: clock::Clock,
    /// The last fact that agents were told of, and how many were looked at.
    alerted: Arc<std::sync::Mutex<Option<(i64, usize)>>>,
    calls: calls::Calls,
    /// Chat platforms that are served.
    pub channels: channels::Channels,
    intake: intake::Intake,
    deliveries: deliver::Deliveries,
    changes: Arc<facts::KnownChanges>,
    pub(crate) pace: Arc<pace::Pace>,
    pub playbooks: playbooks::Playbooks,
    answer_files: Arc<std::sync::OnceLock<Arc<dyn proposals::AnswerFiles>>>,
}

impl App {
    pub fn new(store: Store, settings: Arc<Settings>, playbook: Playbook) -> Self {
        Self {
            store,
            settings,
            live: live::Live::new(),
            clock: clock::Clock::default(),
            alerted: Arc::default(),
            calls: calls::Calls::new(),
            channels: channels::Channels::default(),
            intake: intake::Intake::default(),
            deliveries: deliver::Deliveries::default(),
            changes: Arc::default(),
            pace: Arc::default(),
            playbooks: playbooks::Playbooks::new(playbook),
            answer_files: Arc::default(),
        }
    }

    /// What happens when nobody hands anything in, until `stop` is cancelled: timers, requests of `http` steps, notices,
    /// and what chat platforms bring and are sent.
    pub async fn run_world(&self, stop: tokio_util::sync::CancellationToken) {
        let adapters = self.channels.all().into_iter();
        let adapters = adapters.map(|adapter| adapter.run(self.clone(), stop.clone()));
        tokio::join!(
            self.run_timers(stop.clone()),
            self.run_calls(stop.clone()),
            self.run_retention(stop.clone()),
            self.run_notices(stop.clone()),
            self.run_clock(stop.clone()),
            self.run_alerts(stop.clone()),
            self.run_intake(stop.clone()),
            self.run_delivery(stop.clone()),
            futures::future::join_all(adapters),
        );
    }

    /// The same, at another time than the machine's.
    #[must_use]
    pub fn at(self, clock: clock::Clock) -> Self {
        Self { clock, ..self }
    }

    /// What time it is here.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// Where the files of answers are and how they are changed; told once.
    pub fn change_answers_by(&self, files: Arc<dyn proposals::AnswerFiles>) {
        let _ = self.answer_files.set(files);
    }

    /// The playbook that new turns run on.
    pub fn playbook(&self) -> Arc<Playbook> {
        self.playbooks.current()
    }
}
