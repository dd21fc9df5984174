//! Layers of a patch.

use std::{ops::RangeInclusive, rc::Rc};

use libm::exp2;

use crate::{
    lab::soundfont::{
        generator::Generator::{self, Hold, Looped},
        sf2::{Font, SampleId, Zone},
        signal::Signal,
        source::{Source, Stored},
        spectrum::Spectrum,
        string::Pluck,
        tone::{Body, Tone},
        zones::ANY,
    },
    units::Decibels,
};

/// The velocities of the layers of [`Layer::opened`].
const TOUCHES: [RangeInclusive<u8>; 4] = [0..=54, 55..=79, 80..=104, 105..=127];

/// A layer of a patch.
#[derive(Debug, Clone)]
pub struct Layer {
    source: Rc<Source>,
    velocities: RangeInclusive<u8>,
    gain: f64,
    /// Attenuation by the synthesizer.
    trim: Decibels,
    /// Name of samples that several patches share.
    shared: Option<&'static str>,
    cutoff: Option<Cutoff>,
    is_neighbour: bool,
    generators: Vec<Generator>,
}

/// Stored sources and their levels.
pub type Cache = Vec<(Rc<Source>, f64, Stored)>;

/// Peak level of shared samples.
const SHARED: Decibels = Decibels(-1.0);

/// A filter with key tracking.
#[derive(Debug, Clone, Copy)]
struct Cutoff {
    /// Cut-off at key 60.
    hz: f64,
    /// Key tracking: 0 constant, 1 follows the pitch.
    tracking: f64,
}

impl Layer {
    /// A tone that sustains while the key is held.
    pub fn tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone::short(spectrum)))
    }

    /// A tone of some hundred cycles with beating voices.
    pub fn long_tone(spectrum: Spectrum) -> Self {
        Self::new(Source::Tone(Tone::long(spectrum)))
    }

    /// A plucked string.
    pub fn plucked(pluck: Pluck) -> Self {
        Self::new(Source::Plucked(pluck))
    }

    /// A noise burst at the start of each note.
    pub fn shot(signal: Signal) -> Self {
        Self::new(Source::Shot(signal))
    }

    /// A continuous noise; its samples are a loop.
    pub fn breath(signal: Signal) -> Self {
        Self::new(Source::Breath(signal))
    }

    /// Filters the tone by the resonances of a body, which don't follow the pitch.
    pub fn through(mut self, body: Body) -> Self {
        if let Source::Tone(tone) = Rc::make_mut(&mut self.source) {
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

    /// Stores the samples at full level under `name`, for several patches together; the synthesizer
    /// attenuates them.
    pub fn shared(mut self, name: &'static str) -> Self {
        self.shared = Some(name);
        self
    }

    /// Plays each band of keys with the recording of the next one, which is another take of the
    /// same string. Only plucked strings have recordings.
    pub fn neighbouring(mut self) -> Self {
        self.is_neighbour = true;
        self
    }

    /// Adds a low-pass with cut-off `hz` at key 60; a `tracking` of 1 follows the pitch.
    pub fn cutoff(mut self, hz: f64, tracking: f64) -> Self {
        self.cutoff = Some(Cutoff { hz, tracking });
        self
    }

    /// Four layers, softest first, whose cut-offs at key 60 span `octaves` around `hz`.
    ///
    /// A brighter layer is louder; each is attenuated by its `trim` in decibels.
    pub fn opened(&self, hz: f64, tracking: f64, octaves: f64, trims: [f64; 4]) -> Vec<Self> {
        let places = [-0.5, -0.17, 0.17, 0.5];
        let layers = TOUCHES.iter().zip(places).zip(trims);
        let layer = |((velocities, place), trim): ((&RangeInclusive<u8>, f64), f64)| {
            let mut layer = self.clone().for_velocities(velocities.clone());
            layer.trim.0 += trim;
            layer.cutoff(hz * exp2(octaves * place), tracking)
        };
        layers.map(layer).collect()
    }

    /// Adds generators.
    pub fn with(mut self, generators: &[Generator]) -> Self {
        self.generators.extend_from_slice(generators);
        self
    }

    fn new(source: Source) -> Self {
        Self {
            source: Rc::new(source),
            velocities: ANY,
            gain: 1.0,
            trim: Decibels(0.0),
            shared: None,
            cutoff: None,
            is_neighbour: false,
            generators: Vec::new(),
        }
    }

    /// The zones of the layer in the patch `patch` at `level`; `cache` holds the sources that the patch
    /// has stored.
    pub fn zones(
        &self,
        font: &mut Font,
        patch: &'static str,
        level: Decibels,
        cache: &mut Cache,
    ) -> Vec<Zone> {
        let level = self.gain * level.ratio();
        let (name, stored_level) =
            self.shared.map_or((patch, level), |name| (name, SHARED.ratio()));
        let trim = Decibels(self.trim.0 + Decibels::from_ratio(stored_level / level).0);
        let is_same = |(source, level, _): &&(Rc<Source>, f64, Stored)| {
            Rc::ptr_eq(source, &self.source) && level.total_cmp(&stored_level).is_eq()
        };
        let mut stored = if let Some((.., stored)) = cache.iter().find(is_same) {
            stored.clone()
        } else {
            let stored = self.source.store(font, name, stored_level);
            cache.push((self.source.clone(), stored_level, stored.clone()));
            stored
        };
        if self.is_neighbour {
            for n in 1..stored.len() {
                (stored[n - 1].1, stored[n - 1].2) = (stored[n].1, stored[n].2);
            }
        }
        let zone = |(keys, sample, seconds): (RangeInclusive<u8>, SampleId, Option<f64>)| {
            let mut zone = self.zone(sample, keys);
            zone.generators.extend(seconds.into_iter().flat_map(|s| [Looped, Hold(s)]));
            if trim.0 > 0.05 {
                zone.generators.push(Generator::Attenuation(trim.0));
            }
            zone
        };
        stored.into_iter().map(zone).collect()
    }

    fn zone(&self, sample: SampleId, keys: RangeInclusive<u8>) -> Zone {
        let mut generators = match *self.source {
            Source::Tone(_) => vec![Looped],
            Source::Plucked(_) => Vec::new(),
            Source::Shot(_) => vec![Generator::CentsPerKey(0)],
            Source::Breath(_) => vec![Looped, Generator::CentsPerKey(0)],
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::soundfont::{sf2::Sample, tone::looped};

    #[test]
    fn with_a_body_each_band_has_its_own_sample() {
        let mut font = Font::default();
        let layer = Layer::tone(Spectrum::saw()).through(|hz| 1.0 / (1.0 + hz / 1000.0));

        let zones = layer.zones(&mut font, "t", Decibels(-2.0), &mut Cache::new());

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
