//! The loss of a delay line per pass, so that the sound decays in the given time, at mid and at high
//! frequencies.
//!
//! Source: J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial
//! reverberators", AES 90, 1991: a line of L seconds keeps `10^(-3 L / T60)` of its sound. A first-order
//! shelf joins the gains of mids and highs.

use std::f64::consts::PI;

use crate::{
    sound::{
        frame::FRAMES_PER_MP3_FRAME,
        room::line::{CHUNK, Sound},
    },
    units::SAMPLE_RATE,
};

/// Chunks over which new gains are reached: a block.
const N_STEPS: usize = FRAMES_PER_MP3_FRAME / CHUNK;

/// Where a decay is halfway between that of the mids and that of the highs, in Hz.
const CROSSOVER_HZ: f64 = 7_000.0;

/// Decay times in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decay {
    pub mid_seconds: f64,
    pub high_seconds: f64,
}

impl Decay {
    /// The gains of mids and highs over `n_frames`.
    pub fn gains(self, n_frames: f64) -> [f64; 2] {
        let frames = |seconds: f64| seconds * f64::from(SAMPLE_RATE);
        [self.mid_seconds, self.high_seconds]
            .map(|seconds| libm::pow(10.0, -3.0 * n_frames / frames(seconds)))
    }
}

/// A first-order shelf. New gains are reached over one block, in chunks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Absorption {
    taps: [f32; 3], // of the input, of the one before, of the output before
    steps: [f32; 3],
    n_steps_left: usize,
    before: [f32; 2],
}

impl Absorption {
    /// Sets the gains of a line of `n_frames`, times `scale`.
    pub fn set(&mut self, decay: Decay, n_frames: usize, scale: f64) {
        let [mid, high] = decay.gains(n_frames as f64);
        let tilt = (high / mid).sqrt();
        let t = libm::tan(PI * CROSSOVER_HZ / f64::from(SAMPLE_RATE));
        let (zero, pole) = (t / tilt, t * tilt);
        // An analog shelf (1 + s/zero) / (1 + s/pole), by the bilinear transform.
        let norm = mid * scale * (pole / zero) / (pole + 1.0);
        let taps = [norm * (zero + 1.0), norm * (zero - 1.0), (1.0 - pole) / (1.0 + pole)];
        for ((step, tap), to) in self.steps.iter_mut().zip(self.taps).zip(taps) {
            *step = (to as f32 - tap) / N_STEPS as f32;
        }
        self.n_steps_left = N_STEPS;
    }

    /// Reaches the gains at once.
    pub fn settle(&mut self) {
        let n = std::mem::take(&mut self.n_steps_left) as f32;
        for (tap, step) in self.taps.iter_mut().zip(self.steps) {
            *tap += n * step;
        }
    }

    /// Moves towards the set gains by a chunk.
    fn approach(&mut self) {
        if 0 < self.n_steps_left {
            self.n_steps_left -= 1;
            for (tap, step) in self.taps.iter_mut().zip(self.steps) {
                *tap += step;
            }
        }
    }
}

/// Filters processed side by side: each depends on its last output, so several at once take no longer than
/// one.
pub(super) const N_ABREAST: usize = 8;

/// Filters the sound of [`N_ABREAST`] lines in place.
#[allow(clippy::needless_range_loop)] // Frame by frame, across the lines.
pub(super) fn absorb(filters: &mut [Absorption], sounds: &mut [Sound]) {
    let (Some(filters), Some(sounds)) =
        (filters.first_chunk_mut::<N_ABREAST>(), sounds.first_chunk_mut::<N_ABREAST>())
    else {
        return;
    };
    filters.iter_mut().for_each(Absorption::approach);
    let tap = |n: usize| filters.each_ref().map(|filter| filter.taps[n]);
    let before = |n: usize| filters.each_ref().map(|filter| filter.before[n]);
    let [now, last, fed] = [tap(0), tap(1), tap(2)];
    let [mut input, mut output] = [before(0), before(1)];
    for n in 0..CHUNK {
        for i in 0..N_ABREAST {
            let x = sounds[i][n];
            output[i] = (now[i] * x + last[i] * input[i]) + fed[i] * output[i];
            input[i] = x;
            sounds[i][n] = output[i];
        }
    }
    for (i, filter) in filters.iter_mut().enumerate() {
        filter.before = [input[i], output[i]];
    }
}
