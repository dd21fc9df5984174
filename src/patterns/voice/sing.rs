//! Tunes by the melodic grammar.
//!
//! The grammar proposes an interval; rules of counterpoint weigh it: chord tones on beats one and three, a
//! leap answered by a step back, one peak per phrase, an end on a stable tone.

use crate::{
    music::meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    patterns::{
        draw::{Weighted, index, weighted},
        grammar::{Context, Moves, WIDEST, is_minor, moves},
        voice::ground::{Ground, Motion, Place},
    },
    rng::Rng,
};

/// The smallest leap, in scale degrees: a fourth.
const LEAP: i32 = 3;

/// A style's tunes. Percentages scale the weights of the grammar.
#[derive(Debug)]
pub struct Sung {
    /// Degrees above the chord's root that are preferred on beats one and three.
    pub anchors: &'static [i32],
    /// Scale steps from the lowest to the highest note.
    pub spans: Weighted<i32>,
    /// Weight of repeated notes.
    pub repeats: u32,
    /// Weight of thirds.
    pub thirds: u32,
    /// Weight of leaps.
    pub leaps: u32,
}

/// The note at `place`.
pub fn sing(sung: &Sung, ground: &Ground, motion: &Motion, place: Place, rng: &mut Rng) -> i32 {
    let context = Context {
        is_minor: is_minor(ground.harmony.key.mode),
        degree: motion.degree,
        step: place.step % STEPS_PER_BAR,
        before: motion.before,
    };
    let grammar = moves(context);
    let weights: Moves = std::array::from_fn(|index| {
        let by = index as i32 - WIDEST;
        // At most 1001, 9, 36 and 24, and percentages below 1000: 32 bits are enough for the sum.
        let weight = (grammar[index] + 1) * sung.weight(by) / 100;
        weight * sung.fit(ground, motion, motion.degree + by, place) * answer(motion, by)
    });
    if let Some(index) = index(&weights, rng) {
        return motion.degree + index as i32 - WIDEST;
    }
    // Nothing fits after a leap to an edge of the range: a step back.
    let (lowest, highest) = ground.range;
    let inwards = if 2 * motion.degree < lowest + highest { 1 } else { -1 };
    (motion.degree + inwards).clamp(lowest, highest)
}

impl Sung {
    /// The lowest and the highest degree around `centre`.
    pub fn range(&self, centre: i32, rng: &mut Rng) -> (i32, i32) {
        let span = weighted(self.spans, rng);
        (centre - span / 2, centre - span / 2 + span)
    }

    fn weight(&self, by: i32) -> u32 {
        match by.abs() {
            0 => self.repeats,
            1 => 100,
            2 => self.thirds,
            _ => self.leaps,
        }
    }

    /// How well `degree` fits at `place`: 0 to 36.
    fn fit(&self, ground: &Ground, motion: &Motion, degree: i32, place: Place) -> u32 {
        let (lowest, highest) = ground.range;
        let ceiling = if place.is_peak { highest } else { highest - 1 };
        if !(lowest..=ceiling).contains(&degree) || place.is_peak && degree <= motion.top {
            return 0;
        }
        let above = (degree - ground.harmony.degree(place.step)).rem_euclid(7);
        let is_stable = [0, 2, 4].contains(&above);
        let by_metre =
            match place.step {
                step if step.is_multiple_of(2 * STEPS_PER_QUARTER) => {
                    if self.anchors.contains(&above) { 9 } else { 1 }
                }
                step if step.is_multiple_of(STEPS_PER_QUARTER) => 2 + u32::from(is_stable),
                _ => 3,
            };
        by_metre * if place.is_last && !is_stable { 1 } else { 4 }
    }
}

/// How well an interval answers the one before: 0 to 24.
fn answer(motion: &Motion, by: i32) -> u32 {
    let is_back = by.signum() == -motion.before.signum();
    let by_leap = match (motion.before.abs() < LEAP, by.abs()) {
        // A line continues in its direction.
        (true, 1 | 2) if by.signum() == motion.before.signum() => 4,
        (true, _) => 2,
        (false, 1 | 2) if is_back => 6,
        (false, 0 | 1) => 1,
        (false, _) => u32::from(is_back),
    };
    // Up to the peak, down after it.
    let is_on_course = by == 0 || (0 < by) != motion.is_past_peak;
    by_leap * if is_on_course { 4 } else { 3 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(before: i32) -> Motion {
        Motion { before, ..Motion::new(0) }
    }

    #[test]
    fn a_leap_is_answered_by_a_step_back() {
        let best = (-WIDEST..=WIDEST).map(|by| answer(&after(5), by)).max();
        assert_eq!(best, Some(answer(&after(5), -1)));
        assert!(2 * answer(&after(5), 1) < answer(&after(5), -1));
        assert_eq!(answer(&after(5), 4), 0);
    }
}
