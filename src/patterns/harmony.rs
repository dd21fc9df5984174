//! Chord loops over four bars, and the pitches of their degrees.

use rand::RngExt as _;

use crate::{
    music::{
        meter::STEPS_PER_BAR,
        scale::{Key, Mode},
    },
    patterns::{
        draw::{Weighted, weighted},
        form::N_BARS,
    },
    rng::Rng,
};

/// Chord changes per bar, at most.
const CHORDS_PER_BAR: usize = 2;

/// Half-bar chord slots in a pattern.
const N_SLOTS: usize = N_BARS * CHORDS_PER_BAR;

/// A chord loop: degrees of a mode, 1 to 7, spread evenly over four bars.
///
/// `"1645"` has a chord per bar, `"14"` one every two bars, `"11111167"` changes in the last bar only.
#[derive(Debug, Clone, Copy)]
pub struct Loop {
    /// The mode of the degrees.
    pub mode: Mode,
    /// 1, 2, 4 or 8 digits.
    pub degrees: &'static str,
}

/// A chord loop in a key.
#[derive(Debug, Clone, Copy)]
pub struct Harmony {
    /// The key.
    pub key: Key,
    /// The degree of each half-bar chord; the tonic is 0.
    degrees: [i32; N_SLOTS],
}

impl Harmony {
    /// Draws one of `loops` on any of the twelve roots.
    pub fn draw(loops: Weighted<Loop>, rng: &mut Rng) -> Self {
        let drawn = weighted(loops, rng);
        let key = Key { root: rng.random_range(0..12), mode: drawn.mode };
        let degrees = drawn.degrees.as_bytes();
        let at = |slot| i32::from(degrees[slot * degrees.len() / N_SLOTS]) - i32::from(b'1');
        Self { key, degrees: std::array::from_fn(at) }
    }

    /// The degree of the chord at `step`.
    pub fn degree(&self, step: usize) -> i32 {
        self.degrees[slot(step)]
    }

    /// The pitch `offset` scale degrees above the root of the chord on `degree`, with the root in
    /// the octave from `low` upwards.
    pub fn pitch(&self, low: u8, degree: i32, offset: i32) -> i32 {
        let above_tonic = self.semitones(degree);
        let root = i32::from(low)
            + (i32::from(self.key.root) + above_tonic - i32::from(low)).rem_euclid(12);
        root + self.semitones(degree + offset) - above_tonic
    }

    /// Whether `degree`, counted from the tonic, is in the triad of the chord at `step`.
    pub fn is_chord_tone(&self, step: usize, degree: i32) -> bool {
        [0, 2, 4].contains(&(degree - self.degree(step)).rem_euclid(7))
    }

    /// The root of the chord on `degree` as the lowest degree of its class at `low` or above.
    pub fn low_root(&self, low: u8, degree: i32) -> i32 {
        let is_reached = |root: i32| i32::from(low) <= self.pitch(low, 0, root);
        if is_reached(degree - 7) { degree - 7 } else { degree }
    }

    /// Semitones from the tonic to a degree, which may be octaves away.
    fn semitones(&self, degree: i32) -> i32 {
        let scale = self.key.mode.intervals();
        let n = scale.len() as i32;
        i32::from(scale[degree.rem_euclid(n) as usize]) + 12 * degree.div_euclid(n)
    }
}

fn slot(step: usize) -> usize {
    step * CHORDS_PER_BAR / STEPS_PER_BAR % N_SLOTS
}

/// A loop of `mode`.
pub const fn chords(mode: Mode, degrees: &'static str) -> Loop {
    Loop { mode, degrees }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn degrees_become_pitches_of_the_key() {
        const LOOPS: Weighted<Loop> = &[(1, chords(Mode::Minor, "1645"))];
        let mut harmony = Harmony::draw(LOOPS, &mut stream(1, "test"));
        harmony.key.root = 9;

        assert_eq!([0, 16, 40, 63].map(|step| harmony.degree(step)), [0, 5, 3, 4]);
        // On F, the sixth degree of A minor: F1, C2, the octave, and E1 below.
        assert_eq!([0, 4, 7, -1].map(|up| harmony.pitch(28, 5, up)), [29, 36, 41, 28]);
        assert_eq!(harmony.low_root(28, 5), -2);
        assert!(harmony.is_chord_tone(16, 0) && !harmony.is_chord_tone(16, 1));
    }
}
