//! Melodic patches as layers, and how they are stored in a font.

use std::ops::RangeInclusive;

use libm::exp2;

use crate::{
    lab::soundfont::{
        generator::Generator,
        sf2::{Font, Preset, Sample, SampleId, Zone},
        signal::Signal,
        spectrum::Spectrum,
        tone::{Body, Tone, looped},
    },
    units::{Decibels, SAMPLE_RATE},
};

/// All velocities.
pub const ANY: RangeInclusive<u8> = 0..=127;

/// A melodic preset.
#[derive(Debug, Clone)]
pub struct Patch {
    /// At most 19 ASCII characters.
    pub name: &'static str,
    /// General MIDI program.
    pub program: u16,
    /// Level correction, so that all patches are equally loud.
    pub level: Decibels,
    /// Layers that sound together.
    pub layers: Vec<Layer>,
}

/// A layer of a patch.
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
    /// A one-shot noise, the same for all keys.
    Shot(Signal),
    /// A looped noise for as long as the note sounds, the same for all keys.
    Breath(Signal),
}

/// A filter with key tracking.
#[derive(Debug, Clone, Copy)]
struct Cutoff {
    /// Cut-off at key 60.
    hz: f64,
    /// Key tracking: 0 constant, 1 follows the pitch.
    tracking: f64,
}

impl Layer {
    /// A tone for as long as the key is held.
    pub fn tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone::short(spectrum)))
    }

    /// A tone of about ten cycles, whose partials may be inharmonic.
    pub fn stretched_tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone::stretched(spectrum)))
    }

    /// A tone of some hundred cycles with beating voices.
    pub fn long_tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone::long(spectrum)))
    }

    /// A noise at the start of each note.
    pub fn shot(signal: Signal) -> Self {
        Self::new(Source::Shot(signal))
    }

    /// A continuous noise; its samples are a loop.
    pub fn breath(signal: Signal) -> Self {
        Self::new(Source::Breath(signal))
    }

    /// Filters the tone by the resonances of a body, which don't follow the pitch.
    pub fn through(mut self, body: Body) -> Self {
        if let Source::Tone(tone) = &mut self.source {
            tone.set_body(body);
        }
        self
    }

    /// Limits the layer to `velocities`.
    pub fn for_velocities(mut self, velocities: RangeInclusive<u8>) -> Self {
        self.velocities = velocities;
        self
    }

    /// Sets the level among the layers.
    pub fn gain(mut self, gain: Decibels) -> Self {
        self.gain *= gain.ratio();
        self
    }

    /// Adds a low-pass with cut-off `hz` at key 60; a `tracking` of 1 follows the pitch.
    pub fn cutoff(mut self, hz: f64, tracking: f64) -> Self {
        self.cutoff = Some(Cutoff { hz, tracking });
        self
    }

    /// Adds settings.
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
            Source::Breath(signal) => {
                let samples = signal.clone().gain(Decibels::from_ratio(level));
                let name = patch.name.to_owned();
                let sample = looped(name, samples.samples(), SAMPLE_RATE, 60);
                vec![self.zone(font.add_sample(sample), ANY)]
            }
        }
    }

    fn zone(&self, sample: SampleId, keys: RangeInclusive<u8>) -> Zone {
        let mut generators = match self.source {
            Source::Tone(_) => vec![Generator::Looped],
            Source::Shot(_) => vec![Generator::CentsPerKey(0)],
            Source::Breath(_) => vec![Generator::Looped, Generator::CentsPerKey(0)],
        };
        if let Some(Cutoff { hz, tracking }) = self.cutoff {
            let middle = f64::midpoint(f64::from(*keys.start()), f64::from(*keys.end()));
            generators.push(Generator::Cutoff(hz * exp2((middle - 60.0) / 12.0 * tracking)));
        }
        // Without a sustain level, the default is the peak, and the sound would not decay.
        let has = |is: fn(&Generator) -> bool| self.generators.iter().any(is);
        if has(|g| matches!(g, Generator::Decay(_))) && !has(|g| matches!(g, Generator::Sustain(_)))
        {
            generators.push(Generator::Sustain(100.0));
        }
        generators.extend_from_slice(&self.generators);
        Zone { keys, velocities: self.velocities.clone(), generators, sample }
    }
}

impl Patch {
    /// Adds the patch's samples and preset to `font`.
    pub fn add_to(&self, font: &mut Font) {
        let zones = self.layers.iter().flat_map(|layer| layer.zones(font, self)).collect();
        let name = self.name.to_owned();
        font.add_preset(Preset { name, bank: 0, program: self.program, zones });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_a_body_each_band_has_its_own_sample() {
        let mut font = Font::default();
        let layer = Layer::tone(Spectrum::saw()).through(|hz| 1.0 / (1.0 + hz / 1000.0));
        let patch = Patch { name: "t", program: 0, level: Decibels(-6.0), layers: vec![layer] };

        let zones = patch.layers[0].zones(&mut font, &patch);

        assert!(zones.iter().flat_map(|zone| zone.keys.clone()).eq(0..=127));
        assert!(zones.windows(2).all(|pair| pair[0].sample != pair[1].sample));
    }

    #[test]
    fn a_decay_ends_in_silence_unless_a_sustain_is_set() {
        let layer = |generators: &[_]| Layer::shot(Signal::noise("t", 0.01)).with(generators);
        let sustain = |layer: Layer| {
            let generators = layer.zone(Font::default().add_sample(sample()), ANY).generators;
            generators.into_iter().rfind(|generator| matches!(generator, Generator::Sustain(_)))
        };

        assert_eq!(sustain(layer(&[Generator::Decay(2.0)])), Some(Generator::Sustain(100.0)));
        let stopped = layer(&[Generator::Decay(2.0), Generator::Sustain(6.0)]);
        assert_eq!(sustain(stopped), Some(Generator::Sustain(6.0)));
    }

    fn sample() -> Sample {
        looped("t".into(), &[0.0; 20], 44_100, 60)
    }
}
