//! A room reverb: a feedback delay network of eight lines.
//!
//! Sources: J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial
//! reverberators", AES 90, 1991 (decay by line length); M. Schroeder, 1961 (all-pass diffusion).
//! The lines feed each other through a Householder reflection, which is lossless, so the decay
//! depends on the lines' gains alone.

use crate::{sound::frame::Block, units::SAMPLE_RATE};

/// Number of lines; even ones take and return the left channel, odd ones the right.
const N_LINES: usize = 8;

/// Lengths in frames, 23 to 68 ms: primes, so that echoes rarely coincide.
const LENGTHS: [usize; N_LINES] = [1031, 1327, 1523, 1801, 2053, 2389, 2687, 3001];

/// Ring size: a power of two above the longest line.
const RING: usize = 4096;

/// Decay time: the sound falls by 60 dB.
const DECAY_SECONDS: f64 = 1.6;

/// Coefficient of the one-pole low-pass in each line; walls absorb highs first.
const BRIGHTNESS: f32 = 0.55;

/// Lengths of the all-pass diffusers before the lines, by channel; they increase the echo density.
const DIFFUSION: [[usize; 2]; 2] = [[142, 379], [107, 277]];

/// Gain of the all-passes.
const DIFFUSION_GAIN: f32 = 0.6;

/// Output gain: the response to steady noise is as strong as the noise (measured by a test below).
const LEVEL: f32 = 0.73;

/// Added to the input to avoid denormal numbers, which are slow; far below the audible.
const NOT_DENORMAL: f32 = 1e-18;

/// Adds the response only; the dry signal is already in the mix.
pub struct Reverb {
    lines: Box<[[f32; RING]]>, // N_LINES
    position: usize,
    damped: [f32; N_LINES],
    gains: [f32; N_LINES],
    diffusers: [[Allpass; 2]; 2],
}

impl Reverb {
    /// A silent room.
    pub fn new() -> Self {
        let decay_frames = DECAY_SECONDS * f64::from(SAMPLE_RATE);
        Self {
            lines: vec![[0.0; RING]; N_LINES].into(),
            position: 0,
            damped: [0.0; N_LINES],
            gains: LENGTHS.map(|n| 10f64.powf(-3.0 * n as f64 / decay_frames) as f32),
            diffusers: DIFFUSION.map(|side| side.map(Allpass::new)),
        }
    }

    /// Adds the reverb of `dry` to `wet`.
    pub fn process(&mut self, dry: &Block, wet: &mut Block) {
        let wet = wet.left.iter_mut().zip(&mut wet.right);
        for ((left, right), dry) in wet.zip(dry.left.iter().zip(&dry.right)) {
            let input = [*dry.0, *dry.1];
            let [l, r] = self.step(input);
            *left += LEVEL * l;
            *right += LEVEL * r;
        }
    }

    fn step(&mut self, mut input: [f32; 2]) -> [f32; 2] {
        for (x, [first, second]) in input.iter_mut().zip(&mut self.diffusers) {
            *x = second.step(first.step(*x + NOT_DENORMAL));
        }
        let mut outputs = [0.0; N_LINES];
        for i in 0..N_LINES {
            let read = self.lines[i][(self.position + RING - LENGTHS[i]) % RING];
            self.damped[i] += BRIGHTNESS * (read - self.damped[i]);
            outputs[i] = self.damped[i] * self.gains[i];
        }
        let mean = outputs.iter().sum::<f32>() * (2.0 / N_LINES as f32);
        for i in 0..N_LINES {
            self.lines[i][self.position % RING] = outputs[i] - mean + input[i % 2];
        }
        self.position = (self.position + 1) % RING;
        let side = |i: usize| outputs[i] - outputs[i + 2] + outputs[i + 4] - outputs[i + 6];
        [side(0), side(1)]
    }
}

impl Default for Reverb {
    fn default() -> Self {
        Self::new()
    }
}

/// An all-pass filter: a flat spectrum, smeared in time.
struct Allpass {
    line: Box<[f32]>,
    position: usize,
}

impl Allpass {
    fn new(n_frames: usize) -> Self {
        Self { line: vec![0.0; n_frames].into(), position: 0 }
    }

    fn step(&mut self, x: f32) -> f32 {
        let delayed = self.line[self.position];
        let fed = x + DIFFUSION_GAIN * delayed;
        self.line[self.position] = fed;
        self.position += 1;
        if self.position == self.line.len() {
            self.position = 0;
        }
        delayed - DIFFUSION_GAIN * fed
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;
    use crate::{rng, sound::testing::energy};

    /// Energy of each block after an impulse on the left.
    fn decay(n_blocks: usize) -> Vec<f64> {
        let mut reverb = Reverb::new();
        let mut dry = Block::SILENCE;
        dry.left[0] = 1.0;
        let mut energies = Vec::new();
        for _ in 0..n_blocks {
            let mut wet = Block::SILENCE;
            reverb.process(&dry, &mut wet);
            dry = Block::SILENCE;
            energies.push(energy(&wet));
        }
        energies
    }

    #[test]
    fn an_impulse_falls_by_60_db_in_about_the_decay_time() {
        let energies = decay(80);
        // Blocks 4 and 42 are 0.99 s apart; damping shortens the decay a little.
        let fall_db = 10.0 * (energies[4] / energies[42]).log10();
        assert!((35.0..60.0).contains(&fall_db), "{fall_db}");
    }

    #[test]
    fn steady_noise_returns_at_its_own_level() {
        let mut rng = rng::stream(1, "noise");
        let mut reverb = Reverb::new();
        let (mut before, mut after) = (0.0, 0.0);
        for block in 0..300 {
            let dry = Block {
                left: std::array::from_fn(|_| rng.random_range(-1.0..1.0)),
                right: std::array::from_fn(|_| rng.random_range(-1.0..1.0)),
            };
            let mut wet = Block::SILENCE;
            reverb.process(&dry, &mut wet);
            if block >= 100 {
                before += energy(&dry);
                after += energy(&wet);
            }
        }
        let gain_db = 10.0 * (after / before).log10();
        assert!(gain_db.abs() < 1.0, "{gain_db}");
    }

    #[test]
    fn silence_stays_silent() {
        assert!(decay(1200)[1199] < 1e-20);
    }
}
