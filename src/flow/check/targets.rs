//! Every jump of a flow, to read or to resolve.

use std::collections::HashMap;

use crate::flow::Flow;
use crate::flow::step::{Connect, Kind, Step, Target};

/// Points each jump of a flow to the step that it names.
pub fn resolve(flow: &mut Flow) {
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, step) in flow.steps.iter().enumerate() {
        places.entry(step.id.clone()).or_insert(index);
    }
    // `#3` names the third step for the engine, not for authors.
    let find = |target: &mut Target| {
        target.step = if target.name.starts_with('#') { None } else { places.get(&target.name).copied() };
    };
    flow.on_failure.iter_mut().chain(&mut flow.on_error).for_each(find);
    flow.handlers.all_mut().filter_map(|handler| handler.goto.as_mut()).for_each(find);
    flow.moved.iter_mut().map(|moved| &mut moved.to).for_each(find);
    for step in &mut flow.steps {
        of_mut(step).into_iter().for_each(find);
    }
}

fn of_mut(step: &mut Step) -> Vec<&mut Target> {
    let mut all: Vec<&mut Target> = step.goto.iter_mut().collect();
    match &mut step.kind {
        Kind::Choose(choose) => {
            all.extend(choose.options.iter_mut().filter_map(|option| option.goto.as_mut()));
            all.extend(&mut choose.on_failure);
            all.extend(choose.handlers.all_mut().filter_map(|handler| handler.goto.as_mut()));
        }
        Kind::Ask(ask) => {
            all.extend(&mut ask.on_failure);
            all.extend(ask.handlers.all_mut().filter_map(|handler| handler.goto.as_mut()));
        }
        Kind::Confirm(confirm) => {
            all.extend(confirm.yes.iter_mut().chain(&mut confirm.no).chain(&mut confirm.on_failure));
            all.extend(confirm.handlers.all_mut().filter_map(|handler| handler.goto.as_mut()));
        }
        Kind::Faq(faq) => {
            all.extend(faq.on_resolved.iter_mut().chain(&mut faq.on_unresolved).chain(&mut faq.on_failure));
            all.extend(faq.handlers.all_mut().filter_map(|handler| handler.goto.as_mut()));
        }
        Kind::Branch(branch) => all.extend(branch.arms.iter_mut().map(|arm| &mut arm.goto)),
        Kind::Handoff(handoff) => {
            all.extend(&mut handoff.on_unreached);
            if let Some(transfer) = &mut handoff.transfer {
                all.extend(transfer.targets_mut().into_iter().flatten());
            }
        }
        Kind::Voicemail(voicemail) => all.extend(&mut voicemail.on_unrecorded),
        Kind::Http(http) => all.extend(&mut http.on_error),
        Kind::Lookup(lookup) => all.extend(&mut lookup.on_missing),
        Kind::Connect(Connect::Enter(enter)) => {
            all.extend(enter.on_refused.iter_mut().chain(&mut enter.on_closed))
        }
        Kind::Connect(Connect::Show | Connect::End)
        | Kind::Wait(_)
        | Kind::Watch(_)
        | Kind::Say(_)
        | Kind::Set(_)
        | Kind::Call(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Survey(_)
        | Kind::End(_) => {}
    }
    all
}

/// The jumps of a step, as written.
pub fn of(step: &Step) -> Vec<&Target> {
    let mut all: Vec<&Target> = step.goto.iter().collect();
    match &step.kind {
        Kind::Choose(choose) => {
            all.extend(choose.options.iter().filter_map(|option| option.goto.as_ref()));
            all.extend(&choose.on_failure);
            all.extend(choose.handlers.all().filter_map(|handler| handler.goto.as_ref()));
        }
        Kind::Ask(ask) => {
            all.extend(&ask.on_failure);
            all.extend(ask.handlers.all().filter_map(|handler| handler.goto.as_ref()));
        }
        Kind::Confirm(confirm) => {
            all.extend(confirm.yes.iter().chain(&confirm.no).chain(&confirm.on_failure));
            all.extend(confirm.handlers.all().filter_map(|handler| handler.goto.as_ref()));
        }
        Kind::Faq(faq) => {
            all.extend(faq.on_resolved.iter().chain(&faq.on_unresolved).chain(&faq.on_failure));
            all.extend(faq.handlers.all().filter_map(|handler| handler.goto.as_ref()));
        }
        Kind::Branch(branch) => all.extend(branch.arms.iter().map(|arm| &arm.goto)),
        Kind::Handoff(handoff) => {
            all.extend(&handoff.on_unreached);
            all.extend(handoff.transfer.iter().flat_map(|transfer| transfer.targets()).flatten());
        }
        Kind::Voicemail(voicemail) => all.extend(&voicemail.on_unrecorded),
        Kind::Http(http) => all.extend(&http.on_error),
        Kind::Lookup(lookup) => all.extend(&lookup.on_missing),
        Kind::Connect(Connect::Enter(enter)) => all.extend(enter.on_refused.iter().chain(&enter.on_closed)),
        Kind::Connect(Connect::Show | Connect::End)
        | Kind::Wait(_)
        | Kind::Watch(_)
        | Kind::Say(_)
        | Kind::Set(_)
        | Kind::Call(_)
        | Kind::Ticket(_)
        | Kind::Status(_)
        | Kind::Survey(_)
        | Kind::End(_) => {}
    }
    all
}
