//! The world around the conversation: what the engine may know of it, what changes in it, what services answer.

use super::super::script::{ChannelKind, Given, Stub};
use super::Stage;
use crate::app::facts::{Changes, clock};
use crate::conversation::link::{Found, Refused};
use crate::conversation::{
    Channel, ContactFacts, Facts, HttpAnswer, LinkFacts, Linked, News, Notice, OpenTicket, Owner, Said,
    Subject, code, ids,
};
use crate::desk::State;

/// A step and a revision that no flow can have.
const GONE: &str = "(gone)";

/// The closed ticket that every test asks about.
const CLOSED: &str = "271828187";

/// Of the code to link by that every test shows.
const CODE: u64 = 31_415_926;

impl Stage<'_> {
    /// The world changes.
    pub fn change(&mut self, given: Given) {
        if let Some(moment) = given.now {
            let then = moment.instant(&self.desk.hours);
            let ahead = then.duration_since(self.now);
            if ahead.is_positive() { self.pass(ahead) } else { self.now = then }
        }
        if given.http.is_some() {
            self.answered.clear();
        }
        self.watch(&given);
        if let Some(nps) = given.survey {
            self.ask(nps);
        }
        self.given = given.over(&self.given);
        self.tell();
    }

    /// The flows were changed: the step where the conversation stands is gone, and so is its revision. The next that
    /// comes in finds that out. False where it stands nowhere.
    pub fn lose_step(&mut self) -> bool {
        let Some(frame) = self.conversation.frames.last_mut() else { return false };
        GONE.clone_into(&mut frame.step);
        GONE.clone_into(&mut self.conversation.revision);
        true
    }

    /// A ticket of the contact's was closed: they are to be asked how it went.
    pub fn ask(&mut self, nps: bool) {
        let news = News::SurveyDue { code: CLOSED.to_owned(), nps };
        self.notices.push(Notice { id: format!("survey:{CLOSED}"), news });
    }

    /// Notes what of the watched will not be as it was. What was told of is not watched any more.
    fn watch(&mut self, given: &Given) {
        let mut news = Vec::new();
        if let Some(now) = &given.incidents {
            let over = self.given.incidents.iter().flatten().filter(|before| !now.contains(before));
            news.extend(over.map(|before| {
                let (area, title) = (before.area.clone(), before.title.clone());
                (Subject::Incident(area.clone()), News::IncidentClosed { area, title })
            }));
        }
        for ticket in given.tickets.iter().flatten() {
            let before = self.given.tickets.iter().flatten().find(|before| before.code == ticket.code);
            if before.is_none_or(|before| before.state != ticket.state) {
                let (code, state) = (ticket.code.clone(), ticket.state.clone());
                news.push((Subject::Ticket(code.clone()), News::TicketChanged { code, state }));
            }
        }
        for (subject, news) in news {
            if self.watched.contains(&subject) {
                let id = format!("notice {}", self.notices.len());
                self.notices.push(Notice { id, news });
            }
        }
    }

    /// Tells in chat what happened to what the contact watches, at once; while a person has the conversation, later. A
    /// caller would be told at the next call.
    pub fn tell(&mut self) {
        let free = self.conversation.owner == Owner::Bot || self.conversation.is_closed();
        if self.kind == ChannelKind::Chat && free {
            for notice in std::mem::take(&mut self.notices) {
                let survey = matches!(notice.news, News::SurveyDue { .. });
                match (survey, self.conversation.is_closed()) {
                    // Once the chat is over, and in a conversation of its own.
                    (true, false) => self.notices.push(notice),
                    (true, true) => {
                        self.begin_after(&notice.id);
                        self.take(Said::Informed { notice });
                    }
                    (false, _) => self.take(Said::Informed { notice }),
                }
            }
        }
    }

    /// The other channels of the contact.
    fn linked(&self) -> Vec<Linked> {
        let channels = self.given.linked.iter().flatten();
        let linked = |channel: &Channel| Linked {
            contact: ids::contact(channel.word(), "elsewhere"),
            channel: *channel,
            address: "elsewhere".to_owned(),
            since: self.now,
        };
        channels.map(linked).collect()
    }

    /// Linked with another channel, or with none any more. A call is never linked itself.
    pub(super) fn link(&mut self, channel: Option<Channel>) {
        if self.kind == ChannelKind::Chat {
            let linked = self.given.linked.get_or_insert_default();
            match channel {
                Some(channel) => linked.push(channel),
                None => linked.clear(),
            }
        }
    }

    /// The facts with what becomes of a code to link by: what the test says.
    pub(super) fn code_found(&self, facts: Facts, code: &str) -> Facts {
        let refused = self.given.codes.flatten().or(code.is_empty().then_some(Refused::Unknown));
        let found = match refused {
            Some(why) => Found::Refused { why },
            None => Found::Shown {
                contact: ids::contact("test", "elsewhere"),
                conversation: ids::conversation("test", "elsewhere", ""),
                channel: Channel::Web,
            },
        };
        Facts { link: LinkFacts { found: Some(found), ..facts.link }, ..facts }
    }

    /// Services answer what was asked: with the first answer that fits and was not given, else the last that fits.
    pub(super) fn answer(&mut self) {
        while let Some((id, step, url)) = self.requests.pop() {
            let stubs = self.given.http.as_deref().unwrap_or_default();
            let fits = |stub: &Stub| {
                stub.step.as_ref().is_none_or(|wanted| *wanted == step)
                    && stub.url.as_ref().is_none_or(|part| url.contains(part.as_str()))
            };
            let fitting: Vec<usize> = (0..stubs.len()).filter(|at| fits(&stubs[*at])).collect();
            let fresh = fitting.iter().find(|at| !self.answered.contains(at));
            let answer = match fresh.or(fitting.last()).copied() {
                Some(at) => {
                    let answer = stubs[at].answer.clone();
                    self.answered.insert(at);
                    answer
                }
                None => {
                    self.faults.push(format!(
                        "the step `{step}` calls {url}, and the test has no `http` answer for it"
                    ));
                    HttpAnswer::Failed { reason: "no answer in the test".into() }
                }
            };
            self.take(Said::HttpAnswered { id, answer });
        }
    }

    pub(super) fn facts(&self) -> Facts {
        let verified = self.given.verified.unwrap_or(false);
        let held = usize::from(matches!(self.conversation.owner, Owner::Agent(_)));
        let opened = self.tickets.iter().filter(|ticket| !ticket.added);
        let opened = opened.map(|ticket| OpenTicket::drafted(&ticket.draft, State::New.word()));
        let known = self.given.tickets.clone().unwrap_or_default();
        let clock = clock(&self.desk.hours, self.now, Changes::of(&self.desk.hours, self.now));
        Facts {
            contact: ContactFacts {
                name: self.given.name.clone(),
                profile: self.given.profile.clone(),
                verified,
                chat: self.given.chat.unwrap_or(false),
            },
            open_tickets: if verified { opened.chain(known).collect() } else { Vec::new() },
            incidents: self.given.incidents.clone().unwrap_or_default(),
            business_open: self.given.open.unwrap_or(clock.business_open),
            // What else there is to tell a caller is told at the next call.
            notices: self
                .notices
                .iter()
                .filter(|notice| matches!(notice.news, News::SurveyDue { .. }))
                .cloned()
                .collect(),
            agent_free: self.given.agents.unwrap_or(0) > held,
            callable: if self.given.callback.unwrap_or(false) { vec!["+".to_owned()] } else { Vec::new() },
            voicemail: 120,
            link: LinkFacts {
                code: Some(code::of_random(CODE)),
                linked: self.linked(),
                ..LinkFacts::default()
            },
            ..clock
        }
    }
}
