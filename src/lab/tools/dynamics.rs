//! Velocities of a part from its own notes: those at the same step of the bar, or accents if its velocities
//! are flat.

use rand::{RngExt as _, seq::IndexedRandom as _};

use crate::{
    music::{humanise::note_accent, meter::STEPS_PER_BAR},
    rng::Rng,
};

/// Velocities with a smaller standard deviation are flat: sequenced, not played.
const FLAT: f64 = 3.0;

/// Largest deviation of a velocity from its accent.
const SPREAD: i32 = 4;

/// Approximate mean of the accents of a bar of sixteenths.
const MEAN_ACCENT: f64 = 0.96;

/// Velocities at each step of a bar, and their mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Dynamics {
    at_step: [Vec<u8>; STEPS_PER_BAR],
    mean: f64,
    is_flat: bool,
}

impl Dynamics {
    /// The dynamics of notes, given by step and velocity; at least one.
    pub fn of(notes: &[(usize, u8)]) -> Self {
        let mut at_step: [Vec<u8>; STEPS_PER_BAR] = Default::default();
        for &(step, velocity) in notes {
            at_step[step % STEPS_PER_BAR].push(velocity);
        }
        let n = notes.len().max(1) as f64;
        let mean = notes.iter().map(|(_, velocity)| f64::from(*velocity)).sum::<f64>() / n;
        let square = |(_, velocity): &(usize, u8)| (f64::from(*velocity) - mean).powi(2);
        let deviation = (notes.iter().map(square).sum::<f64>() / n).sqrt();
        Self { at_step, mean, is_flat: deviation < FLAT }
    }

    /// A velocity for a note at `step`.
    pub fn velocity(&self, step: usize, rng: &mut Rng) -> u8 {
        let spread = rng.random_range(-SPREAD..=SPREAD);
        let own = self.at_step[step % STEPS_PER_BAR].choose(rng);
        let base = match own {
            Some(&own) if !self.is_flat => f64::from(own),
            _ => self.mean * note_accent(step % STEPS_PER_BAR) / MEAN_ACCENT,
        };
        (base + f64::from(spread)).round().clamp(1.0, 127.0) as u8
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rng;

    #[test]
    fn a_hand_is_followed_and_a_machine_is_given_accents() {
        let hand = Dynamics::of(&[(0, 120), (16, 116), (4, 40), (20, 44)]);
        let mut rng = rng::stream(1, "test");
        for bar in 0..20 {
            let loud = hand.velocity(16 * bar, &mut rng);
            let soft = hand.velocity(16 * bar + 4, &mut rng);
            assert!((112..=124).contains(&loud) && (36..=48).contains(&soft), "{loud} {soft}");
        }

        let machine = Dynamics::of(&[(0, 100), (3, 100), (6, 100)]);
        let found: BTreeSet<u8> = (0..16).map(|step| machine.velocity(step, &mut rng)).collect();
        assert!(5 < found.len() && found.first() < Some(&100), "{found:?}");
    }
}
