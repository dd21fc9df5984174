//! A stereo chorus: each channel plus a copy with a slowly modulated delay.

use std::f32::consts::TAU;

use crate::{sound::frame::Block, units::SAMPLE_RATE};

/// Mean delay of the copy.
const DELAY_SECONDS: f32 = 0.012;

/// Modulation depth to either side: about 6 cents of detuning at this rate.
const SWING_SECONDS: f32 = 0.002;

/// Modulation rate.
const RATE_HZ: f32 = 0.3;

/// Length of the delay line: a power of two above the longest delay in frames.
const LINE: usize = 1024;

/// Adds the modulated copy only; the dry signal is already in the mix.
pub struct Chorus {
    line: [[f32; 2]; LINE],
    position: usize,
    // The modulating oscillator as a point on the unit circle: the sine modulates the left delay,
    // the cosine the right one, a quarter turn apart, which widens the image.
    swing: (f32, f32),
    turn: (f32, f32),
    /// Whether the delay line is silent. One silent block clears it.
    is_empty: bool,
}

impl Chorus {
    /// A chorus with an empty delay line.
    pub fn new() -> Self {
        let (sin, cos) = (TAU * RATE_HZ / SAMPLE_RATE as f32).sin_cos();
        Self {
            line: [[0.0; 2]; LINE],
            position: 0,
            swing: (1.0, 0.0),
            turn: (cos, sin),
            is_empty: true,
        }
    }

    /// Adds the chorus of `dry` to `wet`. Silence costs nothing.
    pub fn process(&mut self, dry: &Block, wet: &mut Block) {
        let is_silent = dry.peak() == 0.0;
        if is_silent && self.is_empty {
            return;
        }
        self.is_empty = is_silent;
        let wet = wet.left.iter_mut().zip(&mut wet.right);
        for ((left, right), dry) in wet.zip(dry.left.iter().zip(&dry.right)) {
            self.position = (self.position + 1) % LINE;
            self.line[self.position] = [*dry.0, *dry.1];
            self.turn();
            *left += self.tap(0, self.swing.1);
            *right += self.tap(1, self.swing.0);
        }
        // Renormalise: rounding errors would change the radius over hours.
        let radius = self.swing.0.hypot(self.swing.1);
        self.swing = (self.swing.0 / radius, self.swing.1 / radius);
    }

    fn turn(&mut self) {
        let ((x, y), (cos, sin)) = (self.swing, self.turn);
        self.swing = (x * cos - y * sin, x * sin + y * cos);
    }

    /// Reads the delay line between two frames; `swing` is -1 to 1.
    fn tap(&self, channel: usize, swing: f32) -> f32 {
        let delay = (DELAY_SECONDS + SWING_SECONDS * swing) * SAMPLE_RATE as f32;
        let whole = delay as usize;
        let fraction = delay - whole as f32;
        let newer = self.line[(self.position + LINE - whole) % LINE][channel];
        let older = self.line[(self.position + LINE - whole - 1) % LINE][channel];
        newer + fraction * (older - newer)
    }
}

impl Default for Chorus {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_arrives_after_the_delay_at_the_same_level() {
        let mut impulse = Block::SILENCE;
        impulse.left[0] = 1.0;
        let mut wet = Block::SILENCE;

        Chorus::new().process(&impulse, &mut wet);

        let (shortest, longest) = (0.010 * 44_100.0, 0.014 * 44_100.0);
        let first = wet.left.iter().position(|x| *x != 0.0).unwrap();
        assert!(shortest < first as f32 + 1.0 && (first as f32) < longest);
        assert!((wet.left.iter().sum::<f32>() - 1.0).abs() < 0.01);
        assert!(wet.right.iter().all(|x| *x == 0.0));
    }

    #[test]
    fn it_stays_stable_for_hours() {
        let mut chorus = Chorus::new();
        let mut wet = Block::SILENCE;
        for _ in 0..2000 {
            wet = Block::SILENCE;
            chorus.process(&Block { left: [0.5; 1152], right: [-0.5; 1152] }, &mut wet);
        }
        assert!(wet.left.iter().all(|x| (x - 0.5).abs() < 1e-5));
        assert!((chorus.swing.0.hypot(chorus.swing.1) - 1.0).abs() < 1e-6);
    }
}
