//! Sound as a listener gets it, in figures; nothing here knows what was meant to be played.
//!
//! [`Listener`] hears a piece block by block and keeps little of each second, so that an hour takes
//! some 30 MB:
//!
//! - [`loudness`]: EBU R128, also of the loudest and the quietest ten minutes, and true peaks.
//! - [`level`]: clipping, silence, and how wide the stereo image is.
//! - [`spectrum`]: the spectrogram, the mean spectrum and its bands.
//! - [`flux`], [`tempo`]: a beat tracker.
//! - [`clicks`]: how rough the wave is.

pub mod clicks;
pub mod flux;
pub mod level;
pub mod loudness;
pub mod spectrum;
pub mod tempo;
mod windows;

use crate::lab::measure::hearing::{
    clicks::{ClickMeter, Clicks},
    flux::{Flux, FluxMeter},
    level::{Level, LevelMeter},
    loudness::{Loudness, LoudnessMeter},
    spectrum::{Spectrum, SpectrumMeter},
};

/// Frames that are listened to at once.
const CHUNK: usize = 1 << 14;

/// Frames a second that can be listened to.
const RATES: std::ops::RangeInclusive<u32> = 8000..=192_000;

/// Sound that can't be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected sound of 8000 to 192000 frames a second, found {found}")]
pub struct UnknownRate {
    /// Frames a second.
    pub found: u32,
}

/// Hears stereo sound as it comes.
pub struct Listener {
    rate: u32,
    n_frames: u64,
    waiting: [Vec<f32>; 2],
    loudness: LoudnessMeter,
    level: LevelMeter,
    spectrum: SpectrumMeter,
    flux: FluxMeter,
    clicks: ClickMeter,
}

/// What was heard.
#[derive(Debug, Clone)]
pub struct Heard {
    /// How long it was.
    pub seconds: f64,
    /// How loud.
    pub loudness: Loudness,
    /// How high, how silent, how wide.
    pub level: Level,
    /// How bright.
    pub spectrum: Spectrum,
    /// Where it begins anew.
    pub flux: Flux,
    /// How rough, at every millisecond.
    pub clicks: Clicks,
}

impl Listener {
    /// A listener to sound of `rate` frames a second.
    ///
    /// # Errors
    /// The rate is below 8 or above 192 kHz.
    pub fn new(rate: u32) -> Result<Self, UnknownRate> {
        let unknown = UnknownRate { found: rate };
        if !RATES.contains(&rate) {
            return Err(unknown);
        }
        Ok(Self {
            rate,
            n_frames: 0,
            waiting: Default::default(),
            loudness: LoudnessMeter::new(rate).ok_or(unknown)?,
            level: LevelMeter::new(rate),
            spectrum: SpectrumMeter::new(rate),
            flux: FluxMeter::new(rate),
            clicks: ClickMeter::new(rate),
        })
    }

    /// Hears the next frames: of both channels as many, full scale at ±1. Samples that are no
    /// numbers count as silence.
    pub fn hear(&mut self, left: &[f32], right: &[f32]) {
        let audible = |x: &f32| if x.is_finite() { *x } else { 0.0 };
        let n = left.len().min(right.len());
        self.waiting[0].extend(left[..n].iter().map(audible));
        self.waiting[1].extend(right[..n].iter().map(audible));
        if CHUNK <= self.waiting[0].len() {
            self.attend();
        }
    }

    /// What was heard until now.
    pub fn finish(mut self) -> Heard {
        self.attend();
        Heard {
            seconds: self.n_frames as f64 / f64::from(self.rate),
            loudness: self.loudness.finish(),
            level: self.level.finish(),
            spectrum: self.spectrum.finish(),
            flux: self.flux.finish(),
            clicks: self.clicks.finish(),
        }
    }

    fn attend(&mut self) {
        let [left, right] = &self.waiting;
        self.n_frames += left.len() as u64;
        self.loudness.hear(left, right);
        self.level.hear(left, right);
        self.spectrum.hear(left, right);
        self.flux.hear(left, right);
        self.clicks.hear(left, right);
        self.waiting.iter_mut().for_each(Vec::clear);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub const RATE: u32 = 44_100;

    /// What is heard of `sound`, left and right, given frame by frame for `seconds`.
    pub fn hear(seconds: f64, mut sound: impl FnMut(usize) -> [f32; 2]) -> Heard {
        let mut listener = Listener::new(RATE).unwrap();
        let n_frames = (seconds * f64::from(RATE)) as usize;
        for start in (0..n_frames).step_by(1152) {
            let frames: Vec<[f32; 2]> =
                (start..n_frames.min(start + 1152)).map(&mut sound).collect();
            let channel = |n: usize| frames.iter().map(|frame| frame[n]).collect::<Vec<f32>>();
            listener.hear(&channel(0), &channel(1));
        }
        listener.finish()
    }

    /// A sine of full scale at `frequency`.
    pub fn sine(frequency: f64, frame: usize) -> f32 {
        (std::f64::consts::TAU * frequency * frame as f64 / f64::from(RATE)).sin() as f32
    }

    #[test]
    fn all_frames_are_heard() {
        let heard = hear(1.5, |n| [0.5 * sine(1000.0, n); 2]);
        assert!((heard.seconds - 1.5).abs() < 1e-9);
        assert_eq!(heard.clicks.n(), 1500);
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let heard = hear(1.0, |_| [f32::NAN, f32::INFINITY]);
        assert_eq!((heard.level.n_clipped, heard.loudness.integrated), (0, f64::NEG_INFINITY));
    }

    #[test]
    fn a_rate_that_is_none_is_an_error() {
        assert_eq!(Listener::new(0).err(), Some(UnknownRate { found: 0 }));
    }
}
