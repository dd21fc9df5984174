//! Stereo width by mid and side, with mono bass.
//!
//! A mono part has no side; it gets one from its own delayed mid, added on the left and subtracted on the
//! right, which cancels in mono. Source: H. Lauridsen's pseudo-stereophony (1954), in M. R. Schroeder, An
//! artificial stereophonic effect obtained from a single audio signal, JAES 6 (1958).

use std::f32::consts::TAU;

use crate::{
    sound::frame::{Block, Ramp},
    units::SAMPLE_RATE,
};

/// Below this frequency the result is mono, in Hz.
const MONO_HZ: f32 = 120.0;

/// Delay of the mid that is used as a side for mono parts: 11 ms, too short for an echo.
const DELAY: usize = (SAMPLE_RATE * 11 / 1000) as usize;

/// Level of that side at width 2.
const SIDE: f32 = 0.8;

/// Scales the side signal.
#[derive(Clone)]
pub struct Width {
    amount: Ramp,
    line: [f32; DELAY],
    position: usize,
    lows: [f32; 2],
}

impl Width {
    /// A width of 0 to 2.
    pub fn new(width: f64) -> Self {
        let amount = Ramp::at_rest(width as f32);
        Self { amount, line: [0.0; DELAY], position: 0, lows: [0.0; 2] }
    }

    /// Changes the width over the next block.
    pub fn set(&mut self, width: f64) {
        self.amount.move_to(width as f32);
    }

    /// Scales the side of `block`.
    pub fn process(&mut self, block: &mut Block) {
        let share = 1.0 - libm::expf(-TAU * MONO_HZ / SAMPLE_RATE as f32);
        let sides = block.left.iter_mut().zip(&mut block.right);
        for (n, (left, right)) in sides.enumerate() {
            let width = self.amount.at(n);
            let (middle, side) = (0.5 * (*left + *right), 0.5 * (*left - *right));
            let late = std::mem::replace(&mut self.line[self.position], middle);
            self.position = (self.position + 1) % DELAY;
            let mut apart = width * side + SIDE * (width - 1.0).max(0.0) * late;
            // Two poles.
            for low in &mut self.lows {
                *low += share * (apart - *low);
                apart -= *low;
            }
            (*left, *right) = (middle + apart, middle - apart);
        }
        self.amount.arrive();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::frame::FRAMES_PER_MP3_FRAME;

    /// Powers of mid and side of noise, through a low-pass if `is_low`, at `width`; `side` is that of
    /// the input.
    fn middle_and_side(width: f64, side: f32, is_low: bool) -> (f32, f32) {
        let (mut effect, mut seed, mut low) = (Width::new(width), 1u32, [0.0f32; 3]);
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut x = (seed as i32) as f32 / 2f32.powi(31);
            if is_low {
                for low in &mut low {
                    *low += 0.005 * (x - *low);
                    x = *low;
                }
            }
            x
        };
        let mut sums = (0.0, 0.0);
        for _ in 0..50 {
            let mut block = Block::SILENCE;
            for n in 0..FRAMES_PER_MP3_FRAME {
                let x = noise();
                (block.left[n], block.right[n]) = (x * (1.0 + side), x * (1.0 - side));
            }
            effect.process(&mut block);
            for (left, right) in block.left.iter().zip(&block.right) {
                sums.0 += (left + right) * (left + right);
                sums.1 += (left - right) * (left - right);
            }
        }
        sums
    }

    #[test]
    fn a_mono_part_gets_a_side_that_mono_listeners_do_not_hear() {
        let (plain, none) = middle_and_side(1.0, 0.0, false);
        let (middle, side) = middle_and_side(1.6, 0.0, false);
        assert_eq!(none, 0.0);
        assert!((middle / plain - 1.0).abs() < 1e-3);
        assert!((0.1..0.5).contains(&(side / middle)), "{}", side / middle);
    }

    #[test]
    fn a_narrow_part_is_mono_and_the_bass_always_is() {
        assert_eq!(middle_and_side(0.0, 0.5, false).1, 0.0);
        let (middle, side) = middle_and_side(2.0, 0.5, true);
        assert!(side < 0.1 * middle, "{}", side / middle);
    }
}
