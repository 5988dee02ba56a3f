//! The snapshot that a turn is taken on, from what the store read and the settings say.

use jiff::Timestamp;

use super::inbound::Arrival;
use crate::conversation::{Channel, ContactFacts, Conversation, Event, Facts};
use crate::flow::Playbook;
use crate::store::{Contact, Loaded};

/// The contact as stored, or one of whom nothing is known.
pub(super) fn known(conversation: &Conversation, loaded: &Loaded) -> Contact {
    let nobody =
        Contact { id: conversation.contact, name: None, profile: None, locale: None, verified: false };
    loaded.contact.clone().unwrap_or(nobody)
}

/// The contact as it is known, or as it becomes known by this arrival.
pub(super) fn contact(arrival: &Arrival, conversation: &Conversation, loaded: &Loaded) -> Contact {
    let mut contact = known(conversation, loaded);
    contact.verified |= arrival.who.verified;
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
    let local = hours.local(now);
    let opens = hours.opens(now);
    let told = |at: Timestamp| told(hours, now, at);
    Facts {
        contact: ContactFacts {
            name: contact.name.clone(),
            profile: contact.profile.clone(),
            verified: contact.verified,
        },
        open_tickets: if contact.verified { loaded.open_tickets.clone() } else { Vec::new() },
        incidents: loaded.incidents.clone(),
        business_open: hours.is_open(now),
        opens_at: opens.map(told),
        closes_at: hours.closes(now).map(told),
        opens,
        notices: loaded.notices.clone(),
        agent_free: loaded.agents_free > 0,
        ask_language: asks_language(app, playbook, conversation, contact),
        code_salt: loaded.code_salt,
        now_text: local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        today: local.date().to_string(),
    }
}

/// A time as the desk says it: the day only where it is another one than now's.
pub(super) fn told(hours: &crate::config::Hours, now: Timestamp, at: Timestamp) -> String {
    let at = hours.local(at);
    let form = if at.date() == hours.local(now).date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    at.strftime(form).to_string()
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
        Channel::Twilio => app.settings.twilio_language_menu,
        // The simulator's page says which language it begins in.
        Channel::Phone | Channel::TerminalVoice | Channel::Web | Channel::Terminal => false,
    };
    wanted && !remembered
}
