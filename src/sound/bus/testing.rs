//! Tones and spectra for the tests of effects.

use std::f64::consts::TAU;

use crate::sound::frame::{Block, FRAMES_PER_MP3_FRAME};

/// Frames that are measured, a power of two, and blocks that are played before them.
const N_MEASURED: usize = 32_768;
const N_BEFORE: usize = 20;

const RATE: f64 = 44_100.0;

/// The left channel of steady sines of `hz`, each of amplitude `level` and in both channels, processed by
/// `effect` once it has settled.
pub fn played(hz: &[f64], level: f64, mut effect: impl FnMut(&mut Block)) -> Vec<f32> {
    let sine = |n: usize| hz.iter().map(|hz| (TAU * hz * n as f64 / RATE).sin()).sum::<f64>();
    let mut sound = Vec::new();
    for number in 0..N_BEFORE + N_MEASURED.div_ceil(FRAMES_PER_MP3_FRAME) {
        let first = number * FRAMES_PER_MP3_FRAME;
        // Two equal channels of a part in the centre.
        let tone = std::array::from_fn(|n| (level * sine(first + n) / 2f64.sqrt()) as f32);
        let mut block = Block { left: tone, right: tone };
        effect(&mut block);
        if N_BEFORE <= number {
            sound.extend_from_slice(&block.left);
        }
    }
    sound.truncate(N_MEASURED);
    sound
}

/// Powers of the bins of `sound` under a window whose side lobes are below -92 dB.
fn spectrum(sound: &[f32]) -> Vec<f64> {
    let n_frames = sound.len();
    let window = |n: usize| {
        let x = TAU * n as f64 / n_frames as f64;
        0.35875 - 0.48829 * x.cos() + 0.14128 * (2.0 * x).cos() - 0.01168 * (3.0 * x).cos()
    };
    let windowed: Vec<[f64; 2]> =
        sound.iter().enumerate().map(|(n, x)| [f64::from(*x) * window(n), 0.0]).collect();
    let bins = transformed(&windowed);
    bins[..n_frames / 2].iter().map(|[re, im]| re * re + im * im).collect()
}

/// The discrete Fourier transform of a power of two of complex numbers.
fn transformed(x: &[[f64; 2]]) -> Vec<[f64; 2]> {
    if x.len() == 1 {
        return x.to_vec();
    }
    let half =
        |first: usize| transformed(&x.iter().skip(first).step_by(2).copied().collect::<Vec<_>>());
    let (even, odd) = (half(0), half(1));
    let turned = odd.iter().enumerate().map(|(n, [re, im])| {
        let (sin, cos) = (-TAU * n as f64 / x.len() as f64).sin_cos();
        [re * cos - im * sin, re * sin + im * cos]
    });
    let turned: Vec<[f64; 2]> = turned.collect();
    let pairs = || even.iter().zip(&turned);
    let sum = pairs().map(|(a, b)| [a[0] + b[0], a[1] + b[1]]);
    let difference = pairs().map(|(a, b)| [a[0] - b[0], a[1] - b[1]]);
    sum.chain(difference).collect()
}

/// Bins to either side over which the window spreads a tone.
const SPREAD: usize = 5;

/// Levels in dB, to one scale, of tones in `sound`.
pub fn tones_db(sound: &[f32], hz: &[f64]) -> Vec<f64> {
    let spectrum = spectrum(sound);
    let level = |hz: &f64| {
        let bin = (hz * sound.len() as f64 / RATE).round() as usize;
        let around = bin.saturating_sub(SPREAD)..(bin + SPREAD).min(spectrum.len());
        10.0 * spectrum[around].iter().sum::<f64>().max(1e-30).log10()
    };
    hz.iter().map(level).collect()
}

/// The level in dB, to the same scale, of the loudest tone from 20 Hz to 18 kHz that is no harmonic of
/// `hz`.
pub fn worst_between_harmonics_db(sound: &[f32], hz: f64) -> f64 {
    let spectrum = spectrum(sound);
    let per_bin = RATE / sound.len() as f64;
    let is_between = |bin: usize| {
        let at = bin as f64 * per_bin;
        let off = (at / hz - (at / hz).round()).abs() * hz;
        (20.0..18_000.0).contains(&at) && 2.0 * SPREAD as f64 * per_bin < off
    };
    let bins = (SPREAD..spectrum.len() - SPREAD).filter(|bin| is_between(*bin));
    let level = |bin: usize| spectrum[bin - SPREAD..bin + SPREAD].iter().sum::<f64>();
    10.0 * bins.map(level).fold(1e-30, f64::max).log10()
}

/// The mean frequency of a power of two of frames, weighted by amplitude.
pub fn centroid_hz(sound: &[f32]) -> f64 {
    let per_bin = RATE / sound.len() as f64;
    let amplitudes: Vec<f64> = spectrum(sound).iter().map(|power| power.sqrt()).collect();
    let weighted = amplitudes.iter().enumerate().map(|(n, x)| n as f64 * per_bin * x);
    weighted.sum::<f64>() / amplitudes.iter().sum::<f64>()
}
