//! Flows, steps and previews as the page gets them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::channel::render::{Asked, discord, telegram, voice, web};
use crate::conversation::{ConversationId, Prompt};
use crate::flow::picture::Picture;
use crate::flow::{Flow, Playbook, Text};

/// The flows that are served, by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Flows {
    /// Hex of the hash of all flows and answers.
    pub revision: String,
    pub locales: Vec<String>,
    pub flows: Vec<FlowRow>,
}

/// One flow in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowRow {
    pub name: String,
    pub title: String,
    pub steps: usize,
    /// What `vestibule check` says of it; a set with errors is not served.
    pub findings: usize,
    /// Conversations that are in it now.
    pub under_way: u64,
    /// How it begins: `default`, its commands; empty where only others call it.
    pub begins: Vec<String>,
    pub system: bool,
}

impl Flows {
    pub fn of(playbook: &Playbook, under_way: &BTreeMap<String, u64>) -> Self {
        let row = |flow: &Flow| FlowRow {
            name: flow.name.clone(),
            title: title(&flow.title, playbook).unwrap_or_else(|| flow.name.clone()),
            steps: flow.steps.len(),
            findings: playbook
                .written
                .findings
                .iter()
                .filter(|finding| finding.at.file == flow.at.file)
                .count(),
            under_way: under_way.get(&flow.name).copied().unwrap_or(0),
            begins: begins(flow),
            system: flow.system,
        };
        Self {
            revision: playbook.revision.clone(),
            locales: playbook.locales.clone(),
            flows: playbook.flows.values().map(row).collect(),
        }
    }
}

fn title(text: &Text, playbook: &Playbook) -> Option<String> {
    let locale = playbook.default_locale();
    text.pick(locale, locale, false).map(|template| template.source.clone()).filter(|title| !title.is_empty())
}

fn begins(flow: &Flow) -> Vec<String> {
    let Some(start) = &flow.start else { return Vec::new() };
    let default = start.default.then(|| "default".to_owned());
    default.into_iter().chain(start.commands.iter().map(|command| format!("/{command}"))).collect()
}

/// A flow with its picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowDetail {
    pub name: String,
    pub title: String,
    pub revision: String,
    pub locales: Vec<String>,
    /// The file that it was read from.
    pub file: String,
    /// Boxes and ways: `{nodes: [{id, kind, text, guard, waits, findings, …}], ways: [{from, to, exits}]}`.
    #[schema(value_type = Object)]
    pub model: Value,
    /// An SVG element without a style of its own; the colours are in `/assets/desk/picture.css`.
    pub svg: String,
    /// The lines of the file for each step.
    pub source: Vec<StepSource>,
}

/// A step's lines in its file.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepSource {
    pub step: String,
    /// The first line, from 1.
    pub line: usize,
    pub text: String,
}

impl FlowDetail {
    pub fn new(playbook: &Playbook, flow: &Flow, picture: Picture, svg: String) -> Self {
        Self {
            name: flow.name.clone(),
            title: picture.title.clone(),
            revision: playbook.revision.clone(),
            locales: playbook.locales.clone(),
            file: file_name(&flow.at.file),
            model: serde_json::to_value(&picture).unwrap_or_default(),
            svg,
            source: source(playbook, flow),
        }
    }
}

/// Without the folders of this machine.
fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// From each step's first line to the line before the next step, blank ends and trailing comments left out.
fn source(playbook: &Playbook, flow: &Flow) -> Vec<StepSource> {
    let Some(text) = playbook.written.sources.get(&flow.at.file) else { return Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let end_of =
        |at: usize| flow.steps.get(at + 1).map_or(lines.len(), |next| next.at.line.saturating_sub(1));
    let one = |(at, step): (usize, &crate::flow::Step)| {
        let first = step.at.line.clamp(1, lines.len().max(1));
        let mut part: Vec<&str> =
            lines.get(first - 1..end_of(at).max(first).min(lines.len())).unwrap_or_default().to_vec();
        while part.last().is_some_and(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            part.pop();
        }
        let indent = part
            .iter()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.len() - line.trim_start().len())
            .min();
        let cut = |line: &&str| line.get(indent.unwrap_or(0)..).unwrap_or_default().to_owned();
        StepSource {
            step: step.id.clone(),
            line: first,
            text: part.iter().map(cut).collect::<Vec<_>>().join("\n"),
        }
    };
    flow.steps.iter().enumerate().map(one).collect()
}

/// What a step says, as each platform shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Messages: `{content, rows, image, form}`.
    #[schema(value_type = Vec<Object>)]
    pub discord: Vec<discord::Message>,
    /// Messages: `{text, entities, keyboard, photo}`; offsets in UTF-16 units.
    #[schema(value_type = Vec<Object>)]
    pub telegram: Vec<telegram::Message>,
    /// Messages: `{text, options, image, link}`.
    #[schema(value_type = Vec<Object>)]
    pub web: Vec<web::Message>,
    /// Prompts: `{locale, pieces, keys}`.
    #[schema(value_type = Vec<Object>)]
    pub phone: Vec<voice::Spoken>,
}

impl Preview {
    pub fn of(written: &[Prompt], spoken: &[Prompt]) -> Self {
        let asked = Asked { conversation: ConversationId::nil(), turn: 1 };
        Self {
            discord: written.iter().flat_map(|prompt| discord::messages(prompt, asked)).collect(),
            telegram: written.iter().flat_map(|prompt| telegram::messages(prompt, asked)).collect(),
            web: written.iter().map(web::message).collect(),
            phone: spoken.iter().map(voice::spoken).collect(),
        }
    }
}
