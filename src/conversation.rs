//! The nouns of talking: what is said in, what is said out, where a conversation stands and what happened.
//! Pure: no async, clock, randomness, database or vendor type.

pub mod code;
pub mod event;
pub mod facts;
pub mod http;
pub mod ids;
pub mod masking;
pub mod notice;
pub mod prompt;
pub mod state;
pub mod trail;
pub mod utterance;

pub use event::{Event, Nearest, TicketDraft, TimerKind};
pub use facts::{ContactFacts, Facts, Incident, OpenTicket};
pub use http::{HttpAnswer, HttpRequest};
pub use ids::{ContactId, ConversationId};
pub use notice::{News, Notice, Subject};
pub use prompt::{Hope, Prompt, PromptKind, PromptOption, Segment};
pub use state::{Channel, Conversation, Frame, Gathered, Life, Offered, OpenedTicket, Owner, Wait, WaitKind};
pub use trail::{Ahead, Answered, Changed, Kept, Reopened, Undo};
pub use utterance::{Said, Utterance};
