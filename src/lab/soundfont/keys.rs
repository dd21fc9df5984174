//! Keyboard and bell patches.

use std::f64::consts::TAU;

use libm::{sin, tanh};

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Chorus, Decay, LfoDelay, LfoRate, LfoToCutoff, LfoToVolume, Pan, Release,
            Reverb, Sustain, Tune, VibratoDelay, VibratoRate, VibratoToPitch,
        },
        layer::Layer,
        leads::detuned,
        patch::Patch,
        signal::Signal,
        spectrum::Spectrum,
    },
    units::Decibels,
};

/// A tine in front of a pickup; high velocities bark. The amplifier's tremolo swings between the
/// sides.
pub fn electric_piano() -> Patch {
    let body = |bend: f64| {
        Spectrum::of_wave(1, move |x| {
            // A pickup off the tine's axis distorts one half of the swing more than the other.
            let swing = sin(TAU * x);
            tanh(bend * (swing + 0.35)) / bend
        })
    };
    let voice = |spectrum| Layer::tone(spectrum).with(&[Attack(0.001), Decay(9.0), Release(0.25)]);
    let tine = Layer::tone(Spectrum::inharmonic(1, &[(7, 1.0), (14, 0.5)])).with(&[
        Attack(0.001),
        Decay(1.2),
        Release(0.1),
    ]);
    let layers = [
        voice(body(0.25)).for_velocities(0..=54),
        voice(body(1.1)).for_velocities(55..=84),
        voice(body(1.9)).for_velocities(85..=104),
        voice(body(4.6)).for_velocities(105..=127),
        tine.clone().gain(Decibels(-26.0)).for_velocities(0..=69),
        tine.clone().gain(Decibels(-19.0)).for_velocities(70..=104),
        tine.gain(Decibels(-15.0)).for_velocities(105..=127),
    ];
    let layers = layers.iter().flat_map(|layer| swinging(layer, 5.1, 2.8)).collect();
    Patch { name: "Electric Piano", program: 4, level: Decibels(-11.5), layers }
}

/// The layer left and right, with a tremolo of `hz` by `depth` decibels that is a quarter of a period
/// later on the right.
fn swinging(layer: &Layer, hz: f64, depth: f64) -> [Layer; 2] {
    let side = |place, delay| {
        let settings = [Pan(place), LfoRate(hz), LfoToVolume(depth), LfoDelay(delay)];
        layer.clone().gain(Decibels(-3.0)).with(&settings)
    };
    [side(-0.3, 0.001), side(0.3, 0.25 / hz)]
}

/// An FM electric piano: a soft body with glassy overtones, two voices each.
pub fn fm_piano() -> Patch {
    let tone = |ratio: f64, index: f64| {
        Spectrum::of_wave(1, move |x| sin(TAU * x + index * sin(ratio * TAU * x)))
    };
    let layer = |spectrum, gain, decay| {
        Layer::tone(spectrum).gain(Decibels(gain)).with(&[
            Attack(0.001),
            Decay(decay),
            Release(0.35),
            Chorus(0.3),
            Reverb(0.15),
        ])
    };
    let glass = layer(tone(14.0, 1.1), -8.0, 1.5);
    let body = layer(tone(1.0, 0.5), 0.0, 11.0);
    let mut layers = detuned(&body.clone().gain(Decibels(-5.0)), 5, 0.4);
    layers.push(body);
    layers.push(layer(tone(1.0, 1.9), -9.0, 3.5).for_velocities(75..=127));
    layers.push(layer(tone(1.0, 2.6), -6.0, 4.0).for_velocities(105..=127));
    layers.push(glass.clone().gain(Decibels(-9.0)).for_velocities(0..=69));
    layers.push(glass.clone().for_velocities(70..=104));
    layers.push(glass.gain(Decibels(5.0)).for_velocities(105..=127));
    Patch { name: "FM Piano", program: 5, level: Decibels(-12.3), layers }
}

/// An FM bell: carrier and modulator at 2 to 7, an index that falls in three steps, and detuned twins
/// that beat.
pub fn fm_bell() -> Patch {
    let tone =
        |index: f64| Spectrum::of_wave(2, move |x| sin(2.0 * TAU * x + index * sin(7.0 * TAU * x)));
    let layer = |index, gain, decay| {
        Layer::tone(tone(index)).gain(Decibels(gain)).with(&[
            Attack(0.001),
            Decay(decay),
            Release(0.7 * decay),
            Reverb(0.25),
        ])
    };
    let mut layers = warbling(&layer(0.25, -5.0, 9.0));
    layers.extend(warbling(&layer(1.8, -9.0, 3.0)));
    layers.push(layer(1.2, -9.0, 3.0).for_velocities(80..=127));
    layers.push(layer(4.5, -10.0, 1.4).for_velocities(64..=127));
    Patch { name: "FM Bell", program: 14, level: Decibels(-10.3), layers }
}

/// A struck free bar, with modes at 1, 2.756, 5.404 and 8.933.
pub fn crystal() -> Patch {
    let mode = |(cycles, turns), gain, decay| {
        let bar = Layer::tone(Spectrum::inharmonic(cycles, &[(turns, 1.0)])).with(&[
            Attack(0.001),
            Decay(decay),
            Release(0.8 * decay),
            Reverb(0.25),
        ]);
        warbling(&bar.gain(Decibels(gain)))
    };
    let hard = |layers: Vec<Layer>| layers.into_iter().map(|layer| layer.for_velocities(80..=127));
    let mut layers = mode((1, 1), -4.0, 6.0);
    layers.extend(mode((4, 11), -16.0, 3.0));
    layers.extend(hard(mode((4, 11), -8.0, 3.0)));
    layers.extend(mode((5, 27), -22.0, 1.2));
    layers.extend(hard(mode((5, 27), -14.0, 1.2)));
    layers.extend(hard(mode((14, 125), -24.0, 0.6)));
    Patch { name: "Crystal", program: 98, level: Decibels(-7.9), layers }
}

/// The layer and a softer, slightly sharp twin, panned apart: they beat like unevenly cast metal.
fn warbling(layer: &Layer) -> Vec<Layer> {
    let twin = layer.clone().gain(Decibels(-10.0)).with(&[Tune(5), Pan(0.4)]);
    vec![layer.clone().with(&[Pan(-0.15)]), twin]
}

/// Nine drawbars and key click through a rotating speaker: a drum for the lows and a horn for the
/// highs, each at its own speed.
pub fn organ() -> Patch {
    const LOW: [(u32, f64); 4] = [(1, 0.6), (2, 1.0), (3, 0.5), (4, 0.5)];
    const HIGH: [(u32, f64); 6] = [(4, 0.4), (6, 0.45), (8, 0.5), (10, 0.15), (12, 0.2), (16, 0.3)];
    let rotor = |drawbars: &[(u32, f64)], hz: f64, decibels, cents, octaves: f64| {
        let tone = Layer::tone(Spectrum::inharmonic(2, drawbars)).cutoff(4200.0, 0.2).with(&[
            Attack(0.006),
            Release(0.08),
            LfoRate(hz),
            LfoToVolume(decibels),
            LfoToCutoff(1200.0 * octaves),
            // The Doppler shift is a quarter of a period ahead of the left tremolo.
            VibratoRate(hz),
            VibratoDelay(0.001),
            VibratoToPitch(cents),
            Chorus(0.15),
        ]);
        let side =
            |place, delay| tone.clone().gain(Decibels(-3.0)).with(&[Pan(place), LfoDelay(delay)]);
        [side(-0.4, 0.25 / hz), side(0.4, 0.5 / hz)]
    };
    let click = Signal::noise("contacts", 0.02).decay(0.003).band_pass(3000.0, 0.8).faded();
    let mut layers = rotor(&LOW, 5.7, 3.4, 3.0, 0.2).to_vec();
    layers.extend(rotor(&HIGH, 6.7, 5.0, 7.0, 0.5).map(|side| side.gain(Decibels(-4.0))));
    layers.push(Layer::shot(click.peaking_at(Decibels(-24.0))));
    Patch { name: "Organ", program: 16, level: Decibels(-11.2), layers }
}

/// Few drawbars with percussion: the organ of house basses and stabs.
pub fn percussive_organ() -> Patch {
    let body = Layer::tone(Spectrum::inharmonic(1, &[(1, 1.0), (2, 0.5), (3, 0.12), (4, 0.2)]))
        .with(&[
            Attack(0.002),
            Decay(3.0),
            Sustain(7.0),
            Release(0.12),
            LfoRate(6.3),
            LfoToVolume(2.6),
            Chorus(0.15),
        ]);
    let knock = Layer::tone(Spectrum::inharmonic(1, &[(3, 1.0), (6, 0.7), (10, 0.25)]))
        .gain(Decibels(-4.0))
        .with(&[Attack(0.001), Decay(0.9), Release(0.08)]);
    let click = Signal::noise("contact", 0.02).decay(0.002).band_pass(2200.0, 0.8).faded();
    let mut layers = body.opened(760.0, 0.9, 3.0, [0.0, 1.6, 2.0, 2.0]);
    layers.extend(knock.opened(1200.0, 0.9, 3.0, [0.0; 4]));
    layers.push(Layer::shot(click.peaking_at(Decibels(-17.0))));
    Patch { name: "Percussive Organ", program: 17, level: Decibels(-5.2), layers }
}
