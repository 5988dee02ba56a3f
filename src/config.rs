//! Settings: defaults compiled in, then one YAML file, then the environment. Imports nothing of the house.

/// Everything that can be set. Secrets never show in Debug.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `127.0.0.1:8080`.
    pub listen: String,
    /// `https://desk.example.org`, without a slash at the end; what callbacks are signed for.
    pub public_url: Option<String>,
    pub database_url: String,
    pub flows: String,
    pub faq: String,
    /// The first is the default.
    pub locales: Vec<String>,
    pub web_enabled: bool,
    /// Origins that may embed the widget.
    pub allowed_origins: Vec<String>,
    /// Current and, while rotating, previous.
    pub twilio_auth_tokens: Vec<Secret>,
    pub twilio_language_menu: bool,
    pub categories: Vec<String>,
    pub queues: Vec<String>,
    pub metrics_token: Option<Secret>,
    pub metrics_listen: Option<String>,
    /// No settings at all were given: the demo.
    pub demo: bool,
}

/// A secret that does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}
