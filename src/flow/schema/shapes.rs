//! Texts, slots and `start`.

use serde_json::{Value, json};

use super::{flag, map, may, need, phrases, words_of};
use crate::flow::parse::slots::TYPES;

/// What the other shapes refer to.
pub fn definitions() -> Value {
    let locale = "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$";
    let scalar = json!({ "type": ["string", "number", "boolean"], "pattern": "\\S" });
    let words = json!({ "anyOf": [{ "$ref": "#/$defs/scalar" }, { "type": "array", "items": { "$ref": "#/$defs/scalar" } }] });
    json!({
        "scalar": scalar,
        "target": { "type": ["string", "number", "boolean"], "pattern": "^[^#]", "description": "The `id` of a step of this flow." },
        "localised": {
            "description": "A string in the default locale, or a map of locale to string. Each is a template.",
            "anyOf": [
                { "$ref": "#/$defs/scalar" },
                { "type": "object", "patternProperties": { locale: { "$ref": "#/$defs/scalar" } }, "additionalProperties": false },
            ],
        },
        "text": {
            "description": "A string in the default locale, or a map of locale to string; `voice` in the map replaces it on a call. Each is a template.",
            "anyOf": [
                { "$ref": "#/$defs/scalar" },
                {
                    "type": "object",
                    "properties": { "voice": { "$ref": "#/$defs/localised" } },
                    "patternProperties": { locale: { "$ref": "#/$defs/scalar" } },
                    "additionalProperties": false,
                },
            ],
        },
        "texts": { "anyOf": [{ "$ref": "#/$defs/text" }, { "type": "array", "items": { "$ref": "#/$defs/text" } }] },
        "words": words,
        "phrases": {
            "description": "Words by locale: { en: [a, b], it: c }, or a list in the default locale.",
            "anyOf": [
                { "$ref": "#/$defs/words" },
                { "type": "object", "patternProperties": { locale: { "$ref": "#/$defs/words" } }, "additionalProperties": false },
            ],
        },
    })
}

pub fn start() -> Value {
    let command = json!({ "type": "string", "pattern": "^/*[a-z0-9_]{1,32}$" });
    map(
        "What begins the flow; `{}` on request only.",
        [
            may("default", "Takes the conversations that nothing else claims; one flow does.", flag()),
            may(
                "commands",
                "Commands without the slash, 1 to 32 of a to z, 0 to 9 and `_`.",
                json!({ "anyOf": [command, { "type": "array", "items": command }] }),
            ),
            may("phrases", "What people say to begin it, by locale; ranked like FAQ questions.", phrases()),
        ],
    )
}

pub fn slots() -> Value {
    let short: Vec<&str> = TYPES.into_iter().filter(|kind| !matches!(*kind, "choice" | "pattern")).collect();
    let mut kinds = vec![words_of(&short)];
    kinds.extend(TYPES.into_iter().map(slot));
    json!({
        "type": ["object", "null"],
        "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
        "additionalProperties": { "anyOf": kinds },
    })
}

/// A slot of one type, with the keys that it takes.
fn slot(kind: &'static str) -> Value {
    let count = || json!({ "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+$" }] });
    let number =
        || json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^-?[0-9.]+$" }] });
    let mut keys = vec![need("type", "What the slot holds.", json!({ "const": kind }))];
    match kind {
        "text" => {
            keys.push(may("min", "Characters at least.", count()));
            keys.push(may("max", "Characters at most.", count()));
        }
        "number" => {
            keys.push(may("min", "The least value.", number()));
            keys.push(may("max", "The greatest value.", number()));
            keys.push(may("whole", "Only whole numbers.", flag()));
        }
        "date" => {
            keys.push(may("past", "Today or earlier.", flag()));
            keys.push(may("future", "Today or later.", flag()));
        }
        "choice" => keys.push(need(
            "options",
            "The values that it may have.",
            json!({ "$ref": "#/$defs/words", "minItems": 1 }),
        )),
        "pattern" => keys.push(need(
            "pattern",
            "A regular expression that matches the whole answer; linear time, no look-around.",
            json!({ "type": ["string", "number"] }),
        )),
        _ => {}
    }
    keys.push(may(
        "voice",
        "`digits`: entered by keys on a call, spoken back in groups.",
        words_of(&["digits"]),
    ));
    keys.push(may("sensitive", "Never spoken back, never logged, masked where it is shown.", flag()));
    map(&format!("A slot of type {kind}."), keys)
}
