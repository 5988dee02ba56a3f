//! What left, and of which nobody knows whether it arrived. Discord knows a message again by its own number for a few
//! minutes; for when it is away longer, we look whether it is there before it is sent again.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::address::{Address, number};
use super::update::time_of;
use super::wire::{Answer, Refusal};
use super::{Discord, Me};
use crate::app::channels::Delivery;

/// Pieces that are remembered.
const MANY: usize = 4_096;
/// What our clock and theirs may differ by, in milliseconds.
const ASTRAY: u64 = 2_000;
/// So many messages back it is looked for.
const BACK: u32 = 50;

#[derive(Debug, Default)]
pub struct Doubts(Mutex<(HashMap<String, u64>, VecDeque<String>)>);

impl Doubts {
    /// `tried`: when it left, in milliseconds since 1970.
    pub fn add(&self, nonce: &str, tried: u64) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, order) = &mut *held;
        // The first try is the one that may have arrived.
        if !known.contains_key(nonce) {
            known.insert(nonce.to_owned(), tried);
            order.push_back(nonce.to_owned());
        }
        if order.len() > MANY
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
    }

    fn tried(&self, nonce: &str) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.get(nonce).copied()
    }
}

impl Discord {
    /// The platform's number of a piece that arrived after all; `None` where there is no doubt, or it is not there.
    ///
    /// # Errors
    /// What became of the look, where that says nothing: nothing is sent then.
    pub(super) async fn arrived(&self, here: &Address, piece: &Value) -> Result<Option<String>, Delivery> {
        let tried = piece["nonce"].as_str().and_then(|nonce| self.doubts.tried(nonce));
        let Some(tried) = tried else { return Ok(None) };
        let me = *self.me().await?;
        match self.wire.get(&format!("/channels/{}/messages?limit={BACK}", here.channel)).await {
            Answer::Ok(found) => {
                let found =
                    found.as_array().into_iter().flatten().find(|other| same(me, other, piece, tried));
                Ok(found.and_then(|found| found["id"].as_str()).map(str::to_owned))
            }
            Answer::No(Refusal::RetryAfter(time)) => Err(Delivery::RetryAfter(time)),
            Answer::No(Refusal::NotSent(why) | Refusal::Unknown(why)) => Err(Delivery::Transient(why)),
            // We may not look: then it is sent, and Discord knows it again, if it was not long ago.
            Answer::No(Refusal::Told { .. }) | Answer::Unreadable => Ok(None),
        }
    }
}

/// Whether a message of ours is the piece: the same words and buttons, not before it was first tried.
fn same(me: Me, message: &Value, piece: &Value, tried: u64) -> bool {
    let words = |told: &Value| told["content"].as_str().unwrap_or_default().trim().to_owned();
    number(&message["author"]["id"]) == Some(me.id)
        && words(message) == words(piece)
        && ids(message) == ids(piece)
        && number(&message["id"]).is_some_and(|id| time_of(id) + ASTRAY >= tried)
}

/// Now, in milliseconds since 1970.
pub fn now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// What the buttons of a message bring back.
fn ids(told: &Value) -> Vec<String> {
    let rows = told["components"].as_array().into_iter().flatten();
    let all = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
    all.filter_map(|one| one["custom_id"].as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_said_before_is_not_what_is_in_doubt() {
        let me = Me { id: 1, application: 2 };
        let now = now();
        let id = |at: u64| ((at - time_of(0)) << 22).to_string();
        let message = |at: u64, text: &str| json!({ "id": id(at), "author": { "id": "1" }, "content": text });
        let piece = json!({ "content": "Please hold. " });
        assert!(same(me, &message(now, "Please hold."), &piece, now));
        assert!(!same(me, &message(now - 60_000, "Please hold."), &piece, now));
        assert!(!same(me, &message(now, "Please wait."), &piece, now));
        let button =
            json!({ "content": "Please hold.", "components": [{ "components": [{ "custom_id": "x" }] }] });
        assert!(!same(me, &message(now, "Please hold."), &button, now));
        let doubts = Doubts::default();
        doubts.add("a", 5);
        doubts.add("a", 9);
        assert_eq!((doubts.tried("a"), doubts.tried("b")), (Some(5), None));
    }
}
