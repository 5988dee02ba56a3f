//! Who waits for a person on the phone: their place, and a call back in place of waiting.

use crate::conversation::{
    CallEvent, Callback, Event, Hope, Life, Owner, PromptKind, PromptOption, TimerKind, ids,
};

use super::answer::Input;
use super::recognize::yes_no;
use super::working::Working;
use super::{MAX_FAILURES, begin, prompts, run, speak};

/// How often a contact who asked to be called back is called.
const MAX_CALLS: u32 = 3;
/// The flow that opens a ticket for whoever could not be called back.
const CALLBACK: &str = "system/callback";

/// Says the place in the queue, and that there is another way than waiting.
pub(super) fn tell_place(w: &mut Working<'_>) {
    if !w.voice() {
        return;
    }
    let place = w.facts.waiting + 1;
    w.c.place_told = Some(place);
    match w.facts.waiting_minutes {
        Some(minutes) => {
            let extra = [("place", place.to_string()), ("minutes", minutes.max(1).to_string())];
            w.say_words("queue_place_minutes", &extra);
        }
        None => w.say_words("queue_place", &[("place", place.to_string())]),
    }
    if can_call_back(w) {
        w.say_words("queue_callback", &[]);
    }
}

/// The call came to look: a better place is told.
pub(super) fn looked(w: &mut Working<'_>) {
    let better = w.c.place_told.is_some_and(|told| w.facts.waiting + 1 < told);
    if matches!(w.c.owner, Owner::Queue(_)) && better && w.c.callback.is_none() {
        tell_place(w);
    }
}

fn can_call_back(w: &Working<'_>) -> bool {
    w.voice() && !w.facts.no_callbacks && !w.facts.callable.is_empty()
}

/// What a waiting caller says or presses, where it is about the call back. False where it is for the person.
pub(super) fn heard(w: &mut Working<'_>, input: &Input) -> bool {
    if !matches!(w.c.owner, Owner::Queue(_)) || !w.voice() {
        return false;
    }
    match w.c.callback.clone() {
        None => begins(w, input),
        Some(Callback::AtThis { failures }) => {
            match yes_or_no(w, input) {
                Some(true) => {
                    let number = w.c.number.clone().unwrap_or_default();
                    promise(w, number);
                }
                Some(false) => ask(w, Callback::Which { failures: 0 }),
                None => missed(w, failures, |failures| Callback::AtThis { failures }),
            }
            true
        }
        Some(Callback::Which { failures }) => {
            let given = match input {
                Input::Keys(text) | Input::Words(text) => number(text, &w.facts.callable),
                _ => None,
            };
            match given {
                Some(number) => ask(w, Callback::Right { number, failures }),
                None => missed(w, failures, |failures| Callback::Which { failures }),
            }
            true
        }
        Some(Callback::Right { number, failures }) => {
            match yes_or_no(w, input) {
                Some(true) => promise(w, number),
                // A number that is not right is another try.
                Some(false) if failures + 1 < MAX_FAILURES => {
                    ask(w, Callback::Which { failures: failures + 1 })
                }
                Some(false) => missed(w, failures, |failures| Callback::Which { failures }),
                None => missed(w, failures, |failures| Callback::Right { number, failures }),
            }
            true
        }
        Some(Callback::Promised { .. } | Callback::Calling { .. }) => false,
    }
}

/// Whether it is being asked about the call back.
pub(super) fn asks(w: &Working<'_>) -> bool {
    matches!(w.c.owner, Owner::Queue(_))
        && w.c.callback.as_ref().is_some_and(|callback| callback.number().is_none())
}

fn begins(w: &mut Working<'_>, input: &Input) -> bool {
    let wants = match input {
        Input::Keys(keys) => keys == "1",
        Input::Words(text) => {
            let said = super::recognize::text::plain(text);
            w.playbook
                .words
                .list("call_me_back", &w.c.locale)
                .iter()
                .any(|word| super::recognize::text::plain(word) == said)
        }
        Input::Value(_) | Input::File(_) | Input::Nothing => false,
    };
    if !wants || !can_call_back(w) {
        return false;
    }
    let shown = w.c.number.clone().is_some_and(|number| callable(&number, &w.facts.callable));
    ask(w, if shown { Callback::AtThis { failures: 0 } } else { Callback::Which { failures: 0 } });
    true
}

fn yes_or_no(w: &Working<'_>, input: &Input) -> Option<bool> {
    let list = |key: &str| w.playbook.words.list(key, &w.c.locale);
    match input {
        Input::Keys(keys) if keys == "1" => Some(true),
        Input::Keys(keys) if keys == "2" => Some(false),
        Input::Words(text) => yes_no::said(text, list("yes"), list("no")),
        _ => None,
    }
}

/// Asks the next thing about the call back.
fn ask(w: &mut Working<'_>, next: Callback) {
    w.c.callback = Some(next);
    put(w);
}

/// Asks (again) what is being asked about the call back.
pub(super) fn put(w: &mut Working<'_>) {
    let (text, choice) = match w.c.callback.clone() {
        // Not the whole number: who calls may not be whose it is.
        Some(Callback::AtThis { .. }) => {
            let end = w.c.number.as_deref().map(end_of).unwrap_or_default();
            (w.words("callback_at_this", &[("end", end)]), true)
        }
        Some(Callback::Which { .. }) => (w.words("callback_which", &[]), false),
        Some(Callback::Right { number, .. }) => {
            (w.words("callback_right", &[("number", spaced(number.trim_start_matches('+')))]), true)
        }
        Some(Callback::Promised { .. } | Callback::Calling { .. }) | None => return,
    };
    let options: Vec<PromptOption> = if choice { prompts::yes_no(w) } else { Vec::new() };
    let kind = if choice { PromptKind::Confirm } else { PromptKind::Ask };
    let prompt = speak::prompt(w, kind, &text, options);
    w.send(prompt);
}

/// What is listened for while it is asked about.
pub(super) fn hope(w: &Working<'_>) -> Option<Hope> {
    match w.c.callback.as_ref()? {
        Callback::AtThis { .. } | Callback::Right { .. } => Some(Hope::Choice { hints: Vec::new() }),
        Callback::Which { .. } => Some(Hope::Digits { max: 16, exact: false }),
        // The line is free; a call of ours comes.
        Callback::Promised { .. } | Callback::Calling { .. } => Some(Hope::Nothing),
    }
}

/// After three misses the caller simply stays in the queue.
fn missed(w: &mut Working<'_>, failures: u32, again: impl FnOnce(u32) -> Callback) {
    let failures = failures + 1;
    if failures >= MAX_FAILURES {
        w.c.callback = None;
        return w.say_words("queue_stay", &[]);
    }
    w.say_words(if failures == 1 { "no_match_1" } else { "callback_again" }, &[]);
    ask(w, again(failures));
}

fn promise(w: &mut Working<'_>, number: String) {
    w.call_event(CallEvent::CallBackPromised { number: number.clone() });
    w.c.callback = Some(Callback::Promised { number });
    w.say_words("callback_promised", &[]);
    w.event(Event::TimersCleared);
    w.event(Event::TimerSet { timer: TimerKind::Queue });
}

/// An agent is there for somebody who was promised a call. False where nobody was.
pub(super) fn calls(w: &mut Working<'_>) -> bool {
    let Some(Callback::Promised { number } | Callback::Calling { number, .. }) = w.c.callback.clone() else {
        return false;
    };
    let tries = match w.c.callback {
        Some(Callback::Calling { tries, .. }) => tries,
        _ => 0,
    };
    if tries >= MAX_CALLS {
        unreached(w);
        return true;
    }
    let id = ids::of_turn(w.c.id, w.c.turn, "call", 0);
    w.call_event(CallEvent::CallWanted { id, number: number.clone() });
    w.c.callback = Some(Callback::Calling { number, tries: tries + 1 });
    true
}

/// The contact answered our call.
pub(super) fn answered(w: &mut Working<'_>) {
    if w.c.callback.take().is_none() {
        return super::hear::again(w);
    }
    w.call_event(CallEvent::CallBackAnswered);
    w.c.heard_at = w.now;
    if w.c.life == Life::Parked {
        w.c.life = Life::Active;
    }
    w.event(Event::TimerSet { timer: TimerKind::Ghost });
    match w.c.owner.clone() {
        Owner::Agent(agent) => w.say_words("callback_hello", &[("agent", agent)]),
        Owner::Queue(_) => w.say_words("callback_wait", &[]),
        Owner::Bot => super::hear::again(w),
    }
}

/// Our call is over, or nobody answered it.
pub(super) fn call_ended(w: &mut Working<'_>, reason: &str) {
    let Some(Callback::Calling { number, tries }) = w.c.callback.clone() else {
        return super::hear::left(w, reason);
    };
    // It was told before: the contact waits for the next agent.
    if matches!(w.c.owner, Owner::Queue(_)) {
        return;
    }
    w.call_event(CallEvent::CallBackEnded { reason: reason.to_owned() });
    if tries >= MAX_CALLS {
        return unreached(w);
    }
    // It waits for an agent again, where it waited.
    let since = w.c.queued_at;
    w.c.callback = Some(Callback::Calling { number, tries });
    w.own(Owner::Queue("default".to_owned()), "call");
    w.c.queued_at = since.or(w.c.queued_at);
    w.event(Event::TimersCleared);
    w.event(Event::TimerSet { timer: TimerKind::Queue });
}

/// Nobody could call back, or be reached: a ticket says so.
pub(super) fn unreached(w: &mut Working<'_>) {
    if w.c.owner != Owner::Bot {
        w.own(Owner::Bot, "bot");
    }
    match w.playbook.flow(CALLBACK) {
        Some(flow) => {
            if let Some(frame) = w.frame_mut() {
                frame.wait = None;
            }
            begin::enter(w, flow);
            run::run(w);
        }
        None => w.close("unreached"),
    }
}

/// A number as it was keyed in, in E.164, where it may be called.
fn number(text: &str, callable_by: &[String]) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !(5..=17).contains(&digits.len()) {
        return None;
    }
    let whole = digits.strip_prefix("00").unwrap_or(&digits);
    let abroad = format!("+{whole}");
    // Without a country it is one of the first that may be called, where that is a country's code and no more.
    let country = callable_by.first().filter(|prefix| prefix.len() <= "+999".len());
    let home = country.map(|country| {
        // Italy's numbers keep their zero: <https://www.itu.int/oth/T020200006B/en>.
        let own = if country == "+39" { digits.as_str() } else { digits.trim_start_matches('0') };
        format!("{country}{own}")
    });
    let named = text.contains('+') || digits.starts_with("00");
    let known = |number: &String| callable(number, callable_by) && number.len() <= 16;
    if named || callable(&abroad, callable_by) {
        return Some(abroad).filter(known);
    }
    home.filter(known)
}

/// Whether a call or a message may go to a number, by the beginnings that are allowed.
pub(super) fn callable(number: &str, by: &[String]) -> bool {
    by.iter().any(|prefix| number.starts_with(prefix.as_str()))
}

/// The end of a number, as it is read back to whoever calls.
pub(super) fn end_of(number: &str) -> String {
    spaced(&tail(number))
}

fn tail(number: &str) -> String {
    let from = number.len().saturating_sub(4);
    number.get(from..).unwrap_or(number).to_owned()
}

/// Digit by digit, in groups of three.
fn spaced(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 {
            out.push_str(if at % 3 == 0 { ", " } else { " " });
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_and_without_its_country() {
        let italy = ["+39".to_owned(), "+44".to_owned()];
        for (said, meant) in [
            ("390212345678", Some("+390212345678")),
            ("00390212345678", Some("+390212345678")),
            ("+44 20 7946 0000", Some("+442079460000")),
            ("0212345678", Some("+390212345678")),
            ("3331234567", Some("+393331234567")),
            ("0019005550100", None),
            ("12", None),
            ("", None),
        ] {
            assert_eq!(number(said, &italy).as_deref(), meant, "{said}");
        }
        let germany = ["+49".to_owned()];
        assert_eq!(number("030123456", &germany).as_deref(), Some("+4930123456"));
        let town = ["+1415".to_owned()];
        assert_eq!(number("4155550100", &town), None, "no country to put before it");
        assert_eq!(number("14155550100", &town).as_deref(), Some("+14155550100"));
    }

    #[test]
    fn digits_are_said_one_by_one() {
        assert_eq!(spaced("390212"), "3 9 0, 2 1 2");
        assert_eq!(tail("+390212345678"), "5678");
    }
}
