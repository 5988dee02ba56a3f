//! Every path through the demo's flows by phone, to its end. The walk (`every_path/walk.rs`) begins a call with each
//! flow, and does at each place all that a caller, an agent and the world may do there (`every_path/moves.rs`): each key
//! of the menu, values that are taken and such that are refused, words that are not understood, silence, `0`, `*`, `#`,
//! up to three failures at a prompt; an agent is free or not, comes, closes, hands back or goes away; services answer or
//! fail; and at any question so many inputs may lie behind that the next is the last. Whether we are open, a fault is
//! known and the caller is known to us are worlds of their own.
//!
//! No path may end in a bare hang-up (`every_path/ends.rs` says what is one), go round for ever, or be given up by the
//! engine. Hanging up is the caller's own, and left out. So is the menu, which only a word leads to: each flow that it has
//! is walked from its beginning, and `tests/it/random_flows` begins flows over others.
//! `cargo test --test it every_path -- --nocapture` prints what was walked.

mod ends;
mod flows;
mod key;
mod matter;
mod moves;
mod told;
mod values;
mod walk;

use std::collections::BTreeMap;
use std::sync::Mutex;

use vestibule::channel::ivr::dialect::Dialect;
use vestibule::channel::ivr::document;
use vestibule::cli::playbook;
use vestibule::config;
use vestibule::conversation::{
    Channel, ContactFacts, Facts, Incident, Linked, News, Notice, OpenTicket, ids,
};
use vestibule::flow::Playbook;

use ends::End;
use matter::Matter;
use values::Words;
use walk::{Report, Walk, World};

use crate::support::server::PUBLIC_URL;
use crate::support::{jambonz, twiml};

/// What is around a call: open or closed, with a known fault or without, and a stranger or somebody whom we know (with
/// a chat, an open ticket, and a closed one to be asked about). Each with either of the others, but not all with all.
/// In one world the call begins with the choice of a language, so that all are walked; in one callers speak, too.
fn worlds() -> Vec<World> {
    let now = "2026-11-24T10:00:00Z".parse().expect("a time");
    let one = |name, open: bool, fault: bool, known: bool| {
        let incident = |area: &str| Incident {
            area: area.to_owned(),
            title: "A cut cable".to_owned(),
            since: "2026-11-24T08:00:00Z".to_owned(),
        };
        let ticket = OpenTicket {
            code: "314159268".to_owned(),
            category: "network".to_owned(),
            flow: "support".to_owned(),
            state: "assigned".to_owned(),
            subject: "The line is slow".to_owned(),
            r#type: "incident".to_owned(),
        };
        let news = News::SurveyDue { code: "271828187".to_owned(), nps: true };
        let survey = Notice { id: "survey:271828187".to_owned(), news };
        let facts = Facts {
            contact: ContactFacts {
                name: known.then(|| "Ada".to_owned()),
                verified: known,
                chat: known,
                ..ContactFacts::default()
            },
            open_tickets: if known { vec![ticket] } else { Vec::new() },
            incidents: if fault { ["network", "north"].map(incident).into() } else { Vec::new() },
            business_open: open,
            opens_at: Some("2026-11-25T08:00:00+00:00".to_owned()),
            closes_at: Some("2026-11-24T18:00:00+00:00".to_owned()),
            opens: (!open).then(|| "2026-11-25T08:00:00Z".parse().expect("a time")),
            notices: if known { vec![survey] } else { Vec::new() },
            now_text: "2026-11-24T10:00:00+00:00".to_owned(),
            today: "2026-11-24".to_owned(),
            voicemail: 120,
            // Where a fault is known, those who wait may be called back.
            callable: if fault { vec!["+39".to_owned()] } else { Vec::new() },
            ..Facts::default()
        };
        World { name, facts, now, speaks: false, writes: false }
    };
    let mut asks = one("open, a stranger who chooses the language", true, false, false);
    asks.facts.ask_language = true;
    let mut speaks = World { speaks: true, ..one("closed, a stranger who speaks", false, false, false) };
    speaks.facts.link.linked = vec![Linked {
        contact: ids::contact("web", "elsewhere"),
        channel: Channel::Web,
        address: "elsewhere".to_owned(),
        since: now,
    }];
    vec![
        one("open with a fault, a stranger", true, true, false),
        speaks,
        asks,
        one("open, a known caller", true, false, true),
        one("closed with a fault, a known caller", false, true, true),
    ]
}

/// Walks a playbook in each world, on as many threads as there are cores.
fn walk(book: &Playbook, worlds: &[World], locale: &str) -> Report {
    let matter = Matter::of(book);
    let words: BTreeMap<&str, Words> =
        book.locales.iter().map(|locale| (locale.as_str(), Words::of(book, locale))).collect();
    let next = Mutex::new(worlds.iter());
    let one = || next.lock().expect("no walk fails here").next();
    let work = || {
        let mut reports = Vec::new();
        while let Some(world) = one() {
            let report = Walk::new(book, &matter, &words, world, locale).run();
            println!("{}: {} places, {} moves", world.name, report.places, report.edges);
            reports.push(report);
        }
        reports
    };
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let reports = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a walk")).collect::<Vec<_>>()
    });
    reports.into_iter().fold(Report::default(), Report::and)
}

fn demo(locales: &[&str]) -> Playbook {
    let mut settings = config::load(None, std::iter::empty()).expect("the defaults");
    settings.locales = locales.iter().map(|locale| (*locale).to_owned()).collect();
    let root = env!("CARGO_MANIFEST_DIR");
    settings.flows = format!("{root}/flows");
    settings.faq = format!("{root}/faq");
    let gathered = playbook::on_disk(&settings).expect("the demo's files");
    let revision = playbook::files_of(&gathered, &settings).revision();
    let (book, findings) = playbook::compiled(gathered, &settings, revision, &[]);
    book.unwrap_or_else(|| panic!("{:#?}", findings.diagnostics))
}

fn holds(book: &Playbook, worlds: &[World], locale: &str) -> Report {
    let report = walk(book, worlds, locale);
    println!("{report}");
    let told: Vec<String> =
        report.problems.iter().take(8).map(|problem| format!("{}\n{}", problem.what, problem.way)).collect();
    assert!(told.is_empty(), "{} paths go wrong; some of them:\n\n{}", report.faults, told.join("\n"));
    report
}

/// Ways that no call here takes, by how they begin.
const NOT_WALKED: [&str; 16] = [
    // Nobody can send a file on a call.
    "coverage, #12: next",
    "coverage, #12: failure",
    // The flows that are called close the call themselves.
    "support, outage: next",
    "support, orders: next",
    "support, ticket: next",
    "support, person: next",
    "ticket_status, person: next",
    // No flow is changed here.
    "system/flow_changed,",
    // Codes are shown in chats alone.
    "system/link, place: arm:2",
    "system/link, place: arm:3",
    "system/link, side: arm:2",
    "system/link, way:",
    "system/link, show:",
    "system/link, unproven:",
    // Who is to be asked is asked both questions; who speaks is linked.
    "system/survey, again: arm:2",
    "system/unlink, linked: arm:2",
];

#[test]
fn every_call_to_the_demo_ends_well() {
    let book = demo(&["en", "it"]);
    let report = holds(&book, &worlds(), "en");
    for end in [End::Answer, End::Ticket, End::Person, End::Told, End::Cancelled] {
        assert!(report.ends.keys().any(|(reached, _)| *reached == end), "no path ends by {end:?}");
    }
    // Nothing is proved of a way that the walk does not take.
    let excused = |way: &String| NOT_WALKED.iter().any(|known| way.starts_with(known));
    let missed: Vec<String> = report.missed(&book).into_iter().filter(|way| !excused(way)).collect();
    assert!(missed.is_empty(), "not walked: {missed:#?}");
}

/// The flows are the same in each language, but not what is said and answered: one world will do.
#[test]
fn every_call_to_the_demo_ends_well_in_german_too() {
    holds(&demo(&["en", "it", "de"]), &worlds()[..1], "de");
}

/// What the platforms are told at every turn of those calls: XML for our own strict reader, verbs for jambonz' two validators.
#[test]
fn every_document_is_what_its_platform_takes() {
    let mut world = worlds().remove(0);
    world.writes = true;
    let report = walk(&demo(&["en", "it"]), &[world], "it");
    let of = |wanted: Dialect| {
        let documents = report.documents.iter().filter(move |(dialect, _)| *dialect == wanted);
        documents.map(|(_, document)| document.as_str())
    };
    for dialect in [Dialect::Twilio, Dialect::Signalwire, Dialect::Telnyx] {
        let mut count = 0;
        for document in of(dialect) {
            let read = twiml::read(document, PUBLIC_URL);
            assert!(read.is_ok(), "{dialect:?}: {read:?}\n{document}");
            count += 1;
        }
        println!("{dialect:?}: {count} documents");
        assert!(count > 300, "{dialect:?}: {count}");
    }
    let verbs: Vec<String> = of(Dialect::Jambonz).map(str::to_owned).collect();
    assert!(verbs.len() > 300 && verbs.iter().all(|verbs| verbs.len() < document::MAX_DOCUMENT));
    jambonz::validated(&verbs);
}

/// The walk of flows in texts, in a world without anything special.
fn small(flows: &[&str]) -> (Playbook, Report) {
    let files: Vec<(String, String)> =
        flows.iter().enumerate().map(|(at, text)| (format!("{at}.yaml"), (*text).to_owned())).collect();
    let faq = [("faq.yaml".to_owned(), flows::FAQ.to_owned())];
    let (book, found) = playbook::from_texts(&files, &faq, &["en".to_owned()]);
    let book = book.unwrap_or_else(|| panic!("{found:#?}"));
    let report = walk(&book, &worlds()[..1], "en");
    println!("{report}");
    (book, report)
}

/// What is wrong with a flow is found, and the way there is told in words.
#[test]
fn bad_flows_are_found_out() {
    for (flow, what, line) in flows::BAD {
        let (_, report) = small(&[flow]);
        let found: Vec<&str> = report.problems.iter().map(|problem| problem.what.as_str()).collect();
        assert!(!found.is_empty(), "nothing is found in\n{flow}");
        assert!(found.iter().all(|found| found.contains(what)), "{found:#?} in\n{flow}");
        let way = &report.problems[0].way;
        println!("{}\n{way}", found[0]);
        assert!(way.contains(line), "{way}");
    }
}

/// Services, pauses, lists of answers, tables of numbers: all is walked, with what fails in it.
#[test]
fn what_the_demo_has_none_of_is_walked_too() {
    let (book, report) = small(&[flows::GOOD]);
    assert!(report.problems.is_empty(), "{}\n{}", report.problems[0].what, report.problems[0].way);
    let missed: Vec<String> =
        report.missed(&book).into_iter().filter(|way| !way.starts_with("system/")).collect();
    assert!(missed.is_empty(), "{missed:#?}");
}
