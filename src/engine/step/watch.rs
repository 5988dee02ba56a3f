//! `watch`

use crate::conversation::{Event, Subject, code};
use crate::engine::working::Working;
use crate::flow::step::Watch;

use super::Then;

pub fn enter(w: &mut Working<'_>, watch: &Watch) -> Then {
    let subject = match watch {
        Watch::Incident(area) => {
            let area = w.render_plain(area).trim().to_owned();
            (!area.is_empty()).then_some(Subject::Incident(area))
        }
        Watch::Ticket(written) => {
            let written = w.render_plain(written);
            // Only one's own: of another's ticket nobody is told anything.
            code::parse(&written).filter(|code| is_theirs(w, code)).map(Subject::Ticket)
        }
    };
    match subject {
        Some(subject) => w.event(Event::Watched { subject }),
        None => match watch {
            Watch::Ticket(_) => w.say_words("status_unknown", &[]),
            Watch::Incident(area) => {
                let place = format!("{}:{}", area.at.file, area.at.line);
                w.fault(&place, "there is no area to watch");
            }
        },
    }
    Then::next()
}

fn is_theirs(w: &Working<'_>, code: &str) -> bool {
    w.c.tickets.iter().any(|ticket| ticket.code == code)
        || w.facts.open_tickets.iter().any(|ticket| ticket.code == code)
}
