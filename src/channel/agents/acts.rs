//! What agents write in a room, as the desk's own acts.

use crate::app::App;
use crate::app::desk::DeskError;
use crate::conversation::ConversationId;

/// What became of it.
pub enum Acted {
    Done,
    /// A message went to the contact: its number in the conversation.
    Said(u64),
}

/// What an agent does with words: a note, an act by its name, or a message to the contact. `client`: the dedupe key, so
/// that the same message again does nothing twice.
///
/// # Errors
/// The desk's.
pub async fn written(
    app: &App,
    agent: &str,
    id: ConversationId,
    client: &str,
    words: &str,
) -> Result<Acted, DeskError> {
    if let Some(note) = note(words) {
        return app.note(agent, id, client, note).await.map(|()| Acted::Done);
    }
    let command = command(words);
    match command.as_deref().map(|command| command.split_once(' ').unwrap_or((command, ""))) {
        Some(("claim", _)) => app.claim(agent, id).await.map(|()| Acted::Done),
        Some(("back", _)) => app.hand_back(agent, id).await.map(|()| Acted::Done),
        Some(("close", how)) => app.close_conversation(agent, id, how.trim()).await.map(|()| Acted::Done),
        _ => app.reply(agent, id, client, words).await.map(Acted::Said),
    }
}

/// Whether words are an act rather than a message to the contact.
pub fn is_act(words: &str) -> bool {
    let first = command(words);
    let first = first.as_deref().map(|command| command.split(' ').next().unwrap_or_default());
    note(words).is_some() || matches!(first, Some("claim" | "back" | "close"))
}

fn note(words: &str) -> Option<&str> {
    ["note:", "/note "].iter().find_map(|begin| {
        let head = words.get(..begin.len())?;
        head.eq_ignore_ascii_case(begin).then(|| &words[begin.len()..])
    })
}

fn command(words: &str) -> Option<String> {
    words.strip_prefix('/').map(|rest| rest.split('@').next().unwrap_or_default().to_lowercase())
}

/// What a button of a card does.
///
/// # Errors
/// The desk's.
pub async fn pressed(app: &App, agent: &str, id: ConversationId, act: &str) -> Result<(), DeskError> {
    match act {
        "claim" => app.claim(agent, id).await,
        "back" => app.hand_back(agent, id).await,
        "solved" => app.close_conversation(agent, id, "solved").await,
        _ => app.close_conversation(agent, id, "unsolved").await,
    }
}

/// Why an act was refused, as a sentence.
pub fn sentence(why: &DeskError) -> String {
    let text = why.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    first.map(|text| text + ".").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_told_from_messages() {
        for act in
            ["/claim", "/close solved", "/back@vestibule_bot", "note: she is worried", "NOTE:x", "/note y"]
        {
            assert!(is_act(act), "{act}");
        }
        for words in ["claim", "please note: it is late", "/other", "notes", ""] {
            assert!(!is_act(words), "{words}");
        }
        assert_eq!(sentence(&DeskError::Taken("anna".into())), "Anna has this conversation.");
    }
}
