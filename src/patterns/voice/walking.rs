//! Walking basses: a chord tone on beats one and three, steps between, a neighbour before each new
//! chord.

use crate::{
    music::meter::STEPS_PER_QUARTER,
    patterns::{
        draw::{chance, pick},
        voice::{
            bass::{Lead, ends_chord},
            ground::{Ground, Motion, Place},
        },
    },
    rng::Rng,
};

/// Chance, in percent, that the last note before a chord or a bar leads to its root.
const LEADS: u32 = 80;

/// Chance, in percent, that a walk turns.
const TURNS: u32 = 20;

/// The note at `place`.
pub fn next(ground: &Ground, motion: &Motion, lead: &mut Lead, place: Place, rng: &mut Rng) -> i32 {
    if let Some(target) = lead.arrive() {
        return target;
    }
    if ends_chord(ground, place) && chance(LEADS, rng) {
        return lead.depart(ground, motion, place, rng);
    }
    let (lowest, highest) = ground.range;
    if motion.degree <= lowest + 1 {
        lead.direction = 1;
    } else if highest - 1 <= motion.degree {
        lead.direction = -1;
    } else if chance(TURNS, rng) {
        lead.direction = -lead.direction;
    }
    let is_strong = place.step.is_multiple_of(2 * STEPS_PER_QUARTER);
    let by = lead.direction * pick(if is_strong { &[2, 2, 3, 4] } else { &[1, 1, 1, 2] }, rng);
    let to = motion.degree + by;
    ground.folded(if is_strong { ground.chord_tone_near(to, place.step) } else { to })
}
