//! True peaks: the height of the waveform between samples.
//!
//! Source: ITU-R BS.1770-4, annex 2: peaks are measured at four times the rate. The interpolation
//! filter differs: a Hann-windowed sinc with 16 taps per phase where the recommendation has 12.

use std::f64::consts::PI;

use crate::sound::frame::{Block, FRAMES_PER_MP3_FRAME};

/// Samples that each interpolated point depends on.
const N_TAPS: usize = 16;

/// Delay of a peak in frames: half the filter.
pub(super) const LATENCY: usize = N_TAPS / 2;

/// Interpolated points between two samples.
const N_BETWEEN: usize = 3;

/// A block, preceded by the last samples of the previous one.
type Line = [f32; N_TAPS - 1 + FRAMES_PER_MP3_FRAME];

/// Measures block after block, both channels together.
pub(super) struct TruePeak {
    filters: [[f32; N_TAPS]; N_BETWEEN],
    lines: [Line; 2],
}

impl TruePeak {
    pub fn new() -> Self {
        let filters = std::array::from_fn(|n| filter((n + 1) as f64 / (N_BETWEEN + 1) as f64));
        Self { filters, lines: [[0.0; N_TAPS - 1 + FRAMES_PER_MP3_FRAME]; 2] }
    }

    /// Peaks of both channels: `peaks[n]` is the maximum from frame `n - LATENCY` of this block up
    /// to the next frame.
    pub fn measure(&mut self, block: &Block, peaks: &mut [f32; FRAMES_PER_MP3_FRAME]) {
        peaks.fill(0.0);
        for (line, channel) in self.lines.iter_mut().zip([&block.left, &block.right]) {
            line.copy_within(FRAMES_PER_MP3_FRAME.., 0);
            line[N_TAPS - 1..].copy_from_slice(channel);
            for (peak, x) in peaks.iter_mut().zip(&line[LATENCY - 1..]) {
                *peak = peak.max(x.abs());
            }
            for filter in &self.filters {
                raise(peaks, line, filter);
            }
        }
    }
}

/// Works tap by tap over the whole block, which vectorises.
fn raise(peaks: &mut [f32; FRAMES_PER_MP3_FRAME], line: &Line, filter: &[f32; N_TAPS]) {
    let mut sums = [0.0; FRAMES_PER_MP3_FRAME];
    for (k, tap) in filter.iter().enumerate() {
        for (sum, x) in sums.iter_mut().zip(&line[k..]) {
            *sum += tap * x;
        }
    }
    for (peak, sum) in peaks.iter_mut().zip(&sums) {
        *peak = peak.max(sum.abs());
    }
}

/// The filter for position `at`, 0 to 1, between the two middle samples; its gain at DC is 1.
fn filter(at: f64) -> [f32; N_TAPS] {
    let half = LATENCY as f64;
    let taps: [f64; N_TAPS] = std::array::from_fn(|k| {
        let x = k as f64 - (half - 1.0) - at;
        let window = 0.5 + 0.5 * (PI * x / half).cos();
        window * (PI * x).sin() / (PI * x)
    });
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The highest peak of a steady sine of amplitude 1.
    fn sine_peak(frequency: f64, phase: f64) -> f32 {
        let mut meter = TruePeak::new();
        let mut peaks = [0.0; FRAMES_PER_MP3_FRAME];
        let left = std::array::from_fn(|n| (2.0 * PI * frequency * n as f64 + phase).sin() as f32);
        let block = Block { left, ..Block::SILENCE };
        meter.measure(&block, &mut peaks);
        peaks[100..].iter().fold(0.0, |a, b| a.max(*b))
    }

    #[test]
    fn a_peak_between_samples_is_measured() {
        // Every sample of this sine is at 0.707.
        let peak = sine_peak(0.25, PI / 4.0);
        assert!((peak - 1.0).abs() < 0.005, "{peak}");
    }

    #[test]
    fn sines_up_to_16_khz_read_within_a_tenth_of_a_decibel_or_higher() {
        for step in 1..64 {
            let frequency = 0.363 * f64::from(step) / 64.0;
            let peak = sine_peak(frequency, 1.0);
            // Four points per sample miss the top of a fast wave: at most cos(pi f / 4).
            let lowest = (PI * frequency / 4.0).cos() as f32 * 0.988;
            assert!((lowest..1.012).contains(&peak), "{frequency}: {peak}");
        }
    }

    #[test]
    fn a_peak_is_reported_latency_frames_late() {
        let mut meter = TruePeak::new();
        let mut peaks = [0.0; FRAMES_PER_MP3_FRAME];
        let mut click = Block::SILENCE;
        click.right[500] = -1.0;
        meter.measure(&click, &mut peaks);
        assert_eq!(peaks.iter().position(|p| *p == 1.0), Some(500 + LATENCY));
    }
}
