//! A gentle bus compressor over the whole mix.

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::{Decibels, SAMPLE_RATE},
};

/// Threshold, RMS.
const THRESHOLD: Decibels = Decibels(-20.0);

/// Output change per decibel above the threshold: a ratio of 1.6 to 1.
const SLOPE: f64 = 1.0 / 1.6;

/// Time to 63 % of a change, down and up.
const ATTACK_SECONDS: f64 = 0.02;
const RELEASE_SECONDS: f64 = 0.18;

/// Frames per gain update: 3 ms.
const STRIDE: usize = 128;

/// Compresses both channels with one gain.
pub struct BusCompressor {
    mean_square: f64,
    gain: f32,
}

impl BusCompressor {
    /// A compressor at 0 dB.
    pub fn new() -> Self {
        Self { mean_square: 0.0, gain: 1.0 }
    }

    /// Compresses a block.
    pub fn process(&mut self, block: &mut Block) {
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(STRIDE) {
            let (left, right) =
                (&mut block.left[at..at + STRIDE], &mut block.right[at..at + STRIDE]);
            let energy: f32 = left.iter().zip(&*right).map(|(l, r)| l * l + r * r).sum();
            let target = self.target(f64::from(energy) / (2 * STRIDE) as f64) as f32;
            let step = (target - self.gain) / STRIDE as f32;
            for (l, r) in left.iter_mut().zip(right) {
                self.gain += step;
                *l *= self.gain;
                *r *= self.gain;
            }
        }
    }

    /// Updates the level with `energy`, a mean square, and returns the target gain.
    fn target(&mut self, energy: f64) -> f64 {
        let seconds = if self.mean_square < energy { ATTACK_SECONDS } else { RELEASE_SECONDS };
        let share = 1.0 - (-(STRIDE as f64) / (seconds * f64::from(SAMPLE_RATE))).exp();
        // NaN must not enter the level's memory.
        let energy = if energy.is_finite() { energy } else { 0.0 };
        self.mean_square += share * (energy - self.mean_square);
        let over = 10.0 * self.mean_square.max(1e-12).log10() - THRESHOLD.0;
        Decibels(-(1.0 - SLOPE) * over.max(0.0)).ratio()
    }
}

impl Default for BusCompressor {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(level: f32) -> f32 {
        let mut glue = BusCompressor::new();
        let mut out = 0.0;
        for _ in 0..100 {
            let mut block =
                Block { left: [level; FRAMES_PER_MP3_FRAME], right: [level; FRAMES_PER_MP3_FRAME] };
            glue.process(&mut block);
            out = block.left[1151];
        }
        out
    }

    #[test]
    fn loud_sound_is_compressed_and_soft_sound_is_unchanged() {
        let decibels = |ratio: f32| 20.0 * ratio.log10();

        assert_eq!(settled(0.05), 0.05);
        let (loud, louder) = (decibels(settled(0.25)), decibels(settled(0.5)));
        assert!((louder - loud - 6.02 / 1.6).abs() < 0.05, "{loud} {louder}");
    }
}
