//! The JSON Schema of files of tests (2020-12), for editors.

use serde_json::{Value, json};

use super::read::{CODES, SURVEYS};
use super::script::CallAct;
use crate::conversation::Channel;
use crate::flow::schema::{DIALECT, Key, flag, map, may, need, words_of};

/// The schema of a file under `flows/tests/`.
pub fn tests() -> Value {
    let mut keys = setting();
    keys.push(need("tests", "The tests.", json!({ "type": "array", "items": { "$ref": "#/$defs/test" } })));
    json!({
        "$schema": DIALECT,
        "title": "Vestibule tests of flows",
        "description": "A list of tests, a map of settings with `tests:`, or one test alone.",
        "anyOf": [
            { "type": "null" },
            { "type": "array", "items": { "$ref": "#/$defs/test" } },
            map("Tests with what they share.", keys),
            { "$ref": "#/$defs/test" },
        ],
        "$defs": { "test": test(), "line": line(true), "line_of_channel": line(false) },
    })
}

fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

fn count() -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string" }] })
}

/// A text to be found, `/a regular expression/`, or `none`.
fn wanted() -> Value {
    json!({ "type": ["string", "number", "boolean", "null"] })
}

fn wanted_list() -> Value {
    json!({ "anyOf": [wanted(), { "type": "array", "items": wanted() }] })
}

fn setting() -> Vec<Key> {
    let kinds = words_of(&["chat", "voice"]);
    let mut keys = vec![
        may("flow", "The flow that is begun; the default one where it is left out.", scalar()),
        may(
            "channels",
            "Where it is played: both where it is left out.",
            json!({ "anyOf": [kinds, { "type": "array", "items": kinds }] }),
        ),
        may("locale", "The language to begin in.", scalar()),
    ];
    keys.extend(given());
    keys
}

fn test() -> Value {
    let mut keys = setting();
    keys.extend([
        may("test", "Its name.", scalar()),
        may(
            "talk",
            "What is said, line for line.",
            json!({ "type": ["array", "null"], "items": { "$ref": "#/$defs/line" } }),
        ),
        may("expect", "What holds in the end.", expectation()),
    ]);
    map("A test: a conversation, and what comes of it.", keys)
}

/// The world of a test.
fn given() -> Vec<Key> {
    let channels = json!({ "type": ["array", "null"], "items": { "enum": Channel::ALL.map(Channel::word) } });
    let contact = map(
        "",
        [
            may("name", "", scalar()),
            may("profile", "", scalar()),
            may("verified", "", flag()),
            may("linked", "Channels that are linked with this one.", channels),
            may("chat", "A caller has a chat, too, where a copy of an answer can go.", flag()),
        ],
    );
    let incident =
        map("", [need("area", "", scalar()), may("title", "", scalar()), may("since", "", scalar())]);
    let ticket =
        map("", ["code", "category", "flow", "subject", "type", "state"].map(|key| may(key, "", scalar())));
    let stub = map(
        "",
        [
            may("step", "Only to the step with this id.", scalar()),
            may("url", "Only to an address that holds this.", scalar()),
            may("fail", "It does not answer: why.", scalar()),
            may("status", "200 where it is left out.", count()),
            may("headers", "", json!({ "type": ["object", "null"], "additionalProperties": scalar() })),
            may("body", "Any JSON.", json!({})),
        ],
    );
    vec![
        may("now", "The clock: 2026-11-24T10:00, with an offset or in the desk's zone.", scalar()),
        may("agents", "How many agents are free.", count()),
        may("open", "Whether the desk is open.", flag()),
        may("contact", "Who is there.", contact),
        may("incidents", "Known incidents.", json!({ "type": ["array", "null"], "items": incident })),
        may(
            "tickets",
            "Tickets that the contact has.",
            json!({ "type": ["array", "null"], "items": ticket }),
        ),
        may("callback", "Who waits on a call may be called back.", flag()),
        may("codes", "What becomes of a code to link by.", json!({ "enum": CODES })),
        may("survey", "A ticket of theirs was closed, and this is to be asked.", json!({ "enum": SURVEYS })),
        may(
            "http",
            "What HTTP services answer, in turn.",
            json!({ "type": ["array", "null"], "items": stub }),
        ),
    ]
}

/// One line of a talk; `voice` and `chat` make it differ there, and hold no such keys themselves.
fn line(everywhere: bool) -> Value {
    let agent = map("", ["claims", "says", "closes"].map(|key| may(key, "", scalar())));
    let bot = map(
        "",
        [
            may("says", "Texts that are part of what is said.", wanted_list()),
            may("exactly", "Texts that are said whole.", wanted_list()),
            may("not", "Texts that are not said.", wanted_list()),
            may("options", "The labels of the options.", wanted_list()),
        ],
    );
    let mut keys = vec![
        may("user", "What the contact says.", scalar()),
        may("bot", "What the bot says.", json!({ "anyOf": [wanted_list(), bot] })),
        may(
            "key",
            "Keys that the caller presses.",
            json!({ "type": ["string", "integer"], "pattern": "^[0-9*#]+$" }),
        ),
        may("button", "The option that is pressed.", scalar()),
        may(
            "silence",
            "How often nothing is heard, or for how long.",
            json!({ "type": ["string", "integer", "null"] }),
        ),
        may("file", "The file that is sent, in chat.", scalar()),
        may(
            "changed",
            "The flows were changed, and the step where the conversation stands is gone.",
            json!({}),
        ),
        may(
            "call",
            "What the telephony platform tells.",
            json!({ "enum": CallAct::ALL.map(|(word, _)| word) }),
        ),
        may("leaves", "The contact hangs up, or goes.", json!({})),
        may(
            "agent",
            "`claims`, `hands back`, `closes`, or what the agent writes.",
            json!({ "anyOf": [scalar(), agent] }),
        ),
        may("expect", "What holds now.", expectation()),
        may("given", "What changes in the world.", map("", given())),
    ];
    if everywhere {
        let lines = json!({ "type": "array", "items": { "anyOf": [scalar(), { "$ref": "#/$defs/line_of_channel" }] } });
        let other = json!({ "anyOf": [wanted(), lines, { "$ref": "#/$defs/line_of_channel" }] });
        keys.push(may("voice", "What this line is on a call.", other.clone()));
        keys.push(may("chat", "What this line is in chat.", other));
    }
    let mut schema = map("A line of a talk.", keys);
    schema["minProperties"] = json!(1);
    schema
}

fn expectation() -> Value {
    let values = json!({ "type": "object", "additionalProperties": wanted() });
    let mut of_ticket: Vec<Key> = super::read::OF_TICKET.iter().map(|key| may(key, "", wanted())).collect();
    of_ticket.push(may("fields", "", values.clone()));
    let mut keys = vec![
        may("slots", "What the slots hold.", values),
        may("answers", "The articles that were offered.", wanted_list()),
        may("watching", "Areas and tickets that are watched.", wanted_list()),
        may(
            "masked",
            "Slots that journal and transcript hide.",
            json!({ "anyOf": [scalar(), { "type": "array", "items": scalar() }] }),
        ),
        may(
            "ticket",
            "`none`, `any`, or what the last ticket holds.",
            json!({ "anyOf": [{ "enum": ["none", "any", null] }, map("", of_ticket)] }),
        ),
    ];
    let single = [
        "step", "flow", "locale", "outcome", "with", "state", "tickets", "survey", "queue", "priority",
        "reason",
    ];
    keys.extend(single.map(|key| may(key, "", wanted())));
    map("What holds.", keys)
}

#[cfg(test)]
mod proofs {
    use std::collections::BTreeSet;

    use serde_json::Value;

    /// The keys that the reader says a map has, asked for by one that it cannot know.
    fn asked(text: &str) -> BTreeSet<String> {
        let known = crate::flow::check::Known::default();
        let playbook =
            crate::flow::parse::playbook(&[], &["en".to_owned()], &known).playbook.expect("our own flows");
        let (_, found) =
            super::super::read::read("t.yaml", &text.replace('@', "zzzzzzzzzzzzzz: 1"), &playbook);
        let told = found.iter().find(|one| one.code == "V002").unwrap_or_else(|| panic!("{text}: {found:?}"));
        told.help.as_deref().unwrap_or_default().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    fn keys(shape: &Value) -> BTreeSet<String> {
        shape["properties"].as_object().expect("a map").keys().cloned().collect()
    }

    #[test]
    fn its_keys_are_the_reader_s() {
        let schema = super::tests();
        let test = &schema["$defs"]["test"];
        assert_eq!(keys(&schema["anyOf"][2]), asked("{tests: [], @}"));
        assert_eq!(keys(test), asked("[{@}]"));
        assert_eq!(keys(&schema["$defs"]["line"]), asked("[{talk: [{@}]}]"));
        assert_eq!(keys(&schema["$defs"]["line_of_channel"]), asked("[{talk: [{voice: {@}}]}]"));
        let expect = &test["properties"]["expect"];
        assert_eq!(keys(expect), asked("[{expect: {@}}]"));
        assert_eq!(keys(&expect["properties"]["ticket"]["anyOf"][1]), asked("[{expect: {ticket: {@}}}]"));
        assert_eq!(keys(&test["properties"]["contact"]), asked("[{contact: {@}}]"));
        for list in ["incidents", "tickets", "http"] {
            let item = &test["properties"][list]["items"];
            assert_eq!(keys(item), asked(&format!("[{{{list}: [{{@}}]}}]")), "{list}");
        }
    }
}
