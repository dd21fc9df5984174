//! Fewer bits and a lower sample rate, as in early samplers. The aliasing is intended.

use crate::sound::frame::Block;

/// Holds each sample at the lower rate, and rounds it to fewer bits.
#[derive(Debug, Clone)]
pub struct Crush {
    /// Quantisation steps from 0 to full scale.
    levels: f32,
    /// The lower rate as a share of the frame rate.
    rate: f32,
    phase: f32,
    held: [f32; 2],
}

impl Crush {
    /// A sampler of `bits` at `hz`.
    pub fn new(bits: f64, hz: f64) -> Self {
        let mut crush = Self { levels: 1.0, rate: 1.0, phase: 1.0, held: [0.0; 2] };
        crush.set(bits, hz);
        crush
    }

    /// Changes bits and rate at once, without a ramp: the effect makes steps anyway.
    pub fn set(&mut self, bits: f64, hz: f64) {
        self.levels = libm::exp2(bits - 1.0) as f32;
        self.rate = (hz / f64::from(crate::units::SAMPLE_RATE)).min(1.0) as f32;
    }

    /// Resamples and rounds `block`.
    pub fn process(&mut self, block: &mut Block) {
        for (left, right) in block.left.iter_mut().zip(&mut block.right) {
            self.phase += self.rate;
            if 1.0 <= self.phase {
                self.phase -= 1.0;
                self.held = [*left, *right].map(|x| rounded(x * self.levels) / self.levels);
            }
            [*left, *right] = self.held;
        }
    }
}

/// The nearest whole number. A float of this size has no bits for fractions, so adding it rounds; exact
/// below 2^22, 42 dB above full scale at 16 bits.
fn rounded(x: f32) -> f32 {
    const NO_FRACTIONS: f32 = 1.5 * (1 << 23) as f32;
    (x + NO_FRACTIONS) - NO_FRACTIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::testing::{played, tones_db};

    #[test]
    fn the_image_of_a_tone_appears_at_the_lower_rate() {
        let mut crush = Crush::new(16.0, 11_025.0);
        let sound = played(&[1000.0], 0.5, |block| crush.process(block));
        let tones = tones_db(&sound, &[1000.0, 10_025.0, 9000.0]);
        assert!(-25.0 < tones[1] - tones[0] && tones[2] - tones[0] < -60.0, "{tones:?}");
    }

    #[test]
    fn rounding_is_to_the_nearest() {
        for x in [0.0, 0.4, -0.6, 1.51, -2.49, 32_767.4, -100_000.7, 4_000_000.0] {
            assert_eq!(rounded(x).to_bits() & !(1 << 31), libm::roundf(x).abs().to_bits(), "{x}");
        }
    }

    #[test]
    fn eight_bits_have_so_many_steps() {
        let mut crush = Crush::new(8.0, 44_100.0);
        let sound = played(&[441.0], 0.5, |block| crush.process(block));
        assert!(sound.iter().all(|x| (x * 128.0).fract() == 0.0));
        assert!(
            40 < sound
                .iter()
                .map(|x| (x * 128.0) as i32)
                .collect::<std::collections::HashSet<_>>()
                .len()
        );
    }
}
