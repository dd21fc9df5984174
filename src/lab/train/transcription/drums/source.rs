//! The sound of a group of drums: sounds of a kit, augmented to make many kits from a few.

use std::ops::Range;

use rand::RngExt as _;

use crate::{
    lab::train::transcription::mixdown::tilt,
    rng::Rng,
    units::{Decibels, SAMPLE_RATE},
};

/// Range of a group's tuning: a major third.
const TUNING: Range<f64> = 0.8..1.25;

/// Ranges of a group's level and of its highs relative to its lows, in decibels.
const LEVEL: Range<f64> = -6.0..6.0;
const TONE: Range<f64> = -9.0..9.0;

/// Share of groups that are damped, and the seconds in which a damped sound falls to 1/e.
const DAMPED: f64 = 0.35;
const DAMPING_S: Range<f64> = 0.04..0.3;

/// The sound of a group: sounds of a kit, and their augmentation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// Number of the kit.
    pub kit: usize,
    /// Playback speed of its samples.
    pub tuning: f64,
    /// Gain.
    pub level: Decibels,
    /// Highs relative to lows.
    pub tone: Decibels,
    /// Extra decay: seconds in which a sound falls to 1/e.
    pub damping_s: Option<f64>,
}

impl Source {
    /// The kit `number`, unchanged.
    pub const fn plain(number: usize) -> Self {
        let unchanged = Decibels(0.0);
        Self { kit: number, tuning: 1.0, level: unchanged, tone: unchanged, damping_s: None }
    }

    /// The kit `number`, augmented at random.
    pub fn draw(number: usize, rng: &mut Rng) -> Self {
        Self {
            kit: number,
            tuning: rng.random_range(TUNING),
            level: Decibels(rng.random_range(LEVEL)),
            tone: Decibels(rng.random_range(TONE)),
            damping_s: rng.random_bool(DAMPED).then(|| rng.random_range(DAMPING_S)),
        }
    }

    /// Adds `played`, whose onsets are at `onsets_s` in its own time, to `sound`.
    pub fn add(&self, mut played: Vec<f32>, onsets_s: Vec<f64>, sound: &mut [f32]) {
        if let Some(seconds) = self.damping_s {
            damp(&mut played, onsets_s, seconds * self.tuning);
        }
        if self.tone != Decibels(0.0) {
            tilt(&mut played, self.tone);
        }
        let gain = self.level.ratio() as f32;
        for (n, x) in sound.iter_mut().enumerate() {
            *x += gain * at(&played, n as f64 * self.tuning);
        }
    }
}

/// Decays the sound after each onset to 1/e in `seconds`; before the first onset, from the start.
fn damp(samples: &mut [f32], mut onsets_s: Vec<f64>, seconds: f64) {
    onsets_s.sort_by(f64::total_cmp);
    let frames_per_second = f64::from(SAMPLE_RATE);
    let factor = (-1.0 / (seconds * frames_per_second)).exp() as f32;
    let (mut next, mut gain) = (0, 1.0f32);
    for (n, x) in samples.iter_mut().enumerate() {
        while onsets_s.get(next).is_some_and(|onset_s| onset_s * frames_per_second <= n as f64) {
            (next, gain) = (next + 1, 1.0);
        }
        *x *= gain;
        gain *= factor;
    }
}

/// The sample at `place` frames, interpolated.
fn at(samples: &[f32], place: f64) -> f32 {
    let (n, share) = (place as usize, place.fract() as f32);
    let sample = |n: usize| samples.get(n).copied().unwrap_or(0.0);
    if share == 0.0 {
        return sample(n);
    }
    // Catmull-Rom, which keeps treble that a straight line would lose.
    let [a, b, c, d] = [n.wrapping_sub(1), n, n + 1, n + 2].map(sample);
    let cubic = [b, 0.5 * (c - a), a - 2.5 * b + 2.0 * c - 0.5 * d, 1.5 * (b - c) + 0.5 * (d - a)];
    cubic.iter().rev().fold(0.0, |sum, factor| sum * share + factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damped_sound_falls_from_each_onset() {
        let mut samples = vec![1.0; 44_100];
        damp(&mut samples, vec![0.5, 0.0], 0.1);
        assert_eq!((samples[0], samples[22_050]), (1.0, 1.0));
        for start in [0, 22_050] {
            assert!((samples[start + 4410] - (-1f32).exp()).abs() < 1e-3);
        }
    }
}
