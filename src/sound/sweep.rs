//! A part's low-pass filter, which sweeps over whole sections.

use biquad::{Biquad as _, Coefficients, DirectForm1, Q_BUTTERWORTH_F32, ToHertz as _, Type};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

/// Cut-off of the closed and of the open filter.
const CLOSED_HZ: f32 = 220.0;
const OPEN_HZ: f32 = 18_000.0;

/// Frames between updates of the cut-off: 3 ms, too short to be heard as steps.
const STRIDE: usize = 128;

/// Quality of a resonant filter: 6 dB more at the cut-off than below it.
const RESONANT_Q: f32 = 2.0;

/// A stereo second-order low-pass.
///
/// Direct form 1, because it can be retuned while it sounds without crackling.
pub struct Sweep {
    sides: [DirectForm1<f32>; 2],
    q: f32,
    openness: f32,
}

impl Sweep {
    /// An open filter.
    pub fn new() -> Self {
        Self::at(1.0, Q_BUTTERWORTH_F32)
    }

    /// A filter at `openness` with a resonant peak.
    pub fn resonant(openness: f32) -> Self {
        Self::at(openness, RESONANT_Q)
    }

    fn at(openness: f32, q: f32) -> Self {
        let side = DirectForm1::new(low_pass(openness, q));
        Self { sides: [side, side], q, openness }
    }

    /// Filters a block while moving to `openness`, 0 closed to 1 open. A fully open filter costs
    /// nothing.
    pub fn process(&mut self, block: &mut Block, openness: f32) {
        let from = std::mem::replace(&mut self.openness, openness);
        if from.min(openness) >= 1.0 {
            return;
        }
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(STRIDE) {
            let t = (at + STRIDE) as f32 / FRAMES_PER_MP3_FRAME as f32;
            let coefficients = low_pass(from + (openness - from) * t, self.q);
            let [left, right] = &mut self.sides;
            left.update_coefficients(coefficients);
            right.update_coefficients(coefficients);
            // Both channels at once: the processor overlaps them.
            let stretch = at..at + STRIDE;
            let frames = block.left[stretch.clone()].iter_mut().zip(&mut block.right[stretch]);
            for (x, y) in frames {
                (*x, *y) = (left.run(*x), right.run(*y));
            }
        }
    }
}

/// The cut-off is exponential in the openness.
fn low_pass(openness: f32, q: f32) -> Coefficients<f32> {
    let cut_off = CLOSED_HZ * libm::powf(OPEN_HZ / CLOSED_HZ, openness.clamp(0.0, 1.0));
    let rate = (SAMPLE_RATE as f32).hz();
    Coefficients::from_params(Type::LowPass, rate, cut_off.hz(), q)
        .expect("the cut-off is below half the sample rate")
}

impl Default for Sweep {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    /// Amplitude of a tone after the filter has settled at `openness`.
    fn passed(hz: f32, openness: f32) -> f32 {
        let (mut sweep, mut phase) = (Sweep::new(), 0.0f32);
        let mut peak = 0.0;
        for _ in 0..20 {
            let mut block = Block::SILENCE;
            for x in &mut block.left {
                phase += TAU * hz / SAMPLE_RATE as f32;
                *x = phase.sin();
            }
            sweep.process(&mut block, openness);
            peak = block.peak();
        }
        peak
    }

    #[test]
    fn a_closed_filter_passes_the_bass_only() {
        assert!(passed(60.0, 0.0) > 0.9);
        assert!(passed(2000.0, 0.0) < 0.05);
        assert!(passed(2000.0, 1.0) > 0.98);
        assert!(passed(2000.0, 0.5) < passed(2000.0, 0.7));
    }

    #[test]
    fn an_open_filter_changes_nothing() {
        let mut block = Block { left: [0.25; FRAMES_PER_MP3_FRAME], ..Block::SILENCE };
        let before = block.clone();
        Sweep::new().process(&mut block, 1.0);
        assert_eq!(block, before);
    }
}
