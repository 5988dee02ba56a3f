//! What reaches beyond the conversation: requests, watches, and a person's other addresses.

use jiff::Timestamp;

use super::json;
use crate::conversation::{Conversation, Event, News};
use crate::store::writes::{CopyWrite, RequestWrite, WatchWrite, Writes};
use crate::store::{StoreError, people};

/// The rows of what leaves for the world outside, and of what is to be told of it.
pub(super) fn rows(
    writes: &mut Writes,
    conversation: &Conversation,
    events: &[Event],
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = conversation.id.to_string();
    for event in events {
        match event {
            Event::HttpRequested { id, request, .. } => writes.requests.push(RequestWrite {
                id: id.to_string(),
                conversation: name.clone(),
                body: json(request)?,
                now: now.as_microsecond(),
            }),
            Event::Watched { subject } => writes.watches.push(WatchWrite {
                contact: conversation.contact.to_string(),
                what: subject.word(),
                subject: subject.of().to_owned(),
                // A caller who is proven by a chat is told there.
                conversation: match &conversation.proven {
                    Some(proven) => proven.conversation.to_string(),
                    None => name.clone(),
                },
                now: now.as_microsecond(),
            }),
            Event::AnswerSent { article } => writes.copies.push(CopyWrite {
                id: format!("answer:{name}:{article}"),
                contact: conversation.contact.to_string(),
                news: json(&News::AnswerCopied { article: article.clone() })?,
                now: now.as_microsecond(),
            }),
            Event::NoticeTold { notice } => writes.told.push((notice.clone(), now.as_microsecond())),
            other => people::rows(writes, conversation, other, now)?,
        }
    }
    Ok(())
}
