//! What callbacks mean.

use super::*;

fn callback(query: &str, body: &str) -> Callback {
    let parse = |text: &str| Form::parse(text.as_bytes()).expect("short");
    let query = parse(query);
    Callback {
        dialect: Dialect::Twilio,
        told: Told::of_form(&parse(body)),
        line: query.text("line").map(std::borrow::Cow::into_owned),
        query,
        urls: Urls::new("https://desk.example.org", Dialect::Twilio),
        delivery: "00".repeat(32),
    }
}

fn said(query: &str, body: &str) -> Said {
    callback(query, body).said()
}

fn keys(keys: &str) -> Said {
    Said::Keys { keys: keys.to_owned() }
}

#[test]
fn what_each_callback_means() {
    assert_eq!(said("", "CallSid=CA1"), Said::Started { flow: None });
    assert_eq!(said("step=2", "Digits=1&Digits=2"), keys("1"));
    assert_eq!(said("step=2", "Digits=12345%23"), keys("12345"));
    assert_eq!(said("step=2", "Digits=%23"), keys("#"));
    assert_eq!(said("step=2", "Digits=*"), keys("*"));
    assert_eq!(said("step=2", "Digits=&FinishedOnKey=%23"), keys("#"));
    assert_eq!(said("step=2", "Digits=1&SpeechResult=billing"), keys("1"));
    assert_eq!(said("step=2", "Digits=&SpeechResult="), Said::Silence);
    assert_eq!(said("step=2&silence=1", ""), Said::Silence);
    assert_eq!(said("step=2&poll=3", ""), Said::Again);
    assert_eq!(
        said("step=2&poll=3", "SpeechResult=hello"),
        Said::Speech { text: "hello".into(), confidence: None }
    );
    assert_eq!(said("again=1", ""), Said::Started { flow: None });
    assert_eq!(said("step=2&again=1", ""), Said::Again);
    assert_eq!(said("step=x", ""), Said::Again);
    assert_eq!(callback("step=x", "").step(), Some(0));
}

#[test]
fn keys_are_bounded() {
    let body = format!("Digits={}", "7".repeat(500));
    assert_eq!(said("step=1", &body), keys(&"7".repeat(speech::MAX_KEYS)));
}

#[test]
fn a_confidence_is_a_share_or_nothing() {
    let of = |told: &str| match said("step=1", &format!("SpeechResult=yes&Confidence={told}")) {
        Said::Speech { confidence, .. } => confidence,
        other => panic!("{other:?}"),
    };
    assert_eq!(of("0.25"), Some(0.25));
    for odd in ["NaN", "1%2C5", "1.5", "-0.1", "inf", "", "high"] {
        assert_eq!(of(odd), None, "{odd}");
    }
}

#[test]
fn nobody_has_no_identity() {
    let nobody =
        ["anonymous", "+266696687", "266696687", "client:bob", "sip:a@b.example", "", "+", "Restricted"];
    assert!(nobody.iter().all(|from| caller(from).is_none()));
    assert_eq!(caller("+14155550100"), caller("14155550100"));
    assert!(caller("+14155550100").is_some());
}

#[test]
fn another_try_stands_for_the_first_and_ends() {
    let first = callback("step=4", "CallSid=CA1&Digits=1");
    let words = crate::flow::Words::default();
    let tongues = speech::Tongues { locales: &[], words: &words, operator: None };
    let document = first.failure(&tongues, 2);
    assert!(document.contains(&format!("?step=4&amp;again=1&amp;of={}", "00".repeat(32))), "{document}");
    let of = "ab".repeat(32);
    let second = callback(&format!("step=4&again=2&of={of}"), "CallSid=CA1");
    assert_eq!(second.arrival().and_then(|arrival| arrival.key), Some(format!("twilio:{of}")));
    assert!(second.failure(&tongues, 2).ends_with("<Hangup/></Response>"));
}

#[test]
fn only_an_end_is_news() {
    let left = |status: &str| callback("", &format!("CallSid=CA1&CallStatus={status}")).left();
    assert!(["ringing", "in-progress", "queued", "odd"].iter().all(|status| left(status).is_none()));
    let end = left("no-answer").expect("an end");
    assert_eq!(end.utterance.said, Said::Left { reason: "no-answer".into() });
    assert_eq!(callback("", "CallStatus=completed").left().map(|end| end.address), None);
}
