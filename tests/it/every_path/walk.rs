//! The walk: from the beginning of a call through everything that may happen, each place once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::{self, Write};

use jiff::Timestamp;
use vestibule::app::outcome::{Message, Outcome};
use vestibule::channel::ivr::dialect::Dialect;
use vestibule::channel::ivr::document;
use vestibule::channel::ivr::speech::{self, Synthetic};
use vestibule::channel::ivr::urls::Urls;
use vestibule::conversation::link::{Found, Refused};
use vestibule::conversation::{
    Channel, Conversation, Event, Facts, Hope, LinkFacts, Owner, Said, Utterance, WaitKind, ids,
};
use vestibule::engine::{self, MAX_CALLBACKS, Turn};
use vestibule::flow::graph::Graph;
use vestibule::flow::{Kind, Playbook};

use super::ends::{self, End, Last};
use super::key::key;
use super::matter::Matter;
use super::moves::{self, By, Does, Move};
use super::told;
use super::values::Words;
use crate::support::server::PUBLIC_URL;

/// Somewhere in a call.
#[derive(Debug, Clone)]
pub struct Place {
    pub conversation: Conversation,
    pub now: Timestamp,
    /// The notice that waited was told.
    pub told: bool,
    pub last: Last,
    /// From where, and by what.
    pub came: Option<(usize, Move)>,
}

/// What is around the call, and does not change during it.
pub struct World {
    pub name: &'static str,
    pub facts: Facts,
    pub now: Timestamp,
    /// Callers say, too, what fits nothing, and some of the words that work everywhere.
    pub speaks: bool,
    /// What the platforms get is kept.
    pub writes: bool,
}

/// What goes wrong, and the way there.
pub struct Problem {
    pub what: String,
    pub way: String,
}

/// What a walk came to.
#[derive(Default)]
pub struct Report {
    pub places: usize,
    pub edges: usize,
    /// Ways into ends: what the caller got, and the outcome.
    pub ends: BTreeMap<(End, String), usize>,
    pub problems: Vec<Problem>,
    /// Problems of the same kind at the same step are told once; all are counted.
    pub faults: usize,
    /// Ways out of steps that were taken: flow, step, way.
    pub walked: BTreeSet<(String, String, String)>,
    /// What a platform is told to say and do, by dialect, where that is asked for.
    pub documents: BTreeSet<(Dialect, String)>,
}

impl Report {
    /// Two walks' together.
    pub fn and(mut self, other: Self) -> Self {
        self.places += other.places;
        self.edges += other.edges;
        self.faults += other.faults;
        self.problems.extend(other.problems);
        self.walked.extend(other.walked);
        self.documents.extend(other.documents);
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
        self
    }
}

impl Report {
    /// Ways of the flows that no call took, as `flow, step: way`.
    pub fn missed(&self, book: &Playbook) -> Vec<String> {
        let mut missed = Vec::new();
        for flow in book.flows.values() {
            let graph = Graph::of(flow);
            for (step, edges) in flow.steps.iter().zip(&graph.edges) {
                for edge in edges {
                    let way = (flow.name.clone(), step.id.clone(), edge.exit.word().into_owned());
                    if !self.walked.contains(&way) {
                        missed.push(format!("{}, {}: {}", way.0, way.1, way.2));
                    }
                }
            }
        }
        missed
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} places, {} moves", self.places, self.edges)?;
        for ((end, outcome), count) in &self.ends {
            writeln!(f, "{count:>8} ends: {end:?}, outcome {outcome}")?;
        }
        write!(f, "{:>8} problems", self.faults)
    }
}

pub struct Walk<'a> {
    pub book: &'a Playbook,
    pub matter: &'a Matter,
    words: &'a BTreeMap<&'a str, Words>,
    world: &'a World,
    locale: &'a str,
    pub places: Vec<Place>,
    known: HashMap<String, usize>,
    edges: Vec<(usize, usize, Move)>,
    next: VecDeque<usize>,
    seen: BTreeSet<(String, String)>,
    report: Report,
}

/// Whether a circle may be made of a move from a place.
type Follows<'a> = fn(&Walk<'a>, usize, &Move) -> bool;

/// More places than these, and the key is too fine.
const MOST: usize = 20_000;

impl<'a> Walk<'a> {
    pub fn new(
        book: &'a Playbook,
        matter: &'a Matter,
        words: &'a BTreeMap<&'a str, Words>,
        world: &'a World,
        locale: &'a str,
    ) -> Self {
        Self {
            book,
            matter,
            words,
            world,
            locale,
            places: Vec::new(),
            known: HashMap::new(),
            edges: Vec::new(),
            next: VecDeque::new(),
            seen: BTreeSet::new(),
            report: Report::default(),
        }
    }

    /// Walks every path from the beginning of a call, with each flow that can be begun.
    pub fn run(mut self) -> Report {
        let book = self.book;
        let flows = book.flows.values().filter(|flow| flow.start.is_some() && !flow.system);
        let named = flows.map(|flow| Some(flow.name.clone()));
        for flow in std::iter::once(None).chain(named) {
            let ring = self.places.len();
            self.places.push(self.rung());
            self.go(ring, Move::new(By::World, Said::Started { flow }));
        }
        while let Some(at) = self.next.pop_front() {
            for step in moves::of(&self, at) {
                self.go(at, step);
            }
            assert!(self.places.len() < MOST, "more than {MOST} places in {}", self.world.name);
        }
        self.circles();
        self.report.places = self.known.len();
        self.report.edges = self.edges.len();
        self.report
    }

    /// A call before its first turn.
    fn rung(&self) -> Place {
        let beginning = engine::Beginning {
            id: ids::conversation("test", "every path", "start"),
            channel: Channel::Phone,
            address: "every path",
            contact: ids::contact("test", "every path"),
            locale: Some(self.locale),
            number: None,
            seq: 0,
            now: self.world.now,
        };
        let conversation = engine::fresh(self.book, &beginning);
        Place { conversation, now: self.world.now, told: false, last: Last::Nothing, came: None }
    }

    /// What the caller says in the language of the call.
    pub fn words(&self, place: &Place) -> &Words {
        &self.words[place.conversation.locale.as_str()]
    }

    /// Words that work everywhere and have no key, where callers say them.
    pub fn globals(&self, place: &Place) -> Vec<String> {
        let list = |kind: &&str| self.book.words.list(kind, &place.conversation.locale).first().cloned();
        ["help", "cancel", "language", "link", "unlink"]
            .iter()
            .filter(|_| self.speaks())
            .filter_map(list)
            .collect()
    }

    pub fn speaks(&self) -> bool {
        self.world.speaks
    }

    /// `YYYY-MM-DD`.
    pub fn today(&self) -> &str {
        &self.world.facts.today
    }

    /// Codes of tickets that there are.
    pub fn codes(&self) -> Vec<String> {
        self.world.facts.open_tickets.iter().map(|ticket| ticket.code.clone()).collect()
    }

    /// What the engine may know in a turn.
    fn facts(&self, from: &Place, step: &Move) -> Facts {
        let mut facts = self.world.facts.clone();
        facts.agent_free = step.free;
        facts.link = LinkFacts { found: step.found.clone(), ..facts.link };
        if from.told {
            facts.notices.clear();
        }
        facts
    }

    /// Takes a move. The same place and move give the same turn.
    pub fn take(&self, from: &Place, step: &Move) -> (Place, Vec<Event>) {
        let Does { said, tires } = &step.does;
        let mut before = from.conversation.clone();
        if *tires {
            before.callbacks = MAX_CALLBACKS;
        }
        let utterance = Utterance { said: said.clone(), answers_turn: None };
        let facts = self.facts(from, step);
        let now = match from.conversation.frames.last().and_then(|frame| frame.wait.as_ref()) {
            Some(wait) if *said == Said::Waited => match &wait.kind {
                WaitKind::Pause { until, .. } => *until,
                _ => from.now,
            },
            _ => from.now,
        };
        let Turn { mut conversation, events } = engine::take_turn(self.book, before, &facts, &utterance, now);
        // How many inputs there were is a matter of `tires` alone.
        if conversation.callbacks < MAX_CALLBACKS {
            conversation.callbacks = 0;
        }
        let told = from.told || events.iter().any(|event| matches!(event, Event::NoticeTold { .. }));
        let last = from.last.next(said, &from.conversation, &conversation, &events, self.surveys(from));
        (Place { conversation, now, told, last, came: None }, events)
    }

    /// Whether a survey waits for its score or its comment.
    fn surveys(&self, place: &Place) -> bool {
        let frame = place.conversation.frames.last();
        let step = frame.and_then(|frame| self.book.flow(&frame.flow)?.step(&frame.step));
        step.is_some_and(|step| matches!(step.kind, Kind::Survey(_)))
    }

    /// Goes a move's way, and every other that the world may make of it: somebody is free or not, a code links or not.
    fn go(&mut self, at: usize, step: Move) {
        let (place, events) = self.take(&self.places[at], &step);
        if !step.free && events.iter().any(|event| matches!(event, Event::HandoffRequested { .. })) {
            self.go(at, Move { free: true, ..step.clone() });
        }
        if step.found.is_none() && events.iter().any(|event| matches!(event, Event::CodeTried { .. })) {
            let shown = Found::Shown {
                contact: ids::contact("web", "elsewhere"),
                conversation: ids::conversation("web", "elsewhere", ""),
                channel: Channel::Web,
            };
            let refused = Refused::ALL.into_iter().map(|why| Found::Refused { why });
            for found in std::iter::once(shown).chain(refused) {
                self.go(at, Move { found: Some(found), ..step.clone() });
            }
            return;
        }
        self.arrive(at, step, place, &events);
    }

    fn write(&mut self, place: &Place, events: &[Event]) {
        // One turn is like another but for its number.
        let conversation = Conversation { turn: 1, ..place.conversation.clone() };
        let outcome = Outcome { conversation: &conversation, messages: &Message::of(events) };
        let script = speech::script(&outcome, 0, self.book, &Synthetic);
        for dialect in Dialect::ALL {
            let urls = Urls::new(PUBLIC_URL, dialect);
            self.report.documents.insert((dialect, document::of(&script, &urls, 0)));
        }
    }

    fn arrive(&mut self, from: usize, step: Move, mut place: Place, events: &[Event]) {
        if self.world.writes {
            self.write(&place, events);
        }
        place.came = Some((from, step.clone()));
        for event in events {
            match event {
                Event::Walked { flow, exits, .. } => {
                    let ways = exits.iter().map(|(step, exit)| (flow.clone(), step.clone(), exit.clone()));
                    self.report.walked.extend(ways);
                }
                // What a service answers may be of no use: then the way for errors follows.
                Event::Faulted { .. } if matches!(step.does.said, Said::HttpAnswered { .. }) => {}
                Event::Faulted { place: at, message } => {
                    self.problem(format!("a fault at {at}: {message}"), &place);
                }
                _ => {}
            }
        }
        let c = &place.conversation;
        if c.is_closed() {
            return match ends::end(&step.does.said, events, place.last, c) {
                Ok(end) => {
                    let outcome = c.outcome().unwrap_or_default().to_owned();
                    *self.report.ends.entry((end, outcome)).or_default() += 1;
                }
                Err(what) => self.problem(what, &place),
            };
        }
        let waits = c.frames.last().is_some_and(|frame| frame.wait.is_some());
        if c.owner == Owner::Bot && (!waits || c.hope == Hope::Nothing) {
            return self.problem("a dead line: nobody is waited for".to_owned(), &place);
        }
        let answered = self.places[from].conversation.trail.len() < c.trail.len();
        let undone = answered && c.owner == Owner::Bot && c.callbacks < MAX_CALLBACKS;
        let key = key(self.book, self.matter, &place);
        let known = self.known.get(&key).copied();
        let at = known.unwrap_or(self.places.len());
        self.edges.push((from, at, step));
        if known.is_none() {
            self.known.insert(key, at);
            self.places.push(place);
            return self.next.push_back(at);
        }
        // Answered otherwise than when the place was found: what `*` undoes is another answer.
        if undone {
            let back = Move::new(By::Caller, Said::Keys { keys: "*".to_owned() });
            let (mut after, events) = self.take(&place, &back);
            let known = !after.conversation.is_closed() && {
                let key = super::key::key(self.book, self.matter, &after);
                self.known.contains_key(&key)
            };
            if !known {
                let ghost = self.places.len();
                self.places.push(place);
                after.came = None;
                self.arrive(ghost, back, after, &events);
            }
        }
    }

    /// Notes a problem, once for each step at which it arises.
    fn problem(&mut self, what: String, place: &Place) {
        self.report.faults += 1;
        let from = place.came.as_ref().map(|(from, _)| &self.places[*from]);
        let frame = from.and_then(|from| from.conversation.frames.last());
        let stands = frame.map(|frame| format!("{}@{}", frame.flow, frame.step)).unwrap_or_default();
        if self.seen.insert((what.clone(), stands)) {
            let way = self.way(place, None);
            self.report.problems.push(Problem { what, way });
        }
    }

    /// The call up to a place, and what is said on it.
    fn way(&self, place: &Place, more: Option<&[(usize, Move)]>) -> String {
        let mut moves = Vec::new();
        let mut came = place.came.clone();
        while let Some((from, step)) = came {
            came = self.places[from].came.clone();
            moves.push((from, step));
        }
        moves.reverse();
        let mut way = format!("{}, {}\n", self.world.name, self.locale);
        for (from, step) in &moves {
            self.line(*from, step, &mut way);
        }
        if let Some(more) = more {
            way.push_str("  from here on it goes round:\n");
            for (from, step) in more {
                self.line(*from, step, &mut way);
            }
        }
        way
    }

    fn line(&self, from: usize, step: &Move, way: &mut String) {
        let _ = writeln!(way, "  {step}");
        let (after, events) = self.take(&self.places[from], step);
        told::events(&events, way);
        if let Some(outcome) = after.conversation.outcome() {
            let _ = writeln!(way, "  * closed: {outcome}");
        }
    }

    /// No path goes round for ever. The world's own moves lead to the caller, an agent or an end; a caller who gives no
    /// good answer comes to one, too; and so does whatever is said once there were too many inputs.
    fn circles(&mut self) {
        let kinds: [(&str, Follows<'a>); 3] = [
            ("goes round for ever, and the caller has no part in it", |_, _, step| step.by == By::World),
            ("goes round as long as the caller gives no good answer", |_, _, step| {
                matches!(step.by, By::World | By::Mute)
            }),
            ("goes round for ever, however many inputs there were", |walk, at, step| {
                walk.places[at].conversation.callbacks >= MAX_CALLBACKS && step.by != By::Agent
            }),
        ];
        for (what, follows) in kinds {
            if let Some(circle) = self.circle(follows) {
                let place = self.places[circle[0].0].clone();
                let way = self.way(&place, Some(&circle));
                self.report.faults += 1;
                self.report.problems.push(Problem { what: what.to_owned(), way });
            }
        }
    }

    /// A circle of moves of a kind, where there is one.
    fn circle(&self, follows: Follows<'a>) -> Option<Vec<(usize, Move)>> {
        let mut onward: HashMap<usize, Vec<(usize, &Move)>> = HashMap::new();
        for (from, to, step) in &self.edges {
            if step.by != By::Idle && follows(self, *from, step) {
                onward.entry(*from).or_default().push((*to, step));
            }
        }
        let mut done = vec![false; self.places.len()];
        for start in 0..self.places.len() {
            // Places on the way, and how many of their moves were looked at.
            let mut way: Vec<(usize, usize)> = vec![(start, 0)];
            let mut on_way = HashSet::from([start]);
            while let Some((at, nth)) = way.last_mut() {
                let next = onward.get(at).and_then(|moves| moves.get(*nth)).filter(|_| !done[*at]);
                let Some((to, _)) = next else {
                    done[*at] = true;
                    on_way.remove(at);
                    way.pop();
                    continue;
                };
                *nth += 1;
                if on_way.contains(to) {
                    let begins = way.iter().position(|(at, _)| at == to)?;
                    let circle = &way[begins..];
                    return Some(
                        circle.iter().map(|(at, nth)| (*at, onward[at][*nth - 1].1.clone())).collect(),
                    );
                }
                on_way.insert(*to);
                way.push((*to, 0));
            }
        }
        None
    }
}
