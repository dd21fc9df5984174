//! Keyboard and bell patches.

use std::f64::consts::TAU;

use libm::{sin, tanh};

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Chorus, Decay, LfoRate, LfoToVolume, Release, Reverb, Sustain,
        },
        leads::detuned,
        patch::{Layer, Patch},
        signal::Signal,
        spectrum::Spectrum,
    },
    units::Decibels,
};

/// A tine in front of a pickup; high velocities bark.
pub fn electric_piano() -> Patch {
    let body = |bend: f64| {
        Spectrum::of_wave(1, move |x| {
            // A pickup off the tine's axis distorts one half of the swing more than the other.
            let swing = sin(TAU * x);
            tanh(bend * (swing + 0.35)) / bend
        })
    };
    let voice = |spectrum| Layer::tone(spectrum).with(&[Attack(0.001), Decay(9.0), Release(0.2)]);
    let soft = voice(body(0.6)).for_velocities(0..=69);
    let middle = voice(body(1.2)).for_velocities(70..=104);
    let hard = voice(body(2.1)).for_velocities(105..=127);
    let tine = Layer::tone(Spectrum::inharmonic(1, &[(7, 1.0), (14, 0.5)])).with(&[
        Attack(0.001),
        Decay(1.2),
        Release(0.1),
    ]);
    let soft_tine = tine.clone().gain(Decibels(-24.0)).for_velocities(0..=69);
    let hard_tine = tine.gain(Decibels(-17.0)).for_velocities(70..=127);
    let layers = vec![soft, middle, hard, soft_tine, hard_tine];
    Patch { name: "Electric Piano", program: 4, level: Decibels(-9.1), layers }
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
    layers.push(layer(tone(1.0, 1.9), -9.0, 2.5).for_velocities(75..=127));
    layers.push(glass.clone().gain(Decibels(-7.0)).for_velocities(0..=69));
    layers.push(glass.for_velocities(70..=127));
    Patch { name: "FM Piano", program: 5, level: Decibels(-12.3), layers }
}

/// An FM bell: carrier and modulator at 2 to 7, the index falling in three steps.
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
    let strike = layer(4.5, -15.0, 0.9).for_velocities(64..=127);
    let layers = vec![layer(0.25, -6.0, 9.0), layer(1.8, -9.0, 3.0), strike];
    Patch { name: "FM Bell", program: 14, level: Decibels(-6.4), layers }
}

/// A struck free bar, with modes at 1, 2.756, 5.404 and 8.933.
pub fn crystal() -> Patch {
    let mode = |(cycles, turns), gain, decay| {
        Layer::tone(Spectrum::inharmonic(cycles, &[(turns, 1.0)])).gain(Decibels(gain)).with(&[
            Attack(0.001),
            Decay(decay),
            Release(0.8 * decay),
            Reverb(0.25),
        ])
    };
    let layers = vec![
        mode((1, 1), -4.0, 6.0),
        mode((4, 11), -14.0, 3.0),
        mode((5, 27), -20.0, 1.2),
        mode((14, 125), -26.0, 0.5).for_velocities(64..=127),
    ];
    Patch { name: "Crystal", program: 98, level: Decibels(-5.1), layers }
}

/// Nine drawbars, key click and a slow rotary speaker.
pub fn organ() -> Patch {
    const DRAWBARS: [(u32, f64); 9] = [
        (1, 0.6),
        (2, 1.0),
        (3, 0.5),
        (4, 0.7),
        (6, 0.35),
        (8, 0.4),
        (10, 0.12),
        (12, 0.15),
        (16, 0.25),
    ];
    let tone = Layer::tone(Spectrum::inharmonic(2, &DRAWBARS)).with(&[
        Attack(0.006),
        Release(0.04),
        LfoToVolume(0.8),
        LfoRate(6.1),
        Chorus(0.25),
    ]);
    let click = Signal::noise("contacts", 0.02).decay(0.003).band_pass(3000.0, 0.8).faded();
    let click = Layer::shot(click.peaking_at(Decibels(-24.0)));
    let layers = vec![tone, click];
    Patch { name: "Organ", program: 16, level: Decibels(-8.7), layers }
}

/// Few drawbars with percussion: the organ of house basses and stabs.
pub fn percussive_organ() -> Patch {
    let body = Layer::tone(Spectrum::inharmonic(1, &[(1, 1.0), (2, 0.45), (4, 0.12)])).with(&[
        Attack(0.002),
        Decay(3.0),
        Sustain(7.0),
        Release(0.08),
        Chorus(0.15),
    ]);
    let knock = Layer::tone(Spectrum::inharmonic(1, &[(3, 1.0), (6, 0.7), (10, 0.25)]))
        .gain(Decibels(-4.0))
        .with(&[Attack(0.001), Decay(0.9), Release(0.08)]);
    let click = Signal::noise("contact", 0.02).decay(0.002).band_pass(2200.0, 0.8).faded();
    let layers = vec![body, knock, Layer::shot(click.peaking_at(Decibels(-17.0)))];
    Patch { name: "Percussive Organ", program: 17, level: Decibels(-7.1), layers }
}
