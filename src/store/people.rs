//! One person on several addresses: who is linked, which codes were shown, which were tried.

use std::collections::{HashMap, HashSet};

use hex::encode;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::connection::Connection;
use super::writes::{CodeWrite, LinkWrite, TryWrite, UnlinkWrite, Writes};
use super::{Reads, Store, StoreError, raw};
use crate::conversation::link::{
    Elsewhere, Found, MAX_ADDRESSES, MAX_TRIES, MAX_TRIES_OF_ALL, Moving, Refused, TRIES_WITHIN, VALID,
};
use crate::conversation::{
    Channel, ContactId, Conversation, ConversationId, Event, Linked, News, Notice, OpenTicket, Owner, ids,
};

impl Store {
    /// The other addresses of a contact's person, the first linked first.
    pub async fn linked_with(&self, contact: ContactId) -> Result<Vec<Linked>, StoreError> {
        let all = reads!(self, reads => reads.linked_with(contact).await)?;
        Ok(all.into_iter().filter(|link| link.contact != contact).collect())
    }
}

/// What is kept of a code. It is good for ten minutes, and the transcript holds it for those who may read that: the hash
/// keeps it out of what is left behind.
pub(super) fn hash(code: &str) -> String {
    encode(Sha256::digest(code.as_bytes()))
}

/// A person of several addresses, as loaded for a batch.
#[derive(Debug, Default, Clone)]
pub(super) struct Person {
    pub links: Vec<Linked>,
    elsewhere: Vec<(ContactId, Elsewhere)>,
    pub tickets: Vec<OpenTicket>,
    /// What one of the contacts is to be told.
    pub notices: Vec<(ContactId, Notice)>,
}

impl Person {
    pub async fn load(
        connection: &mut Connection,
        persons: &[Uuid],
    ) -> Result<HashMap<Uuid, Self>, StoreError> {
        let mut all: HashMap<Uuid, Self> = HashMap::new();
        let mut of: HashMap<ContactId, Uuid> = HashMap::new();
        for Address { person, link, elsewhere } in connection.links(persons).await? {
            of.insert(link.contact, person);
            let person = all.entry(person).or_default();
            person.elsewhere.extend(elsewhere.map(|elsewhere| (link.contact, elsewhere)));
            person.links.push(link);
        }
        let contacts: Vec<Uuid> = of.keys().copied().collect();
        for (contact, ticket) in connection.open_tickets(&contacts).await? {
            if let Some(person) = of.get(&contact).and_then(|person| all.get_mut(person)) {
                person.tickets.push(ticket);
            }
        }
        for (contact, notice) in connection.untold(&contacts).await? {
            if let Some(person) = of.get(&contact).and_then(|person| all.get_mut(person)) {
                person.notices.push((contact, notice));
            }
        }
        Ok(all)
    }

    /// The person's addresses but this contact's.
    pub fn others(&self, contact: ContactId) -> Vec<Linked> {
        self.links.iter().filter(|link| link.contact != contact).cloned().collect()
    }

    /// What is under way on the person's addresses but this contact's.
    pub fn elsewhere(&self, contact: ContactId) -> Vec<Elsewhere> {
        let others = self.elsewhere.iter().filter(|(at, _)| *at != contact);
        others.map(|(_, elsewhere)| elsewhere.clone()).collect()
    }

    /// What the person is to be told at this contact's address: what concerns linking is told where it was meant.
    pub fn told_to(&self, contact: ContactId) -> Vec<Notice> {
        let here = |(to, notice): &&(ContactId, Notice)| {
            let of_address = matches!(notice.news, News::Linked { .. } | News::Unlinked { .. });
            *to == contact || !of_address
        };
        self.notices.iter().filter(here).map(|(_, notice)| notice.clone()).collect()
    }
}

/// The conversation that a decision wants on its address.
pub(super) fn wanted(events: &[Event]) -> Option<ConversationId> {
    events.iter().find_map(|event| match event {
        Event::MoveWanted { conversation } => Some(*conversation),
        _ => None,
    })
}

/// What becomes of a conversation that is wanted on another address: only one of the person's own can be had.
pub(super) fn moving(person: Option<&Person>, there: Option<Conversation>) -> Moving {
    let theirs = |there: &Conversation| {
        person.is_some_and(|person| person.links.iter().any(|link| link.contact == there.contact))
    };
    match there.filter(|there| !there.is_closed() && there.owner == Owner::Bot && theirs(there)) {
        Some(there) => Moving::There { conversation: Box::new(there) },
        None => Moving::Gone,
    }
}

/// A code that a job of the batch tries.
#[derive(Debug)]
pub(super) struct Tried {
    pub hash: String,
    /// Whose codes that did not work are counted.
    pub counted: ContactId,
    pub contact: ContactId,
    voice: bool,
    typo: bool,
}

impl Tried {
    /// What a decision tries, if anything.
    pub fn of(conversation: Option<&Conversation>, events: &[Event]) -> Option<Self> {
        let conversation = conversation?;
        let code = events.iter().find_map(|event| match event {
            Event::CodeTried { code } => Some(code),
            _ => None,
        })?;
        Some(Self {
            hash: hash(code),
            counted: counted(conversation),
            contact: conversation.contact,
            voice: conversation.channel.voice(),
            typo: code.is_empty(),
        })
    }
}

fn counted(conversation: &Conversation) -> ContactId {
    conversation.proven.as_ref().map_or(conversation.contact, |proven| proven.home)
}

/// What is stored about a code that is tried.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// Codes that did not work: of the contact, and of all.
    pub tries: (u32, u32),
    /// Where it was shown; none, or several, and it is no code.
    pub shown: Vec<(ContactId, Uuid, Channel)>,
    /// Addresses of the two persons, and whether they are one.
    pub addresses: (usize, usize),
    pub same: bool,
}

/// What has become of the codes before in the batch.
#[derive(Debug, Default)]
pub(super) struct Settled {
    used: HashSet<String>,
    failed: HashMap<ContactId, u32>,
    linked: bool,
}

/// What becomes of a code, or nothing where the job must wait for another batch: one that links changes what the next
/// is judged by.
pub(super) fn judge(tried: &Tried, standing: &Standing, settled: &mut Settled) -> Option<Found> {
    let refused = |why| Some(Found::Refused { why });
    let failed = settled.failed.entry(tried.counted).or_default();
    let (own, all) = standing.tries;
    if own + *failed >= MAX_TRIES || all >= MAX_TRIES_OF_ALL {
        return refused(Refused::TooMany);
    }
    let [(contact, conversation, channel)] = standing.shown.as_slice() else {
        *failed += 1;
        return refused(Refused::Unknown);
    };
    if tried.typo || settled.used.contains(&tried.hash) {
        *failed += 1;
        return refused(Refused::Unknown);
    }
    if !tried.voice {
        // Those of one address are not counted as long as it is not linked.
        let (mine, theirs) = (standing.addresses.0.max(1), standing.addresses.1.max(1));
        match () {
            () if *contact == tried.contact => return refused(Refused::Own),
            () if standing.same => return refused(Refused::Already),
            () if mine + theirs > MAX_ADDRESSES => return refused(Refused::Full),
            () => {}
        }
    }
    if settled.linked {
        return None;
    }
    settled.linked = true;
    settled.used.insert(tried.hash.clone());
    Some(Found::Shown { contact: *contact, conversation: *conversation, channel: *channel })
}

/// Since when codes that did not work count: of one contact, of all.
pub(super) fn counts_since(now: Timestamp) -> (i64, i64) {
    let minute = jiff::SignedDuration::from_mins(1);
    let since = |ago| now.checked_sub(ago).unwrap_or(now).as_microsecond();
    (since(TRIES_WITHIN), since(minute))
}

/// The rows of what a turn did about links.
pub(super) fn rows(
    writes: &mut Writes,
    conversation: &Conversation,
    event: &Event,
    now: Timestamp,
) -> Result<(), StoreError> {
    let contact = conversation.contact.to_string();
    let channel = conversation.channel;
    let at = now.as_microsecond();
    match event {
        Event::LinkOffered { code } => writes.links.codes.push(CodeWrite {
            contact,
            code: hash(code),
            conversation: conversation.id.to_string(),
            channel: channel.word(),
            address: conversation.address.clone(),
            expires: now.checked_add(VALID).unwrap_or(now).as_microsecond(),
        }),
        Event::LinkRefused { why: Refused::Unknown } => writes.links.tries.push(TryWrite {
            contact: counted(conversation).to_string(),
            at,
            before: counts_since(now).0,
        }),
        Event::Linked { contact: other, conversation: shown, .. } => writes.links.linked.push(LinkWrite {
            contact: (!channel.voice()).then_some(contact),
            channel: channel.word(),
            address: conversation.address.clone(),
            other: other.to_string(),
            shown: shown.to_string(),
            person: ids::of_turn(conversation.id, conversation.turn, "person", 0).to_string(),
            notice: format!("link:{}:{}:{other}", conversation.id, conversation.turn),
            news: news(&News::Linked { channel })?,
            now: at,
        }),
        Event::Unlinked { .. } if !channel.voice() => writes.links.unlinked.push(UnlinkWrite {
            contact,
            notice: format!("link:{}:{}:", conversation.id, conversation.turn),
            news: news(&News::Unlinked { channel })?,
            now: at,
        }),
        _ => {}
    }
    Ok(())
}

fn news(news: &News) -> Result<String, StoreError> {
    serde_json::to_string(news).map_err(|error| StoreError::Corrupt(error.to_string()))
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawLink {
    person: String,
    contact: String,
    channel: String,
    address: String,
    since: i64,
    conversation: Option<String>,
    life: Option<String>,
    flow: Option<String>,
    heard_at: Option<String>,
}

/// An address of a person, and what is under way there.
#[derive(Debug)]
pub(super) struct Address {
    pub person: Uuid,
    pub link: Linked,
    pub elsewhere: Option<Elsewhere>,
}

impl TryFrom<RawLink> for Linked {
    type Error = StoreError;

    fn try_from(raw: RawLink) -> Result<Self, StoreError> {
        Address::try_from(raw).map(|address| address.link)
    }
}

impl TryFrom<RawLink> for Address {
    type Error = StoreError;

    fn try_from(raw: RawLink) -> Result<Self, StoreError> {
        let link = Linked {
            contact: raw::uuid(&raw.contact)?,
            channel: raw::channel(&raw.channel)?,
            address: raw.address,
            since: raw::time(raw.since)?,
        };
        let elsewhere = match (raw.conversation, raw.heard_at) {
            (Some(conversation), Some(heard_at)) => Some(Elsewhere {
                conversation: raw::uuid(&conversation)?,
                channel: link.channel,
                flow: raw.flow.unwrap_or_default(),
                heard_at: heard_at
                    .parse()
                    .map_err(|_| StoreError::Corrupt(format!("a time: {heard_at:?}")))?,
                parked: raw.life.as_deref() == Some("parked"),
            }),
            _ => None,
        };
        Ok(Self { person: raw::uuid(&raw.person)?, link, elsewhere })
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawUntold {
    contact: String,
    id: String,
    news: String,
}

impl TryFrom<RawUntold> for (ContactId, Notice) {
    type Error = StoreError;

    fn try_from(raw: RawUntold) -> Result<Self, StoreError> {
        Ok((raw::uuid(&raw.contact)?, Notice { id: raw.id, news: raw::json("a notice", &raw.news)? }))
    }
}

/// A code that is tried, beside one that was shown.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct RawStanding {
    pub n: i64,
    pub mine: i64,
    pub everyone: i64,
    pub contact: Option<String>,
    pub conversation: Option<String>,
    pub channel: Option<String>,
    pub addresses: i64,
    pub others: i64,
    pub same: bool,
}

/// In the order of what was tried.
pub(super) fn standings(rows: Vec<RawStanding>, count: usize) -> Result<Vec<Standing>, StoreError> {
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let none = Standing { tries: (0, 0), shown: Vec::new(), addresses: (0, 0), same: false };
    let mut all = vec![none; count];
    for row in rows {
        let Some(standing) = usize::try_from(row.n).ok().and_then(|n| all.get_mut(n)) else { continue };
        standing.tries = (number(row.mine), number(row.everyone));
        standing.addresses = (number(row.addresses) as usize, number(row.others) as usize);
        standing.same = row.same;
        if let (Some(contact), Some(conversation), Some(channel)) =
            (&row.contact, &row.conversation, &row.channel)
        {
            standing.shown.push((raw::uuid(contact)?, raw::uuid(conversation)?, raw::channel(channel)?));
        }
    }
    Ok(all)
}
