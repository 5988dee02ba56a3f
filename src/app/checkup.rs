//! What `vestibule doctor` finds: one line for each thing that was looked at, with what to do where it is not right.

use serde::Serialize;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Fine,
    /// Not set up, and so not looked at.
    Off,
    /// It works, and something about it may surprise.
    Doubtful,
    /// It does not work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What it belongs to: `database`, `telegram`.
    pub part: &'static str,
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// What to do; `None` where nothing is to be done.
    #[serde(rename = "do")]
    pub remedy: Option<String>,
}

/// Collects what is found of one part.
#[derive(Debug)]
pub struct Checkup {
    part: &'static str,
    pub found: Vec<Checked>,
}

impl Checkup {
    pub fn of(part: &'static str) -> Self {
        Self { part, found: Vec::new() }
    }

    pub fn fine(&mut self, seen: impl Into<String>) {
        self.add(State::Fine, seen.into(), None);
    }

    pub fn off(&mut self, seen: impl Into<String>, remedy: impl Into<String>) {
        self.add(State::Off, seen.into(), Some(remedy.into()));
    }

    pub fn doubtful(&mut self, seen: impl Into<String>, remedy: impl Into<String>) {
        self.add(State::Doubtful, seen.into(), Some(remedy.into()));
    }

    pub fn wrong(&mut self, seen: impl Into<String>, remedy: impl Into<String>) {
        self.add(State::Wrong, seen.into(), Some(remedy.into()));
    }

    fn add(&mut self, state: State, seen: String, remedy: Option<String>) {
        self.found.push(Checked { part: self.part, state, seen, remedy });
    }
}
