//! Discord: Markdown with everything escaped that people did not mean, buttons or select menus under the last part, a form
//! for words. Numbers: `flow::limits::discord`.

use serde::Serialize;

use super::rich::{Rich, Style};
use super::{Asked, address, cut, labels, text, words};
use crate::conversation::{Prompt, PromptKind, PromptOption};
use crate::flow::limits::discord::{
    BUTTON_LABEL, BUTTONS, BUTTONS_A_ROW, INPUT_LABEL, INPUT_LENGTH, MESSAGE, MODAL_TITLE, ROWS,
    SELECT_LABEL, SELECT_OPTIONS, SELECT_PLACEHOLDER,
};

/// From so many options on a menu is easier to read than buttons, unless they are single marks or numbers.
const MENU_FROM: usize = 11;
const TINY: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Message {
    pub content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<Row>,
    /// A picture by its address, as an embed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The form that the button "Answer" opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    Buttons(Vec<Button>),
    Menu(Menu),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Menu {
    pub custom_id: String,
    pub placeholder: String,
    pub options: Vec<MenuOption>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuOption {
    pub label: String,
    /// As a button's `custom_id`.
    pub value: String,
}

/// A modal with one text input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Form {
    pub custom_id: String,
    pub title: String,
    pub label: String,
    pub max_length: usize,
}

/// The messages of a prompt, in order.
pub fn messages(prompt: &Prompt, asked: Asked) -> Vec<Message> {
    let menu = prompt.options.len() >= MENU_FROM
        && prompt.options.iter().any(|option| option.label.chars().count() > TINY)
        || prompt.options.len() > BUTTONS;
    let labels = labels(&prompt.options, if menu { SELECT_LABEL } else { BUTTON_LABEL });
    let pressable = prompt.options.len() <= SELECT_OPTIONS * ROWS;
    let numbered = |(at, option): (usize, &PromptOption)| format!("{}. {}", at + 1, option.label);
    let listed = if pressable {
        labels.listed.clone()
    } else {
        prompt.options.iter().enumerate().map(numbered).collect()
    };
    let parts = text(prompt, &listed).parts(MESSAGE, cost, around);
    let mut messages: Vec<Message> =
        parts.iter().map(|part| Message { content: markdown(part), ..Message::default() }).collect();
    if messages.is_empty() {
        messages.push(Message { content: "…".to_owned(), ..Message::default() });
    }
    if let Some(first) = messages.first_mut() {
        first.image = address(prompt.image.as_ref());
    }
    if let Some(last) = messages.last_mut() {
        if pressable {
            last.rows = if menu {
                menus(prompt, &labels.shown, asked)
            } else {
                buttons(prompt, &labels.shown, asked)
            };
        }
        beside(last, prompt, asked);
    }
    messages
}

/// What a person wrote, as it is.
pub fn plain(text: &str) -> Vec<Message> {
    let mut rich = Rich::default();
    rich.push_plain(text);
    let part = |part: &Rich| Message { content: markdown(part), ..Message::default() };
    rich.parts(MESSAGE, cost, around).iter().map(part).collect()
}

/// The form that a button opens, whose message says `question`.
pub fn form(asked: Asked, question: &str, locale: &str) -> Form {
    let write = words(locale).write;
    let asks = question.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or(write);
    Form {
        custom_id: asked.with("?"),
        title: cut(write, MODAL_TITLE),
        label: cut(asks, INPUT_LABEL),
        max_length: INPUT_LENGTH,
    }
}

fn buttons(prompt: &Prompt, shown: &[String], asked: Asked) -> Vec<Row> {
    let button = |(place, (option, label)): (usize, (&PromptOption, &String))| Button {
        label: label.clone(),
        custom_id: Some(asked.data(place, option)),
        url: None,
    };
    let all: Vec<Button> = prompt.options.iter().zip(shown).enumerate().map(button).collect();
    all.chunks(BUTTONS_A_ROW).map(|row| Row::Buttons(row.to_vec())).collect()
}

fn menus(prompt: &Prompt, shown: &[String], asked: Asked) -> Vec<Row> {
    let option = |(place, (option, label)): (usize, (&PromptOption, &String))| MenuOption {
        label: label.clone(),
        value: asked.data(place, option),
    };
    let all: Vec<MenuOption> = prompt.options.iter().zip(shown).enumerate().map(option).collect();
    let menu = |(nth, options): (usize, &[MenuOption])| {
        Row::Menu(Menu {
            custom_id: asked.with(&format!("#menu{nth}")),
            placeholder: cut(words(&prompt.locale).choose, SELECT_PLACEHOLDER),
            options: options.to_vec(),
        })
    };
    all.chunks(SELECT_OPTIONS).enumerate().map(menu).collect()
}

/// A link, and the form for words where words are asked for: in a guild a bot may not read what is merely written.
fn beside(last: &mut Message, prompt: &Prompt, asked: Asked) {
    let words = words(&prompt.locale);
    let mut row = Vec::new();
    if prompt.kind == PromptKind::Ask && prompt.options.is_empty() {
        let form = form(asked, &prompt.plain(), &prompt.locale);
        row.push(Button {
            label: words.write.to_owned(),
            custom_id: Some(form.custom_id.clone()),
            url: None,
        });
        last.form = Some(form);
    }
    if let Some(url) = address(prompt.link.as_ref()) {
        row.push(Button { label: words.open.to_owned(), custom_id: None, url: Some(url) });
    }
    if !row.is_empty() && last.rows.len() < ROWS {
        last.rows.push(Row::Buttons(row));
    }
}

/// A character that Markdown reads is sent with a backslash before it.
fn cost(c: char) -> usize {
    1 + usize::from(is_mark(c))
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\\' | '*' | '_' | '~' | '`' | '|' | '>' | '#' | '[' | ']' | '(' | ')' | '-' | '<' | '@' | ':'
    )
}

/// What a mark adds to the length of a message, at most.
fn around(style: &Style) -> usize {
    match style {
        Style::Bold => 4,
        Style::Code => 2,
        Style::Link(to) => to.chars().count() + 6,
    }
}

/// The part in Discord's Markdown, at most as long as `cost` and `around` say.
fn markdown(part: &Rich) -> String {
    let mut out = String::with_capacity(part.text.len() + 16);
    let mut at = 0;
    for mark in &part.marks {
        escape(&mut out, &part.text[at..mark.range.start]);
        let words = &part.text[mark.range.clone()];
        match &mark.style {
            Style::Bold => {
                out.push_str("**");
                escape(&mut out, words);
                out.push_str("**");
            }
            // Nothing is escaped in code; a backquote would end it.
            Style::Code => out.push_str(&format!("`{}`", words.replace('`', "ˋ"))),
            Style::Link(to) if to == words => out.push_str(&format!("<{to}>")),
            Style::Link(to) => {
                out.push('[');
                escape(&mut out, words);
                out.push_str(&format!("](<{to}>)"));
            }
        }
        at = mark.range.end;
    }
    escape(&mut out, &part.text[at..]);
    out
}

/// Marks that would format, mention or quote. A colon is one only in `<:name:1>`, which the `<` before it has undone.
fn escape(out: &mut String, text: &str) {
    let mut line_begins = out.is_empty() || out.ends_with('\n');
    for c in text.chars() {
        let always = matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' | '@');
        let at_line = line_begins && matches!(c, '>' | '#' | '-');
        if always || at_line {
            out.push('\\');
        }
        out.push(c);
        line_begins = c == '\n' || line_begins && c == ' ';
    }
}
