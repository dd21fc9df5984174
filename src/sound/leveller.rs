//! Levels a station to its target loudness (EBU R128; ITU-R BS.1770 by the crate `ebur128`).
//!
//! The gain follows the loudness of the last minutes so slowly that a break stays softer than a
//! drop. The limiter after it controls the peaks.

use std::collections::VecDeque;

use ebur128::{EbuR128, Mode};

use crate::{
    sound::{
        Error,
        frame::{Block, Ramp},
    },
    units::{Decibels, Lufs, SAMPLE_RATE},
};

/// Blocks between two readings of the meter: about a second.
const STRIDE: u32 = 38;

/// Readings kept: about four minutes.
const N_READINGS: usize = 230;

/// Readings that include the silence before the start, since the window is 3 s.
const EARLY_READINGS: u32 = 2;

/// Readings before the gain moves at all.
const FIRST_READINGS: usize = 3;

/// The gain before that: the intros of the built-in themes are mixed at -24 to -19 LUFS, which this
/// brings to within 3 dB of the usual target.
const START: Decibels = Decibels(5.0);

/// Largest change of the gain per reading in decibels: fast in the first half minute, while the
/// level of the instruments is unknown, then imperceptible.
const FAST: f64 = 0.7;
const SLOW: f64 = 0.04;
const FAST_READINGS: u32 = 30;

/// Range of the gain in decibels, so that a nearly silent station is not amplified to noise.
const RANGE: std::ops::RangeInclusive<f64> = -24.0..=18.0;

/// R128's gates: readings this far below the mean don't count, nor does silence.
const RELATIVE_GATE: f64 = -10.0;
const ABSOLUTE_GATE: f64 = -70.0;

/// A slow gain driven by a loudness meter.
pub struct LoudnessLeveller {
    target: Lufs,
    meter: EbuR128,
    readings: VecDeque<f64>, // short-term loudness before the gain, LUFS
    n_readings: u32,
    n_blocks: u32,
    gain: Decibels,
    ramp: Ramp,
}

impl LoudnessLeveller {
    /// A leveller at the gain that most stations need.
    ///
    /// # Errors
    /// The meter can't be created.
    pub fn new(target: Lufs) -> Result<Self, Error> {
        let meter = EbuR128::new(2, SAMPLE_RATE, Mode::S);
        let meter = meter.map_err(|error| Error::Meter { reason: error.to_string() })?;
        Ok(Self {
            target,
            meter,
            readings: VecDeque::with_capacity(N_READINGS + 1),
            n_readings: 0,
            n_blocks: 0,
            gain: START,
            ramp: Ramp::at_rest(START.ratio() as f32),
        })
    }

    /// Sets a new target, reached as slowly as usual.
    pub fn set_target(&mut self, target: Lufs) {
        self.target = target;
    }

    /// Starts at `gain` and moves slowly from there, as after minutes of sound.
    pub fn set_gain(&mut self, gain: Decibels) {
        self.gain = gain;
        self.ramp = Ramp::at_rest(gain.ratio() as f32);
        self.n_readings = FAST_READINGS;
    }

    /// The current gain.
    pub fn gain(&self) -> Decibels {
        self.gain
    }

    /// Measures a block and applies the gain.
    pub fn process(&mut self, block: &mut Block) {
        // Can't fail: both planes have one length and the meter has two channels.
        let _ = self.meter.add_frames_planar_f32(&[&block.left, &block.right]);
        self.n_blocks += 1;
        if self.n_blocks == STRIDE {
            self.n_blocks = 0;
            self.read_meter();
        }
        block.scale(self.ramp);
        self.ramp.arrive();
    }

    fn read_meter(&mut self) {
        let loudness = self.meter.loudness_shortterm().unwrap_or(f64::NEG_INFINITY);
        if !(ABSOLUTE_GATE..).contains(&loudness) {
            return;
        }
        self.n_readings = self.n_readings.saturating_add(1);
        if self.n_readings <= EARLY_READINGS {
            return;
        }
        self.readings.push_back(loudness);
        if N_READINGS < self.readings.len() {
            self.readings.pop_front();
        }
        if self.readings.len() < FIRST_READINGS {
            return;
        }
        let most = if self.n_readings < FAST_READINGS { FAST } else { SLOW };
        let wanted = self.target.0 - gated_mean(&self.readings);
        let moved = self.gain.0 + (wanted - self.gain.0).clamp(-most, most);
        self.gain = Decibels(moved.clamp(*RANGE.start(), *RANGE.end()));
        self.ramp.move_to(self.gain.ratio() as f32);
    }
}

/// Mean energy in LUFS of the readings that pass the relative gate.
fn gated_mean(readings: &VecDeque<f64>) -> f64 {
    let energy = |loudness: &f64| 10f64.powf(loudness / 10.0);
    let mean = |readings: &mut dyn Iterator<Item = &f64>| {
        let (sum, n) = readings.map(energy).fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
        10.0 * (sum / n).log10()
    };
    let gate = mean(&mut readings.iter()) + RELATIVE_GATE;
    mean(&mut readings.iter().filter(|loudness| gate <= **loudness))
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::sound::frame::FRAMES_PER_MP3_FRAME;

    /// The loudness of the last ten seconds of a station that plays a tone of amplitude
    /// `level(second)`.
    fn played(seconds: usize, level: impl Fn(usize) -> f32) -> f64 {
        let mut leveller = LoudnessLeveller::new(Lufs(-16.0)).unwrap();
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
    fn a_station_reaches_its_target_and_stays_there() {
        assert!((played(60, |_| 0.05) + 16.0).abs() < 0.3);
        assert!((played(60, |_| 0.5) + 16.0).abs() < 0.3);
    }

    #[test]
    fn a_break_stays_softer_than_a_drop() {
        let last_is_a_break = |second| if second < 70 { 0.3 } else { 0.1 };
        assert!(played(85, last_is_a_break) < -23.0);
    }

    #[test]
    fn silence_is_not_amplified() {
        assert!(played(30, |_| 0.0) == f64::NEG_INFINITY);
    }
}
