//! What reaches beyond the conversation: requests, watches, and a person's other addresses.

use jiff::Timestamp;

use super::json;
use crate::conversation::{CallEvent, Conversation, Event, News, Owner};
use crate::store::calls::{self, Errand};
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
            other => {
                call_rows(writes, conversation, other, now)?;
                people::rows(writes, conversation, other, now)?;
            }
        }
    }
    Ok(())
}

/// Who waits, what was cut off, and what a telephony platform is to do.
fn call_rows(
    writes: &mut Writes,
    conversation: &Conversation,
    event: &Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = conversation.id.to_string();
    let at = now.as_microsecond();
    let (channel, address) = (conversation.channel, conversation.address.clone());
    let errand = match event {
        Event::OwnerChanged { owner: Owner::Queue(_), .. } => {
            let since = conversation.queued_at.unwrap_or(now).as_microsecond();
            writes.calls.push(calls::Chore::Queued { conversation: name, since });
            return Ok(());
        }
        Event::OwnerChanged { .. } => {
            writes.calls.push(calls::Chore::Unqueued { conversation: name });
            return Ok(());
        }
        Event::Closed { outcome } => {
            if matches!(conversation.owner, Owner::Queue(_)) {
                writes.calls.push(calls::Chore::Unqueued { conversation: name.clone() });
            }
            if outcome == "abandoned" && channel.telephone() && conversation.number.is_some() {
                // By the number, and by the chat that the caller proved to be theirs.
                let home = conversation.proven.as_ref().map(|proven| proven.home);
                for contact in home.into_iter().chain([conversation.contact]) {
                    let (contact, conversation) = (contact.to_string(), name.clone());
                    writes.calls.push(calls::Chore::Dropped { contact, conversation, at });
                }
            }
            return Ok(());
        }
        Event::Call { what: CallEvent::CallResumed { from } | CallEvent::ResumeDeclined { from } } => {
            writes.calls.push(calls::Chore::Resumed { conversation: from.to_string() });
            return Ok(());
        }
        Event::Call { what: CallEvent::CallWanted { id, number } } => {
            (*id, Errand::Call { channel, address, number: number.clone() })
        }
        Event::Call { what: CallEvent::MessageWanted { id, number, text } } => {
            (*id, Errand::Message { channel, number: number.clone(), text: text.clone() })
        }
        Event::Call { what: CallEvent::MessageRecorded { file, url, .. } } => {
            (*file, Errand::Recording { channel, address, file: *file, url: url.clone() })
        }
        _ => return Ok(()),
    };
    let (id, body) = (errand.0.to_string(), json(&errand.1)?);
    writes.calls.push(calls::Chore::Add { id, conversation: name, body, now: at });
    Ok(())
}
