//! Shared by the measures of token lines: kinds of tokens, windows, and their distance.

use crate::music::{drums, melody, trio::Line};

/// One example of a model: a line of tokens per part, all of equal length.
pub type Window = Vec<Line>;

/// The vocabulary of the tokens of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Tokens of [`crate::music::melody`]: melody and bass.
    Pitched,
    /// Tokens of [`crate::music::drums`]: sets of drum classes.
    Drums,
}

impl Kind {
    /// The kind of a line of the part called `part`.
    pub fn of_part(part: &str) -> Self {
        if part == "drums" { Self::Drums } else { Self::Pitched }
    }

    /// Whether `token` is an onset.
    pub fn is_onset(self, token: u16) -> bool {
        match self {
            Self::Pitched => melody::pitch(token).is_some(),
            Self::Drums => token != 0,
        }
    }

    /// Size of the vocabulary.
    pub fn n_tokens(self) -> usize {
        match self {
            Self::Pitched => melody::N_TOKENS,
            Self::Drums => drums::N_TOKENS,
        }
    }
}

/// Normalised Hamming distance of two windows: the share of steps, over all parts, whose tokens
/// differ, 0 to 1. 0 if both windows are empty.
pub fn hamming(a: &[Line], b: &[Line]) -> f64 {
    let steps = a.iter().zip(b).flat_map(|(a, b)| a.iter().zip(b));
    let (mut n_steps, mut n_different) = (0, 0);
    for (a, b) in steps {
        n_steps += 1;
        n_different += usize::from(a != b);
    }
    n_different as f64 / n_steps.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_line_decides_which_tokens_are_onsets() {
        let onsets = |kind: Kind| [0, 1, 2, 89].map(|token| kind.is_onset(token));
        assert_eq!(onsets(Kind::Pitched), [false, false, true, true]);
        assert_eq!(onsets(Kind::Drums), [false, true, true, true]);
    }

    #[test]
    fn the_hamming_distance_counts_steps_over_all_parts() {
        let a = [vec![1, 2, 3, 4], vec![0, 0, 0, 0]];
        let b = [vec![1, 2, 3, 5], vec![0, 0, 0, 7]];
        assert_eq!(hamming(&a, &b), 0.25);
        assert_eq!(hamming(&[], &[]), 0.0);
    }
}
