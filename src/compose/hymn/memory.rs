//! The memory of a hymn between two phrases.

use serde::{Deserialize, Serialize};

use crate::{
    chorale::{frame::N_VOICES, token::N_TOKENS},
    compose::phrase::PHRASE_STEPS,
    music::scale::Key,
};

/// The longest strophe that a saved memory may have, in phrases.
const MOST_PHRASES: usize = 64;

/// Tokens of a phrase.
const N_PHRASE: usize = N_VOICES * PHRASE_STEPS;

/// The hymn so far: its tune, and its last phrase.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HymnMemory {
    /// Seed and key of the piece: a change of either starts another hymn.
    piece: u64,
    key: String,
    /// The soprano's tokens of each phrase of a strophe; empty for a skipped phrase.
    tune: Vec<Vec<u8>>,
    /// The last phrase: its place in the strophe, and its tokens.
    last: Option<(usize, Vec<u8>)>,
}

impl HymnMemory {
    /// Whether the values are possible; those of a file may not be.
    pub fn is_valid(&self) -> bool {
        let are_tokens = |tokens: &[u8]| tokens.iter().all(|&token| usize::from(token) < N_TOKENS);
        let is_tune = |tune: &Vec<u8>| [0, PHRASE_STEPS].contains(&tune.len()) && are_tokens(tune);
        let is_phrase = |(number, tokens): &(usize, Vec<u8>)| {
            *number < MOST_PHRASES && tokens.len() == N_PHRASE && are_tokens(tokens)
        };
        self.tune.len() <= MOST_PHRASES
            && self.tune.iter().all(is_tune)
            && self.last.as_ref().is_none_or(is_phrase)
    }

    /// Forgets the hymn unless it is that of `piece`, a piece's seed, in `key`.
    pub fn turn_to(&mut self, piece: u64, key: Key) {
        let key = key.to_string();
        if (self.piece, &self.key) != (piece, &key) {
            *self = Self { piece, key, tune: vec![], last: None };
        }
    }

    /// The tokens of the phrase before phrase `number` of the strophe, if it was the last one.
    pub fn before(&self, number: usize) -> Option<&[u8]> {
        let (last, tokens) = self.last.as_ref()?;
        (last + 1 == number).then_some(tokens)
    }

    /// The soprano's tokens of phrase `number` of the strophe, if composed.
    pub fn tune(&self, number: usize) -> Option<&[u8]> {
        self.tune.get(number).map(Vec::as_slice).filter(|tune| !tune.is_empty())
    }

    /// Remembers phrase `number` of the strophe.
    pub fn keep(&mut self, number: usize, tokens: &[u8]) {
        if self.tune.len() <= number {
            self.tune.resize(number + 1, vec![]);
        }
        self.tune[number] = tokens.iter().copied().step_by(N_VOICES).collect();
        self.last = Some((number, tokens.to_vec()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::scale::Mode;

    #[test]
    fn a_tune_is_known_until_another_hymn_or_key() {
        let key = Key { root: 7, mode: Mode::Major };
        let mut memory = HymnMemory::default();
        memory.turn_to(1, key);
        memory.keep(1, &[5; N_PHRASE]);

        assert!(memory.is_valid());
        assert_eq!((memory.tune(0), memory.tune(1)), (None, Some(&[5; PHRASE_STEPS][..])));
        assert_eq!((memory.before(1), memory.before(2)), (None, Some(&[5; N_PHRASE][..])));
        memory.turn_to(1, key);
        assert!(memory.tune(1).is_some());
        memory.turn_to(1, key.by_fifths(1));
        assert_eq!((memory.tune(1), memory.before(2)), (None, None));
    }

    #[test]
    fn what_no_phrase_can_be_is_not_valid() {
        let valid = HymnMemory { tune: vec![vec![], vec![2; PHRASE_STEPS]], ..Default::default() };
        assert!(valid.is_valid());
        for wrong in [
            HymnMemory { tune: vec![vec![2; 5]], ..Default::default() },
            HymnMemory { tune: vec![vec![N_TOKENS as u8; PHRASE_STEPS]], ..Default::default() },
            HymnMemory { last: Some((0, vec![2; 5])), ..Default::default() },
            HymnMemory { last: Some((usize::MAX, vec![2; N_PHRASE])), ..Default::default() },
        ] {
            assert!(!wrong.is_valid(), "{wrong:?}");
        }
    }
}
