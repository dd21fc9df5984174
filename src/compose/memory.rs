//! What was played lately, eight bars at a time.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher as _},
};

use serde::{Deserialize, Serialize};

/// Phrases whose pairs are remembered: more than ten minutes of any tempo up to 300 bpm.
const REMEMBERED: usize = 200;

/// Pairs of phrases that followed each other. By hashes that are compared with those of the same build:
/// another one may hash otherwise, and has forgotten then.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Memory {
    last: u64,
    pairs: VecDeque<u64>,
}

impl Memory {
    /// Whether the last phrase and this one have been heard one after the other.
    pub fn knows(&self, sheet: &impl Hash) -> bool {
        self.pairs.contains(&self.pair(hash(sheet)))
    }

    /// Remembers that `sheet` was heard after the last one.
    pub fn keep(&mut self, sheet: &impl Hash) {
        let this = hash(sheet);
        let pair = self.pair(this);
        self.last = this;
        if self.pairs.contains(&pair) {
            return;
        }
        self.pairs.push_back(pair);
        if REMEMBERED < self.pairs.len() {
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
    fn a_pair_is_known_until_two_hundred_others_came() {
        let mut memory = Memory::default();
        for phrase in [0, 1, 0] {
            memory.keep(&phrase);
        }
        assert!(memory.knows(&1) && !memory.knows(&0));

        (2..=REMEMBERED as u32).for_each(|phrase| memory.keep(&phrase));
        memory.keep(&0);

        assert!(!memory.knows(&1));
    }
}
