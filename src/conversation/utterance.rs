//! What comes in: one thing said, pressed, or not said.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Channel, HttpAnswer, Notice, TransferEnd, Undelivered};

use super::ConversationId;

/// One inbound, freed of its channel's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    pub said: Said,
    /// The turn that the contact answered (a step nonce, a button's turn); `None` where the channel cannot know.
    /// An answer to an earlier turn is not applied; what is asked now is asked again.
    pub answers_turn: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as")]
pub enum Said {
    /// The conversation begins: a call came in, a chat was opened, `/command`.
    Started {
        flow: Option<String>,
    },
    /// Typed words.
    Text {
        text: String,
    },
    /// A button or list entry: the option's value as it was offered.
    Choice {
        value: String,
    },
    /// A button that says where it stood: one of an earlier question, of another revision or of a conversation that is
    /// over has no effect.
    Pressed {
        value: String,
        conversation: ConversationId,
        /// `None` where the channel does not carry it.
        revision: Option<String>,
        /// The turn that put the button there.
        turn: u64,
    },
    /// Keys of a phone: digits, `*`, `#`, as pressed, without a finishing `#`.
    Keys {
        keys: String,
    },
    /// Words heard, with the platform's confidence from 0 to 1 where it gave one.
    Speech {
        text: String,
        confidence: Option<f64>,
    },
    /// A file was sent: its reference, and what is known of it.
    File {
        file: String,
        name: String,
        kind: String,
        size: u64,
    },
    /// Several files at once, and the words beside them: one utterance.
    Files {
        files: Vec<SentFile>,
        text: String,
    },
    /// The contact changed the words of an earlier message; nothing is answered by it.
    Edited {
        text: String,
    },
    /// The contact took an earlier message back.
    Deleted {
        text: String,
    },
    /// The contact put a sign on a message; nothing is answered by it.
    Reacted {
        sign: String,
    },
    /// Nothing within the time allowed.
    Silence,
    /// The call came back from whoever it was put through to.
    Transferred {
        how: TransferEnd,
    },
    /// A message was recorded: where the platform keeps it, and how long it is.
    Recorded {
        url: String,
        seconds: u32,
    },
    /// What was understood of the message that was recorded.
    Transcribed {
        text: String,
    },
    /// The contact answered the call that they asked for.
    CallBackAnswered,
    /// The call that the contact asked for is over, or nobody answered it.
    CallBackEnded {
        reason: String,
    },
    /// The contact hung up or left.
    Left {
        reason: String,
    },
    /// An agent takes the conversation over.
    Claimed {
        agent: String,
    },
    /// An agent writes to the contact.
    AgentWrote {
        agent: String,
        text: String,
    },
    /// An agent writes to colleagues.
    Noted {
        agent: String,
        text: String,
    },
    /// An agent has the call put through: to a number in E.164, or to a SIP address.
    PutThrough {
        agent: String,
        to: String,
    },
    /// An agent gives the conversation back to the bot.
    HandedBack,
    /// An agent went away without handing back: it waits for another.
    LeaseEnded,
    /// An agent closes the conversation.
    ClosedByAgent {
        agent: String,
        disposition: String,
    },
    /// Nobody took the conversation from the queue in time.
    NobodyCame,
    /// No further message came in time: those that were gathered are one answer.
    Gathered,
    /// The contact was silent for long in chat: first a reminder, then parked.
    Reminder,
    Park,
    /// A service answered, or did not; `id` is that of the request.
    HttpAnswered {
        id: Uuid,
        answer: HttpAnswer,
    },
    /// The time of a `wait` step is over.
    Waited,
    /// Something that the contact watches changed.
    Informed {
        notice: Notice,
    },
    /// Message number `seq` did not arrive, or nobody knows.
    Undelivered {
        seq: u64,
        why: Undelivered,
    },
    /// The contact shut us out.
    Blocked {
        reason: String,
    },
    /// The contact lets us in again.
    Unblocked,
    /// An agent parts the address from the person's others.
    Unlinked {
        agent: String,
    },
    /// The contact said that a conversation left elsewhere is to go on here; it stands in this one's place by now.
    MovedHere {
        from: ConversationId,
        channel: Channel,
        said: Box<Said>,
    },
    /// The contact goes on elsewhere.
    MovedAway {
        to: ConversationId,
        channel: Channel,
    },
    /// The channel asks for what is being asked, again (a stale nonce, a poll).
    Again,
}

/// A file as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentFile {
    /// Its reference.
    pub file: String,
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Bytes.
    pub size: u64,
}

/// Frees inbound text of what no channel may carry: control characters but line breaks and tabs, the private-use
/// marks that the engine itself uses, non-characters; and bounds its length.
pub fn clean(text: &str) -> String {
    const MAX: usize = 8_000;
    let kept = |c: &char| {
        let control = c.is_control() && !matches!(c, '\n' | '\t');
        let private = ('\u{E000}'..='\u{F8FF}').contains(c);
        let none = matches!(c, '\u{FFFE}' | '\u{FFFF}' | '\u{FEFF}');
        let direction = ('\u{202A}'..='\u{202E}').contains(c) || ('\u{2066}'..='\u{2069}').contains(c);
        !(control || private || none || direction)
    };
    text.chars().filter(kept).take(MAX).collect::<String>().trim().to_owned()
}
