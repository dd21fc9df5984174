//! Basses.

use super::{
    generator::Generator::{
        Attack, Decay, EnvelopeToCutoff, FilterDecay, FilterRelease, FilterSustain, LfoRate,
        LfoToCutoff, Release, Resonance, Sustain, Tune,
    },
    patch::{Layer, Patch},
    signal::Signal,
    spectrum::Spectrum,
};
use crate::units::Decibels;

/// The lowest octave, felt more than heard: almost a sine.
pub fn sub_bass() -> Patch {
    let spectrum =
        Spectrum::harmonic(|n| [1.0, 0.1, 0.06, 0.02].get(n as usize - 1).map_or(0.0, |l| *l));
    let layer = Layer::tone(spectrum).with(&[Attack(0.004), Release(0.09)]);
    Patch { name: "Sub Bass", program: 39, level: Decibels(-9.8), layers: vec![layer] }
}

/// A saw through a resonant filter that each note opens; hard notes are accents.
pub fn acid_bass() -> Patch {
    let voice = Layer::tone(Spectrum::saw()).with(&[
        Attack(0.002),
        Decay(12.0),
        Sustain(6.0),
        Release(0.04),
        FilterSustain(0.0),
        FilterRelease(0.2),
    ]);
    let plain = voice.clone().for_velocities(0..=99).cutoff(800.0, 0.5).with(&[
        Resonance(11.0),
        EnvelopeToCutoff(3000.0),
        FilterDecay(0.3),
    ]);
    let accent = voice.for_velocities(100..=127).cutoff(850.0, 0.5).with(&[
        Resonance(13.0),
        EnvelopeToCutoff(4200.0),
        FilterDecay(0.2),
    ]);
    Patch { name: "Acid Bass", program: 38, level: Decibels(-0.8), layers: vec![plain, accent] }
}

/// A steel string near the bridge, played with a pick.
pub fn picked_bass() -> Patch {
    const PICK_AT: f64 = 0.13;
    let spectrum =
        Spectrum::harmonic(|n| (std::f64::consts::PI * PICK_AT * n).sin() / n.powf(1.15));
    let string = Layer::tone(spectrum).with(&[
        Attack(0.001),
        Decay(9.0),
        Release(0.12),
        FilterSustain(0.0),
        FilterRelease(0.3),
        FilterDecay(0.9),
    ]);
    let soft =
        string.clone().for_velocities(0..=79).cutoff(650.0, 0.3).with(&[EnvelopeToCutoff(2000.0)]);
    let hard = string.for_velocities(80..=127).cutoff(800.0, 0.3).with(&[EnvelopeToCutoff(3100.0)]);
    let pick = Signal::noise("bass pick", 0.03).decay(0.004).band_pass(2400.0, 0.9).faded();
    let pick = Layer::shot(pick.peaking_at(Decibels(-14.0))).for_velocities(60..=127);
    let layers = vec![soft, hard, pick];
    Patch { name: "Picked Bass", program: 34, level: Decibels(-0.6), layers }
}

/// Two saws that beat against each other, over a sine, behind a slowly moving filter.
pub fn reese_bass() -> Patch {
    let saw = Layer::tone(Spectrum::saw()).gain(Decibels(-6.0)).cutoff(1100.0, 0.5).with(&[
        Attack(0.005),
        Release(0.1),
        Resonance(3.0),
        LfoToCutoff(800.0),
        LfoRate(0.4),
    ]);
    let sine = Layer::tone(Spectrum::harmonic(|n| if n < 2.0 { 1.0 } else { 0.0 }))
        .gain(Decibels(-9.0))
        .with(&[Attack(0.005), Release(0.1)]);
    let layers = vec![saw.clone().with(&[Tune(-11)]), saw.with(&[Tune(11)]), sine];
    Patch { name: "Reese Bass", program: 87, level: Decibels(-6.8), layers }
}
