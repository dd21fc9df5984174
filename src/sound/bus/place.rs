//! A part's pan position, for mono effects.

use std::f32::consts::FRAC_PI_2;

use crate::sound::frame::{Block, FRAMES_PER_MP3_FRAME};

/// The gains of left and right, whose squares sum to 1, as the synthesizer pans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place([f32; 2]);

impl Place {
    /// The place at `pan`, -1 left to 1 right.
    pub fn at(pan: f64) -> Self {
        let angle = FRAC_PI_2 * (0.5 + 0.5 * pan.clamp(-1.0, 1.0) as f32);
        Self([libm::cosf(angle), libm::sinf(angle)])
    }

    /// Mixes `block` to mono, applies `effect`, and pans the result to this place.
    pub fn in_mono(self, block: &mut Block, effect: impl FnOnce(&mut [f32; FRAMES_PER_MP3_FRAME])) {
        let Self([left, right]) = self;
        let mut channel = std::array::from_fn(|n| left * block.left[n] + right * block.right[n]);
        effect(&mut channel);
        for (n, x) in channel.iter().enumerate() {
            (block.left[n], block.right[n]) = (left * x, right * x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_keeps_its_place_and_level() {
        for pan in [-1.0, -0.3, 0.0, 0.8] {
            let place = Place::at(pan);
            let Place([left, right]) = place;
            let mut block = Block {
                left: [0.5 * left; FRAMES_PER_MP3_FRAME],
                right: [0.5 * right; FRAMES_PER_MP3_FRAME],
            };
            let before = block.clone();
            place.in_mono(&mut block, |channel| assert!((channel[7] - 0.5).abs() < 1e-6));
            assert!((block.left[7] - before.left[7]).abs() < 1e-6);
            assert!((block.right[7] - before.right[7]).abs() < 1e-6);
        }
    }
}
