//! Rave stabs: short chords and hoovers.

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Chorus, Decay, EnvelopeToCutoff, EnvelopeToPitch, FilterAttack, FilterDecay,
            FilterRelease, FilterSustain, LfoRate, LfoToCutoff, Pan, Release, Resonance, Reverb,
            StartOffset, Sustain, Transpose, Tune,
        },
        layer::Layer,
        pads::seven_saws,
        patch::Patch,
        signal::Signal,
        spectrum::Spectrum,
    },
    units::Decibels,
};

/// Seven saws and their lower octave, with a half-open filter, for chords.
pub fn polysynth() -> Patch {
    let saws = seven_saws(&[
        Attack(0.004),
        Decay(8.0),
        Sustain(5.0),
        Release(0.3),
        Resonance(2.0),
        FilterDecay(0.7),
        FilterSustain(0.35),
        FilterRelease(0.3),
        EnvelopeToCutoff(1500.0),
        Chorus(0.3),
        Reverb(0.15),
    ]);
    let [below, _] = saws.clone();
    let below = below.gain(Decibels(-6.0)).with(&[Transpose(-12), Pan(0.0)]);
    let voices = saws.into_iter().chain([below]);
    let layers = voices.flat_map(|voice| voice.opened(1500.0, 0.4, 1.6, [0.0; 4])).collect();
    Patch { name: "Polysynth", program: 90, level: Decibels(-2.5), layers }
}

/// A sampled-orchestra hit: octaves and a fifth, cut off.
pub fn rave_hit() -> Patch {
    const CYCLES: u32 = 100;
    // Offset of the other channel in samples.
    const HALF: u16 = 5600;
    const TURNS: [u32; 7] = [50, 99, 100, 101, 150, 199, 201];
    let section = Spectrum::harmonic(|n| if n < 25.0 { 1.0 / n } else { 0.0 });
    let section = Layer::long_tone(section.ensemble(CYCLES, &TURNS, "rave hit"));
    let section = section.cutoff(5200.0, 0.3).with(&[
        Attack(0.001),
        Decay(2.6),
        Release(0.5),
        EnvelopeToCutoff(-2400.0),
        FilterAttack(0.35),
        FilterRelease(0.6),
        Reverb(0.3),
    ]);
    let drum = Signal::noise("hall drum", 0.25).decay(0.05).low_pass(1400.0).faded();
    let bows = Signal::noise("bows", 0.12).decay(0.02).band_pass(2600.0, 0.7).faded();
    let layers = vec![
        section.clone().with(&[Pan(-0.3)]),
        section.with(&[StartOffset(HALF), Pan(0.3)]),
        Layer::shot(drum.peaking_at(Decibels(-9.0))),
        Layer::shot(bows.peaking_at(Decibels(-14.0))).for_velocities(70..=127),
    ];
    Patch { name: "Rave Hit", program: 55, level: Decibels(-0.6), layers }
}

/// Thick pulse waves that glide up to the note.
pub fn hoover() -> Patch {
    // A saw with a moving notch, like pulse width modulation.
    let pulse = |width: f64| {
        Spectrum::harmonic(move |n| (1.0 + 0.9 * libm::cos(std::f64::consts::TAU * width * n)) / n)
    };
    let voice = |spectrum: Spectrum, cents, place| {
        Layer::tone(spectrum).gain(Decibels(-8.0)).with(&[
            Attack(0.006),
            Release(0.16),
            EnvelopeToPitch(-800.0),
            FilterDecay(0.13),
            FilterSustain(0.0),
            FilterRelease(0.05),
            Tune(cents),
            Pan(place),
            LfoRate(0.9),
            LfoToCutoff(1200.0),
            Chorus(0.4),
            Reverb(0.2),
        ])
    };
    let sub = Spectrum::inharmonic(2, &[(1, 1.0), (3, 0.33), (5, 0.2), (7, 0.14), (9, 0.11)]);
    let voices = [
        voice(pulse(0.14), -19, -0.35),
        voice(pulse(0.23), 0, 0.0),
        voice(pulse(0.14), 19, 0.35),
        voice(sub, 0, 0.0),
    ];
    let layers = voices.iter().flat_map(|voice| voice.opened(4200.0, 0.2, 2.0, [0.0; 4])).collect();
    Patch { name: "Hoover", program: 84, level: Decibels(-8.8), layers }
}
