//! Tempo estimation from onset strength.
//!
//! A comb over the autocorrelation of the onset strength (Scheirer 1998): the tempo is the one
//! whose lags of 1 to 16 beats have the highest mean autocorrelation, weighted towards 120 bpm
//! (Ellis 2007). Lags of whole 4/4 bars and of an eighth and a sixteenth note weigh four times as
//! much: without these, a stream of eighths would also fit at 2/3 of its tempo. The lag of 16 beats
//! makes the estimate exact to some tenths of a per cent. Half and double tempo can't be told apart
//! reliably, not even by people.

use crate::lab::measure::{audio::flux::Flux, statistics::mean};

/// Range of candidate tempos in bpm, and the ratio between neighbours.
const RANGE: (f64, f64) = (60.0, 200.0);
const RATIO: f64 = 1.001;

/// Longest lag, in beats.
const N_BEATS: usize = 16;

/// Weight of each whole beat.
const OF_BEAT: f64 = 1.0;

/// Lags in beats that mark the metre, and their weight: a sixteenth, an eighth, and 1, 2 and 4 bars
/// of 4/4.
const METRE: [f64; 5] = [0.25, 0.5, 4.0, 8.0, 16.0];
const OF_METRE: f64 = 4.0;

/// Length of a window, and the distance between two, in seconds.
const WINDOW_SECONDS: f64 = 60.0;
const HOP_SECONDS: f64 = 30.0;

/// Shortest sound that gets an estimate, in seconds.
const LEAST_SECONDS: f64 = 6.0;

/// Standard deviation of the Gaussian weight around 120 bpm, in octaves.
const PRIOR_OCTAVES: f64 = 1.4;

/// Onset strength is reduced by its mean over this many seconds before and after.
const LEVEL_SECONDS: f64 = 0.5;

/// A tempo estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TempoAt {
    /// Centre of the window, in seconds.
    pub second: f64,
    /// Beats per minute, 60 to 200.
    pub bpm: f64,
}

/// The tempo of each window of a minute, one every 30 s; windows without onsets are skipped.
pub fn tempos(flux: &Flux) -> Vec<TempoAt> {
    let frames = |seconds: f64| (seconds * flux.per_second) as usize;
    let onsets = levelled(&flux.values, frames(LEVEL_SECONDS));
    let (len, hop) = (frames(WINDOW_SECONDS).min(onsets.len()), frames(HOP_SECONDS));
    if len < frames(LEAST_SECONDS) {
        return Vec::new();
    }
    let starts = (0..=onsets.len() - len).step_by(hop);
    let tempo = |start: usize| {
        let second = (start as f64 + len as f64 / 2.0) / flux.per_second;
        tempo(&onsets[start..start + len], flux.per_second).map(|bpm| TempoAt { second, bpm })
    };
    starts.filter_map(tempo).collect()
}

/// `found`, its half or its double, whichever is closest to `expected`.
pub fn in_octave_of(found: f64, expected: f64) -> f64 {
    let octaves = [0.5, 1.0, 2.0].map(|octave| found * octave);
    let ratio = |bpm: f64| (bpm / expected).ln().abs();
    octaves.into_iter().min_by(|a, b| ratio(*a).total_cmp(&ratio(*b))).unwrap_or(found)
}

/// The relative error of `found` against `expected`, ignoring octave errors.
pub fn error(found: f64, expected: f64) -> f64 {
    (in_octave_of(found, expected) / expected - 1.0).abs()
}

/// The values minus their moving mean, at least 0.
fn levelled(values: &[f32], reach: usize) -> Vec<f64> {
    let mut sums = vec![0.0];
    sums.extend(values.iter().scan(0.0, |sum, value| {
        *sum += f64::from(*value);
        Some(*sum)
    }));
    let level = |n: usize| {
        let (start, end) = (n.saturating_sub(reach), (n + reach + 1).min(values.len()));
        (sums[end] - sums[start]) / (end - start) as f64
    };
    (0..values.len()).map(|n| (f64::from(values[n]) - level(n)).max(0.0)).collect()
}

fn tempo(onsets: &[f64], per_second: f64) -> Option<f64> {
    let correlation = autocorrelation(onsets, per_second)?;
    let n_candidates = ((RANGE.1 / RANGE.0).ln() / RATIO.ln()) as i32;
    let candidates = (0..=n_candidates).map(|n| RANGE.0 * RATIO.powi(n));
    let score = |bpm: f64| {
        let octaves = (bpm / 120.0).log2() / PRIOR_OCTAVES;
        let beat = 60.0 / bpm * per_second;
        let beats = (1..=N_BEATS).map(|n| (n as f64, OF_BEAT));
        let metre = METRE.into_iter().map(|n| (n, OF_METRE));
        let lags = beats.chain(metre);
        let found = lags.filter_map(|(n, weight)| Some((weight, at(&correlation, n * beat)?)));
        let (sum, total) = found.fold((0.0, 0.0), |(sum, total), (weight, correlation)| {
            (sum + weight * correlation, total + weight)
        });
        sum / f64::max(total, OF_BEAT) * (-0.5 * octaves * octaves).exp()
    };
    candidates.map(|bpm| (bpm, score(bpm))).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(bpm, _)| bpm)
}

/// The normalised autocorrelation by lag, up to half the length; none without onsets.
fn autocorrelation(onsets: &[f64], per_second: f64) -> Option<Vec<f64>> {
    let middle = mean(onsets);
    let centred: Vec<f64> = onsets.iter().map(|onset| onset - middle).collect();
    let longest = (N_BEATS as f64 * 60.0 / RANGE.0 * per_second) as usize + 2;
    let product = |lag: usize| {
        let pairs = centred.iter().zip(&centred[lag..]);
        pairs.map(|(a, b)| a * b).sum::<f64>() / (centred.len() - lag) as f64
    };
    let power = product(0);
    let lags = 0..longest.min(onsets.len() / 2);
    (1e-9 < power).then(|| lags.map(|lag| product(lag) / power).collect())
}

/// Linear interpolation at `place`; none beyond the end.
fn at(values: &[f64], place: f64) -> Option<f64> {
    let (below, above) = (values.get(place as usize)?, values.get(place as usize + 1)?);
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::audio::{
        flux::FluxMeter,
        testing::{RATE, feed},
    };

    fn flux(seconds: f64, mut frame: impl FnMut(usize) -> f32) -> Flux {
        let mut meter = FluxMeter::new(RATE);
        feed(seconds, |n| [frame(n); 2], |left, right| meter.push(left, right));
        meter.finish()
    }

    /// Bursts of noise on the eighths of `bpm`, louder on the beats.
    fn found(bpm: f64, seconds: f64) -> Vec<TempoAt> {
        let eighth = 60.0 / bpm / 2.0 * 44_100.0;
        let sound = move |n: usize| {
            let number = (n as f64 / eighth) as usize;
            let since = n - (number as f64 * eighth) as usize;
            let level = if number.is_multiple_of(2) { 0.8 } else { 0.3 };
            let noise = ((n as u32).wrapping_mul(2_654_435_761) >> 16) as f32 / 32_768.0 - 1.0;
            level * noise * (-(since as f32) / 800.0).exp()
        };
        tempos(&flux(seconds, sound))
    }

    #[test]
    fn the_tempo_is_found_within_a_quarter_of_a_per_cent() {
        for bpm in [72.0, 90.0, 122.0, 128.0, 174.0] {
            let tempos = found(bpm, 30.0);
            assert_eq!(tempos.len(), 1);
            assert!(error(tempos[0].bpm, bpm) < 0.0025, "{bpm}: {tempos:?}");
        }
    }

    #[test]
    fn long_sound_has_a_tempo_every_half_minute() {
        let tempos = found(100.0, 125.0);
        let seconds: Vec<f64> = tempos.iter().map(|tempo| tempo.second).collect();
        assert_eq!(seconds, [30.0, 60.0, 90.0]);
    }

    #[test]
    fn silence_and_short_sound_have_no_tempo() {
        assert_eq!(tempos(&flux(30.0, |_| 0.0)), []);
        assert_eq!(found(120.0, 3.0), []);
    }

    #[test]
    fn octave_errors_are_ignored_and_others_count() {
        assert!(error(60.0, 120.0) < 1e-12 && error(180.0, 90.0) < 1e-12);
        assert!((error(121.2, 120.0) - 0.01).abs() < 1e-12);
        assert!(error(160.0, 120.0) > 0.3);
    }
}
