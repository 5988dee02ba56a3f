//! `vestibule bench compile`: how long flows of a given size take to be read and proved, and how that grows.

use std::fmt::Write;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::flow::check::Known;
use crate::flow::parse::{self, SourceFile};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vestibule bench compile --steps 10000 --flows 1")]
pub struct Compile {
    /// Steps in all; may be given again
    #[arg(long, default_values_t = [100, 1_000, 10_000])]
    steps: Vec<usize>,
    /// How many flows they are spread over; may be given again
    #[arg(long, default_values_t = [1, 20])]
    flows: Vec<usize>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Steps of one part of a made flow: a menu, questions, answers, a ticket.
const PART: usize = 10;

/// Reads and proves made flows, and prints times, the best of three.
///
/// # Errors
/// A made flow that does not hold, which is a fault of ours.
pub fn run(options: &Compile) -> anyhow::Result<()> {
    for flows in &options.flows {
        let mut before: Option<(usize, f64)> = None;
        for steps in &options.steps {
            let files = made(*steps, (*flows).max(1));
            let bytes: usize = files.iter().map(|file| file.text.len()).sum();
            let times: Vec<Duration> = (0..3).map(|_| compiled(&files)).collect::<anyhow::Result<_>>()?;
            let best = times.into_iter().min().unwrap_or_default().as_secs_f64() * 1e3;
            // How the time grows with the steps: 1 is linear, 2 quadratic.
            #[expect(clippy::cast_precision_loss, reason = "small numbers")]
            let growth =
                before.map(|(fewer, faster)| (best / faster).ln() / (*steps as f64 / fewer as f64).ln());
            before = Some((*steps, best));
            if options.json {
                let line = json!({ "steps": steps, "flows": flows, "kib": bytes / 1_024, "ms": (best * 10.0).round() / 10.0, "growth": growth });
                println!("{line}");
            } else {
                let growth =
                    growth.map_or_else(String::new, |growth| format!(", grows by the power of {growth:.2}"));
                println!("{steps} steps in {flows} flows, {} KiB: {best:.1} ms{growth}", bytes / 1_024);
            }
        }
    }
    Ok(())
}

fn compiled(files: &[SourceFile]) -> anyhow::Result<Duration> {
    let locales = ["en".to_owned(), "it".to_owned()];
    let begun = Instant::now();
    let parsed = parse::playbook(files, &locales, &Known::default());
    let took = begun.elapsed();
    let errors: Vec<_> = parsed.diagnostics.iter().filter(|one| one.is_error()).take(3).collect();
    anyhow::ensure!(parsed.playbook.is_some(), "the made flows do not hold: {errors:?}");
    Ok(took)
}

fn made(steps: usize, flows: usize) -> Vec<SourceFile> {
    let parts = (steps / flows / PART).max(1);
    let flow = |index: usize| SourceFile::new(format!("flows/made{index}.yaml"), flow(index, flows, parts));
    (0..flows).map(flow).collect()
}

/// Every second flow is called by the one before it, so that proofs go over calls.
fn flow(index: usize, flows: usize, parts: usize) -> String {
    let called = index % 2 == 1;
    let start = if called { String::new() } else { format!("start: {{ commands: [made{index}] }}\n") };
    let mut text =
        format!("flow: made{index}\ntitle: {{ en: Made {index}, it: Fatto {index} }}\n{start}slots:\n");
    for part in 0..parts {
        let _ = write!(
            text,
            "  topic{part}: {{ type: choice, options: [billing, network, access, other] }}\n  problem{part}: {{ type: text, min: 4, max: 2000 }}\n  account{part}: {{ type: pattern, pattern: '[0-9]{{6}}', voice: digits, sensitive: true }}\n  detail{part}: {{ type: text }}\n  blocked{part}: {{ type: bool }}\n"
        );
    }
    text.push_str("steps:\n");
    for part in 0..parts {
        text.push_str(
            &PARTS
                .replace(
                    "@next",
                    &if part + 1 < parts { format!("part{}", part + 1) } else { "bye".to_owned() },
                )
                .replace('@', &part.to_string()),
        );
    }
    text.push_str(&match called {
        true => "  - id: bye\n    say: { en: Done, it: Fatto }\n".to_owned(),
        false if index + 1 < flows => format!("  - id: bye\n    call: made{}\n  - end: done\n", index + 1),
        false => "  - id: bye\n    end: done\n".to_owned(),
    });
    text
}

const PARTS: &str = r#"  - id: part@
    say: { en: "Hello{% if contact.name %} {{ contact.name }}{% endif %}, this is part @.", it: "Ciao{% if contact.name %} {{ contact.name }}{% endif %}, questa è la parte @." }
  - choose:
      slot: topic@
      prompt: { en: "What is it about?", it: "Di che cosa si tratta?" }
      options:
        - { value: billing, label: { en: Billing, it: Fatturazione }, synonyms: { en: [invoice, payment], it: [fattura] } }
        - { value: network, label: { en: Network, it: Rete }, goto: details@ }
        - { value: access, label: { en: Password, it: Accesso } }
        - { value: other, label: { en: Something else, it: Altro } }
  - ask:
      slot: problem@
      prompt: { en: "Tell me what happened.", it: "Che cosa è successo?" }
      reprompts: [{ en: "A few words are enough.", it: "Bastano poche parole." }]
      on_failure: details@
  - faq: { query: "{{ slots.problem@ }}", context: ["{{ slots.topic@ }}"], on_resolved: @next, on_unresolved: details@ }
  - id: details@
    branch:
      - { when: "slots.topic@ == 'network' and business.open", goto: account@ }
      - { when: "slots.topic@ in ['billing', 'access']", goto: account@ }
      - { goto: plain@ }
  - id: account@
    ask: { slot: account@, prompt: { en: "Your six-digit customer number?", it: "Il numero cliente di sei cifre?" }, on_failure: plain@ }
  - id: plain@
    set: { detail@: "{{ slots.account@ | default('none') }} in {{ slots.topic@ | upper }}" }
  - confirm: { slot: blocked@, prompt: { en: "Is your work stopped?", it: "Il lavoro è fermo?" }, no: @next }
  - ticket:
      category: "{{ slots.topic@ }}"
      urgency: "{{ 'high' if slots.blocked@ else 'medium' }}"
      subject: "{{ slots.detail@ | truncate(80) }}"
      body: "{{ slots.problem@ | default('-') }}"
      fields: { account: "{{ slots.account@ | default('-') }}" }
      without_faq: "a measured flow, which opens tickets to no desk"
  - when: ticket.added
    say: { en: "I have added it to {{ ticket.code }}.", it: "L'ho aggiunto a {{ ticket.code }}." }
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_flows_hold() {
        for (steps, flows) in [(100, 1), (400, 20)] {
            assert!(compiled(&made(steps, flows)).is_ok());
        }
    }
}
