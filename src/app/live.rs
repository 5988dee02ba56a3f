//! Who listens now: the pages and sockets that want to know at once. Losing a notice loses nothing, since each
//! listener catches up from the journal by its last number.

use tokio::sync::broadcast;

use crate::conversation::{Channel, ConversationId};

/// Something was committed.
#[derive(Debug, Clone)]
pub struct Notice {
    pub conversation: ConversationId,
    pub channel: Channel,
    pub address: String,
    pub seq: u64,
    /// Whether a ticket was opened or changed.
    pub ticket: bool,
}

#[derive(Clone, Debug)]
pub struct Live {
    sender: broadcast::Sender<Notice>,
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Live {
    pub fn new() -> Self {
        Self { sender: broadcast::channel(1024).0 }
    }

    pub fn tell(&self, notice: Notice) {
        // No listener is no error.
        let _ = self.sender.send(notice);
    }

    pub fn listen(&self) -> broadcast::Receiver<Notice> {
        self.sender.subscribe()
    }
}
