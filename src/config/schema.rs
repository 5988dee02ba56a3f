//! The JSON Schema of the settings file (2020-12), for editors. It is read off the compiled-in file with its comments,
//! so that no setting can be missing.

use serde_json::{Map, Value, json};

use super::MEASURES;
use super::load::alerts::{ALERTS, PLATFORMS, WHATS};
use super::load::carriers::VOICES;
use super::load::routing::{FALLBACK, RAISE, RULES, SHIFTS, SKILLS};
use super::load::targets::{CALENDARS, TARGETS};
use super::load::{DEFAULTS, FAQ, SECRETS};

/// The schema of a settings file.
pub fn settings() -> Value {
    let defaults: Map<String, Value> = serde_saphyr::from_str(DEFAULTS).unwrap_or_default();
    let mut schema = group(&defaults, &[]);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Vestibule settings");
    schema
}

fn group(defaults: &Map<String, Value>, path: &[&str]) -> Value {
    let mut properties = Map::new();
    for (key, value) in defaults {
        let mut here = path.to_vec();
        here.push(key);
        let mut schema = match value {
            Value::Object(inner) if here == [FAQ] => {
                json!({ "anyOf": [group(inner, &here), { "type": "string" }] })
            }
            Value::Object(_) if here.join(".") == SECRETS => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
            Value::Object(_) if here.join(".") == CALENDARS => {
                json!({ "type": "object", "additionalProperties": calendar() })
            }
            Value::Object(_) if [SKILLS, SHIFTS].contains(&here.join(".").as_str()) => {
                json!({ "type": "object", "additionalProperties": texts() })
            }
            Value::Object(_) if [FALLBACK, VOICES].contains(&here.join(".").as_str()) => {
                json!({ "type": "object", "additionalProperties": { "type": "string" } })
            }
            Value::Object(_) if here.join(".") == RAISE => {
                let steps = json!({ "type": "integer", "minimum": 0, "maximum": 3 });
                json!({ "type": "object", "additionalProperties": steps })
            }
            Value::Array(_) if here.join(".") == RULES => {
                json!({ "type": "array", "items": rule(), "default": value })
            }
            Value::Array(_) if here.join(".") == TARGETS => {
                json!({ "type": "array", "items": promise(), "default": value })
            }
            Value::Array(_) if here.join(".") == ALERTS => {
                json!({ "type": "array", "items": alert(), "default": value })
            }
            Value::Object(inner) => group(inner, &here),
            Value::Array(_) => {
                let item = json!({ "type": ["string", "number"] });
                json!({ "anyOf": [{ "type": "array", "items": item }, { "type": "string" }], "default": value })
            }
            Value::Bool(_) => json!({ "type": "boolean", "default": value }),
            Value::Number(_) => json!({ "type": "number", "default": value }),
            // `auto` stands where true and false may, too.
            Value::String(_) | Value::Null => {
                json!({ "type": ["string", "boolean", "number"], "default": value })
            }
        };
        if let Some(comment) = comment(&here) {
            schema["description"] = json!(comment);
        }
        if matches!(value, Value::String(_)) && (is_secret(key) || here == ["mail", "url"]) {
            let description = format!("A file that holds `{key}`.");
            properties.insert(format!("{key}_file"), json!({ "type": "string", "description": description }));
        }
        properties.insert(key.clone(), schema);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn texts() -> Value {
    json!({ "anyOf": [{ "type": "array", "items": { "type": "string" } }, { "type": "string" }] })
}

fn calendar() -> Value {
    let properties = json!({ "time_zone": { "type": "string" }, "hours": texts(), "holidays": texts() });
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn rule() -> Value {
    let mut properties = json!({
        "name": { "type": "string" }, "queue": { "type": "string" }, "open": { "type": "boolean" },
        "types": some_of(&["incident", "service_request", "problem", "change"]),
        "priorities": some_of(&["low", "normal", "high", "urgent"]),
    });
    for key in ["profiles", "categories", "channels", "locales"] {
        properties[key] = texts();
    }
    json!({ "type": "object", "properties": properties, "required": ["queue"], "additionalProperties": false })
}

fn some_of(words: &[&str]) -> Value {
    json!({ "type": "array", "items": { "enum": words } })
}

fn promise() -> Value {
    let time = json!({ "type": "string", "description": "Working time: 30m, 4h, 1h 30m." });
    let mut properties = json!({
        "name": { "type": "string" },
        "types": some_of(&["incident", "service_request", "problem", "change"]),
        "priorities": some_of(&["low", "normal", "high", "urgent"]),
        "calendar": { "type": "string", "description": "desk, always, or one of desk.calendars." },
        "vendor_pauses": { "type": "boolean" },
        "warn": { "type": "integer", "minimum": 1, "maximum": 100, "default": 75 },
        "at_warning": some_of(&MEASURES),
        "at_breach": some_of(&MEASURES),
    });
    for key in ["queues", "profiles", "categories"] {
        properties[key] = texts();
    }
    for key in ["first_response", "next_response", "resolution"] {
        properties[key] = time.clone();
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn alert() -> Value {
    let properties = json!({
        "on": some_of(&WHATS), "queues": texts(), "priorities": some_of(&["low", "normal", "high", "urgent"]),
        "mail": texts(), "webhook": { "type": "string" }, "chat": some_of(&PLATFORMS),
    });
    json!({ "type": "object", "properties": properties, "required": ["on"], "additionalProperties": false })
}

fn is_secret(key: &str) -> bool {
    ["token", "secret", "password", "key"].iter().any(|word| key.contains(word))
}

/// What stands behind a setting in the compiled-in file.
fn comment(path: &[&str]) -> Option<&'static str> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    for line in DEFAULTS.lines() {
        let indent = line.len() - line.trim_start().len();
        let Some((key, rest)) = line.trim_start().split_once(':').filter(|(key, _)| !key.starts_with('#'))
        else {
            continue;
        };
        while open.last().is_some_and(|(outer, _)| *outer >= indent) {
            open.pop();
        }
        open.push((indent, key));
        if open.iter().map(|(_, key)| *key).eq(path.iter().copied()) {
            return rest.split_once(" # ").map(|(_, comment)| comment.trim());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_what_they_are() {
        let schema = settings();
        let listen = &schema["properties"]["listen"];
        assert_eq!(
            (listen["default"].as_str(), listen["description"].as_str()),
            (Some("127.0.0.1:8080"), Some("address and port"))
        );
        let twilio = &schema["properties"]["channels"]["properties"]["twilio"]["properties"];
        assert!(twilio["auth_token"].is_object() && twilio["auth_token_file"].is_object());
        assert_eq!(schema["additionalProperties"], json!(false));
    }
}
