//! Bass patches.

use std::f64::consts::{PI, TAU};

use libm::{exp, pow, sin};

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, DecayPerKey, EnvelopeToCutoff, FilterDecay, FilterRelease,
            FilterSustain, LfoRate, LfoToCutoff, Release, Resonance, Sustain, Tune,
        },
        patch::{Layer, Patch},
        signal::Signal,
        spectrum::{Spectrum, formant},
    },
    units::Decibels,
};

/// Almost a sine, for the lowest octave.
pub fn sub_bass() -> Patch {
    let spectrum =
        Spectrum::harmonic(|n| [1.0, 0.1, 0.06, 0.02].get(n as usize - 1).map_or(0.0, |l| *l));
    let layer = Layer::tone(spectrum).with(&[Attack(0.004), Release(0.09)]);
    Patch { name: "Sub Bass", program: 39, level: Decibels(-10.0), layers: vec![layer] }
}

/// A saw through a resonant filter with an envelope; accents from high velocities.
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
    Patch { name: "Acid Bass", program: 38, level: Decibels(-1.2), layers: vec![plain, accent] }
}

/// A steel string played with a pick near the bridge.
pub fn picked_bass() -> Patch {
    const PICK_AT: f64 = 0.13;
    let spectrum = Spectrum::harmonic(|n| sin(PI * PICK_AT * n) / pow(n, 1.15)).scattered();
    let string = Layer::tone(spectrum).with(&[
        Attack(0.001),
        Decay(16.0),
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
    Patch { name: "Picked Bass", program: 34, level: Decibels(-6.4), layers }
}

/// Two detuned saws over a sine, with a slowly moving filter.
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
    Patch { name: "Reese Bass", program: 87, level: Decibels(-7.2), layers }
}

/// A gut string on a wooden body, plucked with the side of a finger.
pub fn upright_bass() -> Patch {
    let wood = |hz: f64| {
        let peaks = formant(hz, 105.0, 45.0) + 0.9 * formant(hz, 210.0, 70.0);
        (0.35 + peaks + 0.6 * formant(hz, 420.0, 130.0)) * exp(-hz / 900.0)
    };
    let string = Layer::tone(Spectrum::harmonic(|n| sin(PI * 0.31 * n) / pow(n, 0.9)).scattered());
    let string = string.through(wood).with(&[
        Attack(0.004),
        Decay(4.2),
        DecayPerKey(25),
        Release(0.35),
        EnvelopeToCutoff(900.0),
        FilterDecay(0.5),
        FilterSustain(0.0),
        FilterRelease(0.2),
    ]);
    let soft = string.clone().for_velocities(0..=84).cutoff(700.0, 0.3);
    let hard = string.for_velocities(85..=127).cutoff(1500.0, 0.3);
    // The body's resonance starts late and lasts longest.
    let bloom = Spectrum::harmonic(|n| if n < 3.0 { 1.0 / (n * n) } else { 0.0 }).scattered();
    let bloom = Layer::tone(bloom).gain(Decibels(-9.0)).with(&[
        Attack(0.05),
        Decay(7.0),
        DecayPerKey(25),
        Release(0.4),
    ]);
    let finger = Signal::noise("flesh", 0.08).decay(0.018).band_pass(170.0, 0.8).faded();
    let slap = Signal::noise("fingerboard", 0.03).decay(0.004).band_pass(1700.0, 1.0).faded();
    let layers = vec![
        soft,
        hard,
        bloom,
        Layer::shot(finger.peaking_at(Decibels(-13.0))),
        Layer::shot(slap.peaking_at(Decibels(-19.0))).for_velocities(85..=127),
    ];
    Patch { name: "Upright Bass", program: 32, level: Decibels(-7.1), layers }
}

/// A steel string plucked with a finger, tone control down.
pub fn fingered_bass() -> Patch {
    const FINGER_AT: f64 = 0.2;
    const PICKUP_AT: f64 = 0.27;
    let spectrum =
        Spectrum::harmonic(|n| sin(PI * FINGER_AT * n) * sin(PI * PICKUP_AT * n) / pow(n, 1.1));
    let string = Layer::tone(spectrum).with(&[
        Attack(0.003),
        Decay(13.0),
        Release(0.14),
        FilterDecay(0.6),
        FilterSustain(0.0),
        FilterRelease(0.3),
    ]);
    let soft =
        string.clone().for_velocities(0..=84).cutoff(500.0, 0.2).with(&[EnvelopeToCutoff(1300.0)]);
    let hard = string.for_velocities(85..=127).cutoff(600.0, 0.2).with(&[EnvelopeToCutoff(2000.0)]);
    let finger = Signal::noise("fingertip", 0.04).decay(0.007).band_pass(600.0, 0.8).faded();
    let layers = vec![soft, hard, Layer::shot(finger.peaking_at(Decibels(-17.0)))];
    Patch { name: "Fingered Bass", program: 33, level: Decibels(-7.8), layers }
}

/// FM with ratio 1:1 and a falling index: a knock, a growl, a hum.
pub fn fm_bass() -> Patch {
    let tone = |ratio: f64, index: f64| {
        Spectrum::of_wave(1, move |x| sin(TAU * x + index * sin(ratio * TAU * x)))
    };
    let layer = |spectrum, gain, decay| {
        Layer::tone(spectrum).gain(Decibels(gain)).with(&[
            Attack(0.001),
            Decay(decay),
            Release(0.1),
        ])
    };
    let layers = vec![
        layer(tone(1.0, 0.5), -4.0, 20.0),
        layer(tone(1.0, 2.4), -5.0, 2.2),
        layer(tone(3.0, 1.6), -12.0, 0.6).for_velocities(50..=127),
        layer(tone(1.0, 5.0), -13.0, 0.8).for_velocities(90..=127),
    ];
    Patch { name: "FM Bass", program: 36, level: Decibels(-5.7), layers }
}
