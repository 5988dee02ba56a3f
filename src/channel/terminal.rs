//! The terminal: messages as lines, options numbered; on voice, what would be spoken.

use crate::app::{From, Message};
use crate::conversation::{Segment, code};

/// Messages as text, one paragraph each.
pub fn text(messages: &[Message], voice: bool) -> String {
    let mut out = String::new();
    for message in messages {
        if message.from == From::Agent {
            out.push_str("[agent] ");
        }
        if voice {
            out.push_str(&spoken(&message.prompt.text));
            out.push('\n');
            continue;
        }
        out.push_str(&plain(&message.prompt.plain()));
        out.push('\n');
        for option in &message.prompt.options {
            out.push_str(&format!("  {}) {}\n", option.key, plain(&option.label)));
        }
        for extra in message.prompt.image.iter().chain(&message.prompt.link) {
            out.push_str(&format!("  {}\n", plain(extra)));
        }
    }
    out
}

fn spoken(segments: &[Segment]) -> String {
    let one = |segment: &Segment| match segment {
        Segment::Text(text) => plain(text),
        Segment::Code(digits) => code::grouped(digits),
    };
    segments.iter().map(one).collect()
}

/// Without control characters, so that nothing in a text can steer the terminal.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
