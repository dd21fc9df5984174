//! The network's input: 84 bands of a twelfth of an octave, 100 frames a second (the filter bank of
//! madmom, Böck et al. 2016, and of Vogl et al. 2017).

use std::{f64::consts::TAU, sync::Arc};

use rustfft::{Fft, FftPlanner, num_complex::Complex};

/// Sample rate of the input, in Hz.
pub const RATE: u32 = 44_100;

/// Samples from frame to frame: 10 ms.
pub const HOP: usize = 441;

/// Frames a second.
pub const PER_SECOND: f64 = 100.0;

/// Bands of a frame.
pub const N_BANDS: usize = 84;

/// Samples of a frame, 46 ms.
const LEN: usize = 2048;

/// Edges of the bands in Hz, the centre of one band, and bands per octave.
const EDGES: (f64, f64) = (20.0, 20_000.0);
const CENTRE: f64 = 440.0;
const PER_OCTAVE: f64 = 12.0;

/// Gain before the logarithm: a band at -60 dB of full scale has the value ln 2.
const COMPRESSION: f32 = 1000.0;

/// RMS that a recording is normalised to, and the least RMS that counts: anything softer is silence.
const LEVEL: f32 = 0.1;
const LEAST_LEVEL: f32 = 1e-4;

/// Computes bands.
pub struct FilterBank {
    fft: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    filters: Vec<Filter>,
}

/// A triangular filter: its first bin, and weights that sum to 1.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

impl Default for FilterBank {
    fn default() -> Self {
        let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / LEN as f64).cos();
        Self {
            fft: FftPlanner::new().plan_fft_forward(LEN),
            window: (0..LEN).map(|n| hann(n) as f32).collect(),
            filters: filters(),
        }
    }
}

impl FilterBank {
    /// The bands of `samples`, mono at 44.1 kHz and at any level, as (T, 84): frame `t` is centred on
    /// second `t` / 100.
    pub fn bands(&self, samples: &[f32]) -> Vec<f32> {
        self.bands_by(gain(samples), samples)
    }

    /// The bands of `samples` at `gain`.
    pub fn bands_by(&self, gain: f32, samples: &[f32]) -> Vec<f32> {
        let n_frames = samples.len().div_ceil(HOP);
        let mut buffer = vec![Complex::default(); LEN];
        let mut bands = Vec::with_capacity(n_frames * N_BANDS);
        for centre in (0..n_frames).map(|frame| frame * HOP) {
            for (n, (value, weight)) in buffer.iter_mut().zip(&self.window).enumerate() {
                let sample = (centre + n).checked_sub(LEN / 2).and_then(|at| samples.get(at));
                *value = Complex::new(sample.map_or(0.0, |sample| gain * weight * sample), 0.0);
            }
            self.fft.process(&mut buffer);
            bands.extend(self.filters.iter().map(|filter| filter.level(&buffer)));
        }
        bands
    }
}

impl Filter {
    fn level(&self, spectrum: &[Complex<f32>]) -> f32 {
        let bins = spectrum[self.first..].iter().zip(&self.weights);
        let level: f32 = bins.map(|(bin, weight)| weight * bin.norm()).sum();
        // A sine at full scale has the magnitude LEN / 4.
        (COMPRESSION * level / (LEN / 4) as f32).ln_1p()
    }
}

/// The gain by which [`FilterBank::bands`] normalises `samples`.
pub fn gain(samples: &[f32]) -> f32 {
    let squares: f64 = samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    let rms = (squares / samples.len().max(1) as f64).sqrt() as f32;
    LEVEL / rms.max(LEAST_LEVEL)
}

/// Triangles over each three neighbouring centres. Low centres that share a bin are merged.
fn filters() -> Vec<Filter> {
    let number = |hz: f64| PER_OCTAVE * (hz / CENTRE).log2();
    let numbers = number(EDGES.0).ceil() as i32..=number(EDGES.1).floor() as i32;
    let bin = |number: i32| {
        let hz = CENTRE * (f64::from(number) / PER_OCTAVE).exp2();
        ((hz * LEN as f64 / f64::from(RATE)).round() as usize).min(LEN / 2 - 1)
    };
    let mut centres: Vec<usize> = numbers.map(bin).collect();
    centres.dedup();
    centres.windows(3).map(|of| triangle([of[0], of[1], of[2]])).collect()
}

/// The triangle from `low` to `high`, which is 0 at both.
fn triangle([low, centre, high]: [usize; 3]) -> Filter {
    let height = |bin: usize| match bin <= centre {
        true => (bin - low) as f32 / (centre - low) as f32,
        false => (high - bin) as f32 / (high - centre) as f32,
    };
    let heights: Vec<f32> = (low + 1..high).map(height).collect();
    let sum: f32 = heights.iter().sum();
    Filter { first: low + 1, weights: heights.iter().map(|height| height / sum).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, amplitude: f64) -> Vec<f32> {
        let sample = |n: usize| amplitude * (TAU * hz * n as f64 / f64::from(RATE)).sin();
        (0..RATE as usize / 2).map(|n| sample(n) as f32).collect()
    }

    fn loudest(bands: &[f32]) -> usize {
        (0..N_BANDS).max_by(|a, b| bands[*a].total_cmp(&bands[*b])).unwrap()
    }

    #[test]
    fn there_are_84_bands_and_a_band_is_a_semitone() {
        assert_eq!(filters().len(), N_BANDS);
        let bank = FilterBank::default();
        let loudest_at = |hz| loudest(&bank.bands(&sine(hz, 0.1))[20 * N_BANDS..][..N_BANDS]);
        assert_eq!(loudest_at(880.0) + 12, loudest_at(1760.0));
        assert_eq!(loudest_at(7040.0) + 12, loudest_at(14_080.0));
    }

    #[test]
    fn bands_do_not_depend_on_the_level_unless_it_is_silence() {
        let bank = FilterBank::default();
        let (loud, soft) = (bank.bands(&sine(440.0, 0.5)), bank.bands(&sine(440.0, 0.01)));
        assert_eq!(loud.len(), 50 * N_BANDS);
        assert!(loud.iter().zip(&soft).all(|(a, b)| (a - b).abs() < 0.01));
        assert!(bank.bands(&vec![0.0; 4410]).iter().all(|band| *band == 0.0));
    }

    #[test]
    fn a_click_is_centred_on_its_frame() {
        let mut samples = vec![0.0; RATE as usize];
        samples[30 * HOP] = 1.0;
        let bands = FilterBank::default().bands(&samples);
        let level = |frame: usize| bands[frame * N_BANDS..][..N_BANDS].iter().sum::<f32>();
        assert!((25..=35).all(|frame| level(frame) <= level(30)));
    }
}
