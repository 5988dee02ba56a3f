//! The system's own flows and words, compiled in. A file of the same name under `system/` in the configured folder
//! stands in for one of them.

/// What names the files that are compiled in, before their stem.
pub const BUILT_IN: &str = "(built in)/system/";

/// File stem and text, in the order in which they are read.
pub const FILES: [(&str, &str); 8] = [
    ("words", include_str!("../../flows/system/words.yaml")),
    ("agent", include_str!("../../flows/system/agent.yaml")),
    ("callback", include_str!("../../flows/system/callback.yaml")),
    ("failure", include_str!("../../flows/system/failure.yaml")),
    ("link", include_str!("../../flows/system/link.yaml")),
    ("survey", include_str!("../../flows/system/survey.yaml")),
    ("unlink", include_str!("../../flows/system/unlink.yaml")),
    ("flow_changed", include_str!("../../flows/system/flow_changed.yaml")),
];

/// The text of a file that is compiled in.
pub fn text(stem: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == stem).map(|(_, text)| *text)
}
