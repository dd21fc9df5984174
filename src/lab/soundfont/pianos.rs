//! Piano patches: the same strings with felt or hard hammers.

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Decay, DecayPerKey, EnvelopeToCutoff, FilterDecay, FilterRelease, FilterSustain,
            NoAttack, NoDelay, Pan, Release, Reverb,
        },
        layer::Layer,
        patch::Patch,
        signal::Signal,
        string::Pluck,
    },
    units::Decibels,
};

/// A steel string, struck at an eighth of its length; high modes decay first.
const STRINGS: Pluck = Pluck {
    name: "piano strings",
    strings: &[(1.0, 1.0)],
    pick_at: 0.122,
    pickup_at: None,
    stiffness: 0.00012,
    decay_seconds: 1.5,
    loss_hz: 1700.0,
    pick_hz: 4200.0,
    noise: 0.0,
    sharp_cents: 0.0,
    strum: 0.0,
    heard: soundboard,
    seconds: 1.0,
    is_looped: true,
    keys: 30..=95,
    zone_keys: 6,
    thinning: 2,
};

/// An upright with felt between hammers and strings, heard from the bench.
pub fn felt_piano() -> Patch {
    let mut layers = strung(650.0, 1.8, 9.0, [0.0, 0.8, 1.3, 1.4]);
    layers.push(thump("felt hammer", 240.0, -21.0));
    Patch { name: "Felt Piano", program: 0, level: Decibels(-3.8), layers }
}

/// A bright grand with a short decay, for offbeat chords.
pub fn bright_piano() -> Patch {
    let mut layers = strung(2200.0, 3.8, 4.5, [0.0, 0.7, 0.9, 0.9]);
    layers.push(thump("hard hammer", 900.0, -20.0));
    Patch { name: "Bright Piano", program: 1, level: Decibels(-4.8), layers }
}

/// The strings left and right, duller when struck softly.
fn strung(hz: f64, octaves: f64, decay_seconds: f64, trims: [f64; 4]) -> Vec<Layer> {
    let strings = Layer::plucked(STRINGS).shared("Piano Strings").with(&[
        NoDelay,
        NoAttack,
        Decay(decay_seconds),
        DecayPerKey(50),
        Release(0.7),
        EnvelopeToCutoff(1200.0),
        FilterDecay(1.2),
        FilterSustain(0.0),
        FilterRelease(1.0),
        Reverb(0.1),
    ]);
    let side = |layer: Layer, place| layer.gain(Decibels(-3.0)).with(&[Pan(place)]);
    let sides = [side(strings.clone(), -0.22), side(strings.neighbouring(), 0.22)];
    sides.iter().flat_map(|side| side.opened(hz, 0.5, octaves, trims)).collect()
}

/// The lowest resonances of a spruce soundboard.
fn soundboard(strings: Signal) -> Signal {
    strings
        .boosted(95.0, 2.0, 0.4)
        .boosted(190.0, 2.5, 0.4)
        .boosted(1100.0, 0.8, 0.3)
        .high_pass(40.0)
}

/// The hammer and the wood behind it.
fn thump(name: &str, hz: f64, peak_db: f64) -> Layer {
    let wood = Signal::noise(name, 0.09).decay(0.014).band_pass(hz, 0.7).faded();
    Layer::shot(wood.peaking_at(Decibels(peak_db)))
}
