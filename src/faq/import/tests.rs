use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{check, parse_yaml};
use super::*;

fn imported(format: Format, text: &str) -> Imported {
    let read = read(format, "f", None, text).expect("readable");
    gather(read.drafts, read.notes, &BTreeSet::new(), "en")
}

fn all(imported: &Imported) -> Vec<&Article> {
    imported.files.values().flatten().collect()
}

/// What is written is read as it was.
fn comes_back(imported: &Imported) {
    for (name, articles) in &imported.files {
        let text = yaml(articles);
        let (again, found) = parse_yaml(name, &text, "en");
        assert_eq!(found, [], "{text}");
        assert!(!check(&again, &[]).iter().any(crate::source::Diagnostic::is_error), "{text}");
        for (old, new) in articles.iter().zip(&again) {
            assert_eq!(
                (&old.id, &old.tags, &old.questions, &old.answer),
                (&new.id, &new.tags, &new.questions, &new.answer),
                "{text}"
            );
        }
        assert_eq!(articles.len(), again.len());
    }
}

#[test]
fn tables_of_every_sign_with_lines_in_cells() {
    let comma = "\u{feff}Title,Body,Category,Alternatives\r\n\"Reset, my password\",\"Open the portal.\r\nChoose Forgot.\",Access,forgot password|lost password\r\n";
    let found = imported(Format::Csv, comma);
    let article = all(&found)[0];
    assert_eq!(
        (article.id.as_str(), article.tags.as_slice()),
        ("reset-my-password", ["access".to_owned()].as_slice())
    );
    assert_eq!(article.questions["en"], ["Reset, my password", "forgot password", "lost password"]);
    assert_eq!(article.answer["en"], "Open the portal.\nChoose Forgot.");
    comes_back(&found);
    let semicolon = "Frage;Antwort;Sprache\nWie geht das?;So.;de\nUnd das?;So auch.;de\n";
    assert_eq!(imported(Format::Csv, semicolon).taken, 2);
    let tab = "id\tquestion\tanswer\n7\tHow?\t<p>Like <b>this</b>:</p><ul><li>one</li><li>two</li></ul>\n";
    let found = imported(Format::Csv, tab);
    assert_eq!(all(&found)[0].answer["en"], "Like **this**:\n\n- one\n- two");
    comes_back(&found);
}

#[test]
fn what_is_left_out_is_told_with_its_line() {
    let text = "question,answer,locale\n,an answer,en\nA question,,en\nHow?,So.,klingon language\nHow?,So.,en\nhow,so,en\nHOW,Otherwise.,en\n";
    let found = imported(Format::Csv, text);
    let told: Vec<(&str, bool)> =
        found.notes.iter().map(|note| (note.place.as_str(), note.left_out)).collect();
    assert_eq!(
        told,
        [("f:2", true), ("f:3", true), ("f:4", true), ("f:6", false), ("f:7", true)],
        "{:?}",
        found.notes
    );
    assert_eq!((found.taken, found.articles()), (2, 1));
    let error = read(Format::Csv, "f.csv", None, "a,b\n1,2\n").expect_err("no columns");
    assert!(error.contains("it has a, b"), "{error}");
}

#[test]
fn translations_of_one_id_are_one_article() {
    let lines = "{\"id\":\"vpn\",\"locale\":\"en\",\"category\":\"Network\",\"question\":\"How do I connect?\",\"alternatives\":[\"vpn\"],\"answer\":\"So.\"}\n{\"id\":\"vpn\",\"locale\":\"it\",\"question\":\"Come mi collego?\",\"answer\":\"Così.\"}\n{\"id\":\"vpn\",\"locale\":\"it\",\"question\":\"Altro?\",\"answer\":\"Altro.\"}\nnonsense\n";
    let found = imported(Format::JsonLines, lines);
    let vpn = &found.files["network"][0];
    assert_eq!(vpn.answer.keys().collect::<Vec<_>>(), ["en", "it"]);
    let other = found.files["imported"][0].id.as_str();
    assert_eq!((found.articles(), other, found.notes.len()), (2, "altro", 2), "{:?}", found.notes);
    comes_back(&found);
}

#[test]
fn a_help_centre_in_one_document() {
    let json = r#"{"count": 3, "articles": [
        {"id": 360012, "name": "Pay an invoice", "title": "Pay an invoice", "section_id": 7, "body": "<h2>By card</h2><p>See <a href=\"https://pay.example/x\">the page</a>.</p>", "locale": "en-us", "section": {"name": "Billing &amp; tax"}, "label_names": ["money"], "draft": false},
        {"id": 360013, "title": "Later", "body": "<p>x</p>", "draft": true},
        {"id": 360014, "title": "Empty", "body": "<p> </p>"}]}"#;
    let found = imported(Format::Json, json);
    let article = all(&found)[0];
    assert_eq!(article.answer["en-US"], "**By card**\n\nSee the page (https://pay.example/x).");
    assert_eq!((article.id.as_str(), article.tags[1].as_str()), ("pay-an-invoice", "money"));
    assert_eq!(found.notes.iter().filter(|note| note.left_out).count(), 2);
    comes_back(&found);
}

#[test]
fn pages_with_one_article_and_with_several() {
    let one = "<html lang=it><head><title>x | Help</title><meta name=category content=Accesso></head><body><nav>Menu</nav><main><h1>Come reimposto la password?</h1><p>Apri il portale<br>e scegli.</p><ol><li>Uno<ul><li>a</li></ul></li><li><p>Due</p></li></ol><table><tr><th>Ore</th><td>8–18</td></tr></table><script>alert(1)</script></main></body></html>";
    let found = imported(Format::Html, one);
    let article = all(&found)[0];
    assert_eq!(article.answer["it"], "Apri il portale\ne scegli.\n\n1. Uno\n  - a\n2. Due\n\nOre | 8–18");
    assert_eq!(found.files.keys().collect::<Vec<_>>(), ["accesso"]);
    comes_back(&found);
    for several in [
        "<h2>First?</h2><p>One.</p><h2>Second?</h2><p>Two.</p>",
        "<h1>FAQ</h1><article data-category=a><h2>First?</h2><p>One.</p></article><article><h2>Second?</h2><p>Two.</p></article>",
        "<details><summary>First?</summary>One.</details><details><summary>Second?</summary><p>Two.</p></details>",
        "<dl><dt>First?<dd>One.<dt>Second?<dd>Two.</dl>",
    ] {
        let found = imported(Format::Html, several);
        let texts: Vec<(String, String)> = found
            .files
            .values()
            .flatten()
            .map(|article| (article.questions["en"][0].clone(), article.answer["en"].clone()))
            .collect();
        assert!(
            texts.contains(&("First?".into(), "One.".into()))
                && texts.contains(&("Second?".into(), "Two.".into())),
            "{several} {texts:?}"
        );
    }
}

#[test]
fn ids_are_free_and_short() {
    let taken = BTreeSet::from(["how".to_owned(), "how-2".to_owned()]);
    let read = read(Format::Csv, "f", Some("Sub folder"), "title,body\nHow?,x\n").expect("readable");
    let found = gather(read.drafts, read.notes, &taken, "en");
    assert_eq!(found.files["sub-folder"][0].id, "how-3");
    assert!(slug(&"word ".repeat(40)).len() <= LONGEST_ID);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_read_or_refused_and_what_is_written_comes_back(
        text in any::<String>(),
        title in "[\\PC\n]{0,40}",
        answer in "([ \\PC\n\t#:>|-]){0,80}",
        html in "[<>/a-z =\"&;# ]{0,80}",
    ) {
        for format in [Format::Csv, Format::JsonLines, Format::Json, Format::Html] {
            for text in [&text, &html] {
                if let Ok(read) = read(format, "f", None, text) {
                    comes_back(&gather(read.drafts, read.notes, &BTreeSet::new(), "en"));
                }
            }
        }
        let line = serde_json::json!({ "question": title, "answer": answer }).to_string();
        comes_back(&imported(Format::JsonLines, &line));
    }
}
