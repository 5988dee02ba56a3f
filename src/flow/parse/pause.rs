//! A short time: `gather: 3s`.

use jiff::SignedDuration;

use super::reader::{Entry, Reader};
use crate::source::Diagnostic;

/// The longest that people wait for an answer to a message of theirs.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);

impl Reader<'_> {
    /// Seconds, or a time as `3s` or `500ms`; more than none and at most half a minute.
    pub fn pause(&mut self, entry: Entry<'_>) -> Option<SignedDuration> {
        let text = self.scalar(entry.value, "a time such as `3s`")?;
        let seconds = text.parse::<i64>().ok().map(SignedDuration::from_secs);
        let Some(pause) = seconds.or_else(|| text.parse().ok()) else {
            self.wrong_shape(entry.value, "a time such as `3s`");
            return None;
        };
        if pause <= SignedDuration::ZERO || pause > LONGEST {
            let message = format!("`{text}` is no time to gather messages in");
            let found = Diagnostic::error("V010", entry.value.at.clone(), message);
            self.report(found.help("more than nothing and at most 30s"));
            return None;
        }
        Some(pause)
    }
}
