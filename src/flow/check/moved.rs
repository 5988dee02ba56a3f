//! Rule 1, what was called otherwise before: each `moved` leads to a step that is there, in one go, from one that is
//! not; no two flows were called the same.

use super::set::Set;
use crate::flow::Target;
use crate::flow::parse::draft::Draft;
use crate::source::Diagnostic;

pub fn check(
    set: &Set<'_>,
    draft: &Draft,
    target: &dyn Fn(&Target) -> Option<Diagnostic>,
    found: &mut Vec<Diagnostic>,
) {
    steps(draft, target, found);
    names(set, draft, found);
}

fn steps(draft: &Draft, target: &dyn Fn(&Target) -> Option<Diagnostic>, found: &mut Vec<Diagnostic>) {
    let flow = &draft.flow;
    for moved in &flow.moved {
        let (from, to) = (&moved.from, &moved.to);
        // An id that is no step any more but moved itself: where that leads is what should be written.
        let next = flow.moved.iter().find(|other| other.from.value == to.name);
        if let Some(next) = next.filter(|_| to.step.is_none() || from.value == to.name) {
            let message = format!("`{}` moved to `{}`, which itself moved", from.value, to.name);
            let help = match next.to.step {
                Some(_) if next.to.name != from.value => format!("write `{}: {}`", from.value, next.to.name),
                _ => "each entry names a step that is there now".to_owned(),
            };
            found.push(Diagnostic::error("V124", to.at.clone(), message).help(help));
            continue;
        }
        found.extend(target(to));
        if flow.steps.iter().any(|step| step.id == from.value) {
            let message = format!("`{}` moved, but there is still a step with that id", from.value);
            let help =
                "those who stand there go on at the other step; take the entry out once that is not meant";
            found.push(Diagnostic::warning("V120", from.at.clone(), message).help(help));
        }
    }
}

fn names(set: &Set<'_>, draft: &Draft, found: &mut Vec<Diagnostic>) {
    for from in &draft.flow.moved_from {
        let others = set.drafts.iter().filter(|other| !std::ptr::eq(*other, draft));
        let claims = |other: &&Draft| other.flow.moved_from.iter().any(|name| name.value == from.value);
        if let Some(other) = others.clone().find(claims) {
            let message = format!("`{}` says as well that it was called `{}`", other.flow.name, from.value);
            found.push(
                Diagnostic::error("V125", from.at.clone(), message).help("one flow takes over from one"),
            );
        } else if set.draft(&from.value).is_some() {
            let message = format!("there is still a flow `{}`; conversations in it stay there", from.value);
            found.push(Diagnostic::warning("V120", from.at.clone(), message));
        }
    }
}
