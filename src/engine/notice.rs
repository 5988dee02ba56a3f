//! What a contact is told of what they watch: at once where they are, else when they are there again.

use crate::conversation::{Event, News, Notice, PromptKind};
use crate::flow::template::{CODE_CLOSE, CODE_OPEN};
use crate::flow::{Kind, SlotName, SlotValue, Step};

use super::working::Working;
use super::{begin, digression, run, step, telling};

/// The flow that asks about a closed ticket.
pub(super) const SURVEY: &str = "system/survey";

/// Tells it, in the contact's language. In a chat that is over it stands as its last message.
pub(super) fn told(w: &mut Working<'_>, notice: &Notice) {
    match &notice.news {
        News::IncidentClosed { area, title } => {
            w.say_words("incident_closed", &[("area", area.clone()), ("title", title.clone())]);
        }
        News::Linked { channel } => {
            let place = step::connect::place(w, *channel);
            w.say_words("link_elsewhere", &[("place", place)]);
        }
        News::Unlinked { channel } => {
            let place = step::connect::place(w, *channel);
            w.say_words("unlink_elsewhere", &[("place", place)]);
        }
        News::AnswerCopied { article } => {
            w.say_words("answer_copy", &[]);
            telling::say(w, article);
        }
        News::TicketChanged { code, state } => {
            let state = w.words(&format!("state_{state}"), &[]);
            let code = format!("{CODE_OPEN}{code}{CODE_CLOSE}");
            w.say_words("ticket_changed", &[("code", code), ("state", state)]);
        }
        News::SurveyDue { code, nps } => {
            // In a conversation of its own, never amid another.
            if w.c.frames.is_empty() && !w.c.is_closed() && survey(w, notice, code, *nps) {
                run::run(w);
            }
            return;
        }
    }
    w.event(Event::NoticeTold { notice: notice.id.clone() });
}

/// The area of known incidents that every caller is told of, whatever they call about.
const EVERYONE: &str = "everyone";

/// What all callers hear first.
pub(super) fn emergency(w: &mut Working<'_>) {
    if !w.voice() {
        return;
    }
    for incident in w.facts.incidents.iter().filter(|incident| incident.area == EVERYONE) {
        w.say(PromptKind::System, &incident.title);
    }
}

/// What waited for the contact to come.
pub(super) fn all(w: &mut Working<'_>) {
    for notice in &w.facts.notices {
        // A contact who comes has something else in mind; it is asked when they are done.
        if !matches!(notice.news, News::SurveyDue { .. }) {
            told(w, notice);
        }
    }
}

/// Begins to ask about a closed ticket.
fn survey(w: &mut Working<'_>, notice: &Notice, code: &str, nps: bool) -> bool {
    let Some(flow) = w.playbook.flow(SURVEY) else { return false };
    w.event(Event::NoticeTold { notice: notice.id.clone() });
    if w.c.frames.is_empty() {
        w.event(Event::Started { flow: SURVEY.to_owned() });
    }
    begin::enter(w, flow);
    if let Some(frame) = w.frame_mut() {
        // Said in groups, as codes are.
        let code = format!("{CODE_OPEN}{code}{CODE_CLOSE}");
        frame.slots.insert(SlotName::from("ticket"), SlotValue::Text(code));
        frame.slots.insert(SlotName::from("nps"), SlotValue::Bool(nps));
    }
    true
}

/// On a call that would be over now a closed ticket is asked about first: nobody calls for that. True where it is.
pub(super) fn asks_before_end(w: &mut Working<'_>) -> bool {
    let due = w.facts.notices.iter().find_map(|notice| match &notice.news {
        News::SurveyDue { code, nps } if !w.tells(&notice.id) => Some((notice, code, *nps)),
        _ => None,
    });
    // Whom we could not help is not asked on top of it.
    let system = |name: &str| w.playbook.flow(name).is_some_and(|flow| flow.system);
    let helped = !w.c.frames.iter().any(|frame| system(&frame.flow));
    match due.filter(|_| w.voice() && helped) {
        Some((notice, code, nps)) => survey(w, notice, code, nps),
        None => false,
    }
}

/// The closed ticket that is being asked about.
pub(super) fn surveyed(w: &Working<'_>) -> Option<String> {
    let frame = w.frame().filter(|frame| frame.flow == SURVEY)?;
    let marked = frame.slots.get("ticket")?.to_string();
    Some(marked.chars().filter(char::is_ascii_digit).collect())
}

/// Who is asked in a chat how satisfied they are, and writes of something else, begins a conversation on that.
pub(super) fn passes_over(w: &mut Working<'_>) -> bool {
    let [frame] = w.c.frames.as_slice() else { return false };
    let Some(flow) = w.playbook.default_flow().filter(|_| frame.flow == SURVEY) else { return false };
    let Some((_, Step { kind: Kind::Survey(asked), .. })) = w.here() else { return false };
    let (ticket, survey) = (surveyed(w), asked.ask.word().to_owned());
    w.event(Event::SurveyAnswered { survey, score: None, comment: None, ticket });
    w.event(Event::Started { flow: flow.name.clone() });
    digression::restart(w, flow);
    true
}
