//! Random numbers of each answer to a file.

use crate::rng::{self, Rng};

/// A numbered variation of a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variation {
    /// Random seed.
    pub seed: u64,
    /// Its number, from 0.
    pub number: u64,
}

impl Variation {
    /// The random stream for `what`.
    pub fn stream(self, what: &str) -> Rng {
        rng::stream(self.seed, &self.name(what))
    }

    /// The name of the random stream for `what`.
    pub fn name(self, what: &str) -> String {
        format!("{what} of {}", self.number)
    }
}
