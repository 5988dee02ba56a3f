//! Rule 7, chat: within what Telegram and Discord can carry. Texts are split without losing a word where they are
//! sent, so only what no split can save is told.

use std::collections::BTreeMap;

use super::set::Set;
use super::token::{Piece, Segment, segments};
use crate::faq::normalize;
use crate::flow::Template;
use crate::flow::limits::{discord, telegram};
use crate::flow::parse::draft::Draft;
use crate::flow::step::{Choose, Kind};
use crate::source::Diagnostic;

/// Commands that every bot has beside those of flows: `/start`, `/help`, `/menu`, `/back`, `/repeat`, `/cancel`,
/// `/agent`, `/status` and `/language`.
const OWN_COMMANDS: usize = 9;

pub fn check(set: &Set<'_>, found: &mut Vec<Diagnostic>) {
    let mut commands = 0;
    for draft in set.drafts.iter().filter(|draft| !draft.built_in) {
        title(draft, found);
        for command in &draft.commands {
            commands += 1;
            if commands == telegram::COMMANDS.min(discord::COMMANDS) - OWN_COMMANDS + 1 {
                let message = format!(
                    "a bot has at most {} commands, {OWN_COMMANDS} of them our own",
                    telegram::COMMANDS
                );
                let problem = Diagnostic::error("V705", command.at.clone(), message);
                found.push(problem.help("let people begin this flow by its `phrases`, or by a menu"));
            }
        }
        for step in &draft.flow.steps {
            if let Kind::Choose(choose) = &step.kind {
                menu(set, choose, found);
            }
        }
    }
}

/// A flow's title stands beside its command.
fn title(draft: &Draft, found: &mut Vec<Diagnostic>) {
    if draft.commands.is_empty() {
        return;
    }
    for title in draft.flow.title.written.values() {
        let length = at_least(title);
        if length > discord::COMMAND_DESCRIPTION && !title.at.file.is_empty() {
            let message = format!(
                "this title has {length} characters; beside a command Discord shows at most {}",
                discord::COMMAND_DESCRIPTION
            );
            found.push(Diagnostic::error("V705", title.at.clone(), message).help("say it in fewer words"));
        }
    }
}

fn menu(set: &Set<'_>, choose: &Choose, found: &mut Vec<Diagnostic>) {
    for option in &choose.options {
        let bytes = option.value.len();
        if bytes > telegram::CALLBACK_DATA {
            let message = format!(
                "this value has {bytes} bytes, and a Telegram button brings back at most {}",
                telegram::CALLBACK_DATA
            );
            found.push(
                Diagnostic::error("V704", option.at.clone(), message)
                    .help("a value is a short name; the label says the rest"),
            );
        }
        for label in option.label.written.values() {
            let length = at_least(label);
            if length > discord::BUTTON_LABEL {
                let message = format!(
                    "this label has {length} characters, and a Discord button shows at most {}",
                    discord::BUTTON_LABEL
                );
                let help = "say it in fewer words; what else there is to say belongs into the prompt";
                found.push(Diagnostic::error("V701", label.at.clone(), message).help(help));
            }
        }
    }
    twins(set, choose, found);
}

/// Two options that are shown alike.
fn twins(set: &Set<'_>, choose: &Choose, found: &mut Vec<Diagnostic>) {
    for locale in set.locales {
        let mut first: BTreeMap<String, &Template> = BTreeMap::new();
        for label in choose.options.iter().filter_map(|option| option.label.written.get(locale)) {
            // What no letter is in is compared as it stands.
            let mut shown = normalize::words(&label.source).join(" ");
            if shown.is_empty() {
                shown = label.source.trim().to_owned();
            }
            // A text that could not be read stands as `-`, and is told already.
            if shown == "-" || !label.is_plain() {
                continue;
            }
            match first.get(&shown) {
                Some(other) => {
                    let message = format!("two options of this menu are both shown as `{}`", label.source);
                    let problem = Diagnostic::warning("V702", label.at.clone(), message);
                    found.push(problem.help("say how they differ").related(&other.at, "the other option"));
                }
                None => {
                    first.insert(shown, label);
                }
            }
        }
    }
}

/// The characters that a text has whatever is filled in; what is under an `if` may be missing.
fn at_least(template: &Template) -> usize {
    if template.is_plain() {
        return template.source.trim().chars().count();
    }
    let mut depth = 0_usize;
    let mut count = 0;
    for segment in segments(&template.source) {
        match segment {
            Segment::Words(range) if depth == 0 => count += template.source[range].chars().count(),
            Segment::Words(_) => {}
            Segment::Piece(Piece::Statement(word, _)) => match word.as_str() {
                "if" | "for" => depth += 1,
                "endif" | "endfor" => depth = depth.saturating_sub(1),
                _ => {}
            },
            Segment::Piece(Piece::Expression(_)) => {}
        }
    }
    count
}
