//! What goes out keeps the platform's rules, and nothing that a person wrote becomes markup: strings that were made to hurt,
//! through answers, names, tickets, agents' words and cards.

use std::time::Duration;

use super::small;
use crate::support::tg::{Person, Tg};

/// Two hundred strings: markup, links, mentions, controls, directions, templates, long and empty.
fn hostile() -> Vec<String> {
    let seeds = [
        "**bold** `code` [x](https://evil.example)",
        "[click](tg://resolve?domain=evil)",
        "<b>x</b><a href=\"https://evil.example\">y</a>",
        "__under__ ~~gone~~ ||spoiler|| >quote",
        "@everyone @here <@1> <@&2>",
        "{{ 7*7 }} ${7*7} {0.__class__} %s",
        "\u{202E}desrever\u{202C} \u{2066}x\u{2069}",
        "a\u{0}b\u{1}c\u{7f}\u{FEFF}\u{FFFE}",
        "👩‍👩‍👧‍👦👍🏽🇮🇹e\u{301}\u{301}\u{301}",
        "'; DROP TABLE conversations; --",
        "](https://evil.example) **",
        "``` ` ** [ ]( ",
        "https://evil.example/a?b=c&d=\"e\"",
        "[a](https://evil.example\nb)",
        "\u{E000}12345678\u{E001}",
        "=cmd|' /C calc'!A0",
        "-- \\*esc\\* \\[esc\\]",
        "[**x**](https://evil.example)",
        "mailto:a@b javascript:alert(1)",
        "+1 900 555 0199 /start /cancel@x",
    ];
    let shapes: [fn(&str) -> String; 10] = [
        |s| s.to_owned(),
        |s| format!("my {s} is broken"),
        |s| s.repeat(2),
        |s| format!("{s}\n\n{s}"),
        |s| format!("  {s}  "),
        |s| s.replace(' ', "\u{a0}"),
        |s| format!("x{}", s.repeat(4)),
        |s| s.chars().rev().collect(),
        |s| format!("**{s}**"),
        |s| format!("[{s}](https://evil.example)"),
    ];
    seeds.iter().flat_map(|seed| shapes.iter().map(move |shape| shape(seed))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_hostile_strings_break_nothing() {
    let tg = Tg::start();
    let server = small(&tg, &[("VESTIBULE_CHANNELS__TELEGRAM__RATE", "1000")]);
    let all = hostile();
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
