//! What a person's other addresses have to say to a turn: whether a code links, and whether a conversation left elsewhere
//! can be had. Both are looked up where a decision shows that it needs them, and the turn is decided again.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Connection, Fate, Pending, Turn, World, conversation, decide_again};
use crate::conversation::ConversationId;
use crate::store::StoreError;
use crate::store::people::{self, Settled, Tried, judge};

/// Decides again, on what is stored about it, where a code to link by was tried.
pub(super) async fn settle_codes(
    connection: &mut Connection,
    jobs: &mut [Pending],
    turns: &mut [Turn],
    world: &World,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tried = |turn: &Turn| match turn {
        Turn::Decided { decision, .. } => Tried::of(decision.conversation.as_ref(), &decision.events),
        Turn::Fated(_) => None,
    };
    let (places, tried): (Vec<usize>, Vec<Tried>) =
        turns.iter().enumerate().filter_map(|(at, turn)| Some((at, tried(turn)?))).unzip();
    if tried.is_empty() {
        return Ok(());
    }
    let standings = connection.tried(&tried, now).await?;
    let mut settled = Settled::default();
    for ((at, tried), standing) in places.into_iter().zip(&tried).zip(&standings) {
        let Some(found) = judge(tried, standing, &mut settled) else {
            turns[at] = Turn::Fated(Fate::Later);
            continue;
        };
        if let Turn::Decided { answers, .. } = &mut turns[at] {
            answers.link = Some(found);
        }
        decide_again(&mut jobs[at].job, &mut turns[at], world);
    }
    Ok(())
}

/// Decides again, on the conversation itself, where one of another address is wanted here.
pub(super) async fn settle_moves(
    connection: &mut Connection,
    jobs: &mut [Pending],
    turns: &mut [Turn],
    world: &World,
) -> Result<(), StoreError> {
    let wanted = |turn: &Turn| match turn {
        Turn::Decided { decision, found, .. } => {
            people::wanted(&decision.events).map(|id| (id, found.person))
        }
        Turn::Fated(_) => None,
    };
    let wanted: Vec<(usize, (ConversationId, Option<Uuid>))> =
        turns.iter().enumerate().filter_map(|(at, turn)| Some((at, wanted(turn)?))).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = wanted.iter().map(|(_, (id, _))| *id).collect();
    let bodies: HashMap<ConversationId, String> = connection.bodies(&ids).await?.into_iter().collect();
    for (at, (id, person)) in wanted {
        let there = bodies.get(&id).map(|body| conversation(body)).transpose()?;
        let person = person.and_then(|person| world.persons.get(&person));
        let moving = people::moving(person, there);
        if let Turn::Decided { answers, .. } = &mut turns[at] {
            answers.moving = Some(moving);
        }
        decide_again(&mut jobs[at].job, &mut turns[at], world);
    }
    Ok(())
}
