//! What the engine asks of an HTTP service, and what comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A request, ready but for its secrets, which stand in it by name (see
/// [`SECRET_OPEN`](crate::flow::template::SECRET_OPEN)) until it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// GET, POST, PUT, PATCH, DELETE or HEAD.
    pub method: String,
    /// With the query.
    pub url: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Seconds that one try may take.
    pub timeout: u32,
    /// Tries after the first one.
    pub retries: u32,
    /// The same at every try of one request.
    pub idempotency_key: String,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "came")]
pub enum HttpAnswer {
    Reply {
        status: u16,
        /// Names in lower case.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// JSON where it is JSON, else a text.
        #[serde(default)]
        body: serde_json::Value,
    },
    /// No reply: not connected, not in time, too large.
    Failed { reason: String },
}

impl HttpAnswer {
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Reply { status, .. } => Some(*status),
            Self::Failed { .. } => None,
        }
    }
}
