//! All meters over one stream of stereo sound.

use crate::lab::measure::audio::{
    clicks::{ClickMeter, Clicks},
    flux::{Flux, FluxMeter},
    level::{Level, LevelMeter},
    loudness::{Loudness, LoudnessMeter},
    spectrum::{Spectrum, SpectrumMeter},
};

/// Frames collected before the meters run.
const CHUNK: usize = 1 << 14;

/// Supported sample rates, in Hz.
const RATES: std::ops::RangeInclusive<u32> = 8000..=192_000;

/// A sample rate that the meters don't support.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a sample rate from 8000 to 192000 Hz, found {found}")]
pub struct UnsupportedRate {
    /// The rate, in Hz.
    pub found: u32,
}

/// Analyses stereo sound block by block.
pub struct AudioAnalyser {
    rate: u32,
    n_frames: u64,
    waiting: [Vec<f32>; 2],
    loudness: LoudnessMeter,
    level: LevelMeter,
    spectrum: SpectrumMeter,
    flux: FluxMeter,
    clicks: ClickMeter,
}

/// Results of an [`AudioAnalyser`].
#[derive(Debug, Clone)]
pub struct AudioFigures {
    /// Duration of the sound.
    pub seconds: f64,
    /// Loudness and true peak.
    pub loudness: Loudness,
    /// Clipping, silence and stereo width.
    pub level: Level,
    /// Energy by frequency.
    pub spectrum: Spectrum,
    /// Onset strength.
    pub flux: Flux,
    /// Roughness of each millisecond.
    pub clicks: Clicks,
}

impl AudioAnalyser {
    /// An analyser for sound of `rate` Hz.
    ///
    /// # Errors
    /// The rate is below 8 or above 192 kHz.
    pub fn new(rate: u32) -> Result<Self, UnsupportedRate> {
        let unsupported = UnsupportedRate { found: rate };
        if !RATES.contains(&rate) {
            return Err(unsupported);
        }
        Ok(Self {
            rate,
            n_frames: 0,
            waiting: Default::default(),
            loudness: LoudnessMeter::new(rate).ok_or(unsupported)?,
            level: LevelMeter::new(rate),
            spectrum: SpectrumMeter::new(rate),
            flux: FluxMeter::new(rate),
            clicks: ClickMeter::new(rate),
        })
    }

    /// Adds frames: equally many samples for both channels, full scale at ±1. NaN and infinite
    /// samples count as silence.
    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let finite = |x: &f32| if x.is_finite() { *x } else { 0.0 };
        let n = left.len().min(right.len());
        self.waiting[0].extend(left[..n].iter().map(finite));
        self.waiting[1].extend(right[..n].iter().map(finite));
        if CHUNK <= self.waiting[0].len() {
            self.run_meters();
        }
    }

    /// The results for all frames so far.
    pub fn finish(mut self) -> AudioFigures {
        self.run_meters();
        AudioFigures {
            seconds: self.n_frames as f64 / f64::from(self.rate),
            loudness: self.loudness.finish(),
            level: self.level.finish(),
            spectrum: self.spectrum.finish(),
            flux: self.flux.finish(),
            clicks: self.clicks.finish(),
        }
    }

    fn run_meters(&mut self) {
        let [left, right] = &self.waiting;
        self.n_frames += left.len() as u64;
        self.loudness.push(left, right);
        self.level.push(left, right);
        self.spectrum.push(left, right);
        self.flux.push(left, right);
        self.clicks.push(left, right);
        self.waiting.iter_mut().for_each(Vec::clear);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::audio::testing::{RATE, feed, sine};

    fn analyse(seconds: f64, frame: impl FnMut(usize) -> [f32; 2]) -> AudioFigures {
        let mut analyser = AudioAnalyser::new(RATE).unwrap();
        feed(seconds, frame, |left, right| analyser.push(left, right));
        analyser.finish()
    }

    #[test]
    fn every_frame_reaches_the_meters() {
        let figures = analyse(1.5, |n| [0.5 * sine(1000.0, n); 2]);
        assert!((figures.seconds - 1.5).abs() < 1e-9);
        assert_eq!(figures.clicks.n_milliseconds(), 1500);
    }

    #[test]
    fn nan_and_infinity_count_as_silence() {
        let figures = analyse(1.0, |_| [f32::NAN, f32::INFINITY]);
        assert_eq!((figures.level.n_clipped, figures.loudness.integrated), (0, f64::NEG_INFINITY));
    }

    #[test]
    fn a_rate_of_zero_is_an_error() {
        assert_eq!(AudioAnalyser::new(0).err(), Some(UnsupportedRate { found: 0 }));
    }
}
