//! The answers of a conversation, kept so that the last can be undone: exactly, whatever came of it since.

use crate::conversation::{Answered, Event, Frame, Undo, WaitKind};
use crate::flow::SlotValue;

use super::working::Working;

/// Answers that `back` can undo.
const MAX_TRAIL: usize = 40;
/// Texts remembered after one answer.
const MAX_SAID: usize = 24;

/// How the flows stood before the last answer of the trail; `None` where nothing was answered.
pub(super) fn before_last(trail: &[Answered], frames: &[Frame]) -> Option<Vec<Frame>> {
    trail.last().map(|last| last.undo.apply(frames))
}

/// A number that stands for a text (FNV-1a): it is stored, so it must be the same on every machine and in every version.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl Working<'_> {
    /// Notes that the step on top was answered, with the answer where it can be given again.
    pub fn answered_with(&mut self, given: Option<SlotValue>) {
        self.note(given, false);
        if let Some(frame) = self.frame_mut() {
            frame.wait = None;
        }
    }

    /// Notes for `back` that the step on top was answered.
    pub fn answered(&mut self) {
        self.answered_with(None);
    }

    /// Notes that another flow begins over the question on top.
    pub fn digresses(&mut self) {
        self.note(None, true);
    }

    fn note(&mut self, given: Option<SlotValue>, digression: bool) {
        let now = self.c.frames.clone();
        if let (Some(last), Some(before)) = (self.c.trail.last_mut(), &self.before_last) {
            last.undo = Undo::between(&now, before);
        }
        self.noted = true;
        let (flow, step) = self.place();
        self.c.trail.push(Answered {
            flow,
            step,
            given,
            ahead: Vec::new(),
            digression,
            depth: now.len(),
            tickets: self.c.tickets.len(),
            offered: self.c.offered.len(),
            epoch: self.c.epoch,
            said: Vec::new(),
            undo: Undo::default(),
        });
        self.before_last = Some(now);
        if self.c.trail.len() > MAX_TRAIL {
            self.c.trail.remove(0);
        }
    }

    /// Takes the last answer off the trail; with it how the flows stood before it.
    pub fn untrail(&mut self) -> Option<(Answered, Vec<Frame>)> {
        let last = self.c.trail.pop()?;
        let before = self.before_last.take().unwrap_or_default();
        self.before_last = before_last(&self.c.trail, &before);
        Some((last, before))
    }

    /// The flows as they were before the last answer: `None` where there is none to undo.
    pub fn undo(&mut self) -> Option<Answered> {
        let (last, before) = self.untrail()?;
        self.put_frames(before);
        self.unoffer(&last);
        Some(last)
    }

    /// Other flows are under way from now on; slots that they do not have are cleared.
    fn put_frames(&mut self, frames: Vec<Frame>) {
        let old = std::mem::replace(&mut self.c.frames, frames);
        for (depth, frame) in old.iter().enumerate() {
            let now = self.c.frames.get(depth).filter(|now| now.flow == frame.flow);
            for slot in
                frame.slots.keys().filter(|slot| !now.is_some_and(|now| now.slots.contains_key(*slot)))
            {
                self.cleared.push(slot.clone());
            }
        }
        for frame in &mut self.c.frames {
            frame.ahead.clear();
            if let Some(wait) = &mut frame.wait {
                wait.failures = 0;
            }
        }
    }

    /// An answer that is asked about again was neither taken nor refused.
    fn unoffer(&mut self, undone: &Answered) {
        match self.current_wait().map(|wait| wait.kind.clone()) {
            Some(WaitKind::Solved { article, .. }) => {
                if let Some(at) = self.c.offered.iter().rposition(|offered| offered.article == article) {
                    self.c.offered.truncate(at + 1);
                    self.c.offered[at].solved = None;
                }
            }
            Some(WaitKind::Pick { .. }) => self.c.offered.truncate(undone.offered),
            _ => {}
        }
    }

    /// A digression from the flow at `depth` is over: what was answered in it is past undoing.
    pub fn forget_digression(&mut self, depth: usize) {
        let began = |answered: &Answered| answered.digression && answered.depth == depth;
        let Some(at) = self.c.trail.iter().rposition(began) else { return };
        while self.c.trail.len() > at && self.untrail().is_some() {}
    }

    /// Forgets all answers: another flow begins in place of those under way.
    pub fn forget(&mut self) {
        self.c.trail.clear();
        self.c.reopened = None;
        self.before_last = None;
    }

    /// A text of a flow is said: noted for corrections. False where it was said before the correction, as it is.
    pub fn says_anew(&mut self, text: &str) -> bool {
        let hash = hash(text);
        if let Some(last) = self.c.trail.last_mut().filter(|last| last.said.len() < MAX_SAID) {
            last.said.push(hash);
        }
        !self.c.reopened.as_ref().is_some_and(|reopened| reopened.said.contains(&hash))
    }

    /// At the end of the turn: the last answer's way back starts from here.
    pub fn settle_trail(&mut self) {
        if self.noted && !self.reopening {
            self.settle_reopened();
        }
        if let (Some(last), Some(before)) = (self.c.trail.last_mut(), &self.before_last) {
            last.undo = Undo::between(&self.c.frames, before);
        }
        for slot in std::mem::take(&mut self.cleared) {
            if !self.c.frames.iter().any(|frame| frame.slots.contains_key(&slot)) {
                self.event(Event::SlotCleared { slot });
            }
        }
    }

    /// A corrected answer was given and the flow ran on: what still waits to be given again stays, no more.
    fn settle_reopened(&mut self) {
        if let Some(reopened) = &mut self.c.reopened {
            reopened.said.clear();
            reopened.was = None;
        }
        self.c.reopened = self.c.reopened.take().filter(|reopened| !reopened.kept.is_empty());
    }
}
