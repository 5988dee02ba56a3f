//! `vestibule check --against-live`: what a new set would make of the conversations that are under way.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use uuid::Uuid;

use super::{Findings, Format, render, similar};
use crate::app::playbooks::Compile;
use crate::cli::compiler::Compiler;
use crate::cli::playbook::{compiled, default_locale, files_of};
use crate::config::Settings;
use crate::conversation::{Conversation, Owner};
use crate::engine::moving::{Class, Classifier, Stranding};
use crate::flow::Playbook;
use crate::source::Diagnostic;
use crate::store::Store;

/// Conversations read at once.
const AT_ONCE: u32 = 500;

/// Conversations of one class that stand at one step.
#[derive(Debug)]
pub struct Standing {
    /// same, movable or stranded.
    pub class: &'static str,
    pub flow: String,
    pub step: String,
    pub reason: Option<String>,
    pub conversations: Vec<Uuid>,
    /// How many of them an agent has.
    pub with_agent: usize,
    /// What is told of a stranded one.
    pub finding: Option<Diagnostic>,
}

/// The same, movable, stranded; by flow and step.
#[derive(Debug, Default)]
pub struct Live(Vec<Standing>);

type Key = (u8, String, String, Option<Stranding>);

/// Checks the files under `paths` and, where they can be served, compares them with the live conversations of `store`.
/// The exit code: 0 without errors, 1 with errors. Stranded conversations are warnings: they stay on their version.
///
/// # Errors
/// A path or a database that cannot be read, or an output that takes nothing.
pub async fn run(
    paths: &[std::path::PathBuf],
    format: Format,
    settings: &Settings,
    store: &Store,
    out: &mut impl Write,
) -> anyhow::Result<u8> {
    let gathered = super::gather(paths, default_locale(&settings.locales))?;
    let revision = files_of(&gathered, settings).revision();
    let (playbook, mut findings) = compiled(gathered, settings, revision, &[]);
    let live = match playbook {
        Some(playbook) => {
            let playbook = Arc::new(playbook);
            compare(settings, &playbook, store).await?
        }
        None => {
            eprintln!("the live conversations are not compared: mend the errors first");
            Live::default()
        }
    };
    match format {
        Format::Json => json(&findings, &live, out)?,
        Format::Text { .. } | Format::Github => {
            findings.diagnostics.extend(live.0.iter().filter_map(|standing| standing.finding.clone()));
            super::write(&findings, format, out)?;
            if matches!(format, Format::Text { .. }) {
                table(&live, out)?;
            }
        }
    }
    out.flush()?;
    Ok(u8::from(findings.diagnostics.iter().any(Diagnostic::is_error)))
}

/// Classifies every conversation that is not closed.
///
/// # Errors
/// The store's.
pub async fn compare(settings: &Settings, new: &Arc<Playbook>, store: &Store) -> anyhow::Result<Live> {
    let compiler = Compiler(Arc::new(settings.clone()));
    let mut older: BTreeMap<String, Option<Arc<Playbook>>> = BTreeMap::new();
    let classifier = Classifier::new(new);
    let mut all: BTreeMap<Key, Standing> = BTreeMap::new();
    let mut after = 0;
    loop {
        let (conversations, last) = store.live_conversations(after, AT_ONCE).await?;
        if conversations.is_empty() {
            break;
        }
        after = last;
        for conversation in conversations {
            let revision = conversation.revision.clone();
            if !older.contains_key(&revision) {
                let known: Vec<Arc<Playbook>> =
                    older.values().flatten().chain(std::iter::once(new)).cloned().collect();
                let playbook = stored(&compiler, store, &revision, &known).await?;
                older.insert(revision.clone(), playbook);
            }
            let old = older.get(&revision).and_then(Option::as_deref);
            note(&mut all, new, old, &classifier, &conversation);
        }
    }
    let mut live = Live(all.into_values().collect());
    for standing in &mut live.0 {
        if let Some(finding) = &mut standing.finding {
            let count = standing.conversations.len();
            let many = if count == 1 {
                "1 live conversation".to_owned()
            } else {
                format!("{count} live conversations")
            };
            finding.message = format!("{many} {}", finding.message);
        }
    }
    Ok(live)
}

async fn stored(
    compiler: &Compiler,
    store: &Store,
    revision: &str,
    held: &[Arc<Playbook>],
) -> anyhow::Result<Option<Arc<Playbook>>> {
    let Some(packed) = store.revision(revision).await? else { return Ok(None) };
    let files = crate::app::playbooks::unpack(&packed)?;
    Ok(compiler.stored(&files, held).ok().map(Arc::new))
}

fn note(
    all: &mut BTreeMap<Key, Standing>,
    new: &Playbook,
    old: Option<&Playbook>,
    classifier: &Classifier<'_>,
    conversation: &Conversation,
) {
    let top = conversation.frames.last();
    let (flow, step) = top.map(|frame| (frame.flow.clone(), frame.step.clone())).unwrap_or_default();
    let (key, class, why): (Key, _, _) = match classifier.class(old, conversation) {
        Class::Same => ((0, flow, step, None), "same", None),
        Class::Movable => ((1, flow, step, None), "movable", None),
        Class::Stranded(why) => {
            ((2, why.flow.clone(), why.step.clone(), Some(why.what.clone())), "stranded", Some(why))
        }
    };
    let standing = all.entry(key.clone()).or_insert_with(|| Standing {
        class,
        flow: key.1,
        step: key.2,
        reason: why.as_ref().map(|why| why.what.to_string()),
        conversations: Vec::new(),
        with_agent: 0,
        finding: why.as_ref().map(|why| similar::finding(new, old, why)),
    });
    standing.conversations.push(conversation.id);
    standing.with_agent += usize::from(matches!(conversation.owner, Owner::Agent(_)));
}

/// The findings, and then every place where live conversations stand, as objects of the same array: those that would
/// be stranded are warnings, the others are `info`.
fn json(findings: &Findings, live: &Live, out: &mut impl Write) -> anyhow::Result<()> {
    let mut all: Vec<serde_json::Value> = findings.diagnostics.iter().map(render::object).collect();
    for standing in &live.0 {
        let mut object = match &standing.finding {
            Some(finding) => render::object(finding),
            None => serde_json::json!({
                "code": "V912", "severity": "info", "file": "", "line": 1, "column": 1,
                "message": format!("{} of {}", standing.class, place(standing)), "help": null,
            }),
        };
        object["live"] = serde_json::json!({
            "class": standing.class,
            "flow": standing.flow,
            "step": standing.step,
            "count": standing.conversations.len(),
            "with_agent": standing.with_agent,
            "reason": standing.reason,
            "conversations": standing.conversations,
        });
        all.push(object);
    }
    render::array(&all, out)
}

fn place(standing: &Standing) -> String {
    if standing.flow.is_empty() {
        return "(not begun)".to_owned();
    }
    format!("{}/{}", standing.flow, standing.step)
}

fn table(live: &Live, out: &mut impl Write) -> anyhow::Result<()> {
    let count = |class: &str| -> usize {
        live.0.iter().filter(|one| one.class == class).map(|one| one.conversations.len()).sum()
    };
    writeln!(
        out,
        "live conversations: {} the same, {} movable, {} stranded",
        count("same"),
        count("movable"),
        count("stranded")
    )?;
    let width = live.0.iter().map(|one| place(one).chars().count()).max().unwrap_or_default();
    for one in &live.0 {
        let agents = match one.with_agent {
            0 => String::new(),
            agents => format!(", {agents} with an agent"),
        };
        let why = one.reason.as_ref().map(|why| format!("  {why}")).unwrap_or_default();
        let (class, place, count) = (one.class, place(one), one.conversations.len());
        writeln!(out, "  {class:<8}  {place:<width$}  {count:>5}{agents}{why}")?;
    }
    Ok(())
}
