//! A part's filter, which opens and closes over whole sections.

use biquad::{Biquad as _, Coefficients, DirectForm1, Q_BUTTERWORTH_F32, ToHertz as _, Type};

use crate::{
    sound::frame::{Block, FRAMES_PER_MP3_FRAME},
    units::SAMPLE_RATE,
};

/// Where the low-pass stands when it is closed, and when it is open.
const CLOSED_HZ: f32 = 220.0;
const OPEN_HZ: f32 = 18_000.0;

/// Frames between two of its positions: 3 ms, too short a step to be heard.
const STRIDE: usize = 128;

/// A stereo low-pass of the second order.
///
/// Direct form 1: the one that can be retuned while it sounds without a crackle.
pub struct Sweep {
    sides: [DirectForm1<f32>; 2],
    openness: f32,
}

impl Sweep {
    /// An open filter.
    pub fn new() -> Self {
        let side = DirectForm1::new(low_pass(1.0));
        Self { sides: [side, side], openness: 1.0 }
    }

    /// Filters a block, moving to `openness`, 0 closed to 1 open. Open all the time it costs nothing.
    pub fn process(&mut self, block: &mut Block, openness: f32) {
        let from = std::mem::replace(&mut self.openness, openness);
        if from.min(openness) >= 1.0 {
            return;
        }
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(STRIDE) {
            let t = (at + STRIDE) as f32 / FRAMES_PER_MP3_FRAME as f32;
            let coefficients = low_pass(from + (openness - from) * t);
            let channels = [&mut block.left, &mut block.right];
            for (side, channel) in self.sides.iter_mut().zip(channels) {
                side.update_coefficients(coefficients);
                for x in &mut channel[at..at + STRIDE] {
                    *x = side.run(*x);
                }
            }
        }
    }
}

/// Openness moves the cut-off by octaves.
fn low_pass(openness: f32) -> Coefficients<f32> {
    let cut_off = CLOSED_HZ * libm::powf(OPEN_HZ / CLOSED_HZ, openness.clamp(0.0, 1.0));
    let rate = (SAMPLE_RATE as f32).hz();
    Coefficients::from_params(Type::LowPass, rate, cut_off.hz(), Q_BUTTERWORTH_F32)
        .expect("the cut-off lies below half the sample rate")
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

    /// What is left of a tone after the filter has stood at `openness` for a while.
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
    fn a_closed_filter_leaves_the_bass_alone() {
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
