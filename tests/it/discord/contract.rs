//! What goes out keeps the platform's rules, nobody is rung by it, and nothing that a person wrote becomes markup: strings
//! that were made to hurt, through answers, tickets and all that the renderer makes.

use std::time::Duration;

use serde_json::Value;

use super::small;
use crate::support::dc::{Dc, Person};
use crate::support::hostile;

/// What Discord allows: <https://discord.com/developers/docs/resources/message#create-message>,
/// <https://discord.com/developers/docs/components/reference>.
fn kept(body: &Value) -> Result<(), String> {
    let fits = |what: &str, text: &Value, most: usize| {
        let long = text.as_str().map_or(0, |text| text.chars().count());
        if long <= most { Ok(()) } else { Err(format!("{what} has {long}")) }
    };
    let fails = |why: &str| Err(why.to_owned());
    if body["allowed_mentions"] != serde_json::json!({ "parse": [] }) {
        return fails("somebody may be rung");
    }
    fits("the content", &body["content"], 2_000)?;
    let empty = body["content"].as_str().is_none_or(|text| text.trim().is_empty());
    if empty && body["embeds"].is_null() && body["components"].as_array().is_none_or(|rows| !rows.is_empty())
    {
        return fails("nothing is said");
    }
    if body["nonce"].as_str().is_some_and(|nonce| nonce.len() > 25) {
        return fails("the number is too long");
    }
    let rows = body["components"].as_array().cloned().unwrap_or_default();
    if rows.len() > 5 {
        return fails("too many rows");
    }
    let mut ids = std::collections::HashSet::new();
    for row in &rows {
        let all = row["components"].as_array().ok_or("a row without components")?;
        if all.is_empty() || all.len() > 5 {
            return fails("a row holds one to five");
        }
        for one in all {
            fits("a label", &one["label"], 80)?;
            fits("an id", &one["custom_id"], 100)?;
            fits("a placeholder", &one["placeholder"], 150)?;
            if one["custom_id"].is_string() && !ids.insert(one["custom_id"].clone()) {
                return fails("an id twice");
            }
            let options = one["options"].as_array().cloned().unwrap_or_default();
            if options.len() > 25 {
                return fails("too many options");
            }
            for option in &options {
                fits("an option's label", &option["label"], 100)?;
                fits("an option's value", &option["value"], 100)?;
            }
        }
    }
    Ok(())
}

/// No mark that formats, names or rings is left without a backslash before it, but for our own: bold, code, links.
fn plain(content: &str, said: &str) -> bool {
    let mut letters = content.chars();
    let mut live = String::new();
    while let Some(c) = letters.next() {
        if c == '\\' {
            letters.next();
            live.push('·');
        } else {
            live.push(c);
        }
    }
    let bare = ["<@", "@everyone", "@here", "](http", "||", "~~", "__"];
    bare.iter().filter(|mark| said.contains(**mark)).all(|mark| !live.contains(mark))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_hostile_strings_break_nothing() {
    let dc = Dc::start().await;
    let server = small(&dc, &[("VESTIBULE_CHANNELS__DISCORD__RATE", "1000")]).await;
    let all = hostile::strings();
    assert_eq!(all.len(), 200);
    let mut talks = Vec::new();
    for (nth, text) in all.iter().cloned().enumerate() {
        let mut person = Person::new(&dc, &format!("p{nth}"), "en-US").await;
        talks.push(tokio::spawn(async move {
            let patience = Duration::from_secs(150);
            person.write("hello").await;
            person.hears_within("What is it about?", patience).await;
            person.write("a fault").await;
            person.hears_within("Tell me what happened.", patience).await;
            person.write(&text).await;
            // Whatever it is, something is said to it, and the conversation goes on.
            let until = std::time::Instant::now() + patience;
            let before = person.all().await.len();
            while person.all().await.len() == before && std::time::Instant::now() < until {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            assert!(person.all().await.len() > before, "nothing is said to {text:?}");
        }));
    }
    for talk in talks {
        talk.await.expect("every talk goes on");
    }
    let wrongs = dc.wrongs().await;
    assert!(wrongs.is_empty(), "{:#?}", &wrongs[..wrongs.len().min(5)]);
    for call in dc.calls("/messages").await {
        if call["method"] == "POST" {
            assert_eq!(kept(&call["body"]), Ok(()), "{:#}", call["body"]);
        }
    }
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn all_that_the_renderer_makes_of_hostile_strings_keeps_the_rules() {
    use vestibule::channel::discord::pieces;
    use vestibule::channel::render::Asked;
    use vestibule::conversation::{ConversationId, Prompt, PromptKind, PromptOption};
    let asked = Asked { conversation: ConversationId::from_u128(9), turn: 4 };
    let option = |at: usize, label: &str| PromptOption {
        value: format!("{at}{label}"),
        label: label.to_owned(),
        key: at.to_string(),
    };
    for (nth, said) in hostile::strings().iter().enumerate() {
        for kind in [PromptKind::Say, PromptKind::Ask] {
            for options in [0, 1, 7, 26, 130] {
                let mut prompt = Prompt::new(kind, "en", &format!("You said {said}. {}", said.repeat(nth)));
                prompt.quoted = vec![said.clone(), said.repeat(nth)];
                prompt.options = (0..options).map(|at| option(at, said)).collect();
                prompt.link = Some(format!("https://example.org/{nth}"));
                prompt.image = (nth % 2 == 0).then(|| said.clone());
                for written in [false, true] {
                    for piece in pieces(&prompt, asked, written) {
                        let body: Value = serde_json::from_str(&piece).expect("JSON");
                        assert_eq!(kept(&body), Ok(()), "{said:?}, {options} options: {body:#}");
                        let content = body["content"].as_str().unwrap_or_default();
                        assert!(plain(content, said), "{said:?} became {content:?}");
                    }
                }
            }
        }
    }
}
