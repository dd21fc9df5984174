//! Measures a recording's loudness and finds its start and end.

use std::ops::Range;

use ebur128::{EbuR128, Mode};

use crate::units::{Decibels, Lufs, SAMPLE_RATE};

/// Silence threshold: half a step of 16 bits.
const SILENCE: f32 = 0.5 / 32_768.0;

/// The meter needs 400 ms; shorter recordings are padded with silence for it.
const LEAST_FRAMES: u64 = SAMPLE_RATE as u64 * 4 / 10;

/// Measures loudness (EBU R128), true peak and the audible range.
pub(super) struct Measure {
    meter: EbuR128,
    n_frames: u64,
    audible: Option<Range<u64>>,
}

impl Measure {
    pub fn new() -> Self {
        // The histogram uses the same memory for an hour as for a second.
        let mode = Mode::I | Mode::TRUE_PEAK | Mode::HISTOGRAM;
        let meter = EbuR128::new(2, SAMPLE_RATE, mode).expect("two channels at 44.1 kHz");
        Self { meter, n_frames: 0, audible: None }
    }

    /// Measures the next frames, left and right.
    pub fn add(&mut self, planes: &[Vec<f32>; 2]) {
        let [left, right] = planes;
        self.meter.add_frames_planar_f32(&[left, right]).expect("two planes of equal length");
        let is_audible = |(l, r): (&f32, &f32)| SILENCE < l.abs() || SILENCE < r.abs();
        let frames = || left.iter().zip(right);
        if let (Some(first), Some(last)) =
            (frames().position(is_audible), frames().rposition(is_audible))
        {
            let start = self.n_frames + first as u64;
            let audible = self.audible.get_or_insert(start..start);
            audible.end = self.n_frames + last as u64 + 1;
        }
        self.n_frames += left.len() as u64;
    }

    /// Loudness, true peak and the audible range; none for silence.
    pub fn finish(mut self) -> Option<(Lufs, Decibels, Range<u64>)> {
        let missing = LEAST_FRAMES.saturating_sub(self.n_frames) as usize;
        self.add(&[vec![0.0; missing], vec![0.0; missing]]);
        let audible = self.audible?;
        let loudness = self.meter.loudness_global().ok().filter(|lufs| lufs.is_finite())?;
        let peak = |channel| self.meter.true_peak(channel).unwrap_or(0.0);
        Some((Lufs(loudness), Decibels::from_ratio(peak(0).max(peak(1))), audible))
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(n_frames: usize) -> Vec<f32> {
        (1..=n_frames).map(|n| 0.1 * (TAU * 1000.0 * n as f32 / 44_100.0).sin()).collect()
    }

    #[test]
    fn a_tone_of_minus_20_db_in_both_channels_is_at_minus_20_lufs() {
        let mut measure = Measure::new();
        (0..100).for_each(|_| measure.add(&[tone(4410), tone(4410)]));

        let (loudness, true_peak, audible) = measure.finish().unwrap();

        assert!((loudness.0 + 20.0).abs() < 0.1, "{loudness:?}");
        assert!((true_peak.0 + 20.0).abs() < 0.1, "{true_peak:?}");
        assert_eq!(audible, 0..440_999);
    }

    #[test]
    fn silence_around_the_sound_is_trimmed() {
        let mut measure = Measure::new();
        measure.add(&[vec![0.0; 5000], vec![1e-6; 5000]]);
        measure.add(&[vec![0.0; 100], tone(100)]);
        measure.add(&[vec![0.0; 300], vec![0.0; 300]]);

        let (loudness, _, audible) = measure.finish().unwrap();

        assert_eq!(audible, 5000..5100);
        assert!(loudness.0 < -40.0);
    }

    #[test]
    fn silence_has_no_loudness() {
        let mut measure = Measure::new();
        measure.add(&[vec![0.0; 50_000], vec![0.0; 50_000]]);
        assert!(measure.finish().is_none());
    }
}
