//! Recent phrases, as hashes of pairs: eight bars at a time.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher as _},
};

use serde::{Deserialize, Serialize};

/// Pairs of phrases that are remembered: more than ten minutes at any tempo up to 300 bpm.
const N_PAIRS: usize = 200;

/// Pairs of consecutive phrases.
///
/// The standard library's hash may change with the compiler; pairs saved by an older build are then not
/// recognised, which at worst allows a repeat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PhraseMemory {
    last: u64,
    pairs: VecDeque<u64>,
}

impl PhraseMemory {
    /// Whether `phrase` has followed the last phrase before.
    pub fn knows(&self, phrase: &impl Hash) -> bool {
        self.pairs.contains(&self.pair(hash(phrase)))
    }

    /// Remembers `phrase` as the successor of the last one.
    pub fn keep(&mut self, phrase: &impl Hash) {
        let this = hash(phrase);
        let pair = self.pair(this);
        self.last = this;
        if self.pairs.contains(&pair) {
            return;
        }
        self.pairs.push_back(pair);
        if N_PAIRS < self.pairs.len() {
            self.pairs.pop_front();
        }
    }

    fn pair(&self, this: u64) -> u64 {
        hash(&(self.last, this))
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_known_until_two_hundred_others_were_heard() {
        let mut memory = PhraseMemory::default();
        for phrase in [0, 1, 0] {
            memory.keep(&phrase);
        }
        assert!(memory.knows(&1) && !memory.knows(&0));

        (2..=N_PAIRS as u32).for_each(|phrase| memory.keep(&phrase));
        memory.keep(&0);

        assert!(!memory.knows(&1));
    }
}
