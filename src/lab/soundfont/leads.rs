//! Synthesizer leads, stabs and plucks.

use libm::pow;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, EnvelopeToCutoff, FilterAttack, FilterDecay, FilterRelease,
            FilterSustain, LfoDelay, LfoRate, LfoToCutoff, LfoToVolume, Pan, Release, Resonance,
            Reverb, Sustain, Tune, VibratoDelay, VibratoRate, VibratoToPitch,
        },
        layer::Layer,
        pads::seven_saws,
        patch::Patch,
        spectrum::{Spectrum, formant},
        winds::breath,
    },
    units::Decibels,
};

/// Three squares, the outer ones softer, with vibrato on long notes.
pub fn square_lead() -> Patch {
    let square = Spectrum::harmonic(|n| if n % 2.0 > 0.5 { 1.0 / n } else { 0.0 });
    let voice = Layer::tone(square).with(&[
        Attack(0.004),
        Release(0.12),
        VibratoDelay(0.3),
        VibratoRate(5.3),
        VibratoToPitch(12.0),
        LfoRate(0.7),
        LfoToCutoff(500.0),
        Reverb(0.1),
    ]);
    let voices = [
        voice.clone(),
        voice.clone().gain(Decibels(-7.0)).with(&[Tune(-7), Pan(-0.4)]),
        voice.gain(Decibels(-7.0)).with(&[Tune(7), Pan(0.4)]),
    ];
    let layers = voices.iter().flat_map(|voice| voice.opened(3000.0, 0.5, 2.6, [0.0; 4])).collect();
    Patch { name: "Square Lead", program: 80, level: Decibels(-16.0), layers }
}

/// Seven saws.
pub fn saw_lead() -> Patch {
    let layers = seven_saws(&[
        Attack(0.003),
        Release(0.18),
        EnvelopeToCutoff(700.0),
        FilterDecay(0.4),
        FilterSustain(0.0),
        FilterRelease(0.3),
        Reverb(0.1),
    ]);
    let layers = layers.iter().flat_map(|side| side.opened(4800.0, 0.3, 2.4, [0.0; 4])).collect();
    Patch { name: "Saw Lead", program: 81, level: Decibels(-5.4), layers }
}

/// A pluck with a fast filter decay: two saws, since more sound out of tune in a short note.
pub fn synth_pluck() -> Patch {
    let saw = Layer::tone(Spectrum::saw()).with(&[
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
    let sides = detuned(&saw, 5, 0.25);
    let layers = sides.iter().flat_map(|side| side.opened(520.0, 0.6, 1.8, [0.0; 4])).collect();
    Patch { name: "Synth Pluck", program: 45, level: Decibels(0.4), layers }
}

/// A short brassy stab for offbeats.
pub fn dub_stab() -> Patch {
    let sides = seven_saws(&[
        Attack(0.006),
        Decay(2.5),
        Sustain(12.0),
        Release(0.18),
        Resonance(4.0),
        EnvelopeToCutoff(2600.0),
        FilterAttack(0.012),
        FilterDecay(0.35),
        FilterSustain(0.2),
        FilterRelease(0.2),
        Reverb(0.25),
    ]);
    let layers = sides.iter().flat_map(|side| side.opened(560.0, 0.5, 1.8, [0.0; 4])).collect();
    Patch { name: "Dub Stab", program: 62, level: Decibels(1.7), layers }
}

/// A free reed: thin, nasal, slightly unsteady.
pub fn melodica() -> Patch {
    let reed = Spectrum::harmonic(|n| {
        let even = if n % 2.0 < 0.5 { 0.55 } else { 1.0 };
        let nasal = 1.0 + 1.4 * formant(n, 4.0, 2.2);
        even * nasal / pow(n, 1.25)
    });
    let layer = Layer::tone(reed).with(&[
        Attack(0.035),
        Release(0.12),
        VibratoDelay(0.3),
        VibratoRate(5.2),
        VibratoToPitch(9.0),
        // Tremolo and filter by the player's breath.
        LfoDelay(0.2),
        LfoRate(5.2),
        LfoToVolume(2.4),
        LfoToCutoff(450.0),
        Reverb(0.2),
    ]);
    let mut layers = layer.opened(2000.0, 0.5, 2.8, [0.0; 4]);
    layers.push(breath("melodica breath", 2600.0, -34.0));
    Patch { name: "Melodica", program: 22, level: Decibels(-10.4), layers }
}

/// Doubles a layer: `cents` flat on one side, sharp on the other.
pub fn detuned(layer: &Layer, cents: i16, width: f64) -> Vec<Layer> {
    let voice = |side: i16| {
        let layer = layer.clone().gain(Decibels(-6.0));
        layer.with(&[Tune(side * cents), Pan(f64::from(side) * width)])
    };
    vec![voice(-1), voice(1)]
}
