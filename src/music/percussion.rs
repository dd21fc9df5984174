//! Percussion beside the nine drum classes: its sounds, their keys, and loops of two bars.

use rand::{RngExt as _, seq::IndexedRandom as _};
use serde::Serialize;

use crate::{
    music::{arrange::LineNote, meter::STEPS_PER_BAR},
    rng::Rng,
};

/// Steps of a loop.
pub const LOOP_STEPS: usize = 2 * STEPS_PER_BAR;

/// Strokes in a bar of a rim or conga loop, and of a cowbell's: spread evenly, these are the three,
/// five and seven strokes of most timelines (Toussaint 2005, "The Euclidean algorithm generates
/// traditional musical rhythms").
const FEW: [usize; 2] = [3, 5];
const MANY: [usize; 3] = [4, 5, 7];

/// Probability that the second bar of a loop has a pick-up.
const PICK_UP: f64 = 0.3;

/// Steps of a bar's backbeat, beats two and four.
const BACKBEAT: [usize; 2] = [4, 12];

/// A percussion sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[allow(missing_docs)] // Self-explanatory.
pub enum Percussion {
    Clap,
    Rim,
    Shaker,
    Conga,
    Cowbell,
}

impl Percussion {
    /// General MIDI keys of the sound, from low to high; all kits of the default SoundFont have them.
    pub fn keys(self) -> &'static [u8] {
        match self {
            Self::Clap => &[39],
            Self::Rim => &[37],
            Self::Shaker => &[70],
            Self::Conga => &[64, 63, 62],
            Self::Cowbell => &[56],
        }
    }

    /// A loop of two bars, the second one sometimes with a pick-up.
    pub fn draw_loop(self, rng: &mut Rng) -> Vec<LineNote> {
        let first = self.draw_bar(rng);
        let second = self.varied(&first, rng);
        let keys = self.keys();
        let steps = first.into_iter().chain(second.into_iter().map(|step| STEPS_PER_BAR + step));
        steps
            .map(|start_step| LineNote { start_step, n_steps: 1, pitch: tone(keys, start_step) })
            .collect()
    }

    /// The steps of a bar.
    fn draw_bar(self, rng: &mut Rng) -> Vec<usize> {
        let choose = |counts: &[usize], rng: &mut Rng| counts.choose(rng).copied().unwrap_or(1);
        match self {
            Self::Clap => BACKBEAT.to_vec(),
            Self::Shaker => shaken(rng.random_range(0..3)),
            Self::Rim | Self::Conga => {
                // Rotated off the beat, so that it answers the kick.
                let steps = evenly(choose(&FEW, rng), rng.random_range(1..4));
                steps.into_iter().filter(|step| !BACKBEAT.contains(step)).collect()
            }
            Self::Cowbell => evenly(choose(&MANY, rng), 2 * rng.random_range(0..2)),
        }
    }

    /// `steps`, sometimes with a pick-up to the next bar.
    fn varied(self, steps: &[usize], rng: &mut Rng) -> Vec<usize> {
        let mut varied = steps.to_vec();
        if self != Self::Shaker && rng.random_bool(PICK_UP) {
            let pick_up = STEPS_PER_BAR - rng.random_range(1..4);
            varied.push(pick_up);
            varied.sort_unstable();
            varied.dedup();
        }
        varied
    }
}

/// MIDI velocity of a stroke of `key` at `step` of its bar: softer than the drums, shakers loudest off the
/// beat, the others on it.
pub fn velocity(key: u8, step: usize) -> f64 {
    let (level, accents) = match key {
        39 => (98.0, [1.0, 0.6, 0.8, 0.6]),
        37 => (84.0, [1.0, 0.8, 0.9, 0.8]),
        70 => (66.0, [0.8, 0.6, 1.0, 0.7]),
        56 => (62.0, [1.0, 0.8, 0.9, 0.8]),
        _ => (80.0, [1.0, 0.75, 0.9, 0.75]),
    };
    level * accents[step % 4]
}

/// The key for the stroke at `step`: low ones lead to the next bar, as on congas.
fn tone(keys: &[u8], step: usize) -> u8 {
    let lowest_first = match step % STEPS_PER_BAR {
        13.. => 0,
        6..=9 => keys.len() / 2,
        _ => keys.len() - 1,
    };
    keys[lowest_first]
}

/// Sixteenths, eighths, or sixteenths without the second of each beat.
fn shaken(kind: usize) -> Vec<usize> {
    let sounds = |step: &usize| match kind {
        0 => true,
        1 => step.is_multiple_of(2),
        _ => step % 4 != 1,
    };
    (0..STEPS_PER_BAR).filter(sounds).collect()
}

/// The steps of `n` strokes spread evenly over a bar, from step `first` on, sorted.
fn evenly(n: usize, first: usize) -> Vec<usize> {
    let mut steps: Vec<usize> =
        (0..n).map(|stroke| (first + stroke * STEPS_PER_BAR / n) % STEPS_PER_BAR).collect();
    steps.sort_unstable();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    const ALL: [Percussion; 5] = [
        Percussion::Clap,
        Percussion::Rim,
        Percussion::Shaker,
        Percussion::Conga,
        Percussion::Cowbell,
    ];

    #[test]
    fn a_loop_has_two_bars_in_order_and_claps_are_on_two_and_four() {
        for (sound, seed) in ALL.iter().flat_map(|sound| (0..20).map(move |seed| (sound, seed))) {
            let notes = sound.draw_loop(&mut stream(seed, "test"));
            assert!(notes.is_sorted_by_key(|note| note.start_step), "{sound:?}: {notes:?}");
            assert!(notes.iter().all(|note| note.start_step < LOOP_STEPS));
            let has = |step: usize| notes.iter().any(|note| note.start_step == step);
            assert!((0..16).any(has) && (16..32).any(has), "{sound:?}");
            if *sound == Percussion::Clap {
                assert!([4, 12, 20, 28].into_iter().all(has));
            }
        }
    }

    #[test]
    fn strokes_are_spread_evenly() {
        assert_eq!(evenly(3, 0), [0, 5, 10]);
        assert_eq!(evenly(5, 2), [2, 5, 8, 11, 14]);
        assert_eq!(shaken(1), [0, 2, 4, 6, 8, 10, 12, 14]);
    }
}
