//! Holds a station at its loudness (EBU R128; ITU-R BS.1770 through the crate `ebur128`).
//!
//! The gain follows what the last minutes were like, so slowly that the difference between a break
//! and a drop stays what it was. The limiter behind it has the last word on peaks.

use std::collections::VecDeque;

use ebur128::{EbuR128, Mode};

use crate::{
    sound::{
        Error,
        frame::{Block, Ramp},
    },
    units::{Decibels, Lufs, SAMPLE_RATE},
};

/// Blocks between two looks at the meter: about a second.
const STRIDE: u32 = 38;

/// How many looks are remembered: about four minutes.
const N_LOOKS: usize = 230;

/// Looks that must have been before the gain moves at all.
const FIRST_LOOKS: usize = 8;

/// How far the gain moves a look at most: fast for the first half minute, while nobody knows yet how
/// loud the instruments are, then unnoticeably.
const FAST: f64 = 0.5;
const SLOW: f64 = 0.04;
const FAST_LOOKS: u32 = 30;

/// The gain stays within these, so that a nearly silent station is not blown up to noise.
const RANGE: std::ops::RangeInclusive<f64> = -24.0..=18.0;

/// Looks this much below the mean of the others don't count, nor silence (R128's gates).
const RELATIVE_GATE: f64 = -10.0;
const ABSOLUTE_GATE: f64 = -70.0;

/// A slow fader with a meter before it.
pub struct Leveller {
    target: Lufs,
    meter: EbuR128,
    looks: VecDeque<f64>, // short-term loudness before the fader, LUFS
    n_looks: u32,
    n_blocks: u32,
    gain: Decibels,
    ramp: Ramp,
}

impl Leveller {
    /// A fader at 0 dB.
    ///
    /// # Errors
    /// The meter has no memory.
    pub fn new(target: Lufs) -> Result<Self, Error> {
        let meter = EbuR128::new(2, SAMPLE_RATE, Mode::S);
        let meter = meter.map_err(|error| Error::Meter { reason: error.to_string() })?;
        Ok(Self {
            target,
            meter,
            looks: VecDeque::with_capacity(N_LOOKS + 1),
            n_looks: 0,
            n_blocks: 0,
            gain: Decibels(0.0),
            ramp: Ramp::UNITY,
        })
    }

    /// Another target, reached as slowly as ever.
    pub fn set_target(&mut self, target: Lufs) {
        self.target = target;
    }

    /// Where the fader stands.
    pub fn gain(&self) -> Decibels {
        self.gain
    }

    /// Measures a block and fades it.
    pub fn process(&mut self, block: &mut Block) {
        // Both planes are of one length and the meter has two channels: it can't refuse.
        let _ = self.meter.add_frames_planar_f32(&[&block.left, &block.right]);
        self.n_blocks += 1;
        if self.n_blocks == STRIDE {
            self.n_blocks = 0;
            self.look();
        }
        block.scale(self.ramp);
        self.ramp.arrive();
    }

    fn look(&mut self) {
        let loudness = self.meter.loudness_shortterm().unwrap_or(f64::NEG_INFINITY);
        if !(ABSOLUTE_GATE..).contains(&loudness) {
            return;
        }
        self.looks.push_back(loudness);
        if N_LOOKS < self.looks.len() {
            self.looks.pop_front();
        }
        self.n_looks = self.n_looks.saturating_add(1);
        if self.looks.len() < FIRST_LOOKS {
            return;
        }
        let most = if self.n_looks < FAST_LOOKS { FAST } else { SLOW };
        let wanted = self.target.0 - gated_mean(&self.looks);
        let moved = self.gain.0 + (wanted - self.gain.0).clamp(-most, most);
        self.gain = Decibels(moved.clamp(*RANGE.start(), *RANGE.end()));
        self.ramp.move_to(self.gain.ratio() as f32);
    }
}

/// The mean energy of looks that are not far below the mean of all, in LUFS.
fn gated_mean(looks: &VecDeque<f64>) -> f64 {
    let energy = |loudness: &f64| 10f64.powf(loudness / 10.0);
    let mean = |looks: &mut dyn Iterator<Item = &f64>| {
        let (sum, n) = looks.map(energy).fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
        10.0 * (sum / n).log10()
    };
    let gate = mean(&mut looks.iter()) + RELATIVE_GATE;
    mean(&mut looks.iter().filter(|loudness| gate <= **loudness))
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::sound::frame::FRAMES_PER_MP3_FRAME;

    /// A station that plays a tone of amplitude `level(second)`; what the last ten seconds measure.
    fn played(seconds: usize, level: impl Fn(usize) -> f32) -> f64 {
        let mut leveller = Leveller::new(Lufs(-16.0)).unwrap();
        let mut after = EbuR128::new(2, SAMPLE_RATE, Mode::I).unwrap();
        let n_blocks = seconds * SAMPLE_RATE as usize / FRAMES_PER_MP3_FRAME;
        for number in 0..n_blocks {
            let mut block = Block::SILENCE;
            let first = number * FRAMES_PER_MP3_FRAME;
            let level = level(first / SAMPLE_RATE as usize);
            for n in 0..FRAMES_PER_MP3_FRAME {
                let phase = (first + n) as f32 / SAMPLE_RATE as f32 * 441.0;
                block.left[n] = level * (TAU * phase.fract()).sin();
            }
            block.right = block.left;
            leveller.process(&mut block);
            if n_blocks - 380 < number {
                after.add_frames_planar_f32(&[&block.left, &block.right]).unwrap();
            }
        }
        after.loudness_global().unwrap()
    }

    #[test]
    fn a_station_comes_to_its_target_and_stays() {
        assert!((played(60, |_| 0.05) + 16.0).abs() < 0.3);
        assert!((played(60, |_| 0.5) + 16.0).abs() < 0.3);
    }

    #[test]
    fn a_break_stays_softer_than_a_drop() {
        let last_is_a_break = |second| if second < 70 { 0.3 } else { 0.1 };
        assert!(played(85, last_is_a_break) < -23.0);
    }

    #[test]
    fn silence_is_not_blown_up() {
        assert!(played(30, |_| 0.0) == f64::NEG_INFINITY);
    }
}
