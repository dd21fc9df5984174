//! Signals for percussion: sources, envelopes, filters and mixing.

use std::ops::Add;

use libm::{exp, tanh};
use rand::RngExt as _;

use crate::{
    lab::soundfont::{
        biquad::{self, Response},
        modal::Mode,
    },
    rng,
    units::{Decibels, SAMPLE_RATE},
};

/// Mono samples at [`SAMPLE_RATE`], nominally within ±1.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal(Vec<f64>);

impl Signal {
    /// White noise from the random stream `name`; always the same for a name.
    pub fn noise(name: &str, seconds: f64) -> Self {
        let mut rng = rng::stream(0, name);
        Self((0..n_samples(seconds)).map(|_| rng.random_range(-1.0..1.0)).collect())
    }

    /// A sum of decaying sines.
    pub fn modes(modes: &[Mode], seconds: f64) -> Self {
        let mut samples = vec![0.0; n_samples(seconds)];
        for mode in modes {
            mode.ring(&mut samples);
        }
        Self(samples)
    }

    /// An exponential decay to 1/e in `seconds`.
    pub fn decay(self, seconds: f64) -> Self {
        self.envelope(|t| exp(-t / seconds))
    }

    /// A linear attack from 0 in `seconds`.
    pub fn attack(self, seconds: f64) -> Self {
        self.envelope(|t| (t / seconds).min(1.0))
    }

    /// Multiplies by a function of the time in seconds.
    pub fn envelope(mut self, level: impl Fn(f64) -> f64) -> Self {
        for (index, sample) in self.0.iter_mut().enumerate() {
            *sample *= level(index as f64 / f64::from(SAMPLE_RATE));
        }
        self
    }

    /// Low-pass at `hz`.
    pub fn low_pass(self, hz: f64) -> Self {
        self.filtered(Response::Low, hz, 0.707)
    }

    /// High-pass at `hz`.
    pub fn high_pass(self, hz: f64) -> Self {
        self.filtered(Response::High, hz, 0.707)
    }

    /// Band-pass around `hz` with bandwidth `hz / q`.
    pub fn band_pass(self, hz: f64, q: f64) -> Self {
        self.filtered(Response::Band, hz, q)
    }

    /// Saturates like an overdriven amplifier, keeping full scale at full scale.
    pub fn drive(mut self, amount: f64) -> Self {
        self.0.iter_mut().for_each(|sample| *sample = tanh(amount * *sample) / tanh(amount));
        self
    }

    /// Applies `curve` to each sample.
    pub fn shaped(mut self, curve: impl Fn(f64) -> f64) -> Self {
        self.0.iter_mut().for_each(|sample| *sample = curve(*sample));
        self
    }

    /// Adds `gain` times the band around `hz`, `hz / q` wide.
    pub fn boosted(self, hz: f64, q: f64, gain: f64) -> Self {
        let band = self.clone().band_pass(hz, q).shaped(|x| gain * x);
        self + band
    }

    /// Sample-and-hold at a rate of `hz`, like old converters.
    pub fn held(mut self, hz: f64) -> Self {
        let every = f64::from(SAMPLE_RATE) / hz;
        for index in 0..self.0.len() {
            let kept = ((index as f64 / every).floor() * every).ceil() as usize;
            self.0[index] = self.0[kept.min(index)];
        }
        self
    }

    /// Shortens or lengthens to `n` samples.
    pub fn cut(mut self, n: usize) -> Self {
        self.0.resize(n, 0.0);
        self
    }

    /// Low-passes below half the new rate, and keeps every `n`-th sample.
    pub fn decimated(self, n: usize) -> Self {
        if n == 1 {
            return self;
        }
        let hz = 0.36 * f64::from(SAMPLE_RATE) / n as f64;
        // Butterworth, fourth order.
        let filtered = self.filtered(Response::Low, hz, 0.541).filtered(Response::Low, hz, 1.307);
        filtered.thinned(n)
    }

    /// Keeps every `n`-th sample; content above half the new rate aliases.
    pub fn thinned(self, n: usize) -> Self {
        Self(self.0.into_iter().step_by(n).collect())
    }

    /// Quantises to `n_bits`, including the sign.
    pub fn crushed(mut self, n_bits: u32) -> Self {
        let n_levels = f64::from(1u32 << (n_bits - 1));
        self.0.iter_mut().for_each(|sample| *sample = (*sample * n_levels).round() / n_levels);
        self
    }

    /// Changes the level.
    pub fn gain(mut self, gain: Decibels) -> Self {
        self.0.iter_mut().for_each(|sample| *sample *= gain.ratio());
        self
    }

    /// Delays by `seconds`.
    pub fn delayed(mut self, seconds: f64) -> Self {
        self.0.splice(0..0, vec![0.0; n_samples(seconds)]);
        self
    }

    /// Normalises the peak to `peak`.
    pub fn peaking_at(self, peak: Decibels) -> Self {
        let found = self.peak();
        self.gain(Decibels(peak.0 - Decibels::from_ratio(found).0))
    }

    /// Shortens by `seconds` and crossfades the end into the start, for a seamless loop.
    pub fn looped(mut self, seconds: f64) -> Self {
        let n_melting = n_samples(seconds).min(self.0.len() / 2);
        let tail = self.0.split_off(self.0.len() - n_melting);
        for (index, (sample, tail)) in self.0.iter_mut().zip(tail).enumerate() {
            let place = index as f64 / n_melting as f64;
            *sample = place.sqrt() * *sample + (1.0 - place).sqrt() * tail;
        }
        self
    }

    /// Fades out over the last quarter, so that no sample ends with a step.
    pub fn faded(mut self) -> Self {
        let n_fade = self.0.len() / 4;
        for (index, sample) in self.0.iter_mut().rev().take(n_fade).enumerate() {
            let left = index as f64 / n_fade as f64;
            *sample *= left * left;
        }
        self
    }

    /// The greatest absolute sample.
    pub fn peak(&self) -> f64 {
        self.0.iter().fold(0.0, |peak, sample| sample.abs().max(peak))
    }

    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.0.len() as f64 / f64::from(SAMPLE_RATE)
    }

    /// The samples.
    pub fn samples(&self) -> &[f64] {
        &self.0
    }

    /// 16-bit samples as stored in a file.
    pub fn to_frames(&self) -> Vec<i16> {
        to_frames(&self.0)
    }

    fn filtered(mut self, response: Response, hz: f64, q: f64) -> Self {
        biquad::filter(&mut self.0, response, hz, q);
        self
    }
}

impl From<Vec<f64>> for Signal {
    fn from(samples: Vec<f64>) -> Self {
        Self(samples)
    }
}

/// Mixes both; the sum is as long as the longer one.
impl Add for Signal {
    type Output = Self;

    fn add(mut self, mut other: Self) -> Self {
        if self.0.len() < other.0.len() {
            std::mem::swap(&mut self, &mut other);
        }
        self.0.iter_mut().zip(other.0).for_each(|(sample, other)| *sample += other);
        self
    }
}

/// Converts samples of ±1 to 16 bits; values outside are clipped.
pub fn to_frames(samples: &[f64]) -> Vec<i16> {
    samples.iter().map(|sample| (sample * f64::from(i16::MAX)).round() as i16).collect()
}

fn n_samples(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_depends_on_its_name_only() {
        assert_eq!(Signal::noise("a", 0.01), Signal::noise("a", 0.01));
        assert_ne!(Signal::noise("a", 0.01), Signal::noise("b", 0.01));
    }

    #[test]
    fn a_mix_is_as_long_as_its_longest_part() {
        let mix = Signal(vec![1.0]) + Signal(vec![1.0, 2.0]).delayed(1.0 / f64::from(SAMPLE_RATE));

        assert_eq!(mix, Signal(vec![1.0, 1.0, 2.0]));
    }

    #[test]
    fn a_held_value_lasts_until_the_next_one() {
        let ramp = Signal((0..7).map(f64::from).collect());

        let held = ramp.held(f64::from(SAMPLE_RATE) / 2.5);

        assert_eq!(held.samples(), [0.0, 0.0, 0.0, 3.0, 3.0, 5.0, 5.0]);
    }

    #[test]
    fn few_bits_have_few_values() {
        let sine = Signal::modes(&[Mode::new(100.0, 1.0, f64::INFINITY)], 0.02).crushed(3);

        let mut values = sine.to_frames();
        values.sort_unstable();
        values.dedup();

        assert_eq!(values.len(), 9);
    }

    #[test]
    fn a_loop_is_seamless() {
        let slow = Signal::noise("loop", 0.2).low_pass(300.0);
        let steps = |samples: &[f64]| {
            samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max)
        };
        let widest = steps(slow.samples());

        let looped = slow.looped(0.05);

        let samples = looped.samples();
        assert!((looped.seconds() - 0.15).abs() < 1e-4);
        assert!((samples[0] - samples[samples.len() - 1]).abs() <= widest);
    }

    #[test]
    fn the_peak_is_normalised_and_the_end_is_silent() {
        let noise = Signal::noise("peak", 0.1).peaking_at(Decibels(-6.0)).faded();

        assert!((noise.peak() - Decibels(-6.0).ratio()).abs() < 1e-9);
        assert_eq!(noise.to_frames().last(), Some(&0));
    }
}
