//! Pads and strings: loops of many voices, long enough that nobody hears them repeat.

use super::{
    generator::Generator::{
        self, Attack, Chorus, EnvelopeToCutoff, FilterAttack, FilterDecay, FilterRelease,
        FilterSustain, Pan, Release, Resonance, Reverb, StartOffset,
    },
    patch::{Layer, Patch},
    spectrum::Spectrum,
};
use crate::units::Decibels;

/// How often the pitch goes round in a loop; a voice of one turn more is 8.6 cents sharp.
const CYCLES: u32 = 200;

/// Half a loop, in samples: what makes left and right differ.
const HALF: u16 = 11_200;

/// Three soft saws that swell.
pub fn warm_pad() -> Patch {
    let voices = ensemble(1.4, &[199, 200, 201], "warm pad");
    let layer = Layer::long_tone(voices).cutoff(2200.0, 0.3);
    let layers = wide(&layer, &[Attack(0.45), Release(0.9), Chorus(0.2), Reverb(0.3)]);
    Patch { name: "Warm Pad", program: 89, level: Decibels(-7.1), layers }
}

/// The same behind a filter that opens for two seconds and shuts for four.
pub fn sweep_pad() -> Patch {
    let voices = ensemble(1.0, &[199, 200, 201], "sweep pad");
    let layer = Layer::long_tone(voices).cutoff(500.0, 0.3);
    let settings = [
        Attack(0.3),
        Release(1.2),
        Resonance(6.0),
        EnvelopeToCutoff(3200.0),
        FilterAttack(2.0),
        FilterDecay(4.0),
        FilterSustain(0.2),
        FilterRelease(1.5),
        Chorus(0.25),
        Reverb(0.35),
    ];
    Patch { name: "Sweep Pad", program: 95, level: Decibels(-3.0), layers: wide(&layer, &settings) }
}

/// Five saws that bow.
pub fn strings() -> Patch {
    let voices = ensemble(1.0, &[198, 199, 200, 201, 202], "strings");
    let layer = Layer::long_tone(voices).cutoff(5000.0, 0.3);
    let layers = wide(&layer, &[Attack(0.12), Release(0.4), Chorus(0.1), Reverb(0.25)]);
    Patch { name: "Synth Strings", program: 50, level: Decibels(-6.4), layers }
}

/// Saws whose harmonics fall with `slope`.
fn ensemble(slope: f64, turns: &[u32], seed: &str) -> Spectrum {
    const N_HARMONICS: f64 = 48.0;
    Spectrum::harmonic(|n| if n <= N_HARMONICS { n.powf(-slope) } else { 0.0 })
        .ensemble(CYCLES, turns, seed)
}

/// The layer twice, half a loop apart, left and right.
fn wide(layer: &Layer, settings: &[Generator]) -> Vec<Layer> {
    let layer = layer.clone().gain(Decibels(-3.0)).with(settings);
    vec![layer.clone().with(&[Pan(-0.35)]), layer.with(&[StartOffset(HALF), Pan(0.35)])]
}
