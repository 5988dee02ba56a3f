//! `check --against-live`: what a new set would make of those who are in the middle of something.

use serde_json::{Value, json};

use super::flows::Folder;
use super::{Crowd, runtime, serve};

fn check(server: &crate::support::server::Server, more: &[&str]) -> (Option<i32>, String) {
    let done = server.run(&[&["check", "--against-live"], more].concat());
    (done.status.code(), String::from_utf8(done.stdout).expect("text"))
}

fn standings(array: &str) -> Vec<Value> {
    let array: Value = serde_json::from_str(array).unwrap_or_else(|error| panic!("{error}: {array}"));
    array.as_array().expect("an array").iter().filter(|one| one["live"].is_object()).cloned().collect()
}

#[test]
fn live_conversations_are_compared_with_the_files() {
    runtime().block_on(async {
        let folder = Folder::new();
        folder.write_first();
        let server = serve("", &folder, "signal");
        let crowd = Crowd::gather(&server.url(), 12).await;
        let (code, same) = check(&server, &["--format", "json"]);
        assert_eq!(code, Some(0));
        let same = standings(&same);
        assert_eq!(same.len(), 6);
        for one in &same {
            let expected = json!({ "class": "same", "count": 2, "severity": "info" });
            let told = json!({ "class": one["live"]["class"], "count": one["live"]["count"], "severity": one["severity"] });
            assert_eq!(told, expected, "{one}");
        }

        folder.write_second();
        let (code, told) = check(&server, &["--format", "json"]);
        assert_eq!(code, Some(0), "stranded ones are a warning: they stay on their version");
        let told = standings(&told);
        let class = |step: &str| {
            let one = told.iter().find(|one| one["live"]["step"] == step).unwrap_or_else(|| panic!("{step}: {told:?}"));
            assert_eq!(one["live"]["conversations"].as_array().map(Vec::len), Some(2), "{one}");
            (one["live"]["class"].as_str().unwrap_or_default().to_owned(), one.clone())
        };
        for movable in ["topic", "device", "size"] {
            let (class, one) = class(movable);
            assert_eq!(class, "movable", "{one}");
        }
        // Behind the question for `size` it holds what is no value any more.
        assert_eq!(class("#5").1["live"]["reason"], "what `size` holds is no value of its type any more");
        let (stranded, problem) = class("problem");
        assert_eq!((stranded.as_str(), &problem["code"], &problem["severity"]), ("stranded", &json!("V912"), &json!("warning")));
        assert_eq!((&problem["line"], &problem["live"]["reason"]), (&json!(1), &json!("the step is gone")));
        let (stranded, sure) = class("sure");
        assert_eq!(stranded, "stranded");
        assert_eq!(sure["live"]["reason"], "what `size` holds is no value of its type any more");

        let (_, text) = check(&server, &[]);
        assert!(text.contains("live conversations: 0 the same, 6 movable, 6 stranded"), "{text}");
        assert!(text.contains("form/problem") && text.contains("the step is gone"), "{text}");
        let (_, github) = check(&server, &["--format", "github"]);
        assert!(github.contains("::warning file=") && github.contains("title=V912"), "{github}");

        // Moved but for the missing line: it is proposed.
        folder.write_renamed();
        let (_, told) = check(&server, &["--format", "json"]);
        let told = standings(&told);
        let device = told.iter().find(|one| one["live"]["step"] == "device").expect("a place");
        assert_eq!(device["help"], "write `moved: { device: apparatus }` in this flow to carry them over");
        drop(crowd);
    });
}
