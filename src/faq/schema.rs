//! The JSON Schema of FAQ files in YAML (2020-12), for editors.

use serde_json::{Value, json};

/// The schema of a list of articles.
pub fn articles() -> Value {
    let locale = "^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$";
    let text = json!({ "type": ["string", "number", "boolean"], "pattern": "\\S" });
    let texts = json!({ "anyOf": [text, { "type": "array", "minItems": 1, "items": text }] });
    let by_locale = |of: &Value, description: &str| {
        json!({
            "description": description,
            "anyOf": [
                of,
                { "type": "object", "minProperties": 1, "patternProperties": { locale: of }, "additionalProperties": false },
            ],
        })
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vestibule FAQ",
        "type": ["array", "null"],
        "items": {
            "description": "An article: one answer, and the ways in which people ask for it.",
            "type": "object",
            "properties": {
                "id": { "description": "Unique among all articles.", "type": ["string", "number"], "pattern": "\\S" },
                "tags": { "description": "What a `faq` step's `context` may name to raise it.", "anyOf": [text, { "type": "array", "items": text }] },
                "questions": by_locale(&texts, "The phrasings, the one that is shown first; from five on it is found far better."),
                "answer": by_locale(&text, "What is shown; markdown."),
                "voice": by_locale(&text, "What is said on a call, where the answer is long or cannot be spoken."),
                "review": {
                    "description": "When somebody should read it again: 2027-06-01.",
                    "type": "string",
                    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                },
            },
            "required": ["id", "questions", "answer"],
            "additionalProperties": false,
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn its_keys_are_those_that_are_read() {
        let schema = super::articles();
        let keys: BTreeSet<&str> =
            schema["items"]["properties"].as_object().expect("a map").keys().map(String::as_str).collect();
        assert_eq!(keys, BTreeSet::from(super::super::parse::KEYS));
    }
}
