//! `choose`

use crate::conversation::{PromptKind, PromptOption, Wait, WaitKind};
use crate::engine::prompts::{self, Asking};
use crate::engine::recognize::option::{Meaning, Offer};
use crate::engine::working::Working;
use crate::flow::SlotValue;
use crate::flow::graph::Exit;
use crate::flow::step::{Choose, ChooseOption};

use super::Then;

pub fn enter(w: &mut Working<'_>, choose: &Choose) -> Then {
    if let Some(slot) = &choose.slot
        && let Some(value) = w.take_ahead(&slot.value)
        && let Some(option) = choose.options.iter().find(|option| option.value == value.to_string())
    {
        return by(option);
    }
    w.wait(Wait { kind: WaitKind::Step, failures: 0 });
    Then::Wait
}

pub fn ask(w: &mut Working<'_>, choose: &Choose, asking: Asking) {
    let text = match asking {
        Asking::Again(failures) => w.reprompt(&choose.reprompts, failures),
        Asking::First => None,
    };
    let text = text.unwrap_or_else(|| w.text(&choose.prompt));
    prompts::put(w, PromptKind::Choose, &text);
}

pub fn options(w: &mut Working<'_>, choose: &Choose) -> Vec<PromptOption> {
    choose
        .options
        .iter()
        .map(|option| PromptOption {
            value: option.value.clone(),
            label: w.text(&option.label),
            key: option.key.clone(),
        })
        .collect()
}

/// What an option may be called, for recognition.
pub fn offers(w: &mut Working<'_>, choose: &Choose) -> Vec<Offer> {
    let locale = w.c.locale.clone();
    choose
        .options
        .iter()
        .map(|option| {
            let written = option.label.pick(&locale, w.playbook.default_locale(), false).cloned();
            let mut labels = vec![w.text(&option.label)];
            labels.extend(written.map(|template| w.render(&template)));
            labels.dedup();
            Offer {
                value: option.value.clone(),
                key: option.key.clone(),
                labels,
                synonyms: synonyms(option, &locale).to_vec(),
            }
        })
        .collect()
}

fn synonyms<'a>(option: &'a ChooseOption, locale: &str) -> &'a [String] {
    option.synonyms.get(locale).map_or(&[], Vec::as_slice)
}

pub fn hints(w: &Working<'_>, choose: &Choose) -> Vec<String> {
    let locale = &w.c.locale;
    let label = |option: &ChooseOption| {
        let template = option.label.pick(locale, w.playbook.default_locale(), true)?;
        template.is_plain().then(|| template.source.clone())
    };
    choose
        .options
        .iter()
        .flat_map(|option| label(option).into_iter().chain(synonyms(option, locale).iter().cloned()))
        .take(50)
        .collect()
}

/// The contact meant an option.
pub fn chosen(w: &mut Working<'_>, choose: &Choose, meaning: &Meaning) -> Then {
    let Some(option) = choose.options.iter().find(|option| option.value == meaning.value) else {
        return Then::Wait;
    };
    w.answered_with(Some(SlotValue::Text(option.value.clone())));
    if let Some(slot) = &choose.slot {
        w.fill(&slot.value, SlotValue::Text(option.value.clone()));
    }
    by(option)
}

fn by(option: &ChooseOption) -> Then {
    Then::by(Exit::Option(option.value.clone()), option.goto.as_ref())
}
