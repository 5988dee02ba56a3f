//! Who is asked again hears something else than before: other words for silence than for what was not understood, and
//! others at the second try.

use super::said;
use crate::flow::step::{Handler, Handlers, Kind, Miss, Step};
use crate::flow::{Flow, Locale, Template, Text};
use crate::source::Diagnostic;

/// A step's own words.
pub fn check(flow: &Flow, step: &Step, found: &mut Vec<Diagnostic>) {
    once(found, |found| of_step(flow, step, found));
}

/// Of one text one finding is enough.
fn once(found: &mut Vec<Diagnostic>, find: impl FnOnce(&mut Vec<Diagnostic>)) {
    let mut more = Vec::new();
    find(&mut more);
    more.sort_by(|one, other| one.at.cmp(&other.at));
    more.dedup_by(|one, other| one.at == other.at);
    found.append(&mut more);
}

fn of_step(flow: &Flow, step: &Step, found: &mut Vec<Diagnostic>) {
    let Some(own) = step.kind.handlers() else { return };
    let (prompt, reprompts) = asked(&step.kind);
    let mut asking: Vec<(&Text, &str)> = prompt.iter().map(|prompt| (*prompt, "the prompt itself")).collect();
    for reprompt in reprompts {
        asking.push((reprompt, "the words before"));
    }
    repeated(&asking, found);
    let spoken = Miss::ALL
        .into_iter()
        .all(|miss| miss == Miss::Refused || texts(of(own, flow, miss)).next().is_some());
    if let ([only], false) = (reprompts, spoken) {
        single(only, "`reprompts`", found);
    }
    for miss in Miss::ALL {
        list(own, miss, reprompts.len() > 1, found);
    }
    if !own.no_input.is_empty() || !own.no_match.is_empty() {
        told_alike(of(own, flow, Miss::NoInput), of(own, flow, Miss::NoMatch), found);
    }
}

/// What the flow says after failures at prompts that say nothing themselves. `reasked`: each of them has words of its own for
/// the second and third asking.
pub fn of_flow(flow: &Flow, reasked: bool, found: &mut Vec<Diagnostic>) {
    once(found, |found| {
        for miss in Miss::ALL {
            list(&flow.handlers, miss, reasked, found);
        }
        told_alike(&flow.handlers.no_input, &flow.handlers.no_match, found);
    });
}

/// What is asked first, and the second and third asking.
pub fn asked(kind: &Kind) -> (Option<&Text>, &[Text]) {
    match kind {
        Kind::Choose(choose) => (Some(&choose.prompt), &choose.reprompts),
        Kind::Ask(ask) => (Some(&ask.prompt), &ask.reprompts),
        Kind::Confirm(confirm) => (Some(&confirm.prompt), &confirm.reprompts),
        _ => (None, &[]),
    }
}

fn of<'f>(own: &'f Handlers, flow: &'f Flow, miss: Miss) -> &'f [Handler] {
    let own = own.of(miss);
    if own.is_empty() { flow.handlers.of(miss) } else { own }
}

fn texts(list: &[Handler]) -> impl Iterator<Item = &Text> {
    list.iter().filter_map(|handler| handler.say.as_ref())
}

/// One list of entries. `reasked`: words that change follow them.
fn list(handlers: &Handlers, miss: Miss, reasked: bool, found: &mut Vec<Diagnostic>) {
    let list = handlers.of(miss);
    let said: Vec<(&Text, &str)> = texts(list).map(|say| (say, "the words before")).collect();
    repeated(&said, found);
    if let [Handler { say: Some(only), goto: None, .. }] = list
        && miss != Miss::Refused
        && !reasked
    {
        single(only, &format!("`on_{}`", miss.word()), found);
    }
}

/// Each text that says what one before it says.
fn repeated(texts: &[(&Text, &str)], found: &mut Vec<Diagnostic>) {
    for (place, (text, _)) in texts.iter().enumerate() {
        let before = texts[..place].iter().find_map(|(other, what)| Some((alike(other, text)?, what)));
        if let Some(((first, again), what)) = before {
            let message = "a caller who fails twice hears the same words twice";
            let help = "say more than before: an example, where to find it, or that 0 is a person";
            let problem = Diagnostic::warning("V609", again.at.clone(), message).help(help);
            found.push(problem.related(&first.at, *what));
        }
    }
}

fn single(only: &Text, list: &str, found: &mut Vec<Diagnostic>) {
    let message = format!("{list} has one entry, so the second failure is told in the words of the first");
    let help = "add a second entry that says more: an example, where to find it, or that 0 is a person";
    let at = said(only).next().map_or(&only.at, |(_, template)| &template.at);
    found.push(Diagnostic::warning("V609", at.clone(), message).help(help));
}

/// Silence told like what was not understood.
fn told_alike(silence: &[Handler], unknown: &[Handler], found: &mut Vec<Diagnostic>) {
    let same = texts(unknown).find_map(|text| texts(silence).find_map(|other| alike(other, text)));
    if let Some((first, again)) = same {
        let message = "who was not understood hears the same words as who said nothing";
        let help = "say in `on_no_input` that nothing was heard, and in `on_no_match` what can be said";
        let problem = Diagnostic::warning("V609", again.at.clone(), message).help(help);
        found.push(problem.related(&first.at, "said where nothing was heard"));
    }
}

/// The first locale in which two texts are the same words on a call.
fn alike<'t>(first: &'t Text, again: &'t Text) -> Option<(&'t Template, &'t Template)> {
    let in_locale = |locale: &Locale| said(first).find(|(of, _)| *of == locale).map(|(_, template)| template);
    said(again).find_map(|(locale, template)| {
        let other = in_locale(locale)?;
        let same = words(other) == words(template) && !words(template).is_empty();
        same.then_some((other, template))
    })
}

fn words(template: &Template) -> Vec<String> {
    let words = template.source.split_whitespace();
    words.map(|word| word.trim_end_matches(['.', '!', '?', ',']).to_lowercase()).collect()
}
