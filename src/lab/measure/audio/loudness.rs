//! EBU R128 loudness, of the whole sound and of its loudest and quietest ten minutes.
//!
//! The crate ebur128 provides K-weighting, gated loudness, range and true peak. It can't give the
//! gated loudness of an excerpt, so this file computes that of ten minutes from the power of each
//! tenth of a second (ITU-R BS.1770-4, annex 1).

use ebur128::{EbuR128, Mode};

use crate::units::Decibels;

/// Values per second of the curves.
pub const HOPS_PER_SECOND: usize = 10;

/// Length of the momentary and the short-term window, in tenths of a second.
const MOMENTARY: usize = 4;
const SHORT_TERM: usize = 30;

/// Length of a ten-minute window, and the distance between two, in tenths of a second.
const TEN_MINUTES: usize = 6000;
const MINUTE: usize = 600;

/// Gates: blocks below -70 LUFS are ignored, then those 10 LU below the mean of the rest.
const ABSOLUTE_GATE: f64 = -70.0;
const RELATIVE_GATE: f64 = -10.0;

/// The loudness of a mean square of 1 after K-weighting, in LUFS.
const OFFSET: f64 = -0.691;

/// Loudness of a sound.
#[derive(Debug, Clone, PartialEq)]
pub struct Loudness {
    /// Integrated loudness in LUFS; minus infinity for silence.
    pub integrated: f64,
    /// Loudness range in LU.
    pub range: f64,
    /// Greatest short-term (3 s) loudness, in LUFS.
    pub greatest_short_term: f64,
    /// Integrated loudness, in LUFS, of the quietest and of the loudest ten minutes that start on a
    /// full minute; of the whole sound if that is shorter.
    pub ten_minutes: (f64, f64),
    /// Highest true peak of both channels.
    pub true_peak: Decibels,
    /// Momentary loudness (0.4 s) every tenth of a second, in LUFS; NaN for the first 0.3 s.
    pub momentary: Vec<f64>,
    /// Short-term loudness (3 s) every tenth of a second, in LUFS; NaN for the first 2.9 s.
    pub short_term: Vec<f64>,
}

/// Measures sound block by block.
pub(crate) struct LoudnessMeter {
    meter: EbuR128,
    frames_per_tenth: usize,
    frames_to_tenth: usize,
    /// K-weighted power of each tenth of a second, both channels summed.
    powers: Vec<f64>,
}

impl LoudnessMeter {
    /// None if ebur128 does not support the rate.
    pub fn new(rate: u32) -> Option<Self> {
        let meter = EbuR128::new(2, rate, Mode::I | Mode::LRA | Mode::TRUE_PEAK).ok()?;
        let tenth = (rate as usize + 5) / 10; // rounded as in ebur128
        Some(Self { meter, frames_per_tenth: tenth, frames_to_tenth: tenth, powers: Vec::new() })
    }

    pub fn push(&mut self, mut left: &[f32], mut right: &[f32]) {
        while !left.is_empty() {
            let n = left.len().min(self.frames_to_tenth);
            let frames = [&left[..n], &right[..n]];
            self.meter.add_frames_planar_f32(&frames).expect("the meter has two channels");
            (left, right) = (&left[n..], &right[n..]);
            self.frames_to_tenth -= n;
            if self.frames_to_tenth == 0 {
                self.frames_to_tenth = self.frames_per_tenth;
                self.powers
                    .push(power(self.meter.loudness_window(100).unwrap_or(f64::NEG_INFINITY)));
            }
        }
    }

    pub fn finish(self) -> Loudness {
        let Self { meter, powers, .. } = self;
        let peak = |channel| meter.true_peak(channel).unwrap_or(0.0);
        let short_term = means(&powers, SHORT_TERM);
        Loudness {
            integrated: meter.loudness_global().unwrap_or(f64::NEG_INFINITY),
            range: meter.loudness_range().unwrap_or(0.0),
            greatest_short_term: short_term.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            ten_minutes: outer_windows(&powers),
            true_peak: Decibels::from_ratio(peak(0).max(peak(1))),
            momentary: means(&powers, MOMENTARY),
            short_term,
        }
    }
}

fn power(loudness: f64) -> f64 {
    10f64.powf((loudness - OFFSET) / 10.0)
}

fn loudness(power: f64) -> f64 {
    OFFSET + 10.0 * power.log10()
}

/// The loudness of every `n` consecutive tenths of a second; NaN for the first `n - 1`.
fn means(powers: &[f64], n: usize) -> Vec<f64> {
    let unknown = std::iter::repeat_n(f64::NAN, (n - 1).min(powers.len()));
    let known = powers.windows(n).map(|last| loudness(last.iter().sum::<f64>() / n as f64));
    unknown.chain(known).collect()
}

/// The least and the greatest integrated loudness of the ten-minute windows.
fn outer_windows(powers: &[f64]) -> (f64, f64) {
    let n_starts = powers.len().saturating_sub(TEN_MINUTES) / MINUTE + 1;
    let window = |start: usize| &powers[start..powers.len().min(start + TEN_MINUTES)];
    let all = (0..n_starts).map(|minute| integrated(window(minute * MINUTE)));
    all.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), loudness| {
        (least.min(loudness), greatest.max(loudness))
    })
}

/// The gated loudness, in LUFS, of tenths of a second with these powers.
fn integrated(powers: &[f64]) -> f64 {
    let blocks = powers.windows(MOMENTARY);
    let blocks: Vec<f64> =
        blocks.map(|block| block.iter().sum::<f64>() / MOMENTARY as f64).collect();
    let mean_above = |gate: f64| {
        let loud: Vec<f64> =
            blocks.iter().copied().filter(|power| gate < loudness(*power)).collect();
        loudness(loud.iter().sum::<f64>() / loud.len().max(1) as f64)
    };
    let relative = mean_above(ABSOLUTE_GATE) + RELATIVE_GATE;
    mean_above(relative.max(ABSOLUTE_GATE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::audio::testing::{RATE, feed, sine};

    fn measured(seconds: f64, frame: impl FnMut(usize) -> [f32; 2]) -> Loudness {
        let mut meter = LoudnessMeter::new(RATE).unwrap();
        feed(seconds, frame, |left, right| meter.push(left, right));
        meter.finish()
    }

    #[test]
    fn a_sine_of_minus_23_dbfs_has_minus_23_lufs() {
        // EBU Tech 3341, case 1: 1 kHz in both channels, -23 dBFS each.
        let gain = 10f32.powf(-23.0 / 20.0);
        let found = measured(20.0, |n| [gain * sine(1000.0, n); 2]);

        assert!((found.integrated + 23.0).abs() < 0.1, "{}", found.integrated);
        assert!((found.greatest_short_term + 23.0).abs() < 0.1, "{}", found.greatest_short_term);
        assert!((found.ten_minutes.0 - found.integrated).abs() < 0.05, "{:?}", found.ten_minutes);
        assert!((found.true_peak.0 + 23.0).abs() < 0.1, "{:?}", found.true_peak);
        assert_eq!((found.momentary.len(), found.short_term.len()), (200, 200));
    }

    #[test]
    fn the_gate_ignores_quiet_parts_of_ten_minutes() {
        // EBU Tech 3341, case 3: 10 s at -36, 60 s at -23, 10 s at -36 LUFS.
        let gain = |n: usize| {
            let is_loud = (441_000..3_087_000).contains(&n);
            10f32.powf(if is_loud { -23.0 } else { -36.0 } / 20.0)
        };
        let found = measured(80.0, |n| [gain(n) * sine(1000.0, n); 2]);

        assert!((found.integrated + 23.0).abs() < 0.1, "{}", found.integrated);
        assert!((found.ten_minutes.1 + 23.0).abs() < 0.1, "{:?}", found.ten_minutes);
        assert!((found.range - 13.0).abs() < 0.5, "{}", found.range);
    }

    #[test]
    fn the_quietest_and_the_loudest_ten_minutes_are_found() {
        let of_minutes = |levels: &[f64]| -> Vec<f64> {
            levels.iter().flat_map(|level| vec![power(*level); MINUTE]).collect()
        };
        let (least, greatest) =
            outer_windows(&of_minutes(&[&[-20.0; 10][..], &[-16.0; 10]].concat()));
        assert!((least + 20.0).abs() < 1e-6 && (greatest + 16.0).abs() < 1e-6);
        let (least, greatest) = outer_windows(&of_minutes(&[-14.0]));
        assert!((least + 14.0).abs() < 1e-6 && least == greatest);
        assert_eq!(outer_windows(&[]).1, f64::NEG_INFINITY);
    }
}
