//! Changes to the files of answers that somebody at the desk proposes and somebody who may approves. Nothing is written
//! that was not shown as a difference, nothing over a file that changed meanwhile, and nothing that `check` refuses.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::App;
use super::playbooks::Reloaded;
use crate::config::Reload;
use crate::faq::{Article, import};
use crate::flow::articles;
use crate::source::Diagnostic;
use crate::store::StoreError;
use crate::store::proposals::ProposalRow;

/// Lines around a change in a difference.
const AROUND: usize = 3;

/// The files of answers, as an operator keeps them. The commands know where they are and how they are checked.
pub trait AnswerFiles: Send + Sync {
    /// Name and text of each YAML file of answers, as it is now. Slow.
    ///
    /// # Errors
    /// A folder or file that cannot be read, for people.
    fn list(&self) -> Result<Vec<(String, String)>, String>;

    /// The name of a new file beside them.
    fn new_file(&self, stem: &str) -> String;

    /// Errors of the whole set if a file had this text. Slow.
    fn prove(&self, name: &str, text: &str) -> Vec<Diagnostic>;

    /// Puts a text in the place of a file, at once or not at all. `before` is its text now, `None` where it is not there.
    ///
    /// # Errors
    /// What hinders it, for people.
    fn put(&self, name: &str, before: Option<&str>, text: &str) -> Result<(), String>;
}

/// What is meant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// More phrasings of an article.
    Phrasings { article: String, locale: String, phrasings: Vec<String> },
    /// An article more, in a file that is there or a new one.
    Article { file: String, draft: Draft },
}

/// A new article in one locale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    pub id: String,
    pub tags: Vec<String>,
    pub locale: String,
    pub questions: Vec<String>,
    pub answer: String,
}

#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    #[error("no such proposal")]
    Unknown,
    /// It was applied or refused.
    #[error("this proposal is not open any more")]
    Settled,
    #[error("{0}")]
    Impossible(String),
    /// The file is not the one that the change was made from.
    #[error("{0} has changed since; make the change anew from what it says now")]
    Conflict(String),
    #[error("the set would have errors")]
    Refused(Vec<Diagnostic>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a change comes to on the files as they are.
struct Worked {
    file: String,
    before: Option<String>,
    after: String,
}

impl Worked {
    fn diff(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let file = self.file.trim_start_matches('/');
        let old = if self.before.is_some() { format!("a/{file}") } else { "/dev/null".to_owned() };
        similar::TextDiff::from_lines(before, &self.after)
            .unified_diff()
            .context_radius(AROUND)
            .header(&old, &format!("b/{file}"))
            .to_string()
    }
}

/// What a text is told apart by; a file that is not there has none.
fn hash(text: Option<&str>) -> String {
    text.map(|text| hex::encode(Sha256::digest(text.as_bytes()))).unwrap_or_default()
}

impl App {
    /// Proposes a change. `questions` are those that it answers.
    ///
    /// # Errors
    /// [`ProposalError::Impossible`] where the change cannot be made, [`ProposalError::Refused`] where `check` would refuse
    /// what comes of it.
    pub async fn propose(
        &self,
        by: &str,
        change: Change,
        questions: Vec<i64>,
    ) -> Result<ProposalRow, ProposalError> {
        let worked = self.worked(change.clone()).await?;
        self.proved(&worked).await?;
        let (kind, title) = match &change {
            Change::Phrasings { article, phrasings, .. } => {
                ("phrasings", format!("{article}: {}", phrasings.join(" · ")))
            }
            Change::Article { draft, .. } => {
                ("article", draft.questions.first().cloned().unwrap_or_else(|| draft.id.clone()))
            }
        };
        let row = ProposalRow {
            id: uuid::Uuid::now_v7().to_string(),
            kind: kind.to_owned(),
            title: title.chars().take(200).collect(),
            base: hash(worked.before.as_deref()),
            diff: worked.diff(),
            result: worked.after,
            file: worked.file,
            change: serde_json::to_string(&change).map_err(|error| StoreError::Corrupt(error.to_string()))?,
            questions,
            state: "open".to_owned(),
            proposer: by.to_owned(),
            created: self.now(),
            reviewer: None,
            reviewed: None,
            note: None,
        };
        self.store.add_proposal(row.clone()).await?;
        tracing::info!(proposal = %row.id, file = %row.file, by, "a change to the answers was proposed");
        Ok(row)
    }

    /// Puts an open proposal into its file, and takes the new set.
    ///
    /// # Errors
    /// [`ProposalError::Conflict`] where the file is another by now, [`ProposalError::Refused`] where `check` refuses it.
    pub async fn approve(&self, by: &str, id: &str) -> Result<(), ProposalError> {
        let row = self.open(id).await?;
        let now_in_file = self.text_of(&row.file).await?;
        let done_already = now_in_file.as_deref() == Some(row.result.as_str());
        if !done_already {
            if hash(now_in_file.as_deref()) != row.base {
                self.store.note_conflict(id, by, "the file has changed", self.now()).await?;
                return Err(ProposalError::Conflict(row.file));
            }
            let worked = Worked { file: row.file.clone(), before: now_in_file, after: row.result.clone() };
            self.proved(&worked).await?;
            self.write(worked).await?;
        }
        if !self.store.apply_proposal(id, by, self.now()).await? {
            return Err(ProposalError::Settled);
        }
        tracing::info!(proposal = id, file = %row.file, by, "a change to the answers was approved and written");
        if self.settings.reload != Reload::Off && matches!(self.reload().await, Reloaded::Refused) {
            tracing::error!(proposal = id, "the changed answers are refused; the old ones serve on");
        }
        Ok(())
    }

    /// Makes an open proposal anew from the file as it is.
    ///
    /// # Errors
    /// As [`Self::propose`].
    pub async fn renew(&self, by: &str, id: &str) -> Result<ProposalRow, ProposalError> {
        let mut row = self.open(id).await?;
        let change: Change =
            serde_json::from_str(&row.change).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let worked = self.worked(change).await?;
        self.proved(&worked).await?;
        row.base = hash(worked.before.as_deref());
        row.diff = worked.diff();
        row.result = worked.after;
        if self.store.renew_proposal(&row, by, self.now()).await? {
            Ok(row)
        } else {
            Err(ProposalError::Settled)
        }
    }

    /// Refuses an open proposal, or withdraws one's own.
    ///
    /// # Errors
    /// [`ProposalError::Settled`] where it is not open any more.
    pub async fn refuse_proposal(&self, by: &str, id: &str, note: &str) -> Result<(), ProposalError> {
        let row = self.open(id).await?;
        let note = Some(note.trim().chars().take(500).collect::<String>()).filter(|note| !note.is_empty());
        let withdrawn = row.proposer == by;
        let done = self.store.refuse_proposal(id, by, note, withdrawn, self.now()).await?;
        if done { Ok(()) } else { Err(ProposalError::Settled) }
    }

    /// The files of answers with their texts.
    ///
    /// # Errors
    /// Where they cannot be read, or this program was not told of any.
    pub async fn answer_files(&self) -> Result<Vec<(String, String)>, ProposalError> {
        let Some(files) = self.answer_files.get().cloned() else {
            return Err(ProposalError::Impossible("the files of answers are not known here".into()));
        };
        blocking(move || files.list()).await.map_err(ProposalError::Impossible)
    }

    async fn open(&self, id: &str) -> Result<ProposalRow, ProposalError> {
        let row = self.store.proposal(id).await?.ok_or(ProposalError::Unknown)?;
        if row.state == "open" { Ok(row) } else { Err(ProposalError::Settled) }
    }

    async fn text_of(&self, file: &str) -> Result<Option<String>, ProposalError> {
        let files = self.answer_files().await?;
        Ok(files.into_iter().find(|(name, _)| name == file).map(|(_, text)| text))
    }

    async fn worked(&self, change: Change) -> Result<Worked, ProposalError> {
        let files = self.answer_files().await?;
        let default = self.settings.locales.first().cloned().unwrap_or_else(|| "en".to_owned());
        let new_file =
            |stem: &str| self.answer_files.get().map(|files| files.new_file(stem)).unwrap_or_default();
        work(&change, &files, &default, new_file).map_err(ProposalError::Impossible)
    }

    async fn proved(&self, worked: &Worked) -> Result<(), ProposalError> {
        let Some(files) = self.answer_files.get().cloned() else { return Ok(()) };
        let (name, text) = (worked.file.clone(), worked.after.clone());
        let errors =
            blocking(move || Ok(files.prove(&name, &text))).await.map_err(ProposalError::Impossible)?;
        if errors.is_empty() { Ok(()) } else { Err(ProposalError::Refused(errors)) }
    }

    async fn write(&self, worked: Worked) -> Result<(), ProposalError> {
        let Some(files) = self.answer_files.get().cloned() else { return Ok(()) };
        let put = move || files.put(&worked.file, worked.before.as_deref(), &worked.after);
        blocking(put).await.map_err(ProposalError::Impossible)
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err("a fault of ours".to_owned()))
}

/// Makes the change on texts.
fn work(
    change: &Change,
    files: &[(String, String)],
    default: &str,
    new_file: impl Fn(&str) -> String,
) -> Result<Worked, String> {
    match change {
        Change::Phrasings { article, locale, phrasings } => {
            let holds =
                |text: &str| crate::faq::parse_yaml("", text, default).0.iter().any(|one| one.id == *article);
            let (file, text) = files.iter().find(|(_, text)| holds(text)).ok_or_else(|| {
                format!("no YAML file has the article `{article}`; one of JSON lines is changed by hand")
            })?;
            let after = articles::with_phrasings(file, text, default, article, locale, phrasings)?;
            Ok(Worked { file: file.clone(), before: Some(text.clone()), after })
        }
        Change::Article { file, draft } => {
            let article = drafted(draft, files, default)?;
            let there = files.iter().find(|(name, _)| name == file);
            let (file, before) = match there {
                Some((name, text)) => (name.clone(), Some(text.clone())),
                None => {
                    let stem =
                        import::slug(file.rsplit('/').next().unwrap_or(file).trim_end_matches(".yaml"));
                    if stem.is_empty() {
                        return Err("name a file for the article".to_owned());
                    }
                    let name = new_file(&stem);
                    let before = files.iter().find(|(old, _)| *old == name).map(|(_, text)| text.clone());
                    (name, before)
                }
            };
            let after =
                articles::with_article(&file, before.as_deref().unwrap_or_default(), default, &article)?;
            Ok(Worked { file, before, after })
        }
    }
}

fn drafted(draft: &Draft, files: &[(String, String)], default: &str) -> Result<Article, String> {
    let one_line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let questions: Vec<String> =
        draft.questions.iter().map(one_line).filter(|text| !text.is_empty()).collect();
    let Some(title) = questions.first() else { return Err("an article needs a question".to_owned()) };
    let answer = draft.answer.trim().replace("\r\n", "\n");
    if answer.is_empty() {
        return Err("an article needs an answer".to_owned());
    }
    let taken = files.iter().flat_map(|(name, text)| crate::faq::parse_yaml(name, text, default).0);
    let taken = taken.map(|article| article.id).collect();
    let wished = import::slug(if draft.id.trim().is_empty() { title } else { &draft.id });
    if wished.is_empty() {
        return Err("the question holds no word to name the article by".to_owned());
    }
    let tags = draft.tags.iter().map(|tag| import::slug(tag)).filter(|tag| !tag.is_empty()).collect();
    Ok(Article {
        id: import::free(&wished, &taken),
        tags,
        answer: [(draft.locale.clone(), answer)].into(),
        questions: [(draft.locale.clone(), questions)].into(),
        ..Article::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "- id: card\n  questions: [pay by card]\n  answer: Yes.\n";

    #[test]
    fn a_change_names_its_file_and_shows_its_lines() {
        let files = [("faq/pay.yaml".to_owned(), FILE.to_owned())];
        let new = |stem: &str| format!("faq/{stem}.yaml");
        let phrasings = Change::Phrasings {
            article: "card".into(),
            locale: "en".into(),
            phrasings: vec!["card payment".into()],
        };
        let worked = work(&phrasings, &files, "en", new).expect("made");
        assert!(
            worked.diff().starts_with("--- a/faq/pay.yaml\n+++ b/faq/pay.yaml\n@@ -1,3 +1,3 @@\n"),
            "{}",
            worked.diff()
        );
        let draft = Draft {
            id: String::new(),
            tags: vec!["Billing".into()],
            locale: "en".into(),
            questions: vec!["Card".into()],
            answer: "No.".into(),
        };
        let article = Change::Article { file: "../../etc/New File.yaml".into(), draft };
        let worked = work(&article, &files, "en", new).expect("made");
        assert_eq!(worked.file, "faq/new-file.yaml");
        assert!(
            worked.diff().starts_with("--- /dev/null\n") && worked.after.contains("- id: card-2\n"),
            "{}",
            worked.diff()
        );
    }
}
