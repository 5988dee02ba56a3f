//! One batch: what waits is answered from the inbox or loaded, decided and written, all in one transaction.

mod links;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use uuid::Uuid;

use super::chore::Chore;
use super::commit::{self, Of, Standing, Stands, Touch};
use super::connection::Connection;
use super::job::{Contact, Decision, Loaded, Outgoing, TurnDone, TurnJob, Whose};
use super::people::Person;
use super::writes::Writes;
use super::{DueTimer, StoreError};
use crate::conversation::{
    ContactId, Conversation, ConversationId, Event, Incident, Notice, OpenTicket, TimerKind, ids, link,
};
use crate::desk::{State, TicketType};

/// How often a code is derived anew before the turn is given up. With a million tickets one in ninety clashes.
const SALTS: u32 = 30;
/// A batch decides for so long; who comes after that waits for the next one. What is written beside it, such as that a
/// message was sent, must not wait for hundreds of slow decisions: what is sent and not written down is sent again after a kill.
const DECIDING: Duration = Duration::from_millis(100);

/// A job that waits, and who waits for its answer.
pub(super) struct Pending {
    pub job: TurnJob,
    pub answer: oneshot::Sender<Result<TurnDone, StoreError>>,
    /// Held until the answer is given: what bounds the queue.
    pub permit: OwnedSemaphorePermit,
}

/// What a backend is asked to load for a job, as it binds it.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub key: Option<&'a str>,
    pub channel: Option<&'static str>,
    pub address: Option<&'a str>,
    pub id: Option<String>,
    pub contact: Option<String>,
    /// The contact where nothing else tells.
    pub derived: Option<String>,
}

impl<'a> Ask<'a> {
    fn of(job: &'a TurnJob) -> Self {
        let (channel, address, id) = match &job.whose {
            Whose::Address(channel, address) => (Some(channel.word()), Some(address.as_str()), None),
            Whose::Conversation(id) => (None, None, Some(id.to_string())),
        };
        Self {
            key: job.key.as_deref(),
            channel,
            address,
            id,
            contact: job.contact.map(|contact| contact.to_string()),
            derived: channel
                .zip(address)
                .map(|(channel, address)| ids::contact(channel, address).to_string()),
        }
    }
}

/// What a backend loaded for a job.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The key's row: its conversation and reply.
    pub replay: Option<(Option<ConversationId>, Option<String>)>,
    pub id: Option<ConversationId>,
    pub body: Option<String>,
    pub contact: Option<Contact>,
    /// Whose address the (verified) contact is, where it is linked with others.
    pub person: Option<Uuid>,
    /// Whether there is anything to load for it in the outbox, and among the open tickets of a verified contact.
    pub has_unsent: bool,
    pub has_open: bool,
    pub agents_free: u32,
    pub incidents: Vec<Incident>,
    pub notices: Vec<Notice>,
    /// Elsewhere the contact has a chat on the web.
    pub chat: bool,
    pub waiting: u32,
    /// The body of the contact's last call, where it was cut off.
    pub dropped: Option<String>,
}

/// What came of a job.
#[derive(Debug)]
pub(super) enum Fate {
    /// Committed (or found committed).
    Done(Box<TurnDone>),
    /// Another job of the batch is about the same conversation, contact or key, and comes first.
    Later,
    /// This job alone failed; nothing of it was written.
    Failed(StoreError),
}

/// Takes all jobs and chores in one transaction. On success there is a fate for each job and a count of rows for each
/// chore.
///
/// # Errors
/// Where nothing was committed, or nobody knows (the connection broke at the commit); the transaction is still open.
pub(super) async fn take(
    connection: &mut Connection,
    jobs: &mut [Pending],
    chores: &[Chore],
) -> Result<(Vec<Fate>, Vec<u64>), StoreError> {
    let (fates, writes) = if jobs.is_empty() {
        connection.begin().await?;
        (Vec::new(), Writes::default())
    } else {
        decide_all(connection, jobs).await?
    };
    let counts = connection.commit(writes, chores).await?;
    Ok((fates, counts))
}

async fn decide_all(
    connection: &mut Connection,
    jobs: &mut [Pending],
) -> Result<(Vec<Fate>, Writes), StoreError> {
    let now = jobs.iter().map(|pending| pending.job.now).max().unwrap_or_default();
    let asks: Vec<Ask<'_>> = jobs.iter().map(|pending| Ask::of(&pending.job)).collect();
    let found = connection.load(&asks, now).await?;
    drop(asks);
    let timed = jobs.iter().zip(&found).filter(|(pending, _)| pending.job.timer.is_some());
    let timed: Vec<Uuid> = timed.filter_map(|(_, found)| found.id).collect();
    let world = World::load(connection, &found, &timed).await?;
    let mut turns = Vec::with_capacity(jobs.len());
    let mut seen = Seen::default();
    let begun = Instant::now();
    for (pending, found) in jobs.iter_mut().zip(found) {
        let late = !turns.is_empty() && begun.elapsed() > DECIDING;
        turns.push(match late {
            true => Turn::Fated(Fate::Later),
            false => Turn::take(&mut pending.job, found, &world, &mut seen),
        });
    }
    links::settle_codes(connection, jobs, &mut turns, &world, now).await?;
    links::settle_moves(connection, jobs, &mut turns, &world).await?;
    settle_codes(connection, jobs, &mut turns, &world).await?;
    let mut writes = Writes::default();
    let mut touches = Vec::new();
    let mut fates = Vec::with_capacity(jobs.len());
    for (pending, turn) in jobs.iter().zip(turns) {
        fates.push(turn.write(&pending.job, &mut writes, &mut touches));
    }
    settle_tickets(connection, &mut writes, touches).await?;
    Ok((fates, writes))
}

/// What a batch needs only where a job asks for it, loaded for all that do in one statement each.
#[derive(Default)]
struct World {
    unsent: HashMap<ConversationId, Vec<Outgoing>>,
    open: HashMap<ContactId, Vec<OpenTicket>>,
    timers: HashSet<(ConversationId, TimerKind, i64)>,
    persons: HashMap<Uuid, Person>,
}

impl World {
    async fn load(connection: &mut Connection, found: &[Found], timed: &[Uuid]) -> Result<Self, StoreError> {
        let mut world = Self::default();
        let unsent: Vec<Uuid> =
            found.iter().filter(|found| found.has_unsent).filter_map(|found| found.id).collect();
        if !unsent.is_empty() {
            for message in connection.unsent(&unsent).await? {
                world.unsent.entry(message.conversation).or_default().push(message);
            }
        }
        let persons: Vec<Uuid> = found.iter().filter_map(|found| found.person).collect();
        if !persons.is_empty() {
            world.persons = Person::load(connection, &persons).await?;
        }
        let open = found.iter().filter(|found| found.has_open && found.person.is_none());
        let open: Vec<Uuid> =
            open.filter_map(|found| found.contact.as_ref().map(|contact| contact.id)).collect();
        if !open.is_empty() {
            for (contact, ticket) in connection.open_tickets(&open).await? {
                world.open.entry(contact).or_default().push(ticket);
            }
        }
        if !timed.is_empty() {
            let timers = connection.timers(timed).await?.into_iter();
            world.timers = timers
                .map(|DueTimer { conversation, timer, due }| (conversation, timer, due.as_microsecond()))
                .collect();
        }
        Ok(world)
    }

    fn still_set(&self, id: Option<ConversationId>, timer: (TimerKind, Timestamp)) -> bool {
        id.is_some_and(|id| self.timers.contains(&(id, timer.0, timer.1.as_microsecond())))
    }
}

/// What the jobs before in the batch are about.
#[derive(Default)]
struct Seen {
    keys: HashSet<String>,
    conversations: HashSet<ConversationId>,
    contacts: HashSet<ContactId>,
}

impl Seen {
    /// Whether a job can go into the batch beside those before it.
    fn admits(&mut self, job: &TurnJob, found: &Found) -> bool {
        // Only what is loaded for a verified contact depends on the contact's other conversations, and on those of the
        // person's other addresses.
        let contact = found.contact.as_ref().filter(|contact| contact.verified);
        let contact = contact.map(|contact| found.person.unwrap_or(contact.id));
        let free = job.key.as_ref().is_none_or(|key| !self.keys.contains(key))
            && found.id.is_none_or(|id| !self.conversations.contains(&id))
            && contact.is_none_or(|contact| !self.contacts.contains(&contact));
        if free {
            self.keys.extend(job.key.clone());
            self.conversations.extend(found.id);
            self.contacts.extend(contact);
        }
        free
    }
}

/// What was found out for a job by what it decided before, and it decides again on.
#[derive(Debug, Default)]
struct Answers {
    /// Clashes of ticket codes.
    salt: u32,
    /// What became of the code to link by that it tries.
    link: Option<link::Found>,
    /// What became of the conversation that it wants on its address.
    moving: Option<link::Moving>,
}

/// A job on its way through the batch.
enum Turn {
    Fated(Fate),
    Decided { found: Box<Found>, decision: Box<Decision>, answers: Answers },
}

impl Turn {
    fn take(job: &mut TurnJob, found: Found, world: &World, seen: &mut Seen) -> Self {
        if let Some((id, reply)) = found.replay {
            return Self::Fated(Fate::Done(Box::new(nothing_done(id, reply))));
        }
        if !seen.admits(job, &found) {
            return Self::Fated(Fate::Later);
        }
        if job.timer.is_some_and(|timer| !world.still_set(found.id, timer)) {
            return Self::Fated(Fate::Done(Box::new(nothing_done(found.id, None))));
        }
        let answers = Answers::default();
        match decide(job, &found, world, &answers) {
            Ok(decision) => Self::Decided { found: Box::new(found), decision: Box::new(decision), answers },
            Err(error) => Self::Fated(Fate::Failed(error)),
        }
    }

    /// Codes of the tickets that it opens.
    fn codes(&self) -> Vec<&str> {
        let Self::Decided { decision, .. } = self else { return Vec::new() };
        let opened = decision.events.iter().filter_map(|event| match event {
            Event::TicketOpened { draft } => Some(draft.code.as_str()),
            _ => None,
        });
        opened.collect()
    }

    fn write(self, job: &TurnJob, writes: &mut Writes, touches: &mut Vec<Touch>) -> Fate {
        match self {
            Self::Fated(fate) => fate,
            Self::Decided { found, decision, .. } => {
                let of = Of {
                    key: job.key.as_deref(),
                    now: job.now,
                    loaded: found.id,
                    timer: job.timer.map(|timer| timer.0),
                };
                match commit::add(writes, touches, &of, *decision) {
                    Ok(done) => Fate::Done(Box::new(done)),
                    Err(error) => Fate::Failed(error),
                }
            }
        }
    }
}

pub(super) fn nothing_done(id: Option<ConversationId>, reply: Option<String>) -> TurnDone {
    TurnDone { reply, replayed: true, id, conversation: None, events: Vec::new(), also: None }
}

fn decide(
    job: &mut TurnJob,
    found: &Found,
    world: &World,
    answers: &Answers,
) -> Result<Decision, StoreError> {
    let person = found.person.and_then(|person| world.persons.get(&person)).zip(found.contact.as_ref());
    let loaded = Loaded {
        conversation: found.body.as_deref().map(conversation).transpose()?,
        contact: found.contact.clone(),
        open_tickets: match person {
            Some((person, _)) => person.tickets.clone(),
            None => found
                .contact
                .as_ref()
                .filter(|_| found.has_open)
                .and_then(|contact| world.open.get(&contact.id))
                .cloned()
                .unwrap_or_default(),
        },
        incidents: found.incidents.clone(),
        notices: match person {
            Some((person, contact)) => person.told_to(contact.id),
            None => found.notices.clone(),
        },
        linked: person.map(|(person, contact)| person.others(contact.id)).unwrap_or_default(),
        link_found: answers.link.clone(),
        elsewhere: person.map(|(person, contact)| person.elsewhere(contact.id)).unwrap_or_default(),
        moving: answers.moving.clone(),
        chat: found.chat,
        agents_free: found.agents_free,
        waiting: found.waiting,
        dropped: found.dropped.as_deref().map(conversation).transpose()?.map(Box::new),
        unsent: found
            .id
            .filter(|_| found.has_unsent)
            .and_then(|id| world.unsent.get(&id))
            .cloned()
            .unwrap_or_default(),
        code_salt: answers.salt,
    };
    // The job is dropped after a panic, so nobody sees what the closure left half done.
    let decision =
        catch_unwind(AssertUnwindSafe(|| (job.decide)(loaded))).map_err(|_| StoreError::Panicked)?;
    if decision.deferred { Err(StoreError::Deferred) } else { Ok(decision) }
}

/// A conversation from its stored body.
///
/// # Errors
/// [`StoreError::Corrupt`] says what cannot be read.
pub(super) fn conversation(body: &str) -> Result<Conversation, StoreError> {
    serde_json::from_str(body).map_err(|error| StoreError::Corrupt(format!("a conversation: {error}")))
}

/// Decides again, with another salt, where a new ticket's code exists already: in the store or before in the batch.
async fn settle_codes(
    connection: &mut Connection,
    jobs: &mut [Pending],
    turns: &mut [Turn],
    world: &World,
) -> Result<(), StoreError> {
    let mut unsure: Vec<usize> = (0..turns.len()).filter(|at| !turns[*at].codes().is_empty()).collect();
    let mut taken: HashSet<String> = HashSet::new();
    while !unsure.is_empty() {
        let codes: Vec<String> = unsure.iter().flat_map(|at| turns[*at].codes()).map(str::to_owned).collect();
        let stored: HashSet<String> =
            connection.standing(&codes).await?.into_iter().map(|(code, ..)| code).collect();
        let mut clashed = Vec::new();
        for at in unsure {
            let codes = turns[at].codes();
            if codes.iter().any(|code| stored.contains(*code) || taken.contains(*code)) {
                clashed.push(at);
            } else {
                taken.extend(codes.into_iter().map(str::to_owned));
            }
        }
        for at in &clashed {
            again(&mut jobs[*at].job, &mut turns[*at], world);
        }
        unsure = clashed;
    }
    Ok(())
}

fn again(job: &mut TurnJob, turn: &mut Turn, world: &World) {
    let Turn::Decided { answers, .. } = turn else { return };
    answers.salt += 1;
    if answers.salt > SALTS {
        *turn = Turn::Fated(Fate::Failed(StoreError::CodesExhausted));
        return;
    }
    decide_again(job, turn, world);
}

fn decide_again(job: &mut TurnJob, turn: &mut Turn, world: &World) {
    let Turn::Decided { found, decision, answers } = turn else { return };
    match decide(job, found, world, answers) {
        Ok(new) => **decision = new,
        Err(error) => *turn = Turn::Fated(Fate::Failed(error)),
    }
}

async fn settle_tickets(
    connection: &mut Connection,
    writes: &mut Writes,
    touches: Vec<Touch>,
) -> Result<(), StoreError> {
    if touches.is_empty() {
        return Ok(());
    }
    let codes: Vec<String> = touches.iter().map(|touch| touch.code.clone()).collect();
    let stored = connection.standing(&codes).await?;
    let standing: Standing = stored
        .into_iter()
        .map(|(code, kind, state, agent)| {
            let kind = TicketType::from_word(&kind).unwrap_or(TicketType::Incident);
            (code, Stands { kind, state: State::from_word(&state).unwrap_or(State::New), agent })
        })
        .collect();
    commit::settle(writes, touches, standing);
    Ok(())
}
