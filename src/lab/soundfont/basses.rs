//! Bass patches.

use std::f64::consts::TAU;

use libm::{sin, tanh};

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, DecayPerKey, EnvelopeToCutoff, FilterDecay, FilterRelease,
            FilterSustain, LfoRate, LfoToCutoff, NoAttack, NoDelay, Release, Resonance, Sustain,
            Tune,
        },
        layer::Layer,
        patch::Patch,
        signal::Signal,
        spectrum::Spectrum,
        string::Pluck,
    },
    units::Decibels,
};

/// Almost a sine, for the lowest octave; hard strokes have overtones that small loudspeakers play.
pub fn sub_bass() -> Patch {
    const LEVELS: [f64; 6] = [1.0, 0.42, 0.3, 0.16, 0.1, 0.06];
    let spectrum = Spectrum::harmonic(|n| LEVELS.get(n as usize - 1).map_or(0.0, |l| *l));
    let layer = Layer::tone(spectrum).with(&[Attack(0.004), Release(0.09)]);
    let layers = layer.opened(560.0, 1.0, 2.5, [0.0, 2.0, 2.7, 2.8]);
    Patch { name: "Sub Bass", program: 39, level: Decibels(-5.0), layers }
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
    let touch = |velocities, hz, resonance, cents, decay_seconds| {
        voice.clone().for_velocities(velocities).cutoff(hz, 0.5).with(&[
            Resonance(resonance),
            EnvelopeToCutoff(cents),
            FilterDecay(decay_seconds),
        ])
    };
    let layers = vec![
        touch(0..=69, 620.0, 10.0, 2500.0, 0.3),
        touch(70..=99, 800.0, 11.0, 3000.0, 0.3),
        touch(100..=127, 950.0, 13.0, 4200.0, 0.2),
    ];
    Patch { name: "Acid Bass", program: 38, level: Decibels(-1.2), layers }
}

/// A steel string played with a pick near the bridge.
pub fn picked_bass() -> Patch {
    let string = Pluck { name: "picked bass", ..ELECTRIC };
    let string = electric(string, 16.0).opened(1150.0, 0.9, 2.7, [0.0, 2.0, 2.6, 2.7]);
    Patch { name: "Picked Bass", program: 34, level: Decibels(-3.2), layers: string }
}

/// Two detuned saws over a sine, with a slowly moving filter.
pub fn reese_bass() -> Patch {
    let saw = Layer::tone(Spectrum::saw()).gain(Decibels(-6.0)).with(&[
        Attack(0.005),
        Release(0.1),
        Resonance(3.0),
        LfoToCutoff(800.0),
        LfoRate(0.4),
    ]);
    let sine = Layer::tone(Spectrum::harmonic(|n| if n < 2.0 { 1.0 } else { 0.0 }))
        .gain(Decibels(-9.0))
        .with(&[Attack(0.005), Release(0.1)]);
    let pair = [-11, 11].map(|cents| saw.clone().with(&[Tune(cents)]));
    let mut layers: Vec<_> =
        pair.iter().flat_map(|saw| saw.opened(1100.0, 0.5, 1.6, [0.0; 4])).collect();
    layers.push(sine);
    Patch { name: "Reese Bass", program: 87, level: Decibels(-7.2), layers }
}

/// A gut string on a wooden body, plucked with the side of a finger.
pub fn upright_bass() -> Patch {
    let gut = Pluck {
        name: "gut string",
        pick_at: 0.24,
        pickup_at: None,
        stiffness: 0.00002,
        decay_seconds: 0.55,
        loss_hz: 650.0,
        pick_hz: 4000.0,
        noise: 0.04,
        sharp_cents: 4.0,
        heard: double_bass,
        seconds: 0.7,
        ..ELECTRIC
    };
    let string =
        Layer::plucked(gut).with(&[NoDelay, NoAttack, Decay(4.2), DecayPerKey(25), Release(0.35)]);
    let finger = Signal::noise("flesh", 0.08).decay(0.018).band_pass(170.0, 0.8).faded();
    let slap = Signal::noise("fingerboard", 0.03).decay(0.004).band_pass(1700.0, 1.0).faded();
    let mut layers = string.opened(800.0, 0.9, 3.6, [0.0, 2.2, 2.8, 2.9]);
    layers.push(Layer::shot(finger.peaking_at(Decibels(-13.0))));
    layers.push(Layer::shot(slap.peaking_at(Decibels(-19.0))).for_velocities(85..=127));
    Patch { name: "Upright Bass", program: 32, level: Decibels(-0.4), layers }
}

/// A steel string plucked with a finger, tone control down.
pub fn fingered_bass() -> Patch {
    let string = Pluck {
        name: "fingered bass",
        pick_at: 0.2,
        pickup_at: Some(0.27),
        loss_hz: 1300.0,
        pick_hz: 4000.0,
        noise: 0.02,
        ..ELECTRIC
    };
    let layers = electric(string, 13.0).opened(880.0, 0.9, 3.6, [0.0, 2.6, 3.4, 3.5]);
    Patch { name: "Fingered Bass", program: 33, level: Decibels(-3.3), layers }
}

/// A wound steel string over a magnetic pickup, with a pick.
const ELECTRIC: Pluck = Pluck {
    name: "wound string",
    strings: &[(1.0, 1.0)],
    pick_at: 0.13,
    pickup_at: Some(0.19),
    stiffness: 0.00016,
    decay_seconds: 1.6,
    loss_hz: 1200.0,
    pick_hz: 3000.0,
    noise: 0.05,
    sharp_cents: 6.0,
    strum: 0.0,
    heard: bass_amplifier,
    seconds: 0.8,
    is_looped: true,
    keys: 26..=61,
    zone_keys: 6,
    thinning: 3,
};

fn electric(string: Pluck, decay_seconds: f64) -> Layer {
    Layer::plucked(string).with(&[NoDelay, NoAttack, Decay(decay_seconds), Release(0.16)])
}

/// A warm amplifier and a 15-inch loudspeaker.
fn bass_amplifier(string: Signal) -> Signal {
    let warm = string.peaking_at(Decibels(0.0)).shaped(|x| tanh(2.2 * x + 0.1));
    warm.high_pass(32.0).boosted(90.0, 1.0, 0.3).low_pass(4500.0)
}

/// Resonances of a double bass: air, top and bridge.
fn double_bass(string: Signal) -> Signal {
    let string = string.peaking_at(Decibels(0.0)).shaped(|x| tanh(1.8 * x));
    string
        .boosted(105.0, 2.2, 0.8)
        .boosted(210.0, 3.0, 0.8)
        .boosted(430.0, 3.0, 0.4)
        .high_pass(32.0)
        .low_pass(3500.0)
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
    let growl = layer(tone(1.0, 2.4), -1.0, 3.5);
    let mut layers = vec![layer(tone(1.0, 0.5), -4.0, 20.0)];
    layers.extend(growl.opened(900.0, 0.8, 3.0, [0.0, 1.6, 2.2, 2.4]));
    layers.extend([
        layer(tone(3.0, 1.6), -12.0, 0.8).for_velocities(60..=127),
        layer(tone(1.0, 4.0), -8.0, 2.2).for_velocities(105..=127),
    ]);
    Patch { name: "FM Bass", program: 36, level: Decibels(-6.6), layers }
}
