//! Phrase plans: the material of each of four bars.

use crate::patterns::{
    draw::Weighted,
    form::N_BARS,
    phrase::Material::{Again, Fragment, Half, New, Rhythm, Sequence, Silent, Tail},
};

/// The material of a bar. The number is that of an earlier bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Material {
    /// New material.
    New,
    /// New material in one half of the bar.
    Half,
    /// No notes.
    Silent,
    /// The earlier bar again; voices that follow the chords move with them.
    Again(usize),
    /// The earlier bar with another tail on the same rhythm.
    Tail(usize),
    /// The rhythm of the earlier bar with other pitches.
    Rhythm(usize),
    /// The earlier bar moved by scale steps.
    Sequence(usize),
    /// The first half of the earlier bar twice, moved by scale steps.
    Fragment(usize),
}

impl Material {
    /// The earlier bar.
    #[cfg(test)]
    pub fn source(self) -> Option<usize> {
        match self {
            New | Half | Silent => None,
            Again(bar) | Tail(bar) | Rhythm(bar) | Sequence(bar) | Fragment(bar) => Some(bar),
        }
    }
}

/// The material of each bar.
pub type Plan = [Material; N_BARS];

/// Forms of tunes: periods, sentences, AABA, call and response.
pub const SONG: Weighted<Plan> = &[
    // Period.
    (4, [New, New, Tail(0), New]),
    (2, [New, New, Again(0), New]),
    (2, [New, New, Tail(0), Tail(1)]),
    // Sentence: a motif, its sequence, a fragment, a cadence.
    (3, [New, Sequence(0), Fragment(0), New]),
    (2, [New, Rhythm(0), Fragment(1), New]),
    // AABA.
    (2, [New, Tail(0), New, Tail(0)]),
    (1, [New, Tail(0), New, Again(0)]),
    // Call and response.
    (2, [New, Half, Tail(0), Half]),
    (1, [Half, New, Tail(0), Rhythm(1)]),
    (2, [New, Silent, Tail(0), New]),
    (1, [New, New, Tail(0), Silent]),
    (2, [New, Rhythm(0), Rhythm(0), New]),
];

/// Forms of riffs: one or two bars that return and change by their tails.
pub const RIFF: Weighted<Plan> = &[
    (4, [New, New, Again(0), Tail(1)]),
    (3, [New, New, Tail(0), Tail(1)]),
    (2, [New, Tail(0), Again(0), Tail(0)]),
    (2, [New, Rhythm(0), Tail(0), Tail(1)]),
    (2, [New, New, Again(0), New]),
    (1, [New, Again(0), Tail(0), New]),
    (1, [New, Half, Again(0), Tail(1)]),
    (1, [New, New, Tail(0), Silent]),
];

/// Forms of accompaniments, which follow the chords with one rhythm.
pub const VAMP: Weighted<Plan> = &[
    (4, [New, Tail(0), Again(0), Tail(1)]),
    (3, [New, Rhythm(0), Again(0), New]),
    (3, [New, New, Again(0), Tail(1)]),
    (3, [New, New, Tail(0), New]),
    (2, [New, Again(0), Tail(0), New]),
    (2, [New, Rhythm(0), Rhythm(0), New]),
];

/// Forms without a return.
pub const FREE: Weighted<Plan> = &[
    (4, [New, New, New, New]),
    (2, [New, Half, New, New]),
    (2, [New, Sequence(0), New, New]),
    (1, [Half, New, Half, New]),
    (1, [New, New, Rhythm(0), New]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn material_comes_from_earlier_bars() {
        for (_, plan) in [SONG, RIFF, VAMP, FREE].into_iter().flatten() {
            let is_earlier = |(bar, material): (usize, &Material)| {
                material.source().is_none_or(|source| source < bar)
            };
            assert!(plan.iter().enumerate().all(is_earlier), "{plan:?}");
        }
    }
}
