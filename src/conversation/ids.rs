//! Ids, derived so that a redelivery or a replay makes the same ones.

use uuid::Uuid;

pub type ConversationId = Uuid;
pub type ContactId = Uuid;

/// The name space of all that Vestibule derives.
const SPACE: Uuid = Uuid::from_u128(0x7665_7374_6962_756c_6500_0000_0000_0001);

/// A conversation's id from the channel, the address on it and what began it (the inbound's key).
pub fn conversation(channel: &str, address: &str, begun_by: &str) -> ConversationId {
    derive(&["conversation", channel, address, begun_by])
}

/// A contact's id from the address it first wrote from.
pub fn contact(channel: &str, address: &str) -> ContactId {
    derive(&["contact", channel, address])
}

/// A file that was sent on a channel address, by the delivery that brought it.
pub fn file(channel: &str, address: &str, delivery: &str) -> Uuid {
    derive(&["file", channel, address, delivery])
}

/// Something of one turn: the n-th `kind` of turn `turn` of a conversation.
pub fn of_turn(conversation: ConversationId, turn: u64, kind: &str, n: u32) -> Uuid {
    derive(&[kind, &conversation.to_string(), &turn.to_string(), &n.to_string()])
}

fn derive(parts: &[&str]) -> Uuid {
    let mut name = String::new();
    for part in parts {
        name.push_str(&part.len().to_string());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&SPACE, name.as_bytes())
}
