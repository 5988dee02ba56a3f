//! The JSON Schema of flow files (2020-12), so that editors complete and underline as one types. It tells what a file
//! may hold; what a whole set of flows must hold to is what a check proves.
//!
//! Words that the parser takes (kinds, types, levels) come from its own tables. The keys of each map are proved to be
//! the parser's by a test that asks the parser for them.

mod shapes;
mod steps;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

/// The schema's dialect: <https://json-schema.org/draft/2020-12>.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a flow file.
pub fn flow() -> Value {
    let keys = [
        need(
            "flow",
            "The flow's name: no spaces, no `/`; unique.",
            json!({ "type": "string", "pattern": "^(system/)?[^\\s/]+$" }),
        ),
        may(
            "title",
            "Shown in menus and beside commands; the name where it is left out. It reads no slots.",
            text(),
        ),
        may("voice", "What replaces the title on a call.", localised()),
        may(
            "tags",
            "They raise the articles that carry them, for every question asked in the flow.",
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }),
        ),
        may("start", "What begins the flow. Without it, it is only called by others.", shapes::start()),
        may("slots", "The named, typed answers of the flow.", shapes::slots()),
        may(
            "on_failure",
            "The step for three failures at any prompt that has no `on_failure` of its own.",
            target(),
        ),
        may("gather", "For every `ask` of a free text that does not say its own.", pause()),
        may(
            "on_error",
            "Where an `http` step without a good answer goes, or a `lookup` that finds nothing.",
            target(),
        ),
        may(
            "moved",
            "Old step: new step, for conversations that stand at a step which is no longer there.",
            json!({ "type": "object", "additionalProperties": target() }),
        ),
        may(
            "moved_from",
            "What the flow was called before, for conversations that are in it.",
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] }),
        ),
        may("steps", "What happens, read from top to bottom.", steps::list()),
    ];
    let keys = keys.into_iter().chain(steps::handlers());
    let mut schema = map("A flow: a conversation that the support desk wants to have.", keys);
    schema["required"] = json!(["flow", "steps"]);
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!("Vestibule flow");
    schema["$defs"] = shapes::definitions();
    schema
}

/// The schema of `system/words.yaml`.
pub fn words() -> Value {
    let texts = json!({ "type": "object", "additionalProperties": text() });
    let lists = json!({ "type": "object", "additionalProperties": phrases() });
    let keys = [
        may("words", "What the bot says by itself, by key.", texts),
        may("lists", "Words that the bot understands, by key.", lists),
    ];
    let mut schema = map("What the bot says by itself, and what it understands everywhere.", keys);
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!("Vestibule words");
    schema["$defs"] = shapes::definitions();
    schema
}

/// A key of a map.
pub struct Key {
    name: &'static str,
    required: bool,
    schema: Value,
}

/// A key that must be there.
pub fn need(name: &'static str, description: &str, schema: Value) -> Key {
    Key { required: true, ..may(name, description, schema) }
}

/// A key that may be there.
pub fn may(name: &'static str, description: &str, mut schema: Value) -> Key {
    schema["description"] = json!(description);
    Key { name, required: false, schema }
}

/// A map of these keys and no others.
pub fn map(description: &str, keys: impl IntoIterator<Item = Key>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in keys {
        if key.required {
            required.push(key.name);
        }
        properties.insert(key.name.to_owned(), key.schema);
    }
    let mut schema = json!({
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A short time: seconds, or `3s`.
pub fn pause() -> Value {
    json!({ "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 30 }, { "type": "string", "pattern": "^[0-9]+(ms|s)?$" }] })
}

fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// Words: whatever YAML makes of them, a number or a truth value too.
pub fn scalar() -> Value {
    defined("scalar")
}

/// A text in every locale, or a string in the default one.
pub fn text() -> Value {
    defined("text")
}

/// A text in some locales: what `voice:` takes.
pub fn localised() -> Value {
    defined("localised")
}

/// Lists of words by locale.
pub fn phrases() -> Value {
    defined("phrases")
}

/// The id of a step.
pub fn target() -> Value {
    defined("target")
}

pub fn flag() -> Value {
    json!({ "enum": [true, false, "yes", "no"] })
}

pub fn words_of(words: &[&str]) -> Value {
    json!({ "enum": words })
}

/// A word of these, or a template that yields one.
pub fn word_or_template(words: &[&str]) -> Value {
    json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": "\\{\\{|\\{%" }] })
}
