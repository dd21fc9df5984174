//! Cuts the lows of a send to a room; they stay dry, narrow and clear.

use crate::{
    sound::{
        frame::Block,
        room::line::{CHUNK, Chunk},
    },
    units::SAMPLE_RATE,
};

/// The send falls by 6 dB an octave below this.
const LOW_CUT_HZ: f64 = 140.0;

/// Low-pass coefficient per frame.
const SHARE: f32 = (std::f64::consts::TAU * LOW_CUT_HZ / SAMPLE_RATE as f64) as f32;

/// Added against denormal numbers, which are slow; far below the audible.
const NOT_DENORMAL: f32 = 1e-18;

/// A first-order high-pass for both channels.
#[derive(Default)]
pub(super) struct LowCut {
    lows: [f32; 2],
}

impl LowCut {
    /// The chunk of `dry` at `at` without lows.
    pub fn cut(&mut self, dry: &Block, at: usize) -> Chunk {
        let mut cut = [[0.0; CHUNK]; 2];
        let [mut left, mut right] = self.lows;
        let [to_left, to_right] = &mut cut;
        let to = to_left.iter_mut().zip(to_right);
        for ((to_left, to_right), (x, y)) in to.zip(dry.left[at..].iter().zip(&dry.right[at..])) {
            left += SHARE * (x - left);
            right += SHARE * (y - right);
            *to_left = x - left + NOT_DENORMAL;
            *to_right = y - right + NOT_DENORMAL;
        }
        self.lows = [left, right];
        cut
    }
}
