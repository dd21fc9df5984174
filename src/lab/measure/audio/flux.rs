//! Onset strength: spectral flux, the rise of log energy summed over bands, 100 values per second
//! (Bello et al. 2005).

use std::sync::Arc;

use rustfft::{Fft, FftPlanner, num_complex::Complex};

use crate::lab::measure::audio::windows::{Windows, hann};

/// Window length in frames: 23 ms at 44.1 kHz.
const LEN: usize = 1024;

/// Values per second.
const PER_SECOND: u32 = 100;

/// Bands of equal width on a logarithmic axis, and the outer edges of the range in Hz.
const N_BANDS: usize = 24;
const EDGES: (f64, f64) = (40.0, 16_000.0);

/// Gain before the logarithm: higher values weigh quiet onsets more.
const COMPRESSION: f32 = 1000.0;

/// Onset strength over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Flux {
    /// Onset strength, 0 or more.
    pub values: Vec<f32>,
    /// Values per second.
    pub per_second: f64,
}

/// Measures sound block by block.
pub(crate) struct FluxMeter {
    windows: Windows,
    per_second: f64,
    fft: Arc<dyn Fft<f32>>,
    hann: Vec<f32>,
    buffer: Vec<Complex<f32>>,
    /// Bin edges of the bands.
    edges: Vec<usize>,
    before: [f32; N_BANDS],
    values: Vec<f32>,
}

impl FluxMeter {
    pub fn new(rate: u32) -> Self {
        let hop = (rate / PER_SECOND) as usize;
        let bin = |band: usize| {
            let hz = EDGES.0 * (EDGES.1 / EDGES.0).powf(band as f64 / N_BANDS as f64);
            (hz * LEN as f64 / f64::from(rate)).round() as usize
        };
        Self {
            // At very high sample rates a hop is longer than LEN.
            windows: Windows::new(LEN.max(hop), hop),
            per_second: f64::from(rate) / hop as f64,
            fft: FftPlanner::new().plan_fft_forward(LEN),
            hann: hann(LEN),
            buffer: vec![Complex::new(0.0, 0.0); LEN],
            edges: (0..=N_BANDS).map(|band| bin(band).clamp(1, LEN / 2)).collect(),
            before: [0.0; N_BANDS],
            values: Vec::new(),
        }
    }

    pub fn push(&mut self, left: &[f32], right: &[f32]) {
        let Self { windows, fft, hann, buffer, edges, before, values, .. } = self;
        windows.push(left, right, |left, right| {
            let frames = left.iter().zip(right).zip(hann.iter());
            for (value, ((left, right), weight)) in buffer.iter_mut().zip(frames) {
                *value = Complex::new(0.5 * (left + right) * weight, 0.0);
            }
            fft.process(buffer);
            let levels: [f32; N_BANDS] = std::array::from_fn(|band| {
                let bins = &buffer[edges[band]..edges[band + 1].max(edges[band] + 1)];
                let power: f32 = bins.iter().map(Complex::norm_sqr).sum();
                (1.0 + COMPRESSION * power.sqrt() / (LEN / 4) as f32).ln()
            });
            let rises =
                levels.iter().zip(before.iter()).map(|(now, before)| (now - before).max(0.0));
            values.push(rises.sum());
            *before = levels;
        });
    }

    pub fn finish(self) -> Flux {
        Flux { values: self.values, per_second: self.per_second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::audio::testing::{RATE, feed, sine};

    #[test]
    fn onsets_stand_out() {
        // A tone of 50 ms every half second.
        let sound = |n: usize| if n % 22_050 < 2205 { 0.3 * sine(880.0, n) } else { 0.0 };
        let mut meter = FluxMeter::new(RATE);
        feed(4.0, |n| [sound(n); 2], |left, right| meter.push(left, right));
        let flux = meter.finish();

        assert_eq!(flux.per_second, 100.0);
        let peaks: Vec<usize> =
            (1..flux.values.len() - 1).filter(|n| flux.values[*n] > 5.0).map(|n| n / 50).collect();
        assert!((1..=7).all(|half| peaks.contains(&half) || peaks.contains(&(half - 1))));
        let quiet = flux.values.iter().filter(|value| **value < 0.1).count();
        assert!(quiet * 2 > flux.values.len(), "{quiet}");
    }
}
