//! The snapshot that a turn is taken on, from what the store read and the settings say.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::inbound::Arrival;
use crate::calendar::Calendar;
use crate::conversation::link::Elsewhere;
use crate::conversation::{
    Channel, ContactFacts, Conversation, Dropped, Event, Facts, LinkFacts, News, Notice, code,
};
use crate::flow::Playbook;
use crate::store::{Contact, Loaded};

/// The contact as stored, or one of whom nothing is known.
pub(super) fn known(conversation: &Conversation, loaded: &Loaded) -> Contact {
    let nobody = Contact {
        id: conversation.contact,
        name: None,
        profile: None,
        locale: None,
        verified: false,
        phone: None,
    };
    loaded.contact.clone().unwrap_or(nobody)
}

/// The contact as it is known, or as it becomes known by this arrival.
pub(super) fn contact(arrival: &Arrival, conversation: &Conversation, loaded: &Loaded) -> Contact {
    let mut contact = known(conversation, loaded);
    // A caller who proved to be somebody else's contact tells nothing about that contact.
    if conversation.proven.is_some() {
        return contact;
    }
    contact.verified |= arrival.who.verified;
    if arrival.who.verified && arrival.who.phone.is_some() {
        contact.phone.clone_from(&arrival.who.phone);
    }
    if arrival.who.name.is_some() {
        contact.name.clone_from(&arrival.who.name);
    }
    contact
}

/// The contact to write: new, or changed by the turn.
pub(super) fn changed(mut contact: Contact, before: Option<&Contact>, events: &[Event]) -> Option<Contact> {
    for event in events {
        if let Event::LanguageChanged { locale } = event {
            contact.locale = Some(locale.clone());
        }
    }
    (before != Some(&contact)).then_some(contact)
}

pub(super) fn facts(
    app: &super::App,
    playbook: &Playbook,
    conversation: &Conversation,
    loaded: &Loaded,
    contact: &Contact,
    now: Timestamp,
) -> Facts {
    let hours = &app.settings.desk.hours;
    Facts {
        contact: ContactFacts {
            name: contact.name.clone(),
            profile: contact.profile.clone(),
            verified: contact.verified,
            chat: loaded.chat,
        },
        open_tickets: if contact.verified { loaded.open_tickets.clone() } else { Vec::new() },
        incidents: loaded.incidents.clone(),
        notices: loaded
            .notices
            .iter()
            .filter(|notice| may_hear(notice, contact, conversation.channel))
            .filter(|notice| super::notices::wanted(&app.settings.desk.notices, notice))
            .cloned()
            .collect(),
        agent_free: loaded.agents_free > 0,
        waiting: loaded.waiting,
        waiting_minutes: app.pace.minutes(loaded.waiting + 1, now),
        callable: callable(app, conversation.channel),
        no_callbacks: !app.settings.calls.callback,
        voicemail: u32::try_from(app.settings.calls.voicemail.as_secs()).unwrap_or(u32::MAX),
        dropped: dropped(app, conversation, loaded, contact, now),
        ask_language: asks_language(app, playbook, conversation, contact),
        link: LinkFacts {
            code: fresh_code(conversation, contact),
            found: loaded.link_found.clone(),
            linked: loaded.linked.clone(),
            elsewhere: left_elsewhere(app, conversation, loaded, now),
            moving: loaded.moving.clone(),
        },
        code_salt: loaded.code_salt,
        ..clock(hours, now, app.changes.at(hours, now))
    }
}

/// What to offer to go on with where a conversation begins: what the contact left last, and is not about to answer.
fn left_elsewhere(
    app: &super::App,
    conversation: &Conversation,
    loaded: &Loaded,
    now: Timestamp,
) -> Option<Elsewhere> {
    if !conversation.frames.is_empty() {
        return None;
    }
    let silent = |one: &&Elsewhere| {
        one.parked || now.duration_since(one.heard_at) >= super::commit::signed(app.settings.desk.reminder)
    };
    loaded.elsewhere.iter().filter(silent).max_by_key(|one| one.heard_at).cloned()
}

/// Beginnings of numbers to which a call or a message can leave from this channel; empty: none can.
fn callable(app: &super::App, channel: Channel) -> Vec<String> {
    let carriers = &app.settings.carriers;
    let carrier = match channel {
        Channel::Twilio => &carriers.twilio,
        Channel::Signalwire => &carriers.signalwire,
        Channel::Telnyx => &carriers.telnyx,
        Channel::Jambonz => &carriers.jambonz,
        Channel::Web
        | Channel::Phone
        | Channel::Terminal
        | Channel::TerminalVoice
        | Channel::Telegram
        | Channel::Discord => return Vec::new(),
    };
    if carrier.api.is_some() { app.settings.calls.allow.clone() } else { Vec::new() }
}

/// The caller's last call, where it was cut off a moment ago amid something.
fn dropped(
    app: &super::App,
    conversation: &Conversation,
    loaded: &Loaded,
    contact: &Contact,
    now: Timestamp,
) -> Option<Box<Dropped>> {
    // A number is a hint; a chat is told of a call only where it is proven whose it is.
    if !conversation.channel.voice() && !contact.verified {
        return None;
    }
    let cut = loaded.dropped.as_ref().filter(|_| conversation.frames.is_empty())?;
    let recent = now.duration_since(cut.heard_at) <= super::commit::signed(app.settings.calls.resume);
    let amid = !cut.trail.is_empty() || cut.frames.len() > 1;
    (recent && amid && !cut.frames.is_empty()).then(|| {
        Box::new(Dropped {
            conversation: cut.id,
            revision: cut.revision.clone(),
            locale: cut.locale.clone(),
            frames: cut.frames.clone(),
            trail: cut.trail.clone(),
            offered: cut.offered.clone(),
            tickets: cut.tickets.clone(),
        })
    })
}

/// A code to link by, for a turn that may show one. From the system's randomness: what derives from the turn can be
/// derived by others.
fn fresh_code(conversation: &Conversation, contact: &Contact) -> Option<String> {
    if conversation.channel.voice() || !contact.verified {
        return None;
    }
    let mut bytes = [0_u8; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Some(code::of_random(u64::from_le_bytes(bytes))),
        Err(error) => {
            tracing::error!(%error, "the system gives no randomness; no code to link by can be shown");
            None
        }
    }
}

/// What the desk's clock says at `now`, and nothing else.
pub fn clock(hours: &Calendar, now: Timestamp, changes: Changes) -> Facts {
    let local = hours.local(now);
    Facts {
        business_open: hours.is_open(now),
        opens_at: changes.opens_at,
        closes_at: changes.closes_at,
        opens: changes.opens,
        now_text: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        today: local.date().to_string(),
        ..Facts::default()
    }
}

/// When the desk opens and closes next, for texts and for waits.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub opens_at: Option<String>,
    pub closes_at: Option<String>,
    pub opens: Option<Timestamp>,
    /// When this is true no longer: one of the two came, or another day.
    until: Timestamp,
}

/// The next opening and closing, looked for once until one of them comes: each turn wants them, and looking takes
/// many times as long as the rest of its facts.
#[derive(Debug, Default)]
pub struct KnownChanges(Mutex<Option<(Timestamp, Changes)>>);

impl KnownChanges {
    pub fn at(&self, hours: &Calendar, now: Timestamp) -> Changes {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((since, changes)) if (*since..changes.until).contains(&now) => changes.clone(),
            _ => {
                let changes = Changes::of(hours, now);
                *known = Some((now, changes.clone()));
                changes
            }
        }
    }
}

impl Changes {
    pub fn of(hours: &Calendar, now: Timestamp) -> Self {
        let today = hours.local(now).date();
        // The day is told only where it is another one.
        let told = |at: Timestamp| {
            let at = hours.local(at);
            let form = if at.date() == today { "%H:%M" } else { "%Y-%m-%d %H:%M" };
            at.strftime(form).to_string()
        };
        let (opens, closes) = (hours.opens(now), hours.closes(now));
        let tomorrow = today.tomorrow().ok().and_then(|day| hours.begins(day));
        let until = opens.into_iter().chain(closes).chain(tomorrow).min().unwrap_or(now);
        Self { opens_at: opens.map(told), closes_at: closes.map(told), opens, until }
    }
}

/// Of a ticket only who is proven to be its contact is told, for a caller's number proves nothing; so it is with other
/// addresses. The copy of an answer is for reading.
fn may_hear(notice: &Notice, contact: &Contact, channel: Channel) -> bool {
    match notice.news {
        News::TicketChanged { .. } | News::Linked { .. } | News::Unlinked { .. } => contact.verified,
        News::AnswerCopied { .. } => !channel.voice(),
        // It names a code and nothing else.
        News::IncidentClosed { .. } | News::SurveyDue { .. } => true,
    }
}

/// A call begins with the choice of a language, unless the caller made it before.
fn asks_language(
    app: &super::App,
    playbook: &Playbook,
    conversation: &Conversation,
    contact: &Contact,
) -> bool {
    let remembered =
        contact.locale.as_deref().is_some_and(|locale| playbook.nearest_locale(locale).is_some());
    let wanted = match conversation.channel {
        Channel::Twilio => app.settings.carriers.twilio.language_menu,
        Channel::Signalwire => app.settings.carriers.signalwire.language_menu,
        Channel::Telnyx => app.settings.carriers.telnyx.language_menu,
        Channel::Jambonz => app.settings.carriers.jambonz.language_menu,
        // The simulator's page says which language it begins in.
        Channel::Phone
        | Channel::TerminalVoice
        | Channel::Web
        | Channel::Terminal
        | Channel::Telegram
        | Channel::Discord => false,
    };
    wanted && !remembered
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn what_is_kept_is_what_would_be_found() {
        let spans = ["mon-fri 08:00-12:00", "mon-fri 13:00-18:00", "sat 09:00-13:00"].map(str::to_owned);
        let hours = Calendar::new("Europe/Rome", &spans).expect("hours");
        let hours = hours.closed_on(&["2026-11-25".to_owned()]).expect("a holiday");
        let known = KnownChanges::default();
        let mut now: Timestamp = "2026-10-23T00:00:00Z".parse().expect("a time");
        // Over the end of summer time and a holiday, and back once.
        for step in 0..2_000 {
            let (kept, found) = (known.at(&hours, now), Changes::of(&hours, now));
            assert_eq!(
                (kept.opens_at, kept.closes_at, kept.opens),
                (found.opens_at, found.closes_at, found.opens),
                "{now}"
            );
            let minutes = if step == 1_000 { -10_000 } else { 29 };
            now = now.checked_add(SignedDuration::from_mins(minutes)).expect("a time");
        }
    }
}
