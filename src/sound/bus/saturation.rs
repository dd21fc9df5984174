//! A soft clipper for drums: rounds peaks, adds weight, keeps the level.

use crate::{
    sound::{
        bus::{
            clip::{SoftClip, soft},
            oversample::{ToTwice, at_twice},
        },
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
    },
    units::Decibels,
};

/// The peak whose level is kept: that of a part's hits.
const KEPT_PEAK: f32 = 0.25;

/// Frames between updates of the make-up gain, which moves slowly.
const STRIDE: usize = 32;

/// Clips both channels at twice the rate.
#[derive(Clone)]
pub struct Saturation {
    gain: Ramp,
    sides: [(ToTwice, SoftClip); 2],
}

impl Saturation {
    /// A clipper with this input gain, in its initial state.
    pub fn new(amount: Decibels) -> Self {
        let side = (ToTwice::new(), SoftClip::default());
        Self { gain: Ramp::at_rest(amount.ratio() as f32), sides: [side.clone(), side] }
    }

    /// Changes the gain over the next block.
    pub fn set(&mut self, amount: Decibels) {
        self.gain.move_to(amount.ratio() as f32);
    }

    /// Clips `block`.
    pub fn process(&mut self, block: &mut Block) {
        let gain = self.gain;
        let channels = [&mut block.left, &mut block.right];
        for ((filter, clip), channel) in self.sides.iter_mut().zip(channels) {
            for (n, x) in channel.iter_mut().enumerate() {
                *x *= gain.at(n);
            }
            at_twice(filter, channel, |twice| clip.process(twice));
        }
        for at in (0..FRAMES_PER_MP3_FRAME).step_by(STRIDE) {
            let make_up = KEPT_PEAK / soft(KEPT_PEAK * gain.at(at));
            for channel in [&mut block.left, &mut block.right] {
                channel[at..at + STRIDE].iter_mut().for_each(|x| *x *= make_up);
            }
        }
        self.gain.arrive();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::testing::{played, tones_db, worst_between_harmonics_db};

    fn at(amount_db: f64, hz: f64, level: f64) -> Vec<f32> {
        let mut saturation = Saturation::new(Decibels(amount_db));
        played(&[hz], level, |block| saturation.process(block))
    }

    #[test]
    fn little_folds_back() {
        for amount_db in [6.0, 12.0] {
            let sound = at(amount_db, 5013.0, 0.5);
            let worst = worst_between_harmonics_db(&sound, 5013.0) - tones_db(&sound, &[5013.0])[0];
            assert!(worst < -60.0, "{amount_db} dB: {worst} dB");
        }
    }

    #[test]
    fn the_level_stays_and_harmonics_and_density_rise() {
        let peak = |sound: &[f32]| sound.iter().fold(0.0f32, |peak, x| peak.max(x.abs()));
        // The tone's two channels are 3 dB below its level.
        let (plain, driven) = (at(0.0, 100.0, 0.35), at(12.0, 100.0, 0.35));
        assert!((peak(&driven) / peak(&plain) - 1.0).abs() < 0.1);

        let third = |sound: &[f32]| {
            let tones = tones_db(sound, &[100.0, 300.0]);
            tones[1] - tones[0]
        };
        assert!(third(&plain) < -40.0 && -26.0 < third(&driven), "{}", third(&driven));
        let quiet = |amount: f64| peak(&at(amount, 100.0, 0.02));
        assert!(1.3 < quiet(12.0) / quiet(0.0), "quiet sound comes forward");
    }
}
