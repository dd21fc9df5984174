//! Synthesizer leads, stabs and plucks.

use libm::pow;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, EnvelopeToCutoff, FilterAttack, FilterDecay, FilterRelease,
            FilterSustain, LfoRate, LfoToVolume, Pan, Release, Resonance, Reverb, Sustain, Tune,
            VibratoDelay, VibratoRate, VibratoToPitch,
        },
        patch::{Layer, Patch},
        spectrum::{Spectrum, formant},
    },
    units::Decibels,
};

/// Odd harmonics, with vibrato on long notes.
pub fn square_lead() -> Patch {
    let square = Spectrum::harmonic(|n| if n % 2.0 > 0.5 { 1.0 / n } else { 0.0 });
    let layer = Layer::tone(square).cutoff(5000.0, 0.5).with(&[
        Attack(0.004),
        Release(0.08),
        VibratoDelay(0.45),
        VibratoRate(5.3),
        VibratoToPitch(12.0),
    ]);
    Patch { name: "Square Lead", program: 80, level: Decibels(-13.0), layers: vec![layer] }
}

/// Two saws, left and right.
pub fn saw_lead() -> Patch {
    let saw = Layer::tone(Spectrum::saw()).cutoff(6500.0, 0.3).with(&[
        Attack(0.003),
        Release(0.1),
        EnvelopeToCutoff(700.0),
        FilterDecay(0.4),
        FilterSustain(0.0),
        FilterRelease(0.3),
        Reverb(0.1),
    ]);
    let layers = detuned(&saw, 7, 0.22);
    Patch { name: "Saw Lead", program: 81, level: Decibels(-5.7), layers }
}

/// A pluck with a fast filter decay.
pub fn synth_pluck() -> Patch {
    let saw = Layer::tone(Spectrum::saw()).cutoff(500.0, 0.6).with(&[
        Attack(0.001),
        Decay(2.2),
        Release(0.3),
        Resonance(3.0),
        EnvelopeToCutoff(4300.0),
        FilterDecay(0.35),
        FilterSustain(0.0),
        FilterRelease(0.3),
        Reverb(0.15),
    ]);
    let layers = detuned(&saw, 5, 0.15);
    Patch { name: "Synth Pluck", program: 45, level: Decibels(0.4), layers }
}

/// A short brassy stab for offbeats.
pub fn dub_stab() -> Patch {
    let saw = Layer::tone(Spectrum::saw()).cutoff(520.0, 0.5).with(&[
        Attack(0.006),
        Decay(2.5),
        Sustain(12.0),
        Release(0.12),
        Resonance(4.0),
        EnvelopeToCutoff(2600.0),
        FilterAttack(0.012),
        FilterDecay(0.35),
        FilterSustain(0.2),
        FilterRelease(0.2),
        Reverb(0.25),
    ]);
    let layers = detuned(&saw, 9, 0.2);
    Patch { name: "Dub Stab", program: 62, level: Decibels(0.7), layers }
}

/// A free reed: thin, nasal, slightly unsteady.
pub fn melodica() -> Patch {
    let reed = Spectrum::harmonic(|n| {
        let even = if n % 2.0 < 0.5 { 0.55 } else { 1.0 };
        let nasal = 1.0 + 1.4 * formant(n, 4.0, 2.2);
        even * nasal / pow(n, 1.25)
    });
    let layer = Layer::tone(reed).cutoff(4200.0, 0.3).with(&[
        Attack(0.035),
        Release(0.07),
        VibratoDelay(0.4),
        VibratoRate(5.5),
        VibratoToPitch(8.0),
        LfoToVolume(0.8),
        LfoRate(5.5),
        Reverb(0.2),
    ]);
    Patch { name: "Melodica", program: 22, level: Decibels(-10.1), layers: vec![layer] }
}

/// Doubles a layer: `cents` flat on one side, sharp on the other.
pub fn detuned(layer: &Layer, cents: i16, width: f64) -> Vec<Layer> {
    let voice = |side: i16| {
        let layer = layer.clone().gain(Decibels(-6.0));
        layer.with(&[Tune(side * cents), Pan(f64::from(side) * width)])
    };
    vec![voice(-1), voice(1)]
}
