//! The top notes of stabbed chords.

use crate::{
    patterns::{
        draw::{chance, pick},
        voice::ground::{Ground, Motion, Place},
    },
    rng::Rng,
};

/// Chance, in percent, that a chord keeps its top note if it can.
const STAYS: u32 = 45;

/// The top note of the chord at `place`.
pub fn top(ground: &Ground, motion: &Motion, place: Place, rng: &mut Rng) -> i32 {
    let by = if chance(STAYS, rng) { 0 } else { pick(&[-2, -1, 1, 2, 3], rng) };
    ground.folded(ground.chord_tone_near(motion.degree + by, place.step))
}
