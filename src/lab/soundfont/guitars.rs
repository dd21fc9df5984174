//! Guitar patches.

use std::f64::consts::{PI, TAU};

use libm::{pow, sin, tanh};

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, EnvelopeToCutoff, FilterDecay, FilterRelease, FilterSustain, Release,
            Resonance, Reverb,
        },
        leads::detuned,
        patch::{Layer, Patch},
        signal::Signal,
        spectrum::{Spectrum, formant},
    },
    units::Decibels,
};

/// A gut or nylon string, plucked with a finger.
pub fn plucked_string() -> Patch {
    let box_of_wood = |hz: f64| {
        let air =
            formant(hz, 110.0, 40.0) + formant(hz, 220.0, 70.0) + 0.5 * formant(hz, 430.0, 120.0);
        (1.0 + air) / (1.0 + hz / 6000.0)
    };
    let string = Spectrum::harmonic(|n| sin(PI * 0.22 * n) / pow(n, 1.05));
    let string = Layer::tone(string.scattered()).through(box_of_wood).with(&[
        Attack(0.001),
        Decay(5.0),
        Release(0.25),
        FilterDecay(0.7),
        FilterSustain(0.0),
        FilterRelease(0.4),
        Reverb(0.15),
    ]);
    let soft = string.clone().for_velocities(0..=79).cutoff(900.0, 0.5);
    let hard = string.for_velocities(80..=127).cutoff(1100.0, 0.5);
    let finger = Signal::noise("finger", 0.04).decay(0.006).band_pass(1400.0, 0.9).faded();
    let layers = vec![
        soft.with(&[EnvelopeToCutoff(1800.0)]),
        hard.with(&[EnvelopeToCutoff(2900.0)]),
        Layer::shot(finger.peaking_at(Decibels(-18.0))),
    ];
    Patch { name: "Plucked String", program: 24, level: Decibels(-5.6), layers }
}

/// A hollow-body guitar with the neck pickup, played with the thumb.
pub fn jazz_guitar() -> Patch {
    let tone = Spectrum::of_wave(1, |x| {
        let round = |n: u32| {
            let n = f64::from(n);
            sin(PI * 0.29 * n) * sin(PI * 0.24 * n) / pow(n, 0.9) * sin(TAU * n * x)
        };
        // A small amplifier, barely overdriven.
        tanh(0.9 * (1..=14).map(round).sum::<f64>() + 0.1)
    });
    let string = Layer::tone(tone).with(&[
        Attack(0.003),
        Decay(7.0),
        Release(0.25),
        FilterDecay(0.5),
        FilterSustain(0.0),
        FilterRelease(0.3),
        Reverb(0.12),
    ]);
    let soft = string.clone().for_velocities(0..=79).cutoff(750.0, 0.5);
    let hard = string.for_velocities(80..=127).cutoff(950.0, 0.5);
    let thumb = Signal::noise("thumb on steel", 0.04).decay(0.006).band_pass(800.0, 0.9).faded();
    let layers = vec![
        soft.with(&[EnvelopeToCutoff(900.0)]),
        hard.with(&[EnvelopeToCutoff(1500.0)]),
        Layer::shot(thumb.peaking_at(Decibels(-20.0))),
    ];
    Patch { name: "Jazz Guitar", program: 26, level: Decibels(-7.8), layers }
}

/// A single string through an overdriven amplifier, doubled left and right.
pub fn overdriven_guitar() -> Patch {
    let tone = Spectrum::of_wave(1, |x| amplifier(string(x)));
    let layers = amplified(&tone, 4, 0.3);
    Patch { name: "Overdriven Guitar", program: 29, level: Decibels(-7.9), layers }
}

/// Root and fifth through one amplifier: their intermodulation is the growl.
pub fn power_guitar() -> Patch {
    let tone = Spectrum::of_wave(2, |x| {
        amplifier(string(2.0 * x) + 0.8 * string(3.0 * x) + 0.4 * string(4.0 * x))
    });
    let layers = amplified(&tone, 5, 0.35);
    Patch { name: "Power Guitar", program: 30, level: Decibels(-7.9), layers }
}

/// A steel string plucked at a seventh of its length; `x` in cycles.
fn string(x: f64) -> f64 {
    let harmonic = |n: u32| {
        let n = f64::from(n);
        // Stiff strings never align their harmonics; phases that spread evenly approximate that.
        sin(PI * n / 7.0) / n * sin(TAU * (n * x + 0.618 * n * n))
    };
    (1..=20).map(harmonic).sum()
}

/// Soft asymmetric clipping.
fn amplifier(x: f64) -> f64 {
    tanh(3.5 * x + 0.4)
}

/// A 12-inch loudspeaker, which rolls off above 4 kHz, and the pick noise.
fn amplified(tone: &Spectrum, cents: i16, width: f64) -> Vec<Layer> {
    let voice = Layer::tone(tone.clone()).with(&[
        Attack(0.003),
        Decay(30.0),
        Release(0.07),
        FilterDecay(0.25),
        FilterSustain(0.0),
        FilterRelease(0.3),
        Resonance(2.0),
    ]);
    let soft = voice.clone().for_velocities(0..=79).cutoff(2600.0, 0.0);
    let hard = voice.for_velocities(80..=127).cutoff(3600.0, 0.0).with(&[EnvelopeToCutoff(900.0)]);
    let pick = Signal::noise("guitar pick", 0.03).decay(0.005).band_pass(2800.0, 1.0).faded();
    let mut layers = detuned(&soft, cents, width);
    layers.extend(detuned(&hard, cents, width));
    layers.push(Layer::shot(pick.peaking_at(Decibels(-20.0))).for_velocities(60..=127));
    layers
}
