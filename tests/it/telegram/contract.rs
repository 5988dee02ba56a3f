//! What goes out keeps the platform's rules, and nothing that a person wrote becomes markup: strings that were made to hurt,
//! through answers, names, tickets, agents' words and cards.

use std::time::Duration;

use super::small;
use crate::support::hostile;
use crate::support::tg::{Person, Tg};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_hostile_strings_break_nothing() {
    let tg = Tg::start();
    let server = small(&tg, &[("VESTIBULE_CHANNELS__TELEGRAM__RATE", "1000")]);
    let all = hostile::strings();
    assert_eq!(all.len(), 200);
    let talks: Vec<_> = all
        .into_iter()
        .enumerate()
        .map(|(nth, text)| {
            let tg = tg.clone();
            tokio::spawn(async move {
                let id = 20_000 + i64::try_from(nth).expect("few");
                let mut person = Person::new(&tg, id, "en");
                let patience = Duration::from_secs(100);
                person.write("hello");
                person.hears_within("What is it about?", patience).await;
                person.write("a fault");
                person.hears_within("Tell me what happened.", patience).await;
                person.write(&text);
                // Whatever it is, something is said to it, and the conversation goes on.
                let until = std::time::Instant::now() + patience;
                let before = person.all().len();
                while person.all().len() == before && std::time::Instant::now() < until {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
                assert!(person.all().len() > before, "nothing is said to {text:?}");
            })
        })
        .collect();
    for talk in talks {
        talk.await.expect("every talk goes on");
    }
    assert!(tg.wrongs().is_empty(), "{:#?}", &tg.wrongs()[..tg.wrongs().len().min(5)]);
    for call in tg.calls("sendMessage") {
        assert!(call.body.get("parse_mode").is_none());
        let links = call.body["entities"].to_string();
        assert!(!links.contains("evil"), "{:#}", call.body);
    }
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}
