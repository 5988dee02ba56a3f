//! `http`: calls an HTTP service and maps its reply to slots.

use super::Target;
use crate::flow::{Expression, SlotName, Template, Text};
use crate::source::Placed;

#[derive(Debug, Clone)]
pub struct Http {
    /// One of [`Http::METHODS`].
    pub method: Placed<String>,
    /// Scheme and host are literal, so that no contact chooses where we call.
    pub url: Template,
    /// The only place where `secret('name')` may stand.
    pub headers: Vec<(Placed<String>, Template)>,
    pub query: Vec<(String, Template)>,
    pub body: Option<Body>,
    /// Seconds that one try may take, 1 to 30.
    pub timeout: u32,
    /// Tries after the first one, 0 to 5.
    pub retries: u32,
    /// Our slot, from an expression over `status`, `headers` and `body`.
    pub into: Vec<(Placed<SlotName>, Expression)>,
    /// Said while the contact waits; on a call built-in words otherwise.
    pub say: Option<Text>,
    /// Anything but 2xx, a mapping that fails, no answer in time.
    pub on_error: Option<Target>,
}

impl Http {
    pub const METHODS: [&'static str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    pub const TIMEOUT: u32 = 5;
    pub const RETRIES: u32 = 2;
}

/// What is sent.
#[derive(Debug, Clone)]
pub enum Body {
    Text(Template),
    Json(Json),
}

/// A JSON document with templates in it.
#[derive(Debug, Clone)]
pub enum Json {
    /// A number, true, false or null, as written.
    Literal(serde_json::Value),
    Text(Template),
    /// `"{{ … }}"` and nothing around it: numbers and truth values stay what they are.
    Value(Expression),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}
