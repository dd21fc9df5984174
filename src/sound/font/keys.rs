//! Keyboards and bells.

use std::f64::consts::TAU;

use super::{
    generator::Generator::{Attack, Chorus, Decay, LfoRate, LfoToVolume, Release, Reverb},
    patch::{Layer, Patch},
    signal::Signal,
    spectrum::Spectrum,
};
use crate::units::Decibels;

/// A struck tine before a pickup; hard notes bark.
pub fn electric_piano() -> Patch {
    let body = |bend: f64| {
        Spectrum::of_wave(1, move |x| {
            // A pickup beside the tine's rest bends one half of its swing more than the other.
            let swing = (TAU * x).sin();
            (bend * (swing + 0.35)).tanh() / bend
        })
    };
    let voice = |spectrum| Layer::tone(spectrum).with(&[Attack(0.001), Decay(9.0), Release(0.2)]);
    let soft = voice(body(0.5)).for_velocities(0..=69);
    let middle = voice(body(0.9)).for_velocities(70..=104);
    let hard = voice(body(1.5)).for_velocities(105..=127);
    let tine = Layer::tone(Spectrum::inharmonic(1, &[(7, 1.0), (14, 0.5)])).with(&[
        Attack(0.001),
        Decay(1.2),
        Release(0.1),
    ]);
    let soft_tine = tine.clone().gain(Decibels(-28.0)).for_velocities(0..=69);
    let hard_tine = tine.gain(Decibels(-21.0)).for_velocities(70..=127);
    let layers = vec![soft, middle, hard, soft_tine, hard_tine];
    Patch { name: "Electric Piano", program: 4, level: Decibels(-10.8), layers }
}

/// A bell by frequency modulation: carrier and modulator as 2 to 7, the index falling in three steps.
pub fn fm_bell() -> Patch {
    let tone = |index: f64| {
        Spectrum::of_wave(2, move |x| (2.0 * TAU * x + index * (7.0 * TAU * x).sin()).sin())
    };
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
    Patch { name: "FM Bell", program: 14, level: Decibels(-9.2), layers }
}

/// A struck bar, its modes those of a free beam: 1, 2.756, 5.404, 8.933.
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
    Patch { name: "Crystal", program: 98, level: Decibels(-7.8), layers }
}

/// Nine drawbars, a click of the contacts and a slow rotor.
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
