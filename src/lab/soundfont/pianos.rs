//! Piano patches.

use libm::{exp, pow, sin};

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, DecayPerKey, EnvelopeToCutoff, FilterDecay, FilterRelease,
            FilterSustain, Pan, Release, Reverb, Tune,
        },
        patch::{Layer, Patch},
        signal::Signal,
        spectrum::Spectrum,
        tone::Body,
    },
    units::Decibels,
};

/// An upright with felt between hammers and strings, heard from the bench.
pub fn felt_piano() -> Patch {
    let strike = |body, gain| string(body, 4.5).gain(Decibels(gain)).with(&[Pan(-0.12)]);
    let layers = vec![
        strike(|hz| exp(-hz / 380.0), -1.0).for_velocities(0..=54),
        strike(|hz| exp(-hz / 560.0), 0.0).for_velocities(55..=94),
        strike(|hz| exp(-hz / 860.0), 0.0).for_velocities(95..=127),
        ringing(|hz| exp(-hz / 500.0), -11.0).with(&[Pan(0.15)]),
        thump("felt hammer", 240.0, -21.0),
    ];
    Patch { name: "Felt Piano", program: 0, level: Decibels(-7.8), layers }
}

/// A bright grand with a short decay, for offbeat chords.
pub fn bright_piano() -> Patch {
    let strike = |body, gain| string(body, 3.2).gain(Decibels(gain)).with(&[Pan(-0.2), Tune(-1)]);
    let layers = vec![
        strike(|hz| exp(-hz / 2200.0), -1.0).for_velocities(0..=69),
        strike(|hz| exp(-hz / 4200.0), 0.0).for_velocities(70..=127),
        ringing(|hz| exp(-hz / 2600.0), -8.0).with(&[Pan(0.2)]),
        thump("hard hammer", 900.0, -20.0),
    ];
    Patch { name: "Bright Piano", program: 1, level: Decibels(-6.0), layers }
}

/// The initial string sound, with a fast first decay.
fn string(body: Body, decay_seconds: f64) -> Layer {
    Layer::stretched_tone(steel()).through(body).cutoff(1100.0, 0.6).with(&[
        Attack(0.001),
        Decay(decay_seconds),
        DecayPerKey(40),
        Release(0.7),
        // High partials decay first.
        EnvelopeToCutoff(4200.0),
        FilterDecay(2.0),
        FilterSustain(0.0),
        FilterRelease(1.0),
        Reverb(0.1),
    ])
}

/// The string's aftersound, vibrating parallel to the soundboard.
fn ringing(body: Body, gain: f64) -> Layer {
    string(body, 13.0).gain(Decibels(gain)).with(&[Attack(0.01)])
}

/// A stiff steel string, struck at an eighth: higher partials are increasingly sharp.
fn steel() -> Spectrum {
    const CYCLES: u32 = 12;
    const STIFFNESS: f64 = 0.0004;
    const N_PARTIALS: u32 = 36;
    let partial = |n: u32| {
        let n = f64::from(n);
        let turns = f64::from(CYCLES) * n * (1.0 + STIFFNESS * n * n).sqrt();
        (turns.round() as u32, sin(0.118 * std::f64::consts::PI * n) / pow(n, 0.6))
    };
    Spectrum::inharmonic(CYCLES, &(1..=N_PARTIALS).map(partial).collect::<Vec<_>>()).scattered()
}

/// The hammer and the wood behind it.
fn thump(name: &str, hz: f64, peak_db: f64) -> Layer {
    let wood = Signal::noise(name, 0.09).decay(0.014).band_pass(hz, 0.7).faded();
    Layer::shot(wood.peaking_at(Decibels(peak_db)))
}
