//! Rendered notes of the built font and their measures, for the tests.

use std::{
    f64::consts::TAU,
    sync::{Arc, LazyLock},
};

use ebur128::{EbuR128, Mode};
use rustfft::{FftPlanner, num_complex::Complex};
use rustysynth::SoundFont;

use crate::{
    lab::soundfont::{
        audition::{self, Note, Stereo},
        build,
        hearing::swing,
    },
    units::SAMPLE_RATE,
};

/// Bands of a spectral portrait.
pub const N_BANDS: usize = 24;

static FONT: LazyLock<Arc<SoundFont>> =
    LazyLock::new(|| Arc::new(SoundFont::new(&mut build().as_slice()).unwrap()));

/// The built font, loaded by the synthesizer.
pub fn font() -> &'static SoundFont {
    &FONT
}

/// The built font, for rendering.
pub fn shared_font() -> &'static Arc<SoundFont> {
    &FONT
}

impl Note {
    /// Renders the note from its start, without effects.
    pub fn render(self, seconds: f64) -> Stereo {
        render(&[(0.0, self)], seconds)
    }
}

/// Renders notes at their times in seconds.
pub fn render(notes: &[(f64, Note)], seconds: f64) -> Stereo {
    audition::render(&FONT, notes, seconds).unwrap()
}

/// The greatest absolute sample of both channels.
pub fn peak(heard: &Stereo) -> f32 {
    heard.iter().flatten().fold(0.0, |peak, sample| sample.abs().max(peak))
}

/// The maximum momentary loudness (400 ms) in LUFS.
pub fn loudness(heard: &Stereo) -> f64 {
    let mut meter = EbuR128::new(2, SAMPLE_RATE, Mode::M).unwrap();
    let chunks = heard[0].chunks(2205).zip(heard[1].chunks(2205));
    let momentary = chunks.map(|(left, right)| {
        meter.add_frames_planar_f32(&[left, right]).unwrap();
        meter.loudness_momentary().unwrap()
    });
    momentary.fold(f64::NEG_INFINITY, f64::max)
}

/// RMS of the left channel's first difference, relative to the channel's.
pub fn brightness(heard: &Stereo) -> f64 {
    let energy = |samples: &mut dyn Iterator<Item = f32>| {
        samples.map(|x| f64::from(x) * f64::from(x)).sum::<f64>()
    };
    let slope = energy(&mut heard[0].windows(2).map(|pair| pair[1] - pair[0]));
    (slope / energy(&mut heard[0].iter().copied())).sqrt()
}

/// A spectral portrait: levels of 24 bands at five times, in decibels below the loudest, limited to
/// 50.
pub fn portrait(heard: &Stereo) -> Vec<f64> {
    const MOMENTS: [(usize, usize); 5] =
        [(0, 2048), (2048, 8192), (8192, 16_384), (16_384, 35_000), (38_000, 50_000)];
    let levels: Vec<f64> = MOMENTS
        .into_iter()
        .flat_map(|(from, to)| {
            let mut powers = [0.0; N_BANDS];
            for side in heard {
                add_powers(&side[from..to], &mut powers);
            }
            powers.map(|power| 10.0 * (power / (to - from) as f64 + 1e-30).log10())
        })
        .collect();
    let loudest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    levels.into_iter().map(|level| (level - loudest).max(-50.0)).collect()
}

/// Mean difference of two portraits in decibels.
pub fn difference(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).sum::<f64>() / one.len() as f64
}

/// Adds the power of `samples` in each band; bands are a third of an octave wide from 50 Hz.
fn add_powers(samples: &[f32], powers: &mut [f64; N_BANDS]) {
    const N: usize = 65_536;
    let step = TAU / samples.len() as f64;
    let windowed =
        samples.iter().enumerate().map(|(n, x)| f64::from(*x) * (1.0 - (step * n as f64).cos()));
    let mut spectrum: Vec<_> = windowed.map(|x| Complex::new(x, 0.0)).collect();
    spectrum.resize(N, Complex::default());
    FftPlanner::new().plan_fft_forward(N).process(&mut spectrum);
    for (n, line) in spectrum[..N / 2].iter().enumerate() {
        let hz = n as f64 * f64::from(SAMPLE_RATE) / N as f64;
        let band = 3.0 * (hz / 50.0).log2();
        if let Some(power) = powers.get_mut(band.max(0.0) as usize) {
            *power += line.norm_sqr();
        }
    }
}

/// Power of the sine at `hz` under a Hann window.
pub fn power_at(samples: &[f32], hz: f64) -> f64 {
    let (re, im) = swing(samples, hz);
    re * re + im * im
}
