//! Figures of a rendered note: brightness, movement, width and spectra over time.

use std::f64::consts::TAU;

use rustfft::{FftPlanner, num_complex::Complex};

use crate::{lab::soundfont::audition::Stereo, units::SAMPLE_RATE};

/// Samples of a spectrum.
const N_WINDOW: usize = 2048;

/// Samples from one spectrum to the next.
const HOP: usize = 1024;

/// Bands that movement is measured in, evenly spaced in octaves from the third line to the last.
const N_BANDS: usize = 12;

/// Decibels below the loudest band at which a band's mean is still counted.
const AUDIBLE: f64 = 40.0;

/// Power spectra of successive Hann windows of `samples`, `hop` samples apart.
pub fn spectra(samples: &[f32], n_window: usize, hop: usize) -> Vec<Vec<f64>> {
    let fft = FftPlanner::new().plan_fft_forward(n_window);
    let step = TAU / n_window as f64;
    let hann: Vec<f64> = (0..n_window).map(|n| 0.5 - 0.5 * (step * n as f64).cos()).collect();
    let of_window = |part: &[f32]| {
        let mut lines: Vec<_> = part
            .iter()
            .zip(&hann)
            .map(|(x, hann)| Complex::new(f64::from(*x) * hann, 0.0))
            .collect();
        fft.process(&mut lines);
        lines[..n_window / 2].iter().map(Complex::norm_sqr).collect()
    };
    samples.windows(n_window).step_by(hop).map(of_window).collect()
}

/// The mean frequency of `samples` by power, in hertz.
pub fn centroid_hz(samples: &[f32]) -> f64 {
    let mut padded = samples.to_vec();
    padded.resize(samples.len().next_power_of_two(), 0.0);
    let n = padded.len();
    let step = TAU / samples.len() as f64;
    for (place, sample) in padded.iter_mut().take(samples.len()).enumerate() {
        *sample *= (0.5 - 0.5 * (step * place as f64).cos()) as f32;
    }
    let mut lines: Vec<_> = padded.iter().map(|x| Complex::new(f64::from(*x), 0.0)).collect();
    FftPlanner::new().plan_fft_forward(n).process(&mut lines);
    let (mut sum, mut weighted) = (1e-30, 0.0);
    for (line, value) in lines[..n / 2].iter().enumerate() {
        sum += value.norm_sqr();
        weighted += value.norm_sqr() * line as f64;
    }
    weighted / sum * f64::from(SAMPLE_RATE) / n as f64
}

/// Change of a held note's spectrum apart from a steady decay, in decibels: the standard deviation of
/// the audible bands' levels about their regression lines over time, averaged.
///
/// Pass the held part, from 0.15 s after its start.
pub fn movement_db(heard: &Stereo) -> f64 {
    let middle = middle(heard);
    let spectra = spectra(&middle, N_WINDOW, HOP);
    let edge = |n: usize| {
        let octaves = (N_WINDOW as f64 / 2.0 / 3.0).log2() * n as f64 / N_BANDS as f64;
        (3.0 * octaves.exp2()) as usize
    };
    let level = |lines: &[f64], n: usize| {
        10.0 * (lines[edge(n)..edge(n + 1)].iter().sum::<f64>() + 1e-9).log10()
    };
    let tracks: Vec<Vec<f64>> =
        (0..N_BANDS).map(|n| spectra.iter().map(|lines| level(lines, n)).collect()).collect();
    let mean = |track: &[f64]| track.iter().sum::<f64>() / track.len() as f64;
    let loudest = tracks.iter().map(|track| mean(track)).fold(f64::NEG_INFINITY, f64::max);
    let audible = tracks.iter().filter(|track| loudest - AUDIBLE < mean(track));
    let moves: Vec<f64> = audible.map(|track| about_its_line(track)).collect();
    mean(&moves)
}

/// The power of the sides relative to that of the middle, in decibels.
pub fn width_db(heard: &Stereo) -> f64 {
    let power = |sign: f32| {
        let sum =
            heard[0].iter().zip(&heard[1]).map(|(left, right)| f64::from(left + sign * right));
        sum.map(|x| x * x).sum::<f64>() + 1e-12
    };
    10.0 * (power(-1.0) / power(1.0)).log10()
}

/// The mean of both channels.
pub fn middle(heard: &Stereo) -> Vec<f32> {
    heard[0].iter().zip(&heard[1]).map(|(left, right)| f32::midpoint(*left, *right)).collect()
}

/// The Fourier sum at `hz` under a Hann window, as a complex number.
pub fn swing(samples: &[f32], hz: f64) -> (f64, f64) {
    let (sin, cos) = (TAU * hz / f64::from(SAMPLE_RATE)).sin_cos();
    let (hann_sin, hann_cos) = (TAU / samples.len() as f64).sin_cos();
    let (mut x, mut y, mut u, mut v) = (1.0, 0.0, 1.0, 0.0);
    let (mut re, mut im) = (0.0, 0.0);
    for sample in samples {
        let windowed = f64::from(*sample) * (1.0 - u);
        re += windowed * x;
        im += windowed * y;
        (x, y) = (x * cos - y * sin, x * sin + y * cos);
        (u, v) = (u * hann_cos - v * hann_sin, u * hann_sin + v * hann_cos);
    }
    (re, im)
}

/// The standard deviation of `track` about its regression line.
fn about_its_line(track: &[f64]) -> f64 {
    let n = track.len() as f64;
    let (mean_x, mean_y) = ((n - 1.0) / 2.0, track.iter().sum::<f64>() / n);
    let off = |(x, y): (usize, &f64)| (x as f64 - mean_x, y - mean_y);
    let (mut xx, mut xy) = (1e-30, 0.0);
    for (x, y) in track.iter().enumerate().map(off) {
        xx += x * x;
        xy += x * y;
    }
    let rest = track.iter().enumerate().map(off).map(|(x, y)| y - xy / xx * x);
    (rest.map(|y| y * y).sum::<f64>() / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(level: impl Fn(f64) -> f64) -> Stereo {
        let sample = |n: i32| {
            let t = f64::from(n) / f64::from(SAMPLE_RATE);
            (level(t) * (TAU * 1000.0 * t).sin()) as f32
        };
        let wave: Vec<f32> = (0..44_100).map(sample).collect();
        [wave.clone(), wave]
    }

    #[test]
    fn a_steady_or_a_decaying_note_does_not_move_and_a_tremolo_does() {
        assert!(movement_db(&sine(|_| 0.5)) < 0.05);
        assert!(movement_db(&sine(|t| (-2.0 * t).exp())) < 0.05);
        // A sine of 3 dB deviates by 3 / sqrt(2).
        let tremolo = movement_db(&sine(|t| 10f64.powf(3.0 * (TAU * 4.0 * t).sin() / 20.0)));
        assert!((tremolo - 2.1).abs() < 0.25, "{tremolo}");
    }

    #[test]
    fn the_centroid_of_a_sine_is_its_frequency() {
        assert!((centroid_hz(&sine(|_| 0.5)[0]) - 1000.0).abs() < 2.0);
    }

    #[test]
    fn a_sound_on_one_side_is_as_wide_as_it_is_loud() {
        let [left, _] = sine(|_| 0.5);
        assert!(width_db(&[left, vec![0.0; 44_100]]).abs() < 1e-6);
        assert!(width_db(&sine(|_| 0.5)) < -100.0);
    }
}
