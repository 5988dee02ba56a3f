//! People on the line: put through, called back, a message left, a line that was cut, words heard unsurely.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::IntoResponse as _;
use tokio_util::sync::CancellationToken;
use vestibule::channel::ivr::errands;
use vestibule::conversation::{CallEvent, Channel, Event};

use super::desk::{Desk, gather};
use crate::support::twiml::Verb;

pub const TRANSFER: &str = r#"
flow: support
title: Support
start: { default: true }
steps:
  - say: { text: Calls are recorded., legal: true }
  - id: topic
    choose:
      prompt: What is it about?
      options:
        - { value: fault, label: A fault, goto: person }
        - { value: other, label: Something else, goto: bye }
  - id: person
    handoff:
      on_unreached: later
      transfer: { to: "+390212345678", whisper: "A fault, from the test.", ring: 20, on_busy: engaged }
  - id: talked
    end: { outcome: handed_over }
  - id: engaged
    say: They are talking to somebody.
  - id: later
    voicemail: { on_unrecorded: bye, longest: 60 }
  - ticket:
      category: fault
      type: incident
      urgency: low
      impact: low
      subject: A message
      body: A message of a caller
      without_faq: the caller left a message
  - say: "Your ticket is {{ ticket.code }}."
  - id: bye
    end: { outcome: informed }
"#;

fn said(verbs: &[Verb]) -> String {
    let texts = verbs.iter().flat_map(|verb| match verb {
        Verb::Say(say) => vec![say.text.clone()],
        Verb::Gather(gather) => gather.says.iter().map(|say| say.text.clone()).collect(),
        _ => Vec::new(),
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// The gather of a document, whatever is said before it.
fn asked(verbs: &[Verb]) -> String {
    verbs
        .iter()
        .find_map(|verb| match verb {
            Verb::Gather(gather) => Some(gather.action.clone()),
            _ => None,
        })
        .unwrap_or_else(|| panic!("nothing is asked: {verbs:?}"))
}

async fn put_through(desk: &Desk) -> (String, Option<String>) {
    let menu = desk.post("/ivr/twilio", "").await;
    // A legal notice stands outside of what may be interrupted.
    assert!(matches!(&menu[0], Verb::Say(say) if say.text == "Calls are recorded."), "{menu:?}");
    let dial = desk.post(&asked(&menu), "&Digits=1").await;
    let Some(Verb::Dial(dial)) = dial.last() else { panic!("{dial:?}") };
    assert_eq!((dial.to.as_str(), dial.timeout, dial.sip), ("+390212345678", 20, false));
    assert_eq!(dial.caller_id.as_deref(), Some("+14155550123"));
    (dial.action.clone().expect("an address"), dial.whisper.clone())
}

#[tokio::test]
async fn a_call_is_put_through_with_a_whisper() {
    let desk = Desk::with(TRANSFER, &[]).await;
    let (action, whisper) = put_through(&desk).await;
    let told = desk.send("CA2", &whisper.expect("a whisper"), "&ParentCallSid=CA1").await;
    assert!(told.1.contains("<Say language=\"en-US\">A fault, from the test.</Say>"), "{}", told.1);
    let done = desk.post(&action, "&DialCallStatus=completed&DialCallDuration=61").await;
    assert_eq!(done, [Verb::Hangup]);
    let rows = desk.app.store.journal(desk.conversation().await).await.expect("a journal");
    let ended = rows
        .iter()
        .flat_map(|row| &row.events)
        .any(|event| matches!(event, Event::Closed { outcome } if outcome == "handed_over"));
    assert!(ended, "{rows:?}");
    // The end is sticky, and the platform's own end is no news.
    let again = desk.post(&action, "&DialCallStatus=busy").await;
    assert_eq!(again, [Verb::Hangup]);
    desk.app.store.close().await;
}

#[tokio::test]
async fn each_end_of_a_transfer_has_its_way() {
    for (status, words) in [
        ("busy", "The line is busy. They are talking to somebody."),
        ("no-answer", "Nobody answers there."),
        ("failed", "I cannot reach anybody there."),
        ("canceled", "Nobody answers there."),
        ("odd", "I cannot reach anybody there."),
    ] {
        let desk = Desk::with(TRANSFER, &[]).await;
        let (action, _) = put_through(&desk).await;
        let after = desk.post(&action, &format!("&DialCallStatus={status}")).await;
        assert!(said(&after).starts_with(words), "{status}: {after:?}");
        assert!(said(&after).contains("May I record it?"), "{status}: {after:?}");
        desk.app.store.close().await;
    }
}

#[tokio::test]
async fn a_message_is_recorded_after_consent_fetched_and_attached() {
    let platform = Platform::open().await;
    let desk = Desk::with(TRANSFER, &platform.settings()).await;
    let (action, _) = put_through(&desk).await;
    let consent = desk.post(&action, "&DialCallStatus=no-answer").await;
    let tone = desk.post(&asked(&consent), "&Digits=1").await;
    let record = tone.iter().find_map(|verb| match verb {
        Verb::Record(record) => Some(record.clone()),
        _ => None,
    });
    let record = record.unwrap_or_else(|| panic!("{tone:?}"));
    assert_eq!((record.longest, record.transcribe), (60, true));
    let url = format!("{}/2010-04-01/Accounts/AC1/Recordings/RE1", platform.url);
    let fields = format!(
        "&RecordingUrl={}&RecordingDuration=7&Digits=hangup",
        url.replace(':', "%3A").replace('/', "%2F")
    );
    // The end of the call overtakes it: the message counts all the same.
    assert_eq!(desk.send("CA1", "/ivr/twilio/status", "&CallStatus=completed").await.0, 204);
    let thanks = desk.post(&record.action, &fields).await;
    assert!(said(&thanks).contains("Your ticket is"), "{thanks:?}");
    let id = desk.conversation().await;
    let text = "&TranscriptionText=My+router+blinks&TranscriptionStatus=completed";
    assert_eq!(desk.send("CA1", "/ivr/twilio/status", text).await.0, 204);
    let rows = desk.app.store.journal(id).await.expect("a journal");
    let events: Vec<&Event> = rows.iter().flat_map(|row| &row.events).collect();
    let file = events.iter().find_map(|event| match event {
        Event::Call { what: CallEvent::MessageRecorded { file, seconds: 7, .. } } => Some(file.to_string()),
        _ => None,
    });
    let file = file.unwrap_or_else(|| panic!("{events:?}"));
    let written =
        |event: &&Event| matches!(event, Event::TicketAdded { text, .. } if text == "My router blinks");
    assert!(events.iter().any(written), "{events:?}");
    let ticket = events.iter().find_map(|event| match event {
        Event::TicketOpened { draft } => Some(draft.fields.clone()),
        _ => None,
    });
    assert_eq!(ticket.expect("a ticket").get("voicemail"), Some(&file));
    let stop = desk.errands();
    let kept = wait_for(|| async { desk.app.store.file(&file).await.expect("a store") }).await;
    assert_eq!((kept.kind.as_str(), kept.content.as_slice()), ("audio/wav", WAV));
    stop.cancel();
    let seen = platform.seen();
    assert!(
        seen.iter().all(|seen| seen.starts_with("GET /2010-04-01/Accounts/AC1/Recordings/RE1.wav basic")),
        "{seen:?}"
    );
    assert!(seen.len() >= 2, "it was not there at once: {seen:?}");
    desk.app.store.close().await;
}

const QUEUE: &str = r#"
flow: support
title: Support
start: { default: true }
steps:
  - id: topic
    choose:
      prompt: What is it about?
      options:
        - { value: person, label: A colleague, goto: person }
        - { value: other, label: Something else, goto: bye }
  - id: person
    handoff: { queue: support, on_unreached: bye }
  - id: bye
    end: { outcome: informed }
"#;

#[tokio::test]
async fn who_waits_is_called_back_by_the_agent_who_takes_it() {
    let platform = Platform::open().await;
    let mut settings = platform.settings().to_vec();
    settings.push(("VESTIBULE_CALLS__ALLOW", "+1415"));
    let desk = Desk::with(QUEUE, &settings).await;
    let menu = desk.post("/ivr/twilio", "").await;
    let queued = desk.post(&asked(&menu), "&Digits=1").await;
    assert!(said(&queued).contains("You are number 1 in the queue."), "{queued:?}");
    assert!(said(&queued).contains("To be called back instead, press 1."), "{queued:?}");
    let second = desk.post_of("CB1", "/ivr/twilio", "").await;
    let second = desk.post_of("CB1", &asked(&second), "&Digits=1").await;
    assert!(said(&second).contains("You are number 2 in the queue."), "{second:?}");

    let which = desk.post(&asked(&queued), "&Digits=1").await;
    assert!(said(&which).contains("which ends in 0 1 2, 3?"), "{which:?}");
    let promised = desk.post(&asked(&which), "&Digits=1").await;
    assert!(said(&promised).contains("We call you back"), "{promised:?}");
    assert_eq!(promised.last(), Some(&Verb::Hangup));
    assert_eq!(desk.send("CA1", "/ivr/twilio/status", "&CallStatus=completed").await.0, 204);
    let id = desk.conversation().await;

    // The agent takes it: the platform is asked to call, once.
    desk.app.claim("Ada", id).await.expect("claimed");
    desk.app.reply("Ada", id, "m1", "Good morning, it is about your fault.").await.expect("written");
    let stop = desk.errands();
    wait_for(|| async { platform.seen().into_iter().find(|seen| seen.contains("Calls.json")) }).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    stop.cancel();
    let calls: Vec<String> = platform.seen().into_iter().filter(|seen| seen.contains("Calls.json")).collect();
    assert_eq!(calls.len(), 1, "{calls:?}");
    assert!(calls[0].contains("To=%2B14155550123"), "{calls:?}");
    assert!(calls[0].contains("Url=https%3A%2F%2Fdesk.example.org%2Fivr%2Ftwilio%3Fline%3DCA1"), "{calls:?}");

    // Answered, the conversation goes on in the new call, and what the agent wrote is heard.
    let hello = desk.post_of("CC9", "/ivr/twilio?line=CA1", "&Direction=outbound-api").await;
    assert!(said(&hello).contains("Ada is with you."), "{hello:?}");
    assert!(said(&hello).contains("Good morning"), "{hello:?}");
    let (listening, _, _) = gather(&hello);
    assert!(listening.action.contains("line=CA1"), "{hello:?}");
    let action = listening.action.clone();
    desk.post_of("CC9", &action, "&SpeechResult=Thank+you&Confidence=0.9").await;
    let rows = desk.app.store.journal(id).await.expect("a journal");
    let heard = rows
        .iter()
        .flat_map(|row| &row.events)
        .any(|event| matches!(event, Event::Heard { text, .. } if text == "Thank you"));
    assert!(heard, "{rows:?}");
    let over = desk.send("CC9", "/ivr/twilio/status?line=CA1", "&CallStatus=completed").await;
    assert_eq!(over.0, 204);
    let rows = desk.app.store.journal(id).await.expect("a journal");
    let closed = rows.iter().flat_map(|row| &row.events).any(|event| matches!(event, Event::Closed { .. }));
    assert!(closed, "{rows:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn nobody_is_called_where_settings_do_not_allow_it() {
    let platform = Platform::open().await;
    let mut settings = platform.settings().to_vec();
    settings.push(("VESTIBULE_CALLS__ALLOW", "+39"));
    let desk = Desk::with(QUEUE, &settings).await;
    let menu = desk.post("/ivr/twilio", "").await;
    let queued = desk.post(&asked(&menu), "&Digits=1").await;
    // The number that the call shows is none of Italy's: another is asked for, and a costly one is no number.
    let which = desk.post(&asked(&queued), "&Digits=1").await;
    assert!(said(&which).contains("On which number?"), "{which:?}");
    let mut last = which;
    for digits in ["0019005550100", "12"] {
        last = desk.post(&asked(&last), &format!("&Digits={digits}")).await;
        assert!(said(&last).contains("On which number?"), "{digits}: {last:?}");
    }
    // After three misses they simply wait on.
    let stay = desk.post(&asked(&last), "&Digits=0019005550100").await;
    assert!(said(&stay).contains("You stay in the queue."), "{stay:?}");
    assert!(platform.seen().is_empty());
    desk.app.store.close().await;
}

#[tokio::test]
async fn a_call_that_was_cut_off_goes_on_at_the_next() {
    let desk = Desk::open().await;
    let menu = desk.post("/ivr/twilio", "").await;
    let problem = desk.post(&gather(&menu).0.action, "&Digits=1").await;
    let account = desk.post(&gather(&problem).0.action, "&SpeechResult=my+teapot+sings&Confidence=0.9").await;
    assert!(said(&account).contains("six-digit number"), "{account:?}");
    let people = desk.post(&gather(&account).0.action, "&Digits=204417").await;
    assert!(said(&people).contains("How many people"), "{people:?}");
    assert_eq!(desk.send("CA1", "/ivr/twilio/status", "&CallStatus=completed").await.0, 204);

    // Another number is another caller.
    let other = desk.send_from("%2B14155550199", "CD1", "/ivr/twilio").await;
    assert!(!other.contains("cut off"), "{other}");
    let offer = desk.post_of("CA2", "/ivr/twilio", "").await;
    assert!(
        said(&offer).contains("We were cut off before, at: Support. Do you want to go on there?"),
        "{offer:?}"
    );
    assert!(!said(&offer).contains("204417"), "a number proves nothing");
    let on = desk.post_of("CA2", &gather(&offer).0.action, "&Digits=1").await;
    assert!(said(&on).contains("How many people"), "{on:?}");
    let ticket = desk.post_of("CA2", &gather(&on).0.action, "&Digits=3").await;
    assert!(said(&ticket).contains("Your ticket is"), "{ticket:?}");
    let rows = desk.app.store.journal_after(Channel::Twilio, "CA2", 0).await.expect("a journal");
    let draft = rows.iter().flat_map(|row| &row.events).find_map(|event| match event {
        Event::TicketOpened { draft } => Some(draft.clone()),
        _ => None,
    });
    assert_eq!(draft.expect("a ticket").slots["account"].to_string(), "204417");
    // It is offered once.
    let third = desk.post_of("CA3", "/ivr/twilio", "").await;
    assert!(!said(&third).contains("cut off"), "{third:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn who_was_cut_off_in_the_queue_waits_again() {
    let desk = Desk::with(QUEUE, &[]).await;
    let menu = desk.post("/ivr/twilio", "").await;
    desk.post(&asked(&menu), "&Digits=1").await;
    assert_eq!(desk.send("CA1", "/ivr/twilio/status", "&CallStatus=completed").await.0, 204);
    let offer = desk.post_of("CA2", "/ivr/twilio", "").await;
    let again = desk.post_of("CA2", &asked(&offer), "&Digits=1").await;
    assert!(said(&again).contains("You are number 1 in the queue."), "{again:?}");
    assert!(gather(&again).1.contains("poll="), "{again:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn who_does_not_want_to_go_on_is_not_asked_again() {
    let desk = Desk::open().await;
    let menu = desk.post("/ivr/twilio", "").await;
    desk.post(&gather(&menu).0.action, "&Digits=1").await;
    assert_eq!(desk.send("CA1", "/ivr/twilio/status", "&CallStatus=completed").await.0, 204);
    let offer = desk.post_of("CA2", "/ivr/twilio", "").await;
    let anew = desk.post_of("CA2", &gather(&offer).0.action, "&Digits=2").await;
    assert!(said(&anew).contains("What is it about?"), "{anew:?}");
    assert_eq!(desk.send("CA2", "/ivr/twilio/status", "&CallStatus=completed").await.0, 204);
    let third = desk.post_of("CA3", "/ivr/twilio", "").await;
    assert!(!said(&third).contains("cut off"), "{third:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn what_was_heard_unsurely_is_said_back() {
    let desk = Desk::open().await;
    let menu = desk.post("/ivr/twilio", "").await;
    // Under .3 it is asked for again, under .6 it is said back.
    let again = desk.post(&gather(&menu).0.action, "&SpeechResult=a+fault&Confidence=0.2").await;
    assert!(said(&again).contains("I did not get that"), "{again:?}");
    let doubt = desk.post(&gather(&again).0.action, "&SpeechResult=a+fault&Confidence=0.45").await;
    assert!(said(&doubt).contains("I understood: a fault. Is that right?"), "{doubt:?}");
    let no = desk.post(&gather(&doubt).0.action, "&Digits=2").await;
    assert!(said(&no).contains("What is it about?"), "{no:?}");
    let doubt = desk.post(&gather(&no).0.action, "&SpeechResult=a+fault&Confidence=0.59").await;
    let yes = desk.post(&gather(&doubt).0.action, "&SpeechResult=yes&Confidence=0.35").await;
    assert!(said(&yes).contains("Tell me what happened."), "{yes:?}");
    let sure = desk.post(&gather(&yes).0.action, "&SpeechResult=the+teapot+sings&Confidence=0.6").await;
    assert!(said(&sure).contains("six-digit number"), "{sure:?}");
    desk.app.store.close().await;
}

#[tokio::test]
async fn an_answer_goes_to_the_phone_as_a_text_message() {
    let platform = Platform::open().await;
    let mut settings = platform.settings().to_vec();
    settings.push(("VESTIBULE_CALLS__ALLOW", "+1"));
    let flow = "flow: support\ntitle: Support\nstart: { default: true }\nsteps:\n  - faq: { query: \"I forgot my password\" }\n  - end: { outcome: informed }\n";
    let desk = Desk::with(flow, &settings).await;
    let answer = desk.post("/ivr/twilio", "").await;
    assert!(said(&answer).contains("For a copy"), "{answer:?}");
    let which = desk.post(&asked(&answer), "&Digits=3").await;
    assert!(said(&which).contains("As a text message to the number that ends in 0 1 2, 3?"), "{which:?}");
    let sent = desk.post(&asked(&which), "&Digits=1").await;
    assert!(said(&sent).contains("It is on its way."), "{sent:?}");
    let stop = desk.errands();
    let message =
        wait_for(|| async { platform.seen().into_iter().find(|seen| seen.contains("Messages.json")) }).await;
    stop.cancel();
    assert!(message.contains("To=%2B14155550123") && message.contains("Body="), "{message}");
    desk.app.store.close().await;
}

impl Desk {
    /// Does what platforms are asked to do, until cancelled.
    fn errands(&self) -> CancellationToken {
        let stop = CancellationToken::new();
        tokio::spawn(errands::run(self.app.clone(), stop.clone()));
        stop
    }
}

/// Until there is something, for a while.
async fn wait_for<T, F: Future<Output = Option<T>>>(look: impl Fn() -> F) -> T {
    for _ in 0..200 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came");
}

const WAV: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0";

/// A platform's interface: keeps what it was asked, and has a recording from the second time on.
struct Platform {
    url: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Platform {
    async fn open() -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let routes = Router::new().fallback(Self::asked).with_state(seen.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url: url.leak(), seen }
    }

    async fn asked(
        State(seen): State<Arc<Mutex<Vec<String>>>>,
        request: Request,
    ) -> axum::response::Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 100_000).await.expect("a body");
        let signed = parts
            .headers
            .get("authorization")
            .is_some_and(|value| value == "Basic QUMxOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm");
        let told = format!(
            "{} {} {} {}",
            parts.method,
            parts.uri,
            if signed { "basic" } else { "unsigned" },
            String::from_utf8_lossy(&body)
        );
        let mut seen = seen.lock().expect("no panic");
        let first = !seen.contains(&told);
        seen.push(told);
        match (parts.method.as_str(), first) {
            ("GET", true) => axum::http::StatusCode::NOT_FOUND.into_response(),
            ("GET", false) => WAV.into_response(),
            _ => (axum::http::StatusCode::CREATED, "{}").into_response(),
        }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").clone()
    }

    fn settings(&self) -> [(&'static str, &'static str); 3] {
        [
            ("VESTIBULE_CHANNELS__TWILIO__ACCOUNT_SID", "AC1"),
            ("VESTIBULE_CHANNELS__TWILIO__NUMBER", "+14155550000"),
            ("VESTIBULE_CHANNELS__TWILIO__API_URL", self.url),
        ]
    }
}
