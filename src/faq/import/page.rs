//! HTML pages of a help centre: one article a page, or several by what marks them off.

use scraper::{ElementRef, Html, Selector};

use super::{Draft, Note, Read, markup};

pub(super) fn read(name: &str, text: &str) -> Read {
    let page = Html::parse_document(text);
    let common = Common::of(&page);
    let mut read = Read::default();
    let drafts =
        [marked, folded, defined, headed].iter().map(|way| way(&page, name)).find(|found| !found.is_empty());
    let Some(drafts) = drafts else {
        read.notes.push(Note::out(name, "the page has no title or no text"));
        return read;
    };
    for mut draft in drafts {
        draft.locale = draft.locale.or_else(|| common.locale.clone());
        draft.category = draft.category.or_else(|| common.category.clone());
        if draft.tags.is_empty() {
            draft.tags.clone_from(&common.tags);
        }
        read.drafts.push(draft);
    }
    read
}

/// What holds for all articles of a page.
struct Common {
    locale: Option<String>,
    category: Option<String>,
    tags: Vec<String>,
}

impl Common {
    fn of(page: &Html) -> Self {
        let meta = |names: &[&str]| {
            all(page.root_element(), "meta").into_iter().find_map(|meta| {
                let meta = meta.value();
                let name = meta.attr("name").or_else(|| meta.attr("property"))?.to_lowercase();
                meta.attr("content").filter(|_| names.contains(&name.as_str())).map(str::to_owned)
            })
        };
        let locale = page.root_element().value().attr("lang").filter(|lang| !lang.is_empty());
        Self {
            locale: locale.map(str::to_owned),
            category: meta(&["category", "article:section", "section"]).or_else(|| trail(page)),
            tags: meta(&["keywords", "article:tag"])
                .map(|list| super::parts(&list, &[',']))
                .unwrap_or_default(),
        }
    }
}

/// The last step of a trail of pages that is not the page itself.
fn trail(page: &Html) -> Option<String> {
    let steps = all(page.root_element(), ".breadcrumbs li, .breadcrumb li, nav[aria-label=breadcrumb] li");
    let steps: Vec<String> = steps.into_iter().map(|step| markup::line(&step.inner_html())).collect();
    let title = all(page.root_element(), "h1").first().map(|title| markup::line(&title.inner_html()));
    steps.into_iter().rev().find(|step| !step.is_empty() && Some(step) != title.as_ref())
}

/// `<article>`s, and what help centres name so.
fn marked(page: &Html, name: &str) -> Vec<Draft> {
    let found = all(page.root_element(), "article, .article, .faq-item, .faq_item, [itemtype$='/Question']");
    // One inside another is part of it.
    let outer: Vec<ElementRef<'_>> = found
        .iter()
        .copied()
        .filter(|one| !one.ancestors().any(|above| found.iter().any(|other| other.id() == above.id())))
        .collect();
    outer.into_iter().filter_map(|one| within(one, page, name)).collect()
}

fn within(article: ElementRef<'_>, page: &Html, name: &str) -> Option<Draft> {
    let title = first(article, "h1, h2, h3, h4, .article-title, .question, [itemprop=name], summary, dt")
        .or_else(|| first(page.root_element(), "h1, title"))?;
    let body = first(
        article,
        ".article-body, .article__body, [itemprop=articleBody], [itemprop=text], .answer, .body",
    )
    .unwrap_or(article);
    let heading = markup::line(&title.inner_html());
    let answer = without_title(&markup::of(body), &heading);
    let value = article.value();
    let own = |name: &str| value.attr(name).map(str::to_owned);
    let category = own("data-category")
        .or_else(|| first(article, ".category, .section").map(|one| markup::line(&one.inner_html())));
    Some(Draft {
        place: format!("{name} “{}”", super::short(&heading)),
        id: own("data-id"),
        locale: own("lang"),
        category,
        tags: own("data-tags").map(|list| super::parts(&list, &[','])).unwrap_or_default(),
        questions: vec![heading],
        answer,
    })
}

/// The title stands before the text, where the text holds all of an element.
fn without_title(text: &str, title: &str) -> String {
    let marked = format!("**{title}**");
    let rest = text.strip_prefix(&marked).or_else(|| text.strip_prefix(title));
    rest.unwrap_or(text).trim().to_owned()
}

/// `<details><summary>`.
fn folded(page: &Html, name: &str) -> Vec<Draft> {
    all(page.root_element(), "details").into_iter().filter_map(|one| within(one, page, name)).collect()
}

/// `<dt>` and the `<dd>` after it.
fn defined(page: &Html, name: &str) -> Vec<Draft> {
    let pair = |term: ElementRef<'_>| {
        let after = term.next_siblings().filter_map(ElementRef::wrap);
        let answers = after.take_while(|next| next.value().name() == "dd").map(markup::of);
        let answer = answers.collect::<Vec<_>>().join("\n\n");
        plain(name, &term.inner_html(), answer)
    };
    all(page.root_element(), "dl dt").into_iter().filter_map(pair).collect()
}

/// One article under one `h1`; several under several headings of the highest kind there is.
fn headed(page: &Html, name: &str) -> Vec<Draft> {
    let root = page.root_element();
    let places = ["main", "[role=main]", ".article-body", "body"];
    let body = places.iter().find_map(|css| first(root, css)).unwrap_or(root);
    for kind in ["h1", "h2", "h3"] {
        let headings = all(root, kind);
        if headings.len() > 1 {
            return headings.into_iter().filter_map(|heading| under(heading, kind, name)).collect();
        }
        if let [heading] = headings.as_slice() {
            let title = heading.inner_html();
            let answer = without_title(&markup::of(body), &markup::line(&title));
            return plain(name, &title, answer).into_iter().collect();
        }
    }
    let title = first(root, "title").map(|title| title.inner_html()).unwrap_or_default();
    plain(name, &title, markup::of(body)).into_iter().collect()
}

/// What follows a heading up to the next of its kind.
fn under(heading: ElementRef<'_>, kind: &str, name: &str) -> Option<Draft> {
    let after = heading.next_siblings().filter_map(ElementRef::wrap);
    let parts = after.take_while(|next| next.value().name() != kind).map(|next| next.html());
    plain(name, &heading.inner_html(), markup::text(&parts.collect::<String>()))
}

fn plain(name: &str, title: &str, answer: String) -> Option<Draft> {
    let title = markup::line(title);
    if title.is_empty() && answer.trim().is_empty() {
        return None;
    }
    let place = format!("{name} “{}”", super::short(&title));
    let questions = if title.is_empty() { Vec::new() } else { vec![title] };
    Some(Draft { place, questions, answer, ..Draft::default() })
}

fn all<'a>(within: ElementRef<'a>, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css).map(|selector| within.select(&selector).collect()).unwrap_or_default()
}

fn first<'a>(within: ElementRef<'a>, css: &str) -> Option<ElementRef<'a>> {
    all(within, css).into_iter().next()
}
