//! From the events of a turn to the rows of questions: what was put to the FAQ, what was offered, what came of it.

use std::collections::BTreeMap;

use crate::conversation::{Conversation, Event, Owner};
use crate::store::StoreError;
use crate::store::commit::json;
use crate::store::writes::{OfferWrite, QuestionTouch, QuestionWrite, Writes};

/// Which question of a conversation an event is about: the last one put at or before the n-th of this turn (0: before
/// the turn).
type Place = i64;

/// Adds the rows of one turn.
///
/// # Errors
/// [`StoreError::Corrupt`] where something cannot be written as JSON.
pub(in crate::store) fn add(
    writes: &mut Writes,
    conversation: &Conversation,
    events: &[Event],
    now: i64,
) -> Result<(), StoreError> {
    let mut turn = Turn {
        id: conversation.id.to_string(),
        turn: i64::try_from(conversation.turn).unwrap_or(i64::MAX),
        now,
        place: 0,
        aside: false,
        touches: BTreeMap::new(),
        offers: BTreeMap::new(),
    };
    for event in events {
        if let Event::QuestionPut { .. } = event {
            let row = turn.put(conversation, event)?;
            writes.questions.extend(row);
        } else {
            turn.take(event);
        }
    }
    writes.offers.extend(turn.offers.into_values());
    writes.touched_questions.extend(turn.touches.into_values());
    Ok(())
}

struct Turn {
    id: String,
    turn: i64,
    now: i64,
    place: Place,
    /// The last one that was put was asked amid a form.
    aside: bool,
    touches: BTreeMap<Place, QuestionTouch>,
    offers: BTreeMap<(Place, String), OfferWrite>,
}

impl Turn {
    fn put(
        &mut self,
        conversation: &Conversation,
        event: &Event,
    ) -> Result<Option<QuestionWrite>, StoreError> {
        let Event::QuestionPut { flow, wording, tags, nearest, found, aside } = event else {
            return Ok(None);
        };
        self.place += 1;
        self.aside = *aside;
        Ok(Some(QuestionWrite {
            conversation: self.id.clone(),
            turn: self.turn,
            place: self.place,
            at: self.now,
            contact: conversation.contact.to_string(),
            channel: conversation.channel.word(),
            locale: conversation.locale.clone(),
            flow: flow.clone(),
            topic: tags.first().map(|tag| tag.trim().to_lowercase()).unwrap_or_default(),
            wording: wording.clone(),
            nearest: json(nearest)?,
            aside: *aside,
            state: if *found == 0 { "none" } else { "shown" },
        }))
    }

    fn touch(&mut self) -> &mut QuestionTouch {
        let (id, turn, place) = (&self.id, self.turn, self.place);
        self.touches.entry(place).or_insert_with(|| QuestionTouch {
            conversation: id.clone(),
            turn,
            place,
            ..QuestionTouch::default()
        })
    }

    fn offer(&mut self, article: &str, solved: Option<bool>, reason: Option<&str>) {
        let key = (self.place, article.to_owned());
        let offer = self.offers.entry(key).or_insert_with(|| OfferWrite {
            conversation: self.id.clone(),
            turn: self.turn,
            place: self.place,
            article: article.to_owned(),
            at: self.now,
            solved: None,
            reason: None,
        });
        offer.solved = solved.or(offer.solved);
        offer.reason = reason.map(str::to_owned).or(offer.reason.take());
        let touch = self.touch();
        touch.state = Some(match solved {
            None => "offered",
            Some(true) => "confirmed",
            Some(false) => "refused",
        });
        touch.article = Some(article.to_owned());
    }

    fn take(&mut self, event: &Event) {
        match event {
            Event::AnswerOffered { article, .. } | Event::QuestionAnswered { article, .. } => {
                self.offer(article, None, None);
            }
            Event::AnswerConfirmed { article } => self.offer(article, Some(true), None),
            Event::AnswerRefused { article, reason } => self.offer(article, Some(false), reason.as_deref()),
            Event::TicketOpened { draft } => self.touch().ticket = Some(draft.code.clone()),
            Event::TicketAdded { code, .. } => self.touch().ticket = Some(code.clone()),
            Event::HandoffRequested { .. } => self.touch().handed = true,
            Event::OwnerChanged { owner: Owner::Queue(_) | Owner::Agent(_), .. } => {
                self.touch().handed = true
            }
            // It goes on elsewhere: the contact did not leave.
            Event::Closed { outcome } if outcome == "moved" => {}
            Event::Left { .. } | Event::Parked | Event::Closed { .. } => self.touch().left = Some(self.now),
            Event::Resumed => self.touch().left = Some(0),
            Event::QuestionPut { .. }
            | Event::OwnerChanged { owner: Owner::Bot, .. }
            | Event::NothingFound { .. }
            | Event::AnswerSent { .. }
            | Event::Deflected { .. }
            | Event::Started { .. }
            | Event::Call { .. }
            | Event::FlowEntered { .. }
            | Event::Walked { .. }
            | Event::Heard { .. }
            | Event::Prompted { .. }
            | Event::AgentWrote { .. }
            | Event::Noted { .. }
            | Event::SlotFilled { .. }
            | Event::SlotCleared { .. }
            | Event::NothingHeard { .. }
            | Event::NotUnderstood { .. }
            | Event::ValueRefused { .. }
            | Event::PromptFailed { .. }
            | Event::StatusTold { .. }
            | Event::NobodyCame { .. }
            | Event::SurveyAnswered { .. }
            | Event::HttpRequested { .. }
            | Event::HttpAnswered { .. }
            | Event::Watched { .. }
            | Event::NoticeTold { .. }
            | Event::LinkOffered { .. }
            | Event::CodeTried { .. }
            | Event::Linked { .. }
            | Event::LinkRefused { .. }
            | Event::Unlinked { .. }
            | Event::MoveWanted { .. }
            | Event::MovedHere { .. }
            | Event::MovedAway { .. }
            | Event::Edited { .. }
            | Event::Deleted { .. }
            | Event::Reacted { .. }
            | Event::Undelivered { .. }
            | Event::Unreachable { .. }
            | Event::Reachable
            | Event::FileReceived { .. }
            | Event::LanguageChanged { .. }
            | Event::TimerSet { .. }
            | Event::TimersCleared
            | Event::CarriedOver { .. }
            | Event::Faulted { .. } => {}
        }
    }
}
