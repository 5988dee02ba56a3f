//! Flows made for the walk: one with what the demo has none of, and such as leave callers alone.

pub const FAQ: &str = r#"
- id: reset-router
  questions: { en: [how do I reset my router, the router must be reset, restart the router] }
  answer: { en: "Hold the button at its back for ten seconds." }
- id: change-router
  questions: { en: [how do I change my router, a new router for the old router, swap the router] }
  answer: { en: "Send the router back, and we send another." }
- id: pay-bill
  questions: { en: [how do I pay my bill, pay an invoice, payment of bills] }
  answer: { en: "By transfer or by card." }
"#;

pub const GOOD: &str = r#"
flow: good
title: { en: Good }
start: { default: true, commands: [good] }
slots:
  problem: { type: text, min: 4 }
  order: { type: pattern, pattern: '[0-9]{4}', voice: digits }
  people: { type: number, min: 1, max: 50, voice: digits }
  state: { type: choice, options: [sent, lost] }
steps:
  - ask: { slot: order, prompt: { en: "Which order is it?" }, on_failure: problem }
  - id: service
    http:
      url: "https://orders.example.org/{{ slots.order }}"
      into: { state: body.state.now }
      on_error: problem
  - branch:
      - { when: "slots.state == 'sent'", goto: sent }
      - { goto: people }
  - id: sent
    say: { en: "It was sent." }
  - end: informed
  - id: people
    ask: { slot: people, prompt: { en: "How many wait for it?" } }
  - wait: { for: 5s }
  - branch:
      - { when: "slots.people > 20", goto: open }
      - { goto: problem }
  - id: problem
    ask: { slot: problem, prompt: { en: "What is it about?" }, on_failure: open }
  - faq:
      query: "{{ slots.problem }}"
      as: list
      reasons: true
      on_unresolved: open
  - id: open
    ticket:
      category: other
      type: incident
      urgency: low
      impact: low
      subject: "{{ slots.order | default('an order') }}"
      body: "{{ slots.problem | default('see the transcript') }}"
      without_faq: "many wait for it"
  - end: ticketed
"#;

/// A flow, what is found in it, and a line of the way there.
pub const BAD: [(&str, &str, &str); 4] = [
    (FAILURE, "a bare hang-up: something failed, and `goodbye`", "* three failures at bad, #1"),
    (UNREACHED, "a bare hang-up: something failed, and `over`", "* nobody came from the queue"),
    (UNRESOLVED, "a bare hang-up: something failed, and `informed`", "bot: Goodbye."),
    (CIRCLE, "goes round as long as the caller gives no good answer", "from here on it goes round:"),
];

/// After three failures a goodbye is all there is.
const FAILURE: &str = r#"
flow: bad
title: { en: Bad }
start: { default: true, commands: [bad] }
slots: { order: { type: pattern, pattern: '[0-9]{4}', voice: digits } }
steps:
  - ask: { slot: order, prompt: { en: "Which order is it?" }, on_failure: bye }
  - say: { en: "Order {{ slots.order }} is on its way." }
  - end: informed
  - id: bye
    say: { en: "Goodbye." }
  - end: goodbye
"#;

/// Nobody is reached, and that is it.
const UNREACHED: &str = r#"
flow: bad
title: { en: Bad }
start: { default: true, commands: [bad] }
steps:
  - confirm: { prompt: { en: "Shall I put you through?" }, yes: person, no: over }
  - id: person
    handoff: { queue: default, on_unreached: over }
  - id: over
    end: over
"#;

/// No answer fits, and nobody hears of it.
const UNRESOLVED: &str = r#"
flow: bad
title: { en: Bad }
start: { default: true, commands: [bad] }
slots: { problem: { type: text, min: 4 } }
steps:
  - ask: { slot: problem, prompt: { en: "What is it about?" } }
  - faq: { query: "{{ slots.problem }}", on_unresolved: bye }
  - id: bye
    say: { en: "Goodbye." }
  - end: informed
"#;

/// Whoever says nothing is asked in turn for the one and the other.
const CIRCLE: &str = r#"
flow: bad
title: { en: Bad }
start: { default: true, commands: [bad] }
slots: { order: { type: pattern, pattern: '[0-9]{4}', voice: digits }, day: { type: date } }
steps:
  - id: order
    ask: { slot: order, prompt: { en: "Which order is it?" }, on_failure: day }
    goto: told
  - id: day
    ask: { slot: day, prompt: { en: "Of which day is it?" }, on_failure: order }
  - id: told
    say: { en: "It is on its way." }
  - end: informed
"#;
