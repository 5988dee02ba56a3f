//! Random playbooks and random talk. Every playbook here passes `check`; what `check` proves must then hold whatever
//! people say: no panic, no fault, no run without a wait, and an end, a person or a ticket when they stop answering.
//! Chat and voice, answered alike, fill the same slots and come to the same outcome.
//!
//! `VESTIBULE_RANDOM_CASES` says how many conversations (10,000, eight with each playbook), `VESTIBULE_RANDOM_SEED`
//! which. A failure is shrunk and shown as the flows' files and the conversation.

mod acts;
mod book;
mod talk;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use acts::{Act, acts};
use book::{Plan, plan};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// One case, shown as an author would read it.
#[derive(Clone)]
struct Case {
    plan: Plan,
    talks: Vec<Vec<Act>>,
}

/// Conversations with one playbook.
const TALKS: usize = 8;

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f)?;
        for text in self.plan.files() {
            writeln!(f, "```yaml\n{text}```")?;
        }
        self.talks.iter().filter(|acts| !acts.is_empty()).try_for_each(|acts| writeln!(f, "{acts:?}"))
    }
}

/// Runs `cases` cases of `test` on as many threads as there are cores, each with a seed of its own.
fn run(salt: u8, portable: bool, cases: u64, test: fn(&Case) -> Result<(), String>) {
    let threads = std::thread::available_parallelism().map_or(2, |count| count.get() as u64).min(8);
    let seed = number("VESTIBULE_RANDOM_SEED", 1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut bytes = [salt; 32];
                    bytes[..8].copy_from_slice(&seed.to_le_bytes());
                    bytes[8..16].copy_from_slice(&worker.to_le_bytes());
                    let config = Config {
                        cases: u32::try_from(cases.div_ceil(threads * TALKS as u64))
                            .expect("a number of cases"),
                        failure_persistence: None,
                        max_shrink_iters: 3_000,
                        ..Config::default()
                    };
                    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
                    let strategy = (plan(portable), proptest::collection::vec(acts(portable), TALKS));
                    let mut runner = TestRunner::new_with_rng(config, rng);
                    let ran = runner.run(
                        &proptest::strategy::Strategy::prop_map(strategy, |(plan, talks)| Case {
                            plan,
                            talks,
                        }),
                        |case| test(&case).map_err(proptest::test_runner::TestCaseError::fail),
                    );
                    ran.map_err(Box::new)
                })
            })
            .collect();
        for worker in workers {
            if let Err(failed) = worker.join().expect("no panic outside a case") {
                panic!("{failed}");
            }
        }
    });
}

#[test]
fn whatever_is_said_a_conversation_holds_and_ends() {
    run(1, false, number("VESTIBULE_RANDOM_CASES", 10_000) * 7 / 10, |case| {
        case.plan.with_book(|book| {
            case.talks.iter().try_for_each(|acts| talk::holds(book, acts, acts.len() % 3 == 0))
        })
    });
}

#[test]
fn chat_and_voice_reach_the_same() {
    run(2, true, number("VESTIBULE_RANDOM_CASES", 10_000) * 3 / 10, |case| {
        case.plan.with_book(|book| case.talks.iter().try_for_each(|acts| talk::alike(book, acts)))
    });
}
