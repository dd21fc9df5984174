//! Loops, stored once per band of keys.
//!
//! A loop is stored several times at one pitch, with fewer sines for higher bands, so no key
//! aliases. With a body, the loop of each band is filtered by the fixed resonances. High keys read a
//! loop in large steps, but each cycle has hundreds of samples, so the synthesizer's linear
//! interpolation adds nothing audible.

use std::ops::RangeInclusive;

use libm::exp2;

use crate::lab::soundfont::{
    sf2::{Font, Sample, SampleId},
    signal::to_frames,
    spectrum::Spectrum,
};

/// The highest sine that is stored, at the pitch of its band's highest key.
const HIGHEST_HZ: f64 = 19_000.0;

/// The highest key that limits the sines of its band; higher keys are not played.
const HIGHEST_PURE: u8 = 115;

/// The usual range of keys; outside it a body has the gains of its border. Bands start and end at
/// these keys.
const OFTEN: (u8, u8) = (24, 95);

/// The usual range of long loops, which basses don't use.
const OFTEN_LONG: (u8, u8) = (36, 95);

/// Keys below and above all instruments' ranges, which share a band each.
const LOWEST_BAND: RangeInclusive<u8> = 0..=23;
const HIGHEST_BAND: RangeInclusive<u8> = 108..=127;

/// Samples per cycle of a short loop.
const CYCLE: usize = 675;

/// Samples before and after a loop, as the specification requires.
pub const N_AROUND: usize = 8;

/// A loop and how densely it is stored.
#[derive(Debug, Clone)]
pub struct Tone {
    spectrum: Spectrum,
    /// Samples per cycle of the pitch.
    cycle: usize,
    /// Keys that share a sample.
    zone_keys: u8,
    body: Option<Body>,
}

/// The gain of a sine by its frequency in hertz.
pub type Body = fn(f64) -> f64;

impl Tone {
    /// A loop of one or a few cycles.
    pub fn short(spectrum: Spectrum) -> Self {
        Self::new(spectrum, CYCLE, 6)
    }

    /// A loop of many cycles, each with a sixth of the samples; an octave shares one sample.
    pub fn long(spectrum: Spectrum) -> Self {
        Self::new(spectrum, CYCLE / 6, 12)
    }

    fn new(spectrum: Spectrum, cycle: usize, zone_keys: u8) -> Self {
        Self { spectrum, cycle, zone_keys, body: None }
    }

    /// Sets a body, whose resonances don't follow the pitch.
    pub fn set_body(&mut self, body: Body) {
        self.body = Some(body);
        self.zone_keys = self.zone_keys.min(6);
    }

    /// Stores the samples of each band of keys; bands with the same sines share one.
    pub fn store(
        &self,
        font: &mut Font,
        name: &str,
        level: f64,
    ) -> Vec<(RangeInclusive<u8>, SampleId)> {
        let level_of = |wave: &[f64]| level / wave.iter().fold(0.0, |peak, x| x.abs().max(peak));
        let whole = level_of(&self.spectrum.to_wave(self.n_samples()));
        let mut stored = Vec::new();
        let mut last: Option<(Spectrum, SampleId)> = None;
        for keys in self.bands() {
            let heard = self.heard_at(&keys);
            let sample = match &last {
                Some((spectrum, sample)) if *spectrum == heard => *sample,
                _ => {
                    let wave = heard.to_wave(self.n_samples());
                    let level = if self.body.is_some() { level_of(&wave) } else { whole };
                    let wave: Vec<f64> = wave.iter().map(|sample| sample * level).collect();
                    let (rate, root_key) = self.rate();
                    font.add_sample(looped(name.to_owned(), &wave, rate, root_key))
                }
            };
            last = Some((heard, sample));
            stored.push((keys, sample));
        }
        stored
    }

    /// The sines of a band of keys.
    fn heard_at(&self, keys: &RangeInclusive<u8>) -> Spectrum {
        let heard = self.spectrum.below(HIGHEST_HZ / key_to_hz((*keys.end()).min(HIGHEST_PURE)));
        let middle = u8::midpoint(*keys.start(), *keys.end()).clamp(self.often().0, self.often().1);
        match self.body {
            Some(body) => heard.through(body, key_to_hz(middle)),
            None => heard,
        }
    }

    /// Bands of keys. With a body all bands differ, so the keys outside the usual range share one.
    fn bands(&self) -> Vec<RangeInclusive<u8>> {
        let all = bands(self.zone_keys);
        if self.body.is_none() {
            let low = [0..=*LOWEST_BAND.end()];
            let some = all.filter(|keys| {
                LOWEST_BAND.end() < keys.start() && keys.start() < HIGHEST_BAND.start()
            });
            return low.into_iter().chain(some).chain([HIGHEST_BAND]).collect();
        }
        let (low, high) = self.often();
        let often = all.filter(|keys| low <= *keys.start() && *keys.end() <= high);
        [0..=low - 1].into_iter().chain(often).chain([high + 1..=127]).collect()
    }

    fn often(&self) -> (u8, u8) {
        if self.cycle < CYCLE / 3 { OFTEN_LONG } else { OFTEN }
    }

    fn n_samples(&self) -> usize {
        self.cycle * self.spectrum.cycles() as usize
    }

    /// The sample rate and root key. A whole number of samples per cycle is in tune at one rate only;
    /// rounding it to whole hertz detunes by less than a twentieth of a cent.
    fn rate(&self) -> (u32, u8) {
        const HIGHEST_RATE: f64 = 48_000.0;
        let rate = |key: u8| self.cycle as f64 * key_to_hz(key);
        let root_key = (0..128).rev().find(|key| rate(*key) < HIGHEST_RATE).unwrap_or(0);
        (rate(root_key).round() as u32, root_key)
    }
}

/// A looped sample.
pub fn looped(name: String, wave: &[f64], rate: u32, root_key: u8) -> Sample {
    let frames: Vec<f64> = wave.iter().cycle().take(wave.len() + 2 * N_AROUND).copied().collect();
    let looped = Some(N_AROUND as u32..(N_AROUND + wave.len()) as u32);
    Sample { name, frames: to_frames(&frames), looped, rate, root_key }
}

/// All keys in bands of `n`; the last one may be smaller.
fn bands(n: u8) -> impl Iterator<Item = RangeInclusive<u8>> {
    (0..128).step_by(usize::from(n)).map(move |first: u8| first..=(first + n - 1).min(127))
}

/// Equal temperament with A4 at 440 Hz.
pub fn key_to_hz(key: u8) -> f64 {
    440.0 * exp2((f64::from(key) - 69.0) / 12.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_all_keys_once() {
        for n in [4, 12] {
            assert!(bands(n).flatten().eq(0..=127));
        }
    }

    #[test]
    fn a_loop_is_in_tune_at_its_root_key() {
        for cycle in [CYCLE, CYCLE / 6] {
            let spectrum = Spectrum::harmonic(|n| 1.0 / n);
            let (rate, root_key) = Tone::new(spectrum, cycle, 4).rate();

            let cents = 1200.0 * (f64::from(rate) / cycle as f64 / key_to_hz(root_key)).log2();

            assert!(cents.abs() < 0.05 && (400..=48_000).contains(&rate), "{cents} {rate}");
        }
    }

    #[test]
    fn high_zones_have_fewer_sines_and_low_ones_share_theirs() {
        let mut font = Font::default();
        let spectrum = Spectrum::harmonic(|n| if n < 6.0 { 1.0 } else { 0.0 });

        let tone = Tone::short(spectrum);
        let stored = tone.store(&mut font, "t", 0.5);

        assert_eq!(stored.len(), 16);
        assert_eq!(stored[0].1, stored[9].1);
        assert_ne!(stored[0].1, stored[15].1);
    }
}
