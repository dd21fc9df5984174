//! Figures about music: how near it is to real music, how far from copied, how smooth its changes.
//!
//! Most are pure functions of lines of tokens, so that a model, a data set and a station are measured
//! by the same code; what is played and what is heard have measures of their own. Figures with which other people's music was measured keep their
//! definitions; where ours departs from one, its documentation says how and why.
//!
//! - [`features`], [`overlap`]: Yang & Lerch 2018, *On the evaluation of generative models in music*
//!   (`MGEval`): what a set of samples is like, and how much of that another set shares.
//! - [`novelty`], [`ngrams`]: whether the training set was learnt from or learnt by heart.
//! - [`interpolation`], [`language`]: Roberts et al. 2018, Fig. 4: whether the way from one line to
//!   another leads through music.
//! - [`health`]: Dong et al. 2020 (`MusPy`): empty bars, density, key.
//! - [`feel`]: velocity and micro-timing of drums.
//! - [`score`]: bars as they are played.
//! - [`hearing`]: what a listener gets.
//! - [`seams`]: whether joints between bars can be heard.

pub mod attribute;
pub mod density;
pub mod features;
pub mod feel;
pub mod health;
pub mod hearing;
pub mod interpolation;
pub mod language;
pub mod ngrams;
pub mod novelty;
pub mod overlap;
pub mod planes;
pub mod score;
pub mod seams;
pub mod statistics;

use crate::music::{drums, melody, trio::Line};

/// One example: a line for each part, all equally long.
pub type Window = Vec<Line>;

/// What the tokens of a line mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Tokens of [`crate::music::melody`]: melody or bass.
    Pitched,
    /// Tokens of [`crate::music::drums`]: sets of classes.
    Drums,
}

impl Kind {
    /// Whether `token` begins a sound.
    pub fn begins(self, token: u16) -> bool {
        match self {
            Self::Pitched => melody::pitch(token).is_some(),
            Self::Drums => token != 0,
        }
    }

    /// How many tokens there are.
    pub fn n_tokens(self) -> usize {
        match self {
            Self::Pitched => melody::N_TOKENS,
            Self::Drums => drums::N_TOKENS,
        }
    }
}

/// The share of steps, 0 to 1, in which two windows differ, over all their parts; 0 if both are
/// empty.
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
    fn a_token_begins_a_sound_by_the_kind_of_its_line() {
        let begins = |kind: Kind| [0, 1, 2, 89].map(|token| kind.begins(token));
        assert_eq!(begins(Kind::Pitched), [false, false, true, true]);
        assert_eq!(begins(Kind::Drums), [false, true, true, true]);
    }

    #[test]
    fn windows_differ_by_the_share_of_steps_over_all_parts() {
        let a = [vec![1, 2, 3, 4], vec![0, 0, 0, 0]];
        let b = [vec![1, 2, 3, 5], vec![0, 0, 0, 7]];
        assert_eq!(hamming(&a, &b), 0.25);
        assert_eq!(hamming(&[], &[]), 0.0);
    }
}
