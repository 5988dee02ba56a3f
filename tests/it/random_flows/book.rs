//! Random flows that pass `check`: a list of blocks, each of one kind of step, with jumps forward, ways back through a
//! question, guards, and a flow that is called.

use std::cell::Cell;
use std::fmt::Write;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use vestibule::cli::playbook;
use vestibule::faq::Base;
use vestibule::flow::Playbook;
use vestibule::flow::check::Known;
use vestibule::flow::parse::{self, SourceFile};

/// A flow as planned; written as YAML by [`Plan::files`].
#[derive(Debug, Clone)]
pub struct Plan {
    pub main: Vec<Block>,
    pub called: Vec<Block>,
    pub other: Vec<Block>,
    /// `on_failure` of the flow.
    pub on_failure: bool,
    /// What follows failures is written out, for the flow.
    pub handlers: bool,
}

#[derive(Debug, Clone)]
pub struct Block {
    pub kind: BlockKind,
    pub guard: Guard,
    /// How many blocks ahead its jump leads, where it has one.
    pub jump: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    None,
    Open,
    Voice,
    Slot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    Say,
    Choose {
        options: u8,
        jumps: bool,
    },
    Menu,
    Ask(Type),
    Confirm {
        slot: bool,
    },
    /// A question whether to go back so many blocks.
    Loop {
        back: usize,
    },
    Set,
    Branch,
    Call,
    Faq {
        list: bool,
        reasons: bool,
        jumps: bool,
    },
    Ticket,
    Status,
    Handoff {
        jumps: bool,
    },
    Survey {
        nps: bool,
        comment: bool,
    },
    /// `error`: another step takes over where the service does not answer well.
    Http {
        error: bool,
    },
    Lookup {
        missing: bool,
    },
    Wait,
    Watch,
    /// A file, in chat; who calls goes on.
    File,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    Number,
    Date,
    Email,
    Phone,
    Choice,
    Bool,
    Pattern,
}

pub const WORDS: [&str; 5] = ["billing", "network", "garden", "kitchen", "zebra"];

fn kind(portable: bool) -> impl Strategy<Value = BlockKind> {
    use BlockKind as K;
    let slot = prop_oneof![
        Just(Type::Text),
        Just(Type::Number),
        Just(Type::Date),
        Just(Type::Email),
        Just(Type::Phone),
        Just(Type::Choice),
        Just(Type::Bool),
        Just(Type::Pattern)
    ];
    let faq = (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(list, reasons, jumps)| K::Faq {
        list,
        reasons,
        jumps,
    });
    let survey = (any::<bool>(), any::<bool>()).prop_map(|(nps, comment)| K::Survey { nps, comment });
    prop_oneof![
        2 => Just(K::Say),
        3 => (2..=5_u8, any::<bool>()).prop_map(|(options, jumps)| K::Choose { options, jumps }),
        1 => Just(K::Menu),
        6 => slot.prop_map(K::Ask),
        2 => any::<bool>().prop_map(|slot| K::Confirm { slot }),
        2 => (0..4_usize).prop_map(|back| K::Loop { back }),
        2 => Just(K::Set),
        2 => Just(K::Branch),
        2 => Just(K::Call),
        2 => faq,
        1 => Just(K::Ticket),
        1 => Just(K::Status),
        1 => any::<bool>().prop_map(|jumps| K::Handoff { jumps }),
        1 => survey,
        2 => any::<bool>().prop_map(|error| K::Http { error }),
        1 => any::<bool>().prop_map(|missing| K::Lookup { missing }),
        1 => Just(K::Wait),
        1 => Just(K::Watch),
        1 => Just(if portable { K::Say } else { K::File }),
        1 => Just(if portable { K::Say } else { K::End }),
    ]
}

fn block(portable: bool) -> impl Strategy<Value = Block> {
    let guard = if portable {
        prop_oneof![6 => Just(Guard::None), 1 => Just(Guard::Open), 1 => Just(Guard::Slot)].boxed()
    } else {
        prop_oneof![6 => Just(Guard::None), 1 => Just(Guard::Open), 1 => Just(Guard::Voice), 1 => Just(Guard::Slot)]
            .boxed()
    };
    (kind(portable), guard, 1..4_usize).prop_map(|(kind, guard, jump)| Block { kind, guard, jump })
}

pub fn plan(portable: bool) -> impl Strategy<Value = Plan> {
    let blocks = |most: usize| vec(block(portable), 0..most);
    let main = (blocks(12), blocks(5), blocks(4), any::<bool>(), any::<bool>());
    main.prop_map(|(main, called, other, on_failure, handlers)| Plan {
        main,
        called,
        other,
        on_failure,
        handlers,
    })
}

const TABLE: &str = "beast,legs\nzebra,4\nnetwork,0\nset once ,6\n";

const FAQ: &str = r#"
- id: password
  tags: [access]
  questions: { en: ["How do I reset my password?", "I forgot my password"] }
  answer: { en: "Open the portal and choose Forgot password." }
- id: router
  questions: { en: ["How do I restart the router?", "the router blinks red"] }
  answer: { en: "Pull its plug and wait for ten seconds." }
- id: router-lost
  questions: { en: ["Where is the router?", "I cannot find the router"] }
  answer: { en: "It hangs in the hall, behind the coats." }
"#;

impl Plan {
    pub fn files(&self) -> Vec<String> {
        vec![
            flow(
                "main",
                &format!("start: {{ default: true, commands: [main] }}\n{}", self.handlers()),
                &self.main,
                self.on_failure,
                if self.on_failure || self.handlers { Last::Helped } else { Last::End },
            ),
            flow("called", "", &self.called, false, Last::Back),
            flow(
                "other",
                "start: { commands: [other], phrases: { en: [\"my parcel did not arrive\", \"where is my order\"] } }\n",
                &self.other,
                false,
                Last::End,
            ),
        ]
    }

    /// What is said after a first and a second failure, and where a third one leads.
    fn handlers(&self) -> String {
        if !self.handlers {
            return String::new();
        }
        let end = self.main.len();
        format!(
            "on_no_match: [ \"Once more, please.\", {{ say: \"Well then.\", goto: b{end} }} ]\non_no_input: [ \"Are you there?\", \"Hello?\" ]\non_error: b{end}\n"
        )
    }

    /// Runs `test` with the playbook of the plan.
    ///
    /// # Errors
    /// The findings, where `check` refuses what was planned: then the plan is wrong, or the check. Else the test's.
    pub fn with_book(&self, test: impl FnOnce(&Playbook) -> Result<(), String>) -> Result<(), String> {
        let files: Vec<SourceFile> = ["main", "called", "other"]
            .iter()
            .zip(self.files())
            .map(|(name, text)| SourceFile::new(format!("{name}.yaml"), text))
            .chain([SourceFile::new("tables/beasts.csv".to_owned(), TABLE.to_owned())])
            .collect();
        let tags = ["access".to_owned()].into();
        let known = Known { categories: None, queues: None, faq_tags: Some(tags), hosts: None, whole: true };
        let parsed = parse::playbook(&files, &["en".to_owned()], &known);
        // What is planned is no defect to these rules of the phone.
        let wrong = |code: &str| matches!(code, "V609" | "V610" | "V611" | "V612" | "V613");
        if let Some(found) = parsed.diagnostics.iter().find(|found| wrong(found.code)) {
            return Err(format!("told without a reason: {found:?}"));
        }
        let Some(mut book) = parsed.playbook else {
            let errors: Vec<String> = parsed
                .diagnostics
                .iter()
                .filter(|found| found.is_error())
                .map(|found| format!("{} {}:{} {}", found.code, found.at.file, found.at.line, found.message))
                .collect();
            return Err(format!("the plan does not pass `check`: {}", errors.join("; ")));
        };
        // The same answers and phrases stand in every plan, and their index is what takes long.
        (book.faq, book.intents) = BASES.take().unwrap_or_else(bases);
        let done = test(&book);
        BASES.set(Some((book.faq, book.intents)));
        done
    }
}

thread_local! {
    static BASES: Cell<Option<(Arc<Base>, Arc<Base>)>> = const { Cell::new(None) };
}

/// The answers, and the phrases of the flow `other`.
fn bases() -> (Arc<Base>, Arc<Base>) {
    let plan =
        Plan { main: Vec::new(), called: Vec::new(), other: Vec::new(), on_failure: false, handlers: false };
    let files = ["main.yaml", "called.yaml", "other.yaml"].map(str::to_owned).into_iter().zip(plan.files());
    let files: Vec<(String, String)> = files.collect();
    let faq = [("faq.yaml".to_owned(), FAQ.to_owned())];
    let (book, found) = playbook::from_texts(&files, &faq, &["en".to_owned()]);
    let book = book.unwrap_or_else(|| panic!("{found:#?}"));
    (book.faq, book.intents)
}

/// What a flow does after its last block.
#[derive(Debug, Clone, Copy)]
enum Last {
    /// Gives back to its caller.
    Back,
    End,
    /// Failures lead here, too, and are not hung up on.
    Helped,
}

/// One flow's file. Each block's first step is named after its place, so that every block can be jumped to; none is
/// passed by all ways, because what falls through reaches the next.
fn flow(name: &str, start: &str, blocks: &[Block], on_failure: bool, last: Last) -> String {
    let mut slots = String::from("  base: { type: text }\n");
    let mut steps = String::new();
    for (at, block) in blocks.iter().enumerate() {
        let (slot, step) = write(name, blocks, at, block);
        slots.push_str(&slot);
        steps.push_str(&step);
    }
    let _ = write!(steps, "  - id: b{}\n    say: \"The end of {name}.\"\n", blocks.len());
    steps.push_str(match last {
        Last::Back => "",
        Last::End => "  - end: { outcome: informed }\n",
        Last::Helped => "  - ticket: { category: other, subject: \"The end\", without_faq: \"a test\" }\n  - end: { outcome: informed }\n",
    });
    let failure = if on_failure { format!("on_failure: b{}\n", blocks.len()) } else { String::new() };
    format!("flow: {name}\ntitle: \"The {name}\"\n{start}{failure}slots:\n{slots}steps:\n{steps}")
}

fn write(flow: &str, blocks: &[Block], at: usize, block: &Block) -> (String, String) {
    let next = at + 1;
    let jump = (at + block.jump).min(blocks.len());
    let mut slot = String::new();
    let slot_name = format!("s{at}");
    let body = match block.kind {
        BlockKind::Say => format!("say: \"At {at} {{{{ slots.base | default('nothing') }}}}.\""),
        BlockKind::Choose { options, jumps } => {
            let values = &WORDS[..usize::from(options)];
            let _ = writeln!(slot, "  {slot_name}: {{ type: choice, options: [{}] }}", values.join(", "));
            format!("choose:\n      slot: {slot_name}\n      prompt: \"Which of {at}?\"\n      options:\n{}", lines(values, |place| {
                (jumps && place == 0).then(|| format!("b{jump}"))
            }))
        }
        BlockKind::Menu => format!(
            "choose:\n      prompt: \"Where to, at {at}?\"\n      options:\n{}",
            lines(&WORDS[..2], |place| Some(format!("b{}", if place == 0 { jump } else { next })))
        ),
        BlockKind::Ask(kind) => {
            let _ = writeln!(slot, "  {slot_name}: {}", declared(kind));
            format!("ask: {{ slot: {slot_name}, prompt: \"Number {at}, as {kind:?}?\" }}")
        }
        BlockKind::Confirm { slot: filled } => {
            let mut into = String::new();
            if filled {
                let _ = writeln!(slot, "  {slot_name}: {{ type: bool }}");
                into = format!("slot: {slot_name}, ");
            }
            format!("confirm: {{ {into}prompt: \"Sure of {at}?\", \"yes\": b{jump}, \"no\": b{next} }}")
        }
        BlockKind::Loop { back } => {
            format!("confirm: {{ prompt: \"Once more, at {at}?\", \"yes\": b{}, \"no\": b{next} }}", at.saturating_sub(back))
        }
        BlockKind::Set => "set: { base: \"set once {{ slots.base | default('') | truncate(20) }}\" }".to_owned(),
        BlockKind::Branch => format!(
            "branch:\n      - {{ when: \"slots.base | default('') == 'zebra'\", goto: b{jump} }}\n      - {{ when: \"business.open\", goto: b{next} }}"
        ),
        BlockKind::Call if flow == "main" => "call: { flow: called, with: { base: \"passed {{ slots.base | default('on') | truncate(30) }}\" } }".to_owned(),
        BlockKind::Call => "say: \"Nobody is called here.\"".to_owned(),
        BlockKind::Faq { list, reasons, jumps } => {
            let shape = if list { ", as: list" } else { "" };
            let why = if reasons { ", reasons: true" } else { "" };
            let ways = if jumps { format!(", on_resolved: b{jump}, on_unresolved: b{next}") } else { format!(", on_resolved: b{next}") };
            format!("faq: {{ query: \"{{{{ slots.base | default('the router blinks red') }}}}\"{shape}{why}{ways} }}")
        }
        BlockKind::Ticket => "ticket: { category: other, subject: \"{{ slots.base | default('x') | truncate(80) }}\", without_faq: \"a test\" }".to_owned(),
        BlockKind::Status => "status: all".to_owned(),
        BlockKind::Handoff { jumps: true } => format!("handoff: {{ queue: default, on_unreached: b{jump} }}"),
        BlockKind::Handoff { jumps: false } => "handoff: { queue: default }".to_owned(),
        BlockKind::Survey { nps, comment } => {
            format!("survey: {{ ask: {}, comment: {comment} }}", if nps { "nps" } else { "csat" })
        }
        BlockKind::Http { error } => {
            let _ = writeln!(slot, "  {slot_name}: {{ type: text }}");
            let error = if error { format!(", on_error: b{jump}") } else { String::new() };
            format!("http: {{ url: \"https://api.example.com/{{{{ slots.base | default('x') | urlencode }}}}\", into: {{ {slot_name}: body.state }}{error} }}")
        }
        BlockKind::Lookup { missing } => {
            let _ = writeln!(slot, "  {slot_name}: {{ type: number }}");
            let missing = if missing { format!(", on_missing: b{jump}") } else { String::new() };
            format!("lookup: {{ table: beasts, where: {{ beast: \"{{{{ slots.base | default('none') }}}}\" }}, into: {{ {slot_name}: legs }}{missing} }}")
        }
        BlockKind::Wait => "wait: 10s".to_owned(),
        BlockKind::Watch => "watch: { incident: network }".to_owned(),
        BlockKind::File => {
            let _ = writeln!(slot, "  {slot_name}: {{ type: file }}");
            format!("ask: {{ slot: {slot_name}, prompt: \"A photo for {at}?\" }}")
        }
        // What follows an end is reached only where a guard skips it.
        BlockKind::End => "end: { outcome: informed }".to_owned(),
    };
    let guard = match block.guard {
        Guard::None if block.kind == BlockKind::End => "    when: \"business.open\"\n",
        _ if block.kind == BlockKind::File => "    when: \"not channel.voice\"\n",
        Guard::None => "",
        Guard::Open => "    when: \"business.open\"\n",
        Guard::Voice => "    when: \"channel.voice\"\n",
        Guard::Slot => "    when: \"slots.base | default('') != 'zebra'\"\n",
    };
    (slot, format!("  - id: b{at}\n    {body}\n{guard}"))
}

fn lines(values: &[&str], goto: impl Fn(usize) -> Option<String>) -> String {
    let line = |(place, value): (usize, &&str)| {
        let goto = goto(place).map(|goto| format!(", goto: {goto}")).unwrap_or_default();
        format!("        - {{ value: {value}, label: \"The {value}\"{goto} }}")
    };
    values.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

fn declared(kind: Type) -> &'static str {
    match kind {
        Type::Text => "{ type: text, min: 3 }",
        Type::Number => "{ type: number, min: 1, max: 9 }",
        Type::Date => "{ type: date, past: true }",
        Type::Email => "{ type: email }",
        Type::Phone => "{ type: phone }",
        Type::Choice => "{ type: choice, options: [red, green] }",
        Type::Bool => "{ type: bool }",
        Type::Pattern => "{ type: pattern, pattern: '[0-9]{6}', voice: digits, sensitive: true }",
    }
}
