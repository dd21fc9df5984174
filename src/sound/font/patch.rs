//! A melodic sound as layers, and its way into a font.
//!
//! A layer's loop is stored many times over at one pitch, with fewer sines the higher the keys that
//! play it, so no key aliases. High keys read it in great steps: each cycle has hundreds of samples,
//! so the synth's straight lines between samples add nothing that can be heard.

use std::ops::RangeInclusive;

use super::{
    generator::Generator,
    sf2::{Font, Preset, Sample, SampleId, Zone},
    signal::{Signal, to_frames},
    spectrum::Spectrum,
};
use crate::units::{Decibels, SAMPLE_RATE};

/// Any key strike.
pub const ANY: RangeInclusive<u8> = 0..=127;

/// The highest sine that we store, as the highest key of its zone plays it.
const HIGHEST_HZ: f64 = 19_000.0;

/// Samples a cycle of a short loop.
const CYCLE: usize = 675;

/// Samples before a loop, and after it, as the specification wants.
const N_AROUND: usize = 8;

/// A melodic preset.
#[derive(Debug, Clone)]
pub struct Patch {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// General MIDI program.
    pub program: u16,
    /// What makes it as loud as the others.
    pub level: Decibels,
    /// What sounds together.
    pub layers: Vec<Layer>,
}

/// One voice of a patch.
#[derive(Debug, Clone)]
pub struct Layer {
    source: Source,
    velocities: RangeInclusive<u8>,
    gain: f64,
    cutoff: Option<Cutoff>,
    generators: Vec<Generator>,
}

#[derive(Debug, Clone)]
enum Source {
    /// A loop, played at the pitch of the key.
    Tone(Tone),
    /// Once, the same on all keys.
    Shot(Signal),
}

/// A filter that follows the keys.
#[derive(Debug, Clone, Copy)]
struct Cutoff {
    /// Corner at key 60.
    hz: f64,
    /// 0 stays, 1 rises as the pitch does.
    tracking: f64,
}

/// A loop and how densely it is stored.
#[derive(Debug, Clone)]
struct Tone {
    spectrum: Spectrum,
    /// Samples in which the pitch goes round once.
    cycle: usize,
    /// Keys that share a sample.
    zone_keys: u8,
}

impl Layer {
    /// A tone that lasts as long as the key is held.
    pub fn tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone { spectrum, cycle: CYCLE, zone_keys: 4 }))
    }

    /// A tone whose loop has so many cycles that each is stored in a sixth of the samples and serves
    /// an octave.
    pub fn long_tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone { spectrum, cycle: CYCLE / 6, zone_keys: 12 }))
    }

    /// A noise at the start of each note.
    pub fn shot(signal: Signal) -> Self {
        Self::new(Source::Shot(signal))
    }

    /// Sounds with those velocities alone.
    pub fn for_velocities(mut self, velocities: RangeInclusive<u8>) -> Self {
        self.velocities = velocities;
        self
    }

    /// Louder or softer among the layers.
    pub fn gain(mut self, gain: Decibels) -> Self {
        self.gain *= gain.ratio();
        self
    }

    /// Through a low-pass with its corner at `hz` at key 60; `tracking` of 1 rises with the pitch.
    pub fn cutoff(mut self, hz: f64, tracking: f64) -> Self {
        self.cutoff = Some(Cutoff { hz, tracking });
        self
    }

    /// With further settings.
    pub fn with(mut self, generators: &[Generator]) -> Self {
        self.generators.extend_from_slice(generators);
        self
    }

    fn new(source: Source) -> Self {
        Self { source, velocities: ANY, gain: 1.0, cutoff: None, generators: Vec::new() }
    }

    fn zones(&self, font: &mut Font, patch: &Patch) -> Vec<Zone> {
        let level = self.gain * patch.level.ratio();
        match &self.source {
            Source::Tone(tone) => {
                let stored = tone.store(font, patch.name, level);
                stored.into_iter().map(|(keys, sample)| self.zone(sample, keys)).collect()
            }
            Source::Shot(signal) => {
                let frames = signal.clone().gain(Decibels::from_ratio(level)).to_frames();
                let name = patch.name.to_owned();
                let sample = Sample { name, frames, looped: None, rate: SAMPLE_RATE, root_key: 60 };
                vec![self.zone(font.add_sample(sample), ANY)]
            }
        }
    }

    fn zone(&self, sample: SampleId, keys: RangeInclusive<u8>) -> Zone {
        let mut generators = match self.source {
            Source::Tone(_) => vec![Generator::Looped],
            Source::Shot(_) => vec![Generator::CentsPerKey(0)],
        };
        if let Some(Cutoff { hz, tracking }) = self.cutoff {
            let middle = f64::midpoint(f64::from(*keys.start()), f64::from(*keys.end()));
            generators.push(Generator::Cutoff(hz * ((middle - 60.0) / 12.0 * tracking).exp2()));
        }
        generators.extend_from_slice(&self.generators);
        Zone { keys, velocities: self.velocities.clone(), generators, sample }
    }
}

impl Tone {
    /// The samples that each band of keys plays; bands that hear the same sines share one.
    fn store(
        &self,
        font: &mut Font,
        name: &str,
        level: f64,
    ) -> Vec<(RangeInclusive<u8>, SampleId)> {
        let whole = self.spectrum.to_wave(self.n_samples());
        let level = level / whole.iter().fold(0.0, |peak, sample| sample.abs().max(peak));
        let mut stored = Vec::new();
        let mut last = None;
        for keys in bands(self.zone_keys) {
            let limited = self.spectrum.below(HIGHEST_HZ / key_to_hz(*keys.end()));
            let n_partials = limited.n_partials();
            let sample = match last {
                Some((n, sample)) if n == n_partials => sample,
                _ => font.add_sample(self.sample(&limited, name, level)),
            };
            last = Some((n_partials, sample));
            stored.push((keys, sample));
        }
        stored
    }

    fn sample(&self, limited: &Spectrum, name: &str, level: f64) -> Sample {
        let n = self.n_samples();
        let wave = limited.to_wave(n);
        let frames: Vec<f64> =
            wave.iter().cycle().take(n + 2 * N_AROUND).map(|sample| sample * level).collect();
        let looped = Some(N_AROUND as u32..(N_AROUND + n) as u32);
        let (rate, root_key) = self.rate();
        Sample { name: name.to_owned(), frames: to_frames(&frames), looped, rate, root_key }
    }

    fn n_samples(&self) -> usize {
        self.cycle * self.spectrum.cycles() as usize
    }

    /// A whole number of samples a cycle is in tune at one rate only, which is rounded to a whole
    /// number: within a twentieth of a cent.
    fn rate(&self) -> (u32, u8) {
        const HIGHEST_RATE: f64 = 48_000.0;
        let rate = |key: u8| self.cycle as f64 * key_to_hz(key);
        let root_key = (0..128).rev().find(|key| rate(*key) < HIGHEST_RATE).unwrap_or(0);
        (rate(root_key).round() as u32, root_key)
    }
}

impl Patch {
    /// Adds the patch's samples and its preset to `font`.
    pub fn add_to(&self, font: &mut Font) {
        let zones = self.layers.iter().flat_map(|layer| layer.zones(font, self)).collect();
        let name = self.name.to_owned();
        font.add_preset(Preset { name, bank: 0, program: self.program, zones });
    }
}

/// All keys in bands of `n` keys, the last one perhaps of fewer.
fn bands(n: u8) -> impl Iterator<Item = RangeInclusive<u8>> {
    (0..128).step_by(usize::from(n)).map(move |first: u8| first..=(first + n - 1).min(127))
}

/// Equal temperament, A above middle C at 440 Hz.
pub fn key_to_hz(key: u8) -> f64 {
    440.0 * ((f64::from(key) - 69.0) / 12.0).exp2()
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
            let (rate, root_key) = Tone { spectrum, cycle, zone_keys: 4 }.rate();

            let cents = 1200.0 * (f64::from(rate) / cycle as f64 / key_to_hz(root_key)).log2();

            assert!(cents.abs() < 0.05 && (400..=48_000).contains(&rate), "{cents} {rate}");
        }
    }

    #[test]
    fn high_zones_have_fewer_sines_and_low_ones_share_theirs() {
        let mut font = Font::default();
        let spectrum = Spectrum::harmonic(|n| if n < 4.0 { 1.0 } else { 0.0 });

        let stored = Tone { spectrum, cycle: CYCLE, zone_keys: 4 }.store(&mut font, "t", 0.5);

        assert_eq!(stored.len(), 32);
        assert_eq!(stored[0].1, stored[20].1);
        assert_ne!(stored[0].1, stored[31].1);
    }
}
