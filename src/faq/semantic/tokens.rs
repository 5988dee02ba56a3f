//! Text to pieces of words, as SentencePiece does it (Kudo and Richardson 2018): NFKC by the model's own table, spaces
//! to `▁`, then the most likely pieces of a unigram model (Viterbi).

use std::collections::HashMap;

use super::ModelError;

const UNKNOWN: u32 = 0;
const BEGIN: u32 = 1;
const END: u32 = 2;
const SPACE: char = '▁';

pub(super) struct Tokens {
    pieces: HashMap<Box<str>, u32>,
    scores: Vec<f32>,
    /// Letters of the longest piece.
    longest: usize,
    unknown_score: f32,
    table: Table,
}

impl Tokens {
    /// From a model's file, a protocol buffer: pieces in field 1, the normaliser's table in field 2 of field 3 (an older
    /// layout than SentencePiece writes today).
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let cut = || ModelError::new("is cut short or no SentencePiece model");
        let (mut pieces, mut scores, mut longest) = (HashMap::new(), Vec::new(), 0);
        let mut table = Table::default();
        for (number, value) in fields(bytes).ok_or_else(cut)? {
            match number {
                1 => {
                    let inside = fields(value).ok_or_else(cut)?;
                    let of =
                        |wanted| inside.iter().find(|(number, _)| *number == wanted).map(|(_, value)| *value);
                    let piece = std::str::from_utf8(of(1).ok_or_else(cut)?).map_err(|_| cut())?;
                    let score = of(2).and_then(|four| four.try_into().ok()).map_or(0.0, f32::from_le_bytes);
                    longest = longest.max(piece.chars().count());
                    pieces.insert(piece.into(), scores.len() as u32);
                    scores.push(score);
                }
                3 => {
                    let inside = fields(value).ok_or_else(cut)?;
                    if let Some((_, map)) = inside.iter().find(|(number, _)| *number == 2) {
                        table = Table::read(map).ok_or_else(cut)?;
                    }
                }
                _ => {}
            }
        }
        if scores.len() <= END as usize {
            return Err(cut());
        }
        let unknown_score = scores.iter().copied().fold(f32::MAX, f32::min) - 10.0;
        Ok(Self { pieces, scores, longest, unknown_score, table })
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// The pieces of a text between the marks for its beginning and end; never empty.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let plain: Vec<char> = self.table.normalise(text).chars().collect();
        let mut ids = vec![BEGIN];
        if plain.is_empty() {
            ids.push(UNKNOWN);
        } else {
            ids.extend(self.most_likely(&plain));
        }
        ids.push(END);
        ids
    }

    /// The pieces with the highest sum of scores; of equal ones those that begin earlier.
    fn most_likely(&self, text: &[char]) -> Vec<u32> {
        let mut best = vec![(f32::NEG_INFINITY, 0_usize, UNKNOWN); text.len() + 1];
        best[0].0 = 0.0;
        let mut piece = String::new();
        for start in 0..text.len() {
            let before = best[start].0;
            let mut offer = |end: usize, score: f32, id: u32| {
                if before + score > best[end].0 {
                    best[end] = (before + score, start, id);
                }
            };
            piece.clear();
            let mut alone = false;
            for end in start + 1..=(start + self.longest).min(text.len()) {
                piece.push(text[end - 1]);
                if let Some(&id) = self.pieces.get(piece.as_str()) {
                    offer(end, self.scores[id as usize], id);
                    alone |= end == start + 1;
                }
            }
            if !alone {
                offer(start + 1, self.unknown_score, UNKNOWN);
            }
        }
        let mut ids = Vec::new();
        let mut end = text.len();
        while end > 0 {
            ids.push(best[end].2);
            end = best[end].1;
        }
        ids.reverse();
        ids
    }
}

/// What strings of letters are normalised to: a double-array trie (darts-clone) and the replacements, each closed by NUL.
#[derive(Default)]
struct Table {
    units: Vec<u32>,
    replacements: Vec<u8>,
}

impl Table {
    fn read(map: &[u8]) -> Option<Self> {
        let size = u32::from_le_bytes(map.get(..4)?.try_into().ok()?) as usize;
        let trie = map.get(4..size.checked_add(4)?)?;
        let unit = |four: &[u8]| four.try_into().map_or(0, u32::from_le_bytes);
        Some(Self { units: trie.chunks_exact(4).map(unit).collect(), replacements: map[4 + size..].to_vec() })
    }

    /// Normalised, with `▁` for runs of spaces and before the first word.
    fn normalise(&self, text: &str) -> String {
        let mut plain = String::with_capacity(text.len() + 8);
        let mut rest = text;
        let mut space = true;
        while let Some(first) = rest.chars().next() {
            let (replacement, length) =
                self.longest(rest).unwrap_or((&rest[..first.len_utf8()], first.len_utf8()));
            for c in replacement.chars() {
                if c == ' ' {
                    space = true;
                } else {
                    if space {
                        plain.push(SPACE);
                    }
                    space = false;
                    plain.push(c);
                }
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        plain
    }

    /// The replacement of the longest beginning of `text` that has one, and the bytes that it stands for.
    fn longest<'a>(&'a self, text: &str) -> Option<(&'a str, usize)> {
        let offset = |unit: u32| ((unit >> 10) << ((unit & 0x200) >> 6)) as usize;
        let mut at = offset(*self.units.first()?);
        let mut found = None;
        for (length, byte) in text.bytes().enumerate() {
            at ^= usize::from(byte);
            let Some(&unit) = self.units.get(at).filter(|&&unit| unit & 0x8000_00ff == u32::from(byte))
            else {
                break;
            };
            at ^= offset(unit);
            if unit & 0x100 != 0 {
                let value = self.units.get(at).copied().unwrap_or_default() & 0x7fff_ffff;
                found = Some((value as usize, length + 1));
            }
        }
        let (start, length) = found.filter(|(_, length)| text.is_char_boundary(*length))?;
        let rest = self.replacements.get(start..)?;
        let end = rest.iter().position(|&byte| byte == 0)?;
        Some((std::str::from_utf8(&rest[..end]).ok()?, length))
    }
}

/// The fields of a protocol buffer by number: the bytes of those that have a length or are of fixed size.
fn fields(bytes: &[u8]) -> Option<Vec<(u64, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        let length = match tag & 7 {
            0 => {
                varint(&mut rest)?;
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut rest)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (value, after) = rest.split_at_checked(length)?;
        found.push((tag >> 3, value));
        rest = after;
    }
    Some(found)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
