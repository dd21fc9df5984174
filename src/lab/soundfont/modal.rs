//! Modes of a struck body: decaying sines whose pitch may fall.

use std::f64::consts::TAU;

use libm::{exp, pow, sin};
use rand::RngExt as _;

use crate::{rng, units::SAMPLE_RATE};

/// A damped sine. Its phase is that of a stroke: it starts at 0 and rises.
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    hz: f64,
    level: f64,
    decay_seconds: f64,
    bends: Vec<Bend>,
}

/// A falling pitch.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bend {
    hz: f64,
    seconds: f64,
}

impl Mode {
    /// A mode at `hz` that decays to 1/e of `level` in `decay_seconds`.
    pub fn new(hz: f64, level: f64, decay_seconds: f64) -> Self {
        Self { hz, level, decay_seconds, bends: Vec::new() }
    }

    /// Starts `hz` higher and falls to 1/e of that in `seconds`.
    pub fn bent(mut self, hz: f64, seconds: f64) -> Self {
        self.bends.push(Bend { hz, seconds });
        self
    }

    /// Adds the sine to `samples`.
    pub fn ring(&self, samples: &mut [f64]) {
        if self.bends.is_empty() { self.ring_straight(samples) } else { self.ring_bent(samples) }
    }

    /// Multiplies a complex number at each sample, which is fast: cymbals have hundreds of modes.
    fn ring_straight(&self, samples: &mut [f64]) {
        let rate = f64::from(SAMPLE_RATE);
        let (sin, cos) = libm::sincos(TAU * self.hz / rate);
        let shorter = exp(-1.0 / (self.decay_seconds * rate));
        let (sin, cos) = (shorter * sin, shorter * cos);
        let (mut x, mut y) = (self.level, 0.0);
        for sample in samples {
            *sample += y;
            (x, y) = (x * cos - y * sin, x * sin + y * cos);
        }
    }

    fn ring_bent(&self, samples: &mut [f64]) {
        for (index, sample) in samples.iter_mut().enumerate() {
            let t = index as f64 / f64::from(SAMPLE_RATE);
            let bent = |b: &Bend| b.hz * b.seconds * (1.0 - exp(-t / b.seconds));
            let turns = self.hz * t + self.bends.iter().map(bent).sum::<f64>();
            *sample += self.level * exp(-t / self.decay_seconds) * sin(TAU * turns);
        }
    }
}

/// The modes of a drum skin with the lowest at `hz`; higher ones are softer and decay faster.
///
/// The ratios are those of an ideal circular membrane: zeros of Bessel functions, relative to the
/// first.
pub fn membrane(hz: f64, decay_seconds: f64, brightness: f64) -> Vec<Mode> {
    const RATIOS: [f64; 8] = [1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501];
    let mode = |ratio: f64| {
        Mode::new(hz * ratio, pow(brightness, ratio - 1.0), decay_seconds / pow(ratio, 1.5))
            .bent(0.06 * hz * ratio, 0.04)
    };
    RATIOS.map(mode).to_vec()
}

/// Octaves below the band of a plate in which its modes fade out: a struck cymbal has no lowest mode
/// that could be heard as an edge.
const SKIRT_OCTAVES: f64 = 1.5;

/// Slope of the level there, as a power of the frequency: 12 dB an octave.
const SKIRT_SLOPE: f64 = 2.0;

/// A metal plate.
#[derive(Debug, Clone, Copy)]
pub struct Plate {
    /// Number of modes.
    pub n_modes: usize,
    /// The band in hertz in which modes have their full level; softer ones lie below it.
    pub band: (f64, f64),
    /// Decay time to 1/e at the lower and the upper end of the band in seconds.
    pub decays: (f64, f64),
}

impl Plate {
    /// Modes of similar level at random frequencies in the band and below it, from the random stream
    /// `seed`.
    pub fn to_modes(self, seed: &str) -> Vec<Mode> {
        let mut rng = rng::stream(0, seed);
        let mut draw = || rng.random::<f64>();
        let between = |(low, high): (f64, f64), place: f64| low * pow(high / low, place);
        let (low, high) = self.band;
        let skirt = SKIRT_OCTAVES / libm::log2(high / low);
        let mode = |_| {
            // Below 0 in the skirt.
            let place = draw() * (1.0 + skirt) - skirt;
            let decay = between(self.decays, place.max(0.0)) * (0.6 + 0.8 * draw());
            let faded = pow(high / low, SKIRT_SLOPE * place.min(0.0));
            Mode::new(between(self.band, place), faded * (0.3 + 0.7 * draw()), decay)
        };
        (0..self.n_modes).map(mode).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_mode_is_a_bent_one_without_a_bend() {
        let (mut straight, mut bent) = (vec![0.0; 2000], vec![0.0; 2000]);

        Mode::new(300.0, 0.5, 0.02).ring(&mut straight);
        Mode::new(300.0, 0.5, 0.02).bent(0.0, 1.0).ring(&mut bent);

        assert!(straight.iter().zip(&bent).all(|(a, b)| (a - b).abs() < 1e-9));
    }

    #[test]
    fn a_bend_starts_above_the_pitch_and_ends_at_it() {
        let mut samples = vec![0.0; 44_100];
        Mode::new(50.0, 1.0, 1e9).bent(200.0, 0.02).ring(&mut samples);
        let n_rises =
            |part: &[f64]| part.windows(2).filter(|pair| pair[0] < 0.0 && 0.0 <= pair[1]).count();

        // 200 Hz for 20 ms are 4 cycles more than the 50.
        assert!((53..=55).contains(&n_rises(&samples)));
        assert!((24..=26).contains(&n_rises(&samples[22_050..])));
    }

    #[test]
    fn modes_of_a_plate_fade_out_below_its_band() {
        let plate = Plate { n_modes: 400, band: (1000.0, 8000.0), decays: (1.0, 1.0) };
        let modes = plate.to_modes("plate");
        let loudest = |from: f64, to: f64| {
            let within = modes.iter().filter(|mode| (from..to).contains(&mode.hz));
            within.map(|mode| mode.level).fold(0.0, f64::max)
        };

        let levels = [(354.0, 500.0), (500.0, 707.0), (707.0, 1000.0)];
        let levels = levels.map(|(from, to)| loudest(from, to));
        assert!(0.0 < levels[0] && levels.windows(2).all(|w| 1.3 * w[0] < w[1]), "{levels:?}");
        assert!(modes.iter().all(|mode| (353.0..8001.0).contains(&mode.hz)));
    }
}
