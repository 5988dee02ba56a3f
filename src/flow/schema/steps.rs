//! The steps, one shape a kind.

use serde_json::{Value, json};

use super::{
    Key, defined, flag, localised, map, may, need, pause, scalar, target, text, word_or_template, words_of,
};
use crate::flow::parse::step::{CONNECTS, KINDS, PRIORITIES, SURVEYS, ticket};
use crate::flow::step::Http;

/// `steps:`
pub fn list() -> Value {
    json!({ "type": "array", "minItems": 1, "maxItems": 20_000, "items": step() })
}

fn step() -> Value {
    let mut keys = vec![
        may("id", "The step's name for jumps; unique in the flow.", target()),
        may(
            "when",
            "A condition: where it is false the whole step is skipped, its `goto` included.",
            scalar(),
        ),
        may("goto", "The step that follows; without it the next in the list.", target()),
        may("voice", "Beside `say`: what replaces the text on a call.", localised()),
        may("image", "Beside `say`: a picture, left out on a call.", scalar()),
        may("link", "Beside `say`: a link, left out on a call.", scalar()),
        may("legal", "Beside `say`: on a call it is heard to its end.", flag()),
    ];
    keys.extend(KINDS.iter().map(|kind| may(kind, describe(kind), shape(kind))));
    let mut schema = map("A step has exactly one kind.", keys);
    let one: Vec<Value> = KINDS.iter().map(|kind| json!({ "required": [kind] })).collect();
    schema["oneOf"] = json!(one);
    schema["dependentRequired"] =
        json!({ "voice": ["say"], "image": ["say"], "link": ["say"], "legal": ["say"] });
    schema
}

fn describe(kind: &str) -> &'static str {
    match kind {
        "http" => "Calls an HTTP service and maps its reply to slots.",
        "lookup" => "Finds a row of a table (tables/NAME.csv) and puts its columns into slots.",
        "wait" => "Lets time pass without asking anything.",
        "watch" => "Subscribes the contact to a known incident or a ticket.",
        "voicemail" => "On a call: records a message, after the caller agreed to that.",
        "connect" => "Joins two addresses of one person by a code, or parts them.",
        "say" => "Sends a text.",
        "choose" => "A menu: buttons, keys, typed or spoken words.",
        "ask" => "Fills a slot, or says why the answer was refused and asks again.",
        "confirm" => "Yes or no.",
        "faq" => "Offers the best answers, and asks whether that solved it.",
        "set" => "Computes slots, in the order written.",
        "branch" => "The first entry that holds, or the last without `when`.",
        "call" => "Runs another flow and comes back.",
        "ticket" => "Opens a ticket, or adds to the contact's open one on the same matter.",
        "status" => "Tells the state of the contact's tickets.",
        "handoff" => "Queues the conversation for an agent.",
        "survey" => "CSAT 1 to 5, or NPS 0 to 10, and a comment.",
        "end" => "Closes the conversation with an outcome.",
        _ => "A step.",
    }
}

fn shape(kind: &str) -> Value {
    match kind {
        "say" => json!({ "anyOf": [text(), say()] }),
        "choose" => choose(),
        "ask" => ask(),
        "http" => http(),
        "lookup" => lookup(),
        "wait" => json!({ "anyOf": [scalar(), wait()] }),
        "watch" => watch(),
        "voicemail" => json!({ "anyOf": [{ "type": "null" }, voicemail()] }),
        "connect" => json!({ "anyOf": [{ "enum": CONNECTS }, connect()] }),
        "confirm" => confirm(),
        "faq" => faq(),
        "set" => assignments(),
        "branch" => branch(),
        "call" => json!({ "anyOf": [scalar(), call()] }),
        "ticket" => self::ticket(),
        "status" => {
            json!({ "anyOf": [{ "type": "null" }, scalar(), map("", [may("code", "The ticket's code.", scalar())])] })
        }
        "handoff" => json!({ "anyOf": [{ "type": "null" }, scalar(), handoff()] }),
        "survey" => json!({ "anyOf": [words_of(&SURVEYS), survey()] }),
        "end" => {
            json!({ "anyOf": [{ "type": "null" }, scalar(), map("", [may("outcome", "deflected, ticketed, handed_over, informed, cancelled, or a word of your own.", scalar())])] })
        }
        _ => json!(true),
    }
}

/// The keys of every prompt, after its own.
fn asking<const N: usize>(own: [Key; N]) -> Vec<Key> {
    let mut keys = Vec::from(own);
    keys.push(need("prompt", "What is asked.", text()));
    keys.push(may("voice", "What replaces the prompt on a call.", localised()));
    keys.push(may("reprompts", "The second and third asking.", defined("texts")));
    keys.push(may("on_failure", "The step for three failures.", target()));
    keys.extend(handlers());
    keys
}

/// What follows the first, second, third failure of a kind.
pub fn handlers() -> [Key; 3] {
    [
        may("on_no_input", "When nothing is heard or written.", defined("handlers")),
        may("on_no_match", "When nothing fits.", defined("handlers")),
        may("on_refused", "When a value is refused.", defined("handlers")),
    ]
}

fn ask() -> Value {
    map(
        "",
        asking([
            need("slot", "The slot that it fills.", scalar()),
            may(
                "gather",
                "In chat, messages that follow each other within this time are one answer.",
                pause(),
            ),
        ]),
    )
}

fn http() -> Value {
    map(
        "",
        [
            may(
                "method",
                "`GET` where it is left out, `POST` where something is sent.",
                words_of(&Http::METHODS),
            ),
            need("url", "Scheme and host are written out.", scalar()),
            may("headers", "Name: value; the only place for `secret('name')`.", headers()),
            may("query", "Name: value.", assignments()),
            may("json", "A document to send, with templates in it.", json!({})),
            may("body", "A text to send.", scalar()),
            may("timeout", "Seconds that one try may take.", scalar()),
            may("retries", "Tries after the first one.", scalar()),
            may("into", "Our slot: an expression over `status`, `headers` and `body`.", assignments()),
            may("say", "What is said while the contact waits.", text()),
            may("voice", "What replaces `say` on a call.", localised()),
            may("on_error", "Where it goes when there is no good answer.", target()),
        ],
    )
}

fn lookup() -> Value {
    map(
        "",
        [
            need("table", "A file tables/NAME.csv in the folder of flows.", scalar()),
            need("where", "Column: what stands in it.", assignments()),
            may("into", "Our slot: a column.", assignments()),
            may("on_missing", "Where it goes when no row fits.", target()),
        ],
    )
}

fn wait() -> Value {
    let mut schema = map(
        "",
        [
            may("for", "How long: 30s, 2m.", scalar()),
            may("until", "`open`: until the desk opens.", words_of(&["open"])),
            may("say", "What is said before.", text()),
            may("voice", "What replaces `say` on a call.", localised()),
        ],
    );
    schema["oneOf"] = json!([{ "required": ["for"] }, { "required": ["until"] }]);
    schema
}

fn watch() -> Value {
    let mut schema = map(
        "",
        [
            may("incident", "An area of known incidents.", scalar()),
            may("ticket", "A ticket's code.", scalar()),
        ],
    );
    schema["oneOf"] = json!([{ "required": ["incident"] }, { "required": ["ticket"] }]);
    schema
}

fn connect() -> Value {
    map(
        "A code that was shown on another channel.",
        [
            need("code", "What was entered.", scalar()),
            may("on_refused", "Where the code did not link; another may.", target()),
            may("on_closed", "Where no code will link.", target()),
        ],
    )
}

fn say() -> Value {
    map(
        "The long form of a text.",
        [
            need("text", "What is said.", text()),
            may("voice", "What replaces the text on a call.", localised()),
            may("image", "A picture, left out on a call.", scalar()),
            may("link", "A link, left out on a call.", scalar()),
            may("legal", "On a call it is heard to its end.", flag()),
        ],
    )
}

fn choose() -> Value {
    let option = map(
        "An option.",
        [
            may("value", "One of the slot's options.", scalar()),
            need("label", "What is shown.", text()),
            may("voice", "What is said on a call instead of the label.", localised()),
            may("synonyms", "Other words for it, by locale.", defined("phrases")),
            may(
                "key",
                "The key on a phone; its place in the list where it is left out.",
                json!({ "enum": ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9] }),
            ),
            may("goto", "The step that this option leads to.", target()),
        ],
    );
    let mut schema = map(
        "",
        asking([
            may("slot", "The choice slot that it fills; without one each option has a `goto`.", scalar()),
            need(
                "options",
                "What there is to choose from.",
                json!({ "type": "array", "minItems": 1, "maxItems": 25, "items": option }),
            ),
        ]),
    );
    let each = |key: &str| json!({ "properties": { "options": { "items": { "required": [key] } } } });
    schema["if"] = json!({ "required": ["slot"] });
    schema["then"] = each("value");
    schema["else"] = each("goto");
    schema
}

fn confirm() -> Value {
    let mut schema = map(
        "",
        asking([
            may("slot", "A bool slot for the answer.", scalar()),
            may("yes", "The step for yes.", target()),
            may("no", "The step for no.", target()),
        ]),
    );
    schema["anyOf"] = json!([{ "required": ["slot"] }, { "required": ["yes"] }, { "required": ["no"] }]);
    schema
}

fn lists() -> Value {
    let way = || words_of(&["list", "one_by_one"]);
    let by_kind = map("", [may("chat", "Where answers are read.", way()), may("voice", "On a call.", way())]);
    json!({ "anyOf": [way(), by_kind] })
}

fn faq() -> Value {
    let max = json!({ "enum": [1, 2, 3, "1", "2", "3"] });
    let tags = json!({ "anyOf": [scalar(), { "type": "array", "items": scalar() }] });
    let mut keys = vec![
        need("query", "What is asked: a template.", scalar()),
        may("context", "Tags that raise the articles which carry them.", tags),
        may("max", "How many answers at most.", max),
        may("as", "`list`: titles first; or by kind of channel.", lists()),
        may("reasons", "Ask once, after the last refused answer, why it did not do.", flag()),
        may("ask", "In place of “did that solve it?”.", text()),
        may("voice", "What replaces `ask` on a call.", localised()),
        may(
            "on_resolved",
            "Where it goes when an answer did it; else the conversation ends as deflected.",
            target(),
        ),
        may(
            "on_unresolved",
            "Where it goes when nothing was found or none fitted; else the next step.",
            target(),
        ),
        may("on_failure", "Another way for three failures.", target()),
    ];
    keys.extend(handlers());
    map("", keys)
}

fn headers() -> Value {
    let mut schema = assignments();
    // A token of RFC 9110, section 5.6.2.
    schema["propertyNames"] = json!({ "pattern": "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$" });
    schema
}

fn assignments() -> Value {
    json!({ "type": "object", "additionalProperties": scalar() })
}

fn branch() -> Value {
    let arm = map(
        "An entry.",
        [may("when", "A condition.", scalar()), need("goto", "The step that it leads to.", target())],
    );
    json!({ "type": "array", "minItems": 1, "items": arm })
}

fn call() -> Value {
    map(
        "",
        [
            need("flow", "The flow that is run.", scalar()),
            may("with", "Their slot: its value.", assignments()),
            may("into", "Our slot: their slot.", assignments()),
        ],
    )
}

fn ticket() -> Value {
    map(
        "",
        [
            need("category", "One that the settings list, where they list any.", scalar()),
            may("type", "`incident` where it is left out.", words_of(&ticket::TYPES)),
            may("urgency", "`medium` where it is left out.", word_or_template(&ticket::LEVELS)),
            may("impact", "`medium` where it is left out.", word_or_template(&ticket::LEVELS)),
            need("subject", "A line that says what it is about.", scalar()),
            may("body", "The subject where it is left out.", scalar()),
            may("fields", "Name: value.", assignments()),
            may("queue", "The queue that it goes to.", scalar()),
            may(
                "without_faq",
                "Why no answer needs to be offered before; the audit shows it.",
                json!({ "type": "string", "pattern": "\\p{L}" }),
            ),
            may("unreached", "For the system's own flows.", flag()),
        ],
    )
}

fn handoff() -> Value {
    map(
        "",
        [
            may("queue", "`default` where it is left out.", scalar()),
            may("priority", "`normal` where it is left out.", words_of(&PRIORITIES)),
            may("say", "What is said while waiting.", text()),
            may("voice", "What replaces `say` on a call.", localised()),
            may("on_unreached", "Where it goes when nobody comes.", target()),
            may("transfer", "Whom a call is put through to.", json!({ "anyOf": [scalar(), transfer()] })),
        ],
    )
}

fn transfer() -> Value {
    map(
        "",
        [
            need("to", "A number (+390212345678) or a SIP address.", scalar()),
            may("whisper", "Told to whoever answers, before the two are joined.", text()),
            may("ring", "Seconds for which it rings; 25 where it is left out.", scalar()),
            may("on_busy", "Where it goes when the line is busy.", target()),
            may("on_no_answer", "Where it goes when nobody answers.", target()),
            may("on_failed", "Where it goes when the call cannot be made.", target()),
        ],
    )
}

fn voicemail() -> Value {
    map(
        "",
        [
            may("consent", "Asks whether it may be recorded, in place of the built-in words.", text()),
            may("prompt", "What is said before the tone.", text()),
            may("longest", "Seconds at most.", scalar()),
            may("on_unrecorded", "Where it goes where nothing is recorded.", target()),
        ],
    )
}

fn survey() -> Value {
    map(
        "",
        [
            need("ask", "CSAT 1 to 5, NPS 0 to 10.", words_of(&SURVEYS)),
            may("comment", "Ask for a comment after the score.", flag()),
            may("prompt", "In place of the built-in question.", text()),
            may("voice", "What replaces the prompt on a call.", localised()),
        ],
    )
}
