//! What people and the world do in random talk.

use proptest::collection::vec;
use proptest::prelude::*;

/// What the contact, or somebody else, does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A good answer to what is asked, the n-th.
    Answer(u8),
    /// Pressed on an option of the present prompt.
    Button(u8),
    /// Words that fit an option, among others.
    About(u8),
    Says(&'static str),
    Junk(String),
    Keys(String),
    Silence,
    Back,
    Agent,
    /// An option of two turns ago.
    OldButton,
    /// An agent is there, or none.
    Free(bool),
    Happens(Other),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    Claimed,
    Wrote,
    HandedBack,
    LeaseEnded,
    NobodyCame,
    Reminder,
    Park,
    Again,
    Left,
    /// The service that is called replies, replies with nothing of use, or does not.
    Replies,
    RepliesOddly,
    Fails,
    /// An answer to a request that nobody made.
    Stale,
    /// The time that is waited for is over.
    TimeIsOver,
    Sends,
}

/// Everything that works everywhere, corrections, questions, other flows.
const SAYINGS: [&str; 24] = [
    "help",
    "menu",
    "repeat",
    "language",
    "cancel",
    "/other",
    "/main",
    "/start",
    "/nothing",
    "my parcel did not arrive",
    "how do I reset my password?",
    "the router blinks red",
    "no, I meant network",
    "I meant 204417",
    "change s1",
    "change s2 to garden",
    "change the zebra",
    "my zebra 204417 of yesterday, ada@example.org",
    "sorry, I meant yesterday",
    "no",
    "yes",
    "zebra",
    "no, 5",
    "none of these",
];

pub fn acts(portable: bool) -> impl Strategy<Value = Vec<Act>> {
    if portable {
        let act = prop_oneof![
            12 => (0..5_u8).prop_map(Act::Answer),
            1 => Just(Act::Silence),
            2 => Just(Act::Back),
            1 => Just(Act::Says("qwertz uiop")),
            1 => Just(Act::Says("no, I meant network")),
            1 => Just(Act::Says("/other")),
            1 => Just(Act::Agent),
        ];
        return vec(act, 0..24).boxed();
    }
    let other = prop_oneof![
        Just(Other::Claimed),
        Just(Other::Wrote),
        Just(Other::HandedBack),
        Just(Other::LeaseEnded),
        Just(Other::NobodyCame),
        Just(Other::Reminder),
        Just(Other::Park),
        Just(Other::Again),
        Just(Other::Left),
        Just(Other::Replies),
        Just(Other::RepliesOddly),
        Just(Other::Fails),
        Just(Other::Stale),
        Just(Other::TimeIsOver),
        Just(Other::Sends)
    ];
    let act = prop_oneof![
        14 => (0..5_u8).prop_map(Act::Answer),
        3 => (0..6_u8).prop_map(Act::Button),
        3 => (0..6_u8).prop_map(Act::About),
        8 => (0..SAYINGS.len()).prop_map(|at| Act::Says(SAYINGS[at])),
        2 => "\\PC{0,40}".prop_map(Act::Junk),
        2 => "[0-9*#]{0,9}".prop_map(Act::Keys),
        2 => Just(Act::Silence),
        3 => Just(Act::Back),
        1 => Just(Act::Agent),
        1 => Just(Act::OldButton),
        1 => any::<bool>().prop_map(Act::Free),
        3 => other.prop_map(Act::Happens),
    ];
    vec(act, 0..32).boxed()
}
