//! Articles as a file of ours, in the layout that people write.

use crate::faq::Article;

/// The articles as YAML: a list that the reader of FAQ files takes as they are.
pub fn yaml(articles: &[Article]) -> String {
    let mut out = String::new();
    for article in articles {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&one(article));
    }
    out
}

/// One article, from its dash on.
pub fn one(article: &Article) -> String {
    let mut out = format!("- id: {}\n", scalar(&article.id));
    if !article.tags.is_empty() {
        let tags: Vec<String> = article.tags.iter().map(|tag| in_list(tag)).collect();
        out.push_str(&format!("  tags: [{}]\n", tags.join(", ")));
    }
    out.push_str("  questions:\n");
    for (locale, questions) in &article.questions {
        out.push_str(&format!("    {}:\n", scalar(locale)));
        for question in questions {
            out.push_str(&format!("      - {}\n", scalar(question)));
        }
    }
    for (key, texts) in [("answer", &article.answer), ("voice", &article.voice)] {
        if texts.is_empty() {
            continue;
        }
        out.push_str(&format!("  {key}:\n"));
        for (locale, text) in texts {
            out.push_str(&format!("    {}: {}\n", scalar(locale), long(text, "      ")));
        }
    }
    if let Some(review) = article.review {
        out.push_str(&format!("  review: {review}\n"));
    }
    out
}

/// A text that may have lines: as a block where that says the same, else in quotes.
fn long(text: &str, indent: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let plain = text
        .chars()
        .all(|c| c == '\n' || (!c.is_control() && c != '\u{feff}' && c != '\u{2028}' && c != '\u{2029}'));
    let block = plain && text.contains('\n') && text.trim() == text && !first.starts_with([' ', '\t']);
    if !block {
        return scalar(text);
    }
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") })
        .collect();
    format!("|-\n{}", lines.join("\n"))
}

fn in_list(text: &str) -> String {
    if text.contains([',', '[', ']', '{', '}']) { quoted(text) } else { scalar(text) }
}

/// On one line: bare where nobody can read it as anything else, else in double quotes.
pub fn scalar(text: &str) -> String {
    let safe = |c: char| {
        c.is_alphanumeric()
            || matches!(c, ' ' | '-' | '_' | '\'' | '’' | '?' | '!' | '.' | '(' | ')' | '/' | ',')
    };
    let word = text.to_lowercase();
    let special = ["true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"].contains(&word.as_str());
    let bare = text.chars().all(safe)
        && text.chars().next().is_some_and(char::is_alphabetic)
        && !text.ends_with(' ')
        && !special;
    if bare { text.to_owned() } else { quoted(text) }
}

/// JSON's quotes are YAML's too, but for signs that YAML has no place for in them.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control()
                || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') =>
            {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
