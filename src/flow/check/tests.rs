//! What is found in whole sets of flows.

use crate::flow::check::Known;
use crate::flow::parse::{Parsed, SourceFile, playbook};

fn parsed(files: &[&str]) -> Parsed {
    let files: Vec<SourceFile> = files
        .iter()
        .enumerate()
        .map(|(index, text)| SourceFile::new(format!("{index}.yaml"), *text))
        .collect();
    playbook(&files, &["en".to_owned()], &Known::default())
}

/// Code and line of each finding, of all files.
fn found(files: &[&str]) -> Vec<(&'static str, usize)> {
    parsed(files).diagnostics.iter().map(|one| (one.code, one.at.line)).collect()
}

/// A started flow of these steps (its first is on line 3) with slots `a` (text), `n` (number) and `yes` (bool).
fn flow(steps: &str) -> String {
    let slots = "slots: { a: text, b: text, n: number, sure: bool, c: { type: choice, options: [x, y] } }";
    format!("flow: main\n{slots}\nsteps:\n{steps}\nstart: {{}}\n")
}

fn found_in(steps: &str) -> Vec<(&'static str, usize)> {
    found(&[&flow(steps)])
}

const ASK: &str = "  - ask: { slot: a, prompt: What }\n";

#[test]
fn a_slot_is_filled_on_every_way() {
    assert_eq!(found_in(&format!("{ASK}  - say: \"{{{{ slots.a }}}}\"\n  - end:")), []);
    let skipped =
        "  - when: channel.voice\n    ask: { slot: a, prompt: What }\n  - say: \"{{ slots.a }}\"\n  - end:";
    assert_eq!(found_in(skipped), [("V403", 6)]);
    let failed = "  - ask: { slot: a, prompt: What, on_failure: told }\n  - id: told\n    say: \"{{ slots.a }}\"\n  - handoff: {}\n  - end:";
    assert_eq!(found_in(failed), [("V403", 6)]);
    let own_prompt = "  - ask: { slot: a, prompt: \"{{ slots.a }}\" }\n  - end:";
    assert_eq!(found_in(own_prompt), [("V403", 4)]);
    let in_order = "  - set: { a: x, b: \"{{ slots.a }}\" }\n  - end:";
    assert_eq!(found_in(in_order), []);
    let out_of_order = "  - set: { b: \"{{ slots.a }}\", a: x }\n  - end:";
    assert_eq!(found_in(out_of_order), [("V403", 4)]);
}

#[test]
fn the_flow_s_own_on_failure_is_a_way_too() {
    let text = "flow: main\nstart: {}\non_failure: told\nslots: { a: text }\nsteps:\n\
                \x20 - ask: { slot: a, prompt: What }\n  - id: told\n    say: \"{{ slots['a'] }}\"\n  - handoff: {}\n  - end:\n";
    assert_eq!(found(&[text]), [("V403", 8)]);
}

#[test]
fn a_test_for_a_slot_is_believed() {
    for safe in [
        "  - say: \"{{ slots.a | default('-') }}{{ 'x' if slots.b is defined else 'y' }}\"",
        "  - say: \"{% if slots.a is defined and slots.a != '' %}{{ slots.a }}{% endif %}\"",
        "  - say: \"{% if slots.a is undefined %}-{% else %}{{ slots.a }}{% endif %}\"",
        "  - say: \"{{ slots.a if slots.a is defined else '-' }}\"",
        "  - when: slots.a is defined and (slots.b is defined and slots.b == 'x')\n    say: \"{{ slots.a }}{{ slots.b }}\"",
        "  - when: slots.a is undefined or slots.a == 'x'\n    say: Hello",
        "  - when: not (slots.a is undefined)\n    say: \"{{ slots.a }}\"",
    ] {
        assert_eq!(found_in(&format!("{safe}\n  - end:")), [], "{safe}");
    }
    for unsafe_ in [
        "  - say: \"{% if slots.a is defined %}x{% endif %}{{ slots.a }}\"",
        "  - say: \"{% if slots.a is defined or slots.b is defined %}{{ slots.a }}{% endif %}\"",
        "  - say: \"{{ slots.a if slots.b is defined else '-' }}\"",
        "  - say: \"{{ '-' if slots.a is defined else slots.a }}\"",
        "  - say: \"{{ slots.a ~ '' | default('x') }}\"",
    ] {
        assert_eq!(found_in(&format!("{unsafe_}\n  - end:")), [("V403", 4)], "{unsafe_}");
    }
}

#[test]
fn a_branch_tells_what_is_filled_behind_it() {
    let steps = "  - branch:\n      - { when: slots.a is defined, goto: told }\n      - { goto: ask }\n\
                 \x20 - id: ask\n    ask: { slot: a, prompt: What }\n  - id: told\n    say: \"{{ slots.a }}\"\n  - end:";
    assert_eq!(found_in(steps), []);
    let other = steps.replace("is defined", "is undefined");
    assert_eq!(found_in(&other), [("V403", 10)]);
}

#[test]
fn answers_come_before_tickets_through_calls() {
    let caller = "flow: main\nstart: {}\nsteps:\n  - call: helped\n  - ticket: { category: x, subject: y }\n  - end:\n";
    let helped = "flow: helped\nsteps:\n  - faq: { query: q }\n";
    assert_eq!(found(&[caller, helped]), []);
    let perhaps = "flow: helped\nsteps:\n  - when: business.open\n    faq: { query: q }\n";
    assert_eq!(found(&[caller, perhaps]), [("V301", 5)]);
    let opener = "flow: opener\nsteps:\n  - ticket: { category: x, subject: y }\n";
    let good = "flow: good\nstart: {}\nsteps:\n  - faq: { query: q }\n  - call: opener\n  - say: \"{{ ticket.code }}\"\n  - end:\n";
    assert_eq!(found(&[opener, good]), []);
    let bad = "flow: bad\nstart: {}\nsteps:\n  - call: opener\n  - end:\n";
    assert_eq!(found(&[opener, good, bad]), [("V301", 3)]);
}

#[test]
fn what_counts_as_an_unresolved_answer() {
    let rest = "  - id: bye\n    end:\n  - id: open\n    ticket: { category: x, subject: y }\n  - end:";
    let first = "  - branch: [{ when: now, goto: bye }]";
    let with = |faq: &str| found_in(&format!("{first}\n  - faq: {faq}\n{rest}"));
    assert_eq!(with("{ query: q, on_unresolved: open }"), []);
    assert_eq!(with("{ query: q, on_failure: open }"), []);
    assert_eq!(with("{ query: q, on_resolved: open }"), [("V301", 9)]);
}

#[test]
fn reasons_exempt_and_the_system_is_exempt() {
    let steps = "  - ticket: { category: x, subject: y, without_faq: an outage report }\n  - end:";
    assert_eq!(found_in(steps), []);
    let system = SourceFile::new(
        "flows/system/mine.yaml",
        "flow: mine\nsteps:\n  - ticket: { category: \"{{ origin.category }}\", subject: y, unreached: true }\n",
    );
    assert_eq!(playbook(&[system], &["en".to_owned()], &Known::default()).diagnostics, []);
}

#[test]
fn slots_go_into_calls_and_come_back() {
    let caller = |call: &str| {
        format!(
            "flow: main\nstart: {{}}\nslots: {{ a: text }}\nsteps:\n  - call: {call}\n  - say: \"{{{{ slots.a }}}}\"\n  - end:\n"
        )
    };
    let asks = "flow: sub\nslots: { t: text, u: text }\nsteps:\n  - ask: { slot: t, prompt: What }\n";
    assert_eq!(found(&[&caller("{ flow: sub, into: { a: t } }"), asks]), []);
    assert_eq!(found(&[&caller("{ flow: sub, into: { a: u } }"), asks]), [("V403", 6)]);
    assert_eq!(found(&[&caller("{ flow: sub, with: { u: x }, into: { a: u } }"), asks]), []);
    let reads = "flow: sub\nslots: { t: text }\nsteps:\n  - say: \"{{ slots.t }}\"\n";
    assert_eq!(found(&[&caller("{ flow: sub, with: { t: x }, into: { a: t } }"), reads]), []);
    assert_eq!(found(&[&caller("{ flow: sub, into: { a: t } }"), reads]), [("V403", 6), ("V403", 4)]);
    let unknown = found(&[&caller("{ flow: sub, with: { q: x }, into: { a: r } }"), asks]);
    assert_eq!(unknown, [("V102", 5), ("V102", 5)]);
}

#[test]
fn a_call_that_never_returns_leads_nowhere() {
    let caller = "flow: main\nstart: {}\nsteps:\n  - call: stop\n  - say: Never\n  - end:\n";
    assert_eq!(found(&[caller, "flow: stop\nsteps:\n  - end:\n"]), [("V103", 5)]);
}

#[test]
fn cycles_wait_through_calls_or_not_at_all() {
    let caller = "flow: main\nstart: {}\nsteps:\n  - id: again\n    call: sub\n    goto: again\n";
    assert_eq!(
        found(&[caller, "flow: sub\nslots: { a: text }\nsteps:\n  - ask: { slot: a, prompt: What }\n"]),
        []
    );
    assert_eq!(found(&[caller, "flow: sub\nsteps:\n  - say: Hello\n"]), [("V201", 6)]);
    let guarded = "  - id: again\n    when: channel.voice\n    ask: { slot: a, prompt: What }\n  - branch: [{ goto: again }]";
    assert_eq!(found_in(guarded), [("V201", 7)]);
    let itself = "flow: main\nstart: {}\nsteps:\n  - call: main\n  - end:\n";
    assert_eq!(found(&[itself]), [("V202", 4)]);
}

#[test]
fn calls_within_calls_are_bounded() {
    let mut files = vec!["flow: main\nstart: {}\nsteps:\n  - call: f0\n  - end:\n".to_owned()];
    for level in 0..9 {
        files.push(format!("flow: f{level}\nsteps:\n  - call: f{}\n", level + 1));
    }
    files.push("flow: f9\nsteps:\n  - say: Deep\n".to_owned());
    assert_eq!(found(&files.iter().map(String::as_str).collect::<Vec<_>>()), []);
    files[10] = "flow: f9\nsteps:\n  - call: f10\n".to_owned();
    files.push("flow: f10\nsteps:\n  - say: Deeper\n".to_owned());
    assert_eq!(found(&files.iter().map(String::as_str).collect::<Vec<_>>()), [("V203", 4)]);
}

#[test]
fn handoffs_lead_on_and_elsewhere() {
    let last = "  - handoff: { on_unreached: closed }\n  - id: closed\n    end:";
    assert_eq!(found_in(last), []);
    let at_the_end = format!(
        "{ASK}  - branch: [{{ when: business.open, goto: person }}]\n  - id: nobody\n    end:\n  - id: person\n    handoff: {{ on_unreached: nobody }}"
    );
    assert_eq!(found_in(&at_the_end), []);
    assert_eq!(found_in("  - handoff:"), [("V104", 4)]);
}

#[test]
fn one_wrong_name_is_one_finding() {
    // The step that `byee` means is not told as unreachable, nor anything behind a name that means nothing.
    assert_eq!(found_in("  - say: Hello\n    goto: byee\n  - id: bye\n    end:"), [("V101", 5)]);
    assert_eq!(found_in("  - say: Hello\n    goto: zzz\n  - id: bye\n    end:"), [("V101", 5)]);
    assert_eq!(
        found_in("  - sya: Hello\n  - say: \"{{ slots.zzz }}\"\n  - end:"),
        [("V006", 4), ("V402", 5)]
    );
}

#[test]
fn a_wrong_slot_is_told_once_and_not_at_its_uses() {
    for misspelt in ["zzz", "aa"] {
        let steps = format!(
            "  - ask: {{ slot: {misspelt}, prompt: What }}\n  - say: \"{{{{ slots.a }}}}\"\n  - end:"
        );
        assert_eq!(found_in(&steps), [("V102", 4)]);
    }
    let untyped = "flow: u\nstart: {}\nslots: { c: { type: choise, options: [x] } }\nsteps:\n  - set: { c: y }\n\
                   \x20 - when: slots.c == 5\n    say: Hi\n  - end:\n";
    assert_eq!(found(&[untyped]), [("V009", 3)]);
}

#[test]
fn unreachable_steps_that_lead_to_each_other_are_told_once() {
    let steps = "  - end:\n  - id: x\n    say: One\n  - ask: { slot: a, prompt: Two }\n    goto: x\n  - say: Three\n  - end:";
    assert_eq!(found_in(steps), [("V103", 5), ("V103", 9)]);
}

#[test]
fn types_are_compared_with_what_they_can_be() {
    for (text, code) in [
        ("slots.n == 3 and slots.n < 4.5 and slots.n in [1, 2]", None),
        ("slots.n == '3'", Some("V406")),
        ("3 < slots.n", None),
        ("'3' < slots.n", Some("V406")),
        ("slots.c == 'x' and slots.c != 'y'", None),
        ("slots.c == 'z'", Some("V406")),
        ("slots.c in ['x', 'z']", Some("V406")),
        ("slots.sure == true and slots.sure", None),
        ("slots.sure == 'yes'", Some("V406")),
        ("slots.a == 5", Some("V406")),
        ("slots.a | length == 5", None),
        ("slots.a ~ 'x' == 'yx'", None),
    ] {
        let fill = "  - set: { a: x, n: 1, sure: true, c: x }\n";
        let found = found_in(&format!("{fill}  - when: \"{text}\"\n    say: Hello\n  - end:"));
        assert_eq!(found.first().map(|(code, _)| *code), code, "{text}");
    }
    assert_eq!(found_in("  - set: { n: many }\n  - end:"), [("V406", 4)]);
    assert_eq!(
        found_in("  - set: { n: \"{{ 'one' if channel.voice else '2' }}\" }\n  - end:"),
        [("V406", 4)]
    );
}

#[test]
fn a_text_reads_only_what_there_is() {
    for (text, code) in [
        ("{{ contact.name }} {{ now }} {{ business.open }} {{ channel.kind }}", None),
        ("{% for one in known_incidents('vpn') %}{{ one.title }} {{ loop.index }}{% endfor %}", None),
        ("{% set x = contact.name %}{{ x }}", None),
        ("{{ 'slots.nothing' }} {# slots.nothing #} {% raw %}{{ slots.nothing }}{% endraw %}", None),
        ("{{ contact.nam }}", Some("V402")),
        ("{{ business }}", None),
        ("{{ busines.open }}", Some("V402")),
        ("{{ a }}", Some("V402")),
        ("{{ slots[contact.name] }}", Some("V402")),
        ("{{ origin.flow }}", Some("V402")),
        ("{{ contact.name.upper() }}", Some("V405")),
        ("{{ contact.name | shout }}", Some("V405")),
        ("{{ 1 if contact.name is shouting }}", Some("V405")),
        ("{{ debug() }}", Some("V405")),
        ("{% include '0' %}", Some("V405")),
        ("{{ contact.name | truncate }}", Some("V405")),
        ("{{ 1 + }}", Some("V401")),
        ("{% if now %}", Some("V401")),
    ] {
        let found = found_in(&format!("  - say: {}\n  - end:", serde_json::json!(text)));
        assert_eq!(found.first().map(|(code, _)| *code), code, "{text}: {found:?}");
        assert!(found.len() <= 1, "{text}: {found:?}");
    }
}

#[test]
fn a_title_stands_outside_conversations() {
    let text = "flow: main\ntitle: \"{{ slots.a }}\"\nstart: {}\nslots: { a: text }\nsteps:\n  - end:\n";
    assert_eq!(found(&[text]), [("V402", 2)]);
}

#[test]
fn one_flow_is_the_default_of_a_whole_set() {
    let file = [SourceFile::new("a.yaml", "flow: a\nstart: {}\nsteps:\n  - end:\n")];
    let known = Known { whole: true, ..Known::default() };
    let codes = |known: &Known| -> Vec<_> {
        playbook(&file, &["en".to_owned()], known).diagnostics.iter().map(|one| one.code).collect()
    };
    assert_eq!(codes(&known), ["V109"]);
    assert!(codes(&Known::default()).is_empty());
}

#[test]
fn alone_a_called_flow_is_not_judged_by_its_callers() {
    assert_eq!(
        found(&[
            "flow: sub\nslots: { a: text }\nsteps:\n  - ticket: { category: \"{{ slots.a }}\", subject: y }\n"
        ]),
        []
    );
}

#[test]
fn a_flow_of_ten_thousand_steps_is_checked() {
    let mut text = String::from("flow: long\nstart: {}\nslots:\n");
    for slot in 0..500 {
        text.push_str(&format!("  a{slot}: text\n"));
    }
    text.push_str("steps:\n");
    for step in 0..10_000 {
        text.push_str(&format!("  - id: s{step}\n    ask: {{ slot: a{}, prompt: What }}\n", step % 500));
    }
    text.push_str("  - say: \"{{ slots.a499 }}\"\n  - end:\n");
    let parsed = parsed(&[&text]);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.playbook.expect("it is served").flows["long"].steps.len(), 10_002);
}

/// The errors of one flow.
fn errors_in(steps: &str) -> Vec<&'static str> {
    let found = parsed(&[&flow(steps)]).diagnostics;
    found.iter().filter(|one| one.is_error()).map(|one| one.code).collect()
}

#[test]
fn a_call_is_never_left_without_a_word_after_failures() {
    let told = |ways: &str| (found_in(&format!("{ASK}{ways}")), errors_in(&format!("{ASK}{ways}")));
    let ask = |rest: &str| {
        format!(
            "  - ask: {{ slot: b, prompt: Where, on_failure: out }}\n  - say: Well\n  - handoff: {{}}\n  - id: out\n{rest}"
        )
    };
    assert_eq!(told(&ask("    end:")), (vec![("V610", 5)], vec!["V610"]));
    let silent = "    set: { n: 1 }\n  - branch: [{ when: business.open, goto: last }]\n  - say: Closed\n  - id: last\n    end:";
    assert_eq!(told(&ask(silent)), (vec![("V610", 5)], vec!["V610"]));
    assert_eq!(told(&ask("    say: Sorry\n  - end:")), (vec![("V610", 5)], vec![]));
    assert_eq!(told(&ask("    survey: { ask: csat }\n  - end:")), (vec![("V610", 5)], vec![]));
    for helped in [
        "    handoff: {}\n  - end:",
        "    ticket: { category: x, subject: y, without_faq: a test }\n  - end:",
        "    ask: { slot: c, prompt: Which }\n  - end:",
        "    when: channel.voice\n    handoff: {}\n  - end:",
        "    branch: [{ when: channel.voice, goto: person }]\n  - say: Bye\n  - end:\n  - id: person\n    handoff: {}\n  - end:",
    ] {
        assert_eq!(told(&ask(helped)), (vec![], vec![]), "{helped}");
    }
    let guarded = "    when: business.open\n    handoff: {}\n  - end:";
    assert_eq!(told(&ask(guarded)), (vec![("V610", 5)], vec!["V610"]));
    let chat = "  - ask: { slot: b, prompt: Where, on_failure: out }\n    when: not channel.voice\n  - id: out\n    end:";
    assert_eq!(told(chat), (vec![], vec![]));
}

#[test]
fn ways_out_lead_through_calls() {
    let main = |callee: &str| {
        format!(
            "flow: main\nslots: {{ a: text }}\nsteps:\n  - ask: {{ slot: a, prompt: What, on_failure: out }}\n  - id: out\n    call: {callee}\n  - end:\nstart: {{}}\n"
        )
    };
    let person = "flow: person\nsteps:\n  - handoff: {}\n";
    let words = "flow: words\nsteps:\n  - say: Sorry\n";
    let nothing = "flow: nothing\nslots: { n: number }\nsteps:\n  - set: { n: 1 }\n";
    assert_eq!(found(&[&main("person"), person]), []);
    assert_eq!(found(&[&main("words"), words]), [("V610", 4)]);
    let parsed = parsed(&[&main("nothing"), nothing]);
    let told: Vec<_> = parsed.diagnostics.iter().map(|one| (one.code, one.at.line, one.is_error())).collect();
    assert_eq!(told, [("V610", 4, true)]);
}

#[test]
fn silence_may_end_a_call_but_not_unheard() {
    let flow = |list: &str| {
        format!("  - ask: {{ slot: a, prompt: What, {list} }}\n  - handoff: {{}}\n  - id: out\n    end:")
    };
    let told = |list: &str| (found_in(&flow(list)), errors_in(&flow(list)));
    assert_eq!(told("on_no_input: [Hello, { goto: out }]"), (vec![("V610", 4)], vec![]));
    assert_eq!(told("on_no_match: [Hello, { goto: out }]"), (vec![("V610", 4)], vec!["V610"]));
    assert_eq!(told("on_no_match: [Hello, { say: Sorry, goto: out }]"), (vec![("V610", 4)], vec![]));
}

#[test]
fn what_is_sensitive_is_not_spoken() {
    let flow = |steps: &str| {
        let slots =
            "slots: { pin: { type: pattern, pattern: '[0-9]{4}', sensitive: true }, kept: text, open: bool }";
        let text = format!(
            "flow: main\n{slots}\nsteps:\n  - ask: {{ slot: pin, prompt: Your code }}\n{steps}\n  - end:\nstart: {{}}\n"
        );
        let parsed = parsed(&[&text]);
        parsed.diagnostics.iter().map(|one| (one.code, one.at.line, one.is_error())).collect::<Vec<_>>()
    };
    for spoken in [
        "  - say: \"You said {{ slots.pin }}\"",
        "  - say: \"It ends in {{ slots.pin[-2:] }}\"",
        "  - say: { text: Thanks, voice: \"Thanks, {{ slots.pin | upper }}\" }",
        "  - confirm: { prompt: \"Is {{ slots.pin }} right?\", slot: open }",
        "  - say: \"{% if channel.voice %}{{ slots.pin }}{% endif %}\"",
    ] {
        assert_eq!(flow(spoken), [("V612", 5, true)], "{spoken}");
    }
    let copied = "  - set: { kept: \"number {{ slots.pin }}\" }\n  - say: \"{{ slots.kept }}\"";
    assert_eq!(flow(copied), [("V612", 6, true)]);
    for unspoken in [
        "  - say: \"{{ 'Right' if slots.pin == '1234' else 'Wrong' }}\"",
        "  - say: \"{{ slots.pin | length }} digits\"",
        "  - say: { text: \"You wrote {{ slots.pin }}\", voice: Thanks }",
        "  - say: \"{% if not channel.voice %}{{ slots.pin }}{% endif %} Thanks\"",
        "  - say: \"{{ slots.pin }}\"\n    when: not channel.voice",
        "  - set: { kept: \"{{ 'y' if slots.pin == '1234' else 'n' }}\" }\n  - say: \"{{ slots.kept }}\"",
    ] {
        assert_eq!(flow(unspoken), [], "{unspoken}");
    }
}

#[test]
fn a_turn_s_words_fit_a_document_over_calls_too() {
    let long = "word ".repeat(1_500);
    let says = |count: usize| format!("  - say: \"{long}\"\n").repeat(count);
    let told = |files: &[&str]| found(files).into_iter().filter(|(code, _)| *code == "V613").count();
    let one = |steps: &str| flow(&format!("{steps}  - end:"));
    assert_eq!(told(&[&one(&says(6))]), 0);
    assert_eq!(told(&[&one(&says(8))]), 1);
    assert_eq!(told(&[&one(&format!("{}{ASK}{}", says(4), says(4)))]), 0);
    let callee = format!("flow: called\nsteps:\n{}", says(4));
    let caller = |steps: &str| flow(&format!("{}  - call: called\n{steps}  - end:", says(2)));
    assert_eq!(told(&[&caller(""), &callee]), 0);
    assert_eq!(told(&[&caller(&says(2)), &callee]), 1);
    let asks = format!("flow: called\nslots: {{ a: text }}\nsteps:\n{}{ASK}{}", says(3), says(4));
    assert_eq!(told(&[&caller(""), &asks]), 0);
    assert_eq!(told(&[&caller(&says(4)), &asks]), 1);
    let slots = "flow: main\nslots: { a: { type: text, max: 9000 } }\nsteps:\n";
    let back = |text: &str| format!("{slots}{ASK}  - say: \"{text}\"\n  - end:\nstart: {{}}\n");
    assert_eq!(told(&[&back("{{ slots.a }} {{ slots.a }} {{ slots.a }}")]), 1);
    assert_eq!(told(&[&back("{{ slots.a | truncate(80) }} {{ slots.a | truncate(80) }} {{ slots.a }}")]), 0);
}
