//! A guitar amplifier: distorts chords as a sum, after the synthesizer.
//!
//! An input equaliser, two clipping stages with a treble cut between them, and a cabinet. All values are
//! typical of such amplifiers; none is from a recording.

use crate::{
    music::chain::Amp,
    sound::{
        bus::{
            clip::{SoftClip, soft},
            eq::{Band, Eq},
            oversample::ToFourTimes,
            place::Place,
        },
        frame::{Block, FRAMES_PER_MP3_FRAME, Ramp},
    },
    units::Decibels,
};

/// An amplifier with its cabinet.
#[derive(Clone)]
pub struct Amplifier {
    kind: Amp,
    drive: Ramp,
    input: Eq<2>,
    to_four_times: ToFourTimes,
    first: SoftClip,
    between: Smoothing,
    second: SoftClip,
    cabinet: Eq<7>,
}

/// The constants of a kind of amplifier.
struct Model {
    /// Gain before the first stage at 0 dB of drive.
    gain: Decibels,
    /// Offset of the first stage, which adds even harmonics.
    bias: f32,
    /// Gain before the second stage.
    second: f32,
    /// Output level: two driven stages reach full scale.
    level: f32,
    input: [Band; 2],
    cabinet: [Band; 7],
}

impl Model {
    /// Tight bass; a closed cabinet that cuts above 5 kHz.
    const STACK: Self = Self {
        gain: Decibels(20.0),
        bias: 0.25,
        second: 3.0,
        level: 0.07,
        input: [Band::HighPass(110.0), Band::Peak(850.0, 5.0, 0.6)],
        cabinet: [
            Band::HighPass(75.0),
            Band::Peak(105.0, 4.5, 1.4),
            Band::Peak(430.0, -4.0, 0.8),
            Band::Peak(2600.0, 6.5, 1.1),
            Band::LowPass(5000.0, 0.52),
            Band::LowPass(5000.0, 0.71),
            Band::LowPass(5000.0, 1.93),
        ],
    };

    /// Distorts late; an open back, and more treble.
    const COMBO: Self = Self {
        gain: Decibels(6.0),
        bias: 0.15,
        second: 1.2,
        level: 0.11,
        input: [Band::HighPass(70.0), Band::Peak(1200.0, 2.0, 0.6)],
        cabinet: [
            Band::HighPass(90.0),
            Band::Peak(130.0, 2.5, 1.2),
            Band::Peak(500.0, -2.0, 0.8),
            Band::Peak(2900.0, 4.5, 0.9),
            Band::LowPass(6000.0, 0.52),
            Band::LowPass(6000.0, 0.71),
            Band::LowPass(6000.0, 1.93),
        ],
    };

    fn of(kind: Amp) -> &'static Self {
        if kind == Amp::Combo { &Self::COMBO } else { &Self::STACK }
    }
}

impl Amplifier {
    /// An amplifier of `kind`, in its initial state, with this input gain.
    pub fn new(kind: Amp, drive: Decibels) -> Self {
        let model = Model::of(kind);
        Self {
            kind,
            drive: Ramp::at_rest(gain(model, drive)),
            input: Eq::new(model.input),
            to_four_times: ToFourTimes::new(),
            first: SoftClip::default(),
            between: Smoothing::default(),
            second: SoftClip::default(),
            cabinet: Eq::new(model.cabinet),
        }
    }

    /// Changes the kind, and the gain over the next block.
    pub fn set(&mut self, kind: Amp, drive: Decibels) {
        if self.kind != kind {
            *self = Self { drive: self.drive, ..Self::new(kind, drive) };
        }
        self.drive.move_to(gain(Model::of(kind), drive));
    }

    /// Plays `block` through the amplifier, in mono at `place`.
    pub fn process(&mut self, block: &mut Block, place: Place) {
        place.in_mono(block, |channel| self.play(channel));
        self.drive.arrive();
    }

    fn play(&mut self, channel: &mut [f32; FRAMES_PER_MP3_FRAME]) {
        let Self { drive, input, to_four_times, first, between, second, cabinet, kind } = self;
        let model = Model::of(*kind);
        input.process(channel);
        for (n, x) in channel.iter_mut().enumerate() {
            *x *= drive.at(n);
        }
        let offset = soft(model.bias);
        to_four_times.process(channel, |high| {
            for x in &mut *high {
                *x += model.bias;
            }
            first.process(high);
            for x in &mut *high {
                *x -= offset;
            }
            between.process(high, model.second);
            second.process(high);
        });
        for x in &mut *channel {
            *x *= model.level;
        }
        cabinet.process(channel);
    }
}

fn gain(model: &Model, drive: Decibels) -> f32 {
    Decibels(model.gain.0 + drive.0).ratio() as f32
}

/// Low-pass between the two stages: a mean of eight samples (-3 dB at 10 kHz), which vectorises, unlike a
/// recursive filter.
#[derive(Debug, Clone, Copy, Default)]
struct Smoothing {
    before: [f32; MEAN - 1],
}

/// Samples at four times the rate that are averaged.
const MEAN: usize = 8;

/// Samples that are processed at once.
const STRETCH: usize = 64;

impl Smoothing {
    fn process(&mut self, high: &mut [f32], gain: f32) {
        for stretch in high.chunks_exact_mut(STRETCH) {
            let means = self.means(stretch);
            for (x, mean) in stretch.iter_mut().zip(&means) {
                *x = gain * mean;
            }
        }
    }

    fn means(&mut self, stretch: &[f32]) -> [f32; STRETCH] {
        const LINE: usize = STRETCH + MEAN - 1;
        let mut line = [0.0; LINE];
        line[..MEAN - 1].copy_from_slice(&self.before);
        line[MEAN - 1..].copy_from_slice(stretch);
        self.before.copy_from_slice(&line[STRETCH..]);
        // Pairs, pairs of pairs, and pairs of those.
        let twos: [f32; LINE - 1] = std::array::from_fn(|n| line[n] + line[n + 1]);
        let fours: [f32; LINE - 3] = std::array::from_fn(|n| twos[n] + twos[n + 2]);
        std::array::from_fn(|n| (fours[n] + fours[n + 4]) / MEAN as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::bus::testing::{played, tones_db, worst_between_harmonics_db};

    fn at(kind: Amp, drive_db: f64, hz: &[f64], level: f64) -> Vec<f32> {
        let mut amplifier = Amplifier::new(kind, Decibels(drive_db));
        played(hz, level, |block| amplifier.process(block, Place::at(0.0)))
    }

    #[test]
    fn little_folds_back() {
        for (kind, drive_db) in [(Amp::Stack, 12.0), (Amp::Combo, 12.0), (Amp::Stack, 24.0)] {
            // Not a divisor of the rate, so aliases lie between the harmonics.
            let sound = at(kind, drive_db, &[5013.0], 0.2);
            let own = tones_db(&sound, &[5013.0])[0];
            let worst = worst_between_harmonics_db(&sound, 5013.0) - own;
            assert!(worst < -60.0, "{kind:?} at {drive_db} dB: {worst} dB");
        }
    }

    #[test]
    fn a_chord_is_distorted_as_a_sum() {
        // A fifth of 220 and 330 Hz: together they give 110 Hz, which neither gives alone.
        let together = tones_db(&at(Amp::Stack, 12.0, &[220.0, 330.0], 0.1), &[110.0, 220.0]);
        let apart = tones_db(&at(Amp::Stack, 12.0, &[220.0], 0.1), &[110.0, 220.0]);
        assert!(-20.0 < together[0] - together[1], "{together:?}");
        assert!(apart[0] - apart[1] < -50.0, "{apart:?}");
    }

    #[test]
    fn the_cabinet_ends_at_five_kilohertz() {
        let quiet = |hz: f64| tones_db(&at(Amp::Stack, -12.0, &[hz], 0.001), &[hz])[0];
        let middle = quiet(1000.0);
        assert!(2.0 < quiet(2500.0) - middle);
        assert!(quiet(10_000.0) - middle < -25.0, "{}", quiet(10_000.0) - middle);
        assert!(quiet(30.0) - middle < -12.0);
    }

    #[test]
    fn ten_times_the_level_is_far_from_ten_times_as_loud() {
        let level = |level: f64| {
            let sound = at(Amp::Stack, 12.0, &[196.0], level);
            (sound.iter().map(|x| x * x).sum::<f32>() / sound.len() as f32).sqrt()
        };
        let ratio = level(0.3) / level(0.03);
        assert!((1.0..1.6).contains(&ratio), "{ratio}");
        assert!((0.02..0.1).contains(&level(0.1)), "{}", level(0.1));
    }
}
