//! The nouns of talking: what is said in, what is said out, where a conversation stands and what happened.
//! Pure: no async, clock, randomness, database or vendor type.

mod call;
pub mod code;
pub mod event;
pub mod facts;
pub mod http;
pub mod ids;
pub mod link;
pub mod masking;
pub mod notice;
pub mod prompt;
pub mod state;
pub mod trail;
pub mod utterance;

pub use call::{CallEvent, Callback, Dropped, PutThrough, TransferEnd, is_e164};
pub use event::{Event, Nearest, TicketDraft, TimerKind, Undelivered};
pub use facts::{ContactFacts, Facts, Incident, OpenTicket};
pub use http::{HttpAnswer, HttpRequest};
pub use ids::{ContactId, ConversationId};
pub use link::{LinkFacts, Linked};
pub use notice::{News, Notice, Subject};
pub use prompt::{Hope, Prompt, PromptKind, PromptOption, Recorded, Segment};
pub use state::{Channel, Conversation, Frame, Gathered, Life, Offered, OpenedTicket, Owner, Wait, WaitKind};
pub use trail::{Ahead, Answered, Changed, Kept, Reopened, Undo};
pub use utterance::{Said, SentFile, Utterance};
