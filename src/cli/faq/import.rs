//! `vestibule faq import`: articles out of other systems' exports, as YAML files of ours.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde_json::json;

use crate::cli::check;
use crate::cli::locale::files::write as write_file;
use crate::config::Settings;
use crate::faq::import::{self, Format, Imported, Note, Read};
use crate::faq::{self, parse_yaml};

/// Articles from a table, JSON lines, or a help centre's HTML or JSON
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Columns of a table: question (or title), answer (or body), category, locale, tags, phrasings (parted by | or lines), id.\nExit codes: 0 all was taken, 1 something was left out, 2 nothing could be read or written.\n\nExample:\n  vestibule faq import export.csv --to faq/imported --dry-run\n  vestibule faq import help-centre/ --locale it --to faq/imported"
)]
pub struct Options {
    /// A CSV, JSON-lines, JSON or HTML file, or a folder of them
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// Folder for the files, one a category [default: `imported` in the FAQ folder of the settings]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Language of what names none [default: the first of the settings]
    #[arg(long)]
    locale: Option<String>,
    /// Tell what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// The exit code: 0, or 1 where something was left out.
///
/// # Errors
/// A file that cannot be read or written, or an export of which nothing can be made.
pub fn run(options: &Options, settings: &Settings, out: &mut impl Write) -> anyhow::Result<u8> {
    let to = options.to.clone().unwrap_or_else(|| Path::new(&settings.faq).join("imported"));
    let locale = options.locale.as_deref().or(settings.locales.first().map(String::as_str)).unwrap_or("en");
    let Read { drafts, notes } = read(&options.from)?;
    if drafts.is_empty() && notes.is_empty() {
        bail!("{} holds nothing that can be imported", options.from.display());
    }
    let imported = import::gather(drafts, notes, &taken(settings, &to, options.force), locale);
    let files: Vec<(PathBuf, String)> = imported
        .files
        .iter()
        .map(|(stem, articles)| (to.join(format!("{stem}.yaml")), import::yaml(articles)))
        .collect();
    proved(&files)?;
    if !options.dry_run {
        if let Some((there, _)) = files.iter().find(|(path, _)| path.exists() && !options.force) {
            bail!(
                "{} is there already; give another folder by --to, or --force to replace it",
                there.display()
            );
        }
        for (path, text) in &files {
            write_file(path, text)?;
        }
    }
    let left_out = imported.notes.iter().filter(|note| note.left_out).count();
    if options.json {
        told(&imported, &files, options.dry_run, out)?;
    } else {
        report(&imported, &files, options.dry_run, out)?;
    }
    Ok(u8::from(left_out > 0))
}

fn read(from: &Path) -> anyhow::Result<Read> {
    let mut read = Read::default();
    if from.is_dir() {
        folder(from, from, &mut read)?;
    } else {
        let name = from.display().to_string();
        let text = text(from)?;
        let Some(format) = Format::of(&name, &text) else {
            bail!("{name} is neither a table, JSON, JSON lines nor HTML");
        };
        read = import::read(format, &name, None, &text).map_err(anyhow::Error::msg)?;
    }
    Ok(read)
}

fn text(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            bail!("{}:{line}: it is not UTF-8; save it as UTF-8 and try again", path.display())
        }
    }
}

fn folder(root: &Path, inside: &Path, read: &mut Read) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(inside).with_context(|| format!("cannot read {}", inside.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            folder(root, &path, read)?;
            continue;
        }
        let name = path.display().to_string();
        let known = path
            .extension()
            .is_some_and(|ending| Format::of(&format!("x.{}", ending.to_string_lossy()), "").is_some());
        if !known {
            continue;
        }
        let category = inside.strip_prefix(root).ok().and_then(Path::file_name);
        let category = category.map(|name| name.to_string_lossy().into_owned());
        let found = text(&path).map_err(|error| format!("{error:#}")).and_then(|text| {
            let format = Format::of(&name, &text).unwrap_or(Format::Html);
            import::read(format, &name, category.as_deref(), &text)
        });
        match found {
            Ok(more) => {
                read.drafts.extend(more.drafts);
                read.notes.extend(more.notes);
            }
            Err(what) => read.notes.push(Note { place: name, what, left_out: true }),
        }
    }
    Ok(())
}

/// Ids that the FAQ has, but for those of files that are replaced.
fn taken(settings: &Settings, to: &Path, force: bool) -> BTreeSet<String> {
    let own = PathBuf::from(&settings.faq);
    let paths: Vec<PathBuf> = [own, to.to_owned()].into_iter().filter(|path| path.exists()).collect();
    let Ok(gathered) = check::gather(&paths, "en") else { return BTreeSet::new() };
    let replaced = |file: &str| force && Path::new(file).starts_with(to);
    let kept = gathered.articles.into_iter().filter(|article| !replaced(&article.at.file));
    kept.map(|article| article.id).collect()
}

/// What is to be written is read and checked first.
fn proved(files: &[(PathBuf, String)]) -> anyhow::Result<()> {
    let mut articles = Vec::new();
    for (path, text) in files {
        let (more, found) = parse_yaml(&path.display().to_string(), text, "en");
        if let Some(wrong) = found.first() {
            bail!("{}:{}: {} {}", path.display(), wrong.at.line, wrong.code, wrong.message);
        }
        articles.extend(more);
    }
    match faq::check(&articles, &[]).into_iter().find(crate::source::Diagnostic::is_error) {
        Some(wrong) => bail!("{}:{}: {} {}", wrong.at.file, wrong.at.line, wrong.code, wrong.message),
        None => Ok(()),
    }
}

fn told(
    imported: &Imported,
    files: &[(PathBuf, String)],
    dry: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let note = |note: &Note| json!({ "place": note.place, "what": note.what });
    let notes = |left_out| -> Vec<_> {
        imported.notes.iter().filter(|note| note.left_out == left_out).map(note).collect()
    };
    let files: Vec<_> = files
        .iter()
        .zip(imported.files.values())
        .map(|((path, _), articles)| {
            let ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
            json!({ "file": path, "articles": ids })
        })
        .collect();
    let whole = json!({
        "taken": imported.taken, "articles": imported.articles(), "files": files, "written": !dry,
        "left_out": notes(true), "remarks": notes(false),
    });
    writeln!(out, "{whole}")?;
    Ok(())
}

fn report(
    imported: &Imported,
    files: &[(PathBuf, String)],
    dry: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let count = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    for ((path, _), articles) in files.iter().zip(imported.files.values()) {
        let verb = if dry { "would write" } else { "wrote" };
        writeln!(out, "{verb} {} with {}", path.display(), count(articles.len(), "article"))?;
    }
    for note in imported.notes.iter().filter(|note| !note.left_out) {
        writeln!(out, "{}: {}", note.place, note.what)?;
    }
    let left_out: Vec<&Note> = imported.notes.iter().filter(|note| note.left_out).collect();
    for note in &left_out {
        writeln!(out, "{}: left out: {}", note.place, note.what)?;
    }
    let (taken, left) = (count(imported.taken, "entry").replace("entrys", "entries"), left_out.len());
    writeln!(out, "{taken} taken into {}, {left} left out", count(imported.articles(), "article"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_once_and_never_over_what_is_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("e.csv"), "title,body\nHow do I pay?,By card.\n").expect("a file");
        let settings = crate::config::Settings {
            faq: at("faq").display().to_string(),
            ..crate::config::load(None, std::iter::empty()).expect("the defaults")
        };
        let options = |dry_run, force| Options {
            from: at("e.csv"),
            to: None,
            locale: Some("en".into()),
            dry_run,
            force,
            json: false,
        };
        let mut out = Vec::new();
        assert_eq!(run(&options(true, false), &settings, &mut out).expect("told"), 0);
        assert!(!at("faq").exists() && String::from_utf8_lossy(&out).contains("would write"));
        assert_eq!(run(&options(false, false), &settings, &mut out).expect("written"), 0);
        let error = run(&options(false, false), &settings, &mut out).expect_err("there already").to_string();
        assert!(error.contains("--force"), "{error}");
        run(&options(false, true), &settings, &mut out).expect("replaced");
        let text = std::fs::read_to_string(at("faq/imported/imported.yaml")).expect("the file");
        assert!(text.starts_with("- id: how-do-i-pay\n"), "{text}");
        let help = at("help/Billing");
        std::fs::create_dir_all(&help).expect("a folder");
        std::fs::write(help.join("a.html"), "<h1>How do I pay?</h1><p>By card.</p>").expect("a file");
        std::fs::write(help.join("b.html"), b"<h1>\xff</h1>").expect("a file");
        let options = Options { from: at("help"), ..options(true, false) };
        let mut out = Vec::new();
        assert_eq!(run(&options, &settings, &mut out).expect("told"), 1);
        let said = String::from_utf8_lossy(&out);
        assert!(
            said.contains("billing.yaml with 1 article") && said.contains("b.html:1: it is not UTF-8"),
            "{said}"
        );
    }
}
