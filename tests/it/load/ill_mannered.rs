//! A caller who knows nothing of the flow and whose line is bad.

use crate::support::caller::{Caller, Delivery, Wrong, code};

/// A call that is not over by then goes in circles.
const MAX_STEPS: usize = 90;

/// Shares of 100 of the steps of a call.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    pub twice: u64,
    pub twins: u64,
    pub silence: u64,
    pub wrong_key: u64,
    pub forged: u64,
}

impl Manners {
    pub const GOOD: Self = Self { twice: 0, twins: 0, silence: 0, wrong_key: 0, forged: 0 };
    pub const ILL: Self = Self { twice: 10, twins: 5, silence: 10, wrong_key: 10, forged: 5 };
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// With a ticket's code.
    Code(String),
    /// The caller got stuck and was put through, or put down for a call back.
    Person,
    /// Said goodbye without a ticket.
    Settled,
}

/// The number that a call comes from.
pub fn number(id: &str) -> String {
    format!("+1415{:07}", Dice::new(id).roll(10_000_000))
}

/// One call from ring to end, and how many steps it took.
pub async fn call(
    client: reqwest::Client,
    base: &str,
    id: &str,
    manners: Manners,
) -> Result<(Ending, usize), Wrong> {
    let mut dice = Dice::new(id);
    let mut caller = Caller::new(client, base, id, &number(id));
    dice.roll(1);
    caller.begin().await?;
    let mut promised = None;
    let mut asked = Vec::new();
    for _ in 0..MAX_STEPS {
        if let Some(code) = code(caller.last()) {
            if promised.as_ref().is_some_and(|promised| *promised != code) {
                return Err(format!("two codes in one call: {:?}", caller.heard));
            }
            promised = Some(code);
        }
        if caller.over() {
            return ended(&caller, promised, &asked);
        }
        if caller.gather.as_ref().is_some_and(|gather| gather.timeout == 10) {
            caller.hang_up().await?;
            let ending = promised.map_or(Ending::Person, Ending::Code);
            return Ok((ending, caller.posts));
        }
        if dice.below(manners.forged) {
            caller.forge().await?;
        }
        caller.delivery = match dice.roll(100) {
            roll if roll < manners.twice => Delivery::Twice,
            roll if roll < manners.twice + manners.twins => Delivery::Twins,
            _ => Delivery::Once,
        };
        step(&mut caller, &mut dice, manners, &mut asked).await?;
    }
    Err(format!("the call does not end: {:?}", caller.heard))
}

/// A call may end without a code only where nothing was wrong with that: an answer helped, or the caller failed.
fn ended(caller: &Caller, promised: Option<String>, asked: &[bool]) -> Result<(Ending, usize), Wrong> {
    if caller.last().is_empty() {
        return Err(format!("hung up on without a word: {:?}", caller.heard));
    }
    let failed = asked.windows(3).any(|three| three.iter().all(|failed| *failed));
    let ending = match promised {
        Some(code) => Ending::Code(code),
        None if failed => Ending::Person,
        None => Ending::Settled,
    };
    Ok((ending, caller.posts))
}

pub async fn step(
    caller: &mut Caller,
    dice: &mut Dice,
    manners: Manners,
    asked: &mut Vec<bool>,
) -> Result<(), Wrong> {
    let chance = dice.roll(100);
    if caller.record.is_some() || chance < manners.silence {
        asked.push(true);
        return caller.silence().await;
    }
    if chance < manners.silence + manners.wrong_key {
        asked.push(true);
        return caller.press("9").await;
    }
    asked.push(false);
    let said = caller.last().to_lowercase();
    let gather = caller.gather.clone().ok_or("nobody listens")?;
    match gather.num_digits {
        Some(1) if gather.hints.is_empty() && !said.contains("press 1") => {
            caller.speak("The purple gadget on my desk hums a tune", "0.91").await
        }
        // No, it did not help; and where no leads nowhere, yes.
        Some(1) if said.contains("no, press 2") => caller.press(if dice.below(85) { "2" } else { "1" }).await,
        Some(1) => caller.press("1").await,
        // A date wherever a date is asked for.
        Some(8) => caller.press("01012026").await,
        Some(count) => caller.press(&"1234567890".repeat(4)[..count]).await,
        None => caller.press("12#").await,
    }
}

/// The same call rolls the same.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: &str) -> Self {
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// From 0 to below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn below(&mut self, share: u64) -> bool {
        self.roll(100) < share
    }
}
