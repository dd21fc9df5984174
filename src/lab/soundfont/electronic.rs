//! The electronic kit, after the drum machine of techno (TR-909): a punchy kick, noise snares,
//! six-bit cymbals.

use libm::exp;

use crate::{
    lab::soundfont::{
        kit::{Kit, keys},
        modal::{Mode, Plate},
        percussion,
        piece::{Piece, Strength},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// The kit.
pub fn kit() -> Kit {
    let mut pieces = vec![
        Piece::new(keys::KICK, kick, -1.5).layers(3),
        Piece::new(keys::RIM, rim, -5.0).at(0.05),
        Piece::new(keys::SNARE, snare, -2.0).layers(4),
        Piece::new(keys::CLAP, clap, -3.0).layers(2),
        Piece::new(keys::CLOSED_HAT, closed_hat, -8.0).layers(4).at(0.08),
        Piece::new(keys::OPEN_HAT, open_hat, -9.0).layers(2).at(0.08),
        Piece::new(keys::LOW_TOM, |s| tom(s, 84.0), -3.0).layers(2).dull().at(0.12),
        Piece::new(keys::MID_TOM, |s| tom(s, 118.0), -3.0).layers(2).dull(),
        Piece::new(keys::HIGH_TOM, |s| tom(s, 160.0), -3.5).layers(2).dull().at(-0.12),
        Piece::new(keys::CRASH, crash, -6.0).at(-0.1),
        Piece::new(keys::RIDE, ride, -8.0).at(0.12),
    ];
    pieces.extend(percussion::pieces());
    Kit { name: "Electronic Kit", program: 0, rate: SAMPLE_RATE, pieces }
}

/// A shaped triangle that falls to 50 Hz, faster and from higher when struck harder, plus a click.
fn kick(strength: Strength) -> Signal {
    let swing = Mode::new(50.0, 1.0, 0.21).bent(165.0, 0.028).bent(420.0 * strength, 0.005);
    let body = Signal::modes(&[swing], 0.6).envelope(|t| {
        let t = t / 0.36;
        exp(-t * t * t * t)
    });
    let click = Signal::noise("kick", 0.02).decay(0.0012).high_pass(1200.0).low_pass(7000.0);
    let click = click.gain(Decibels(-13.0 + 9.0 * strength));
    (body + click).drive(0.8 + 1.8 * strength)
}

fn snare(strength: Strength) -> Signal {
    let shell = [
        Mode::new(182.0, 1.0, 0.055).bent(90.0, 0.012),
        Mode::new(330.0, 0.7, 0.035).bent(140.0, 0.01),
    ];
    let shell = Signal::modes(&shell, 0.35);
    let wires = Signal::noise("snare", 0.35)
        .envelope(|t| 0.6 * exp(-t / 0.02) + 0.4 * exp(-t / 0.085))
        .high_pass(1100.0)
        .low_pass(4000.0 + 9000.0 * strength)
        .gain(Decibels(-7.0 + 7.0 * strength));
    (shell + wires).drive(0.5 + strength)
}

/// Claps of several hands, 10 ms apart, and a room tail.
fn clap(strength: Strength) -> Signal {
    let noise = |name| Signal::noise(name, 0.4).high_pass(700.0).band_pass(1250.0, 1.1);
    let hand = |name, at| noise(name).decay(0.0035).delayed(at);
    let room = noise("clap room").decay(0.075).gain(Decibels(-3.0)).delayed(0.031);
    (hand("clap 1", 0.0) + hand("clap 2", 0.0105) + hand("clap 3", 0.0215) + room)
        .drive(0.9 + 0.8 * strength)
        .low_pass(3000.0 + 11_000.0 * strength)
}

fn rim(strength: Strength) -> Signal {
    let modes = [
        Mode::new(1720.0, 1.0, 0.007),
        Mode::new(485.0, 0.6, 0.009),
        Mode::new(2600.0, 0.3, 0.004),
    ];
    Signal::modes(&modes, 0.12).drive(0.8 + strength)
}

/// A sustained cymbal at the full level of a six-bit chip. The envelope is applied afterwards, so
/// that the quantisation noise decays with the sound.
fn chip(seed: &str, band: (f64, f64), seconds: f64) -> Signal {
    let plate = Plate { n_modes: 160, band, decays: (4.0, 4.0) };
    let bronze = Signal::modes(&plate.to_modes(seed), seconds).peaking_at(Decibels(-4.0));
    let wash = Signal::noise(seed, seconds).high_pass(band.0).gain(Decibels(-9.0));
    (bronze + wash).drive(1.5).held(32_000.0).crushed(6)
}

fn hat(strength: Strength, seconds: f64) -> Signal {
    let bright = 10_000.0 + 8000.0 * strength;
    chip("chip hat", (2400.0, 15_500.0), seconds).high_pass(3800.0).low_pass(bright)
}

fn closed_hat(strength: Strength) -> Signal {
    hat(strength, 0.25)
        .envelope(|t| 0.75 * exp(-t / (0.012 + 0.01 * strength)) + 0.25 * exp(-t / 0.05))
}

fn open_hat(strength: Strength) -> Signal {
    hat(strength, 0.75).envelope(|t| 0.4 * exp(-t / 0.04) + 0.6 * exp(-t / 0.26))
}

fn tom(strength: Strength, hz: f64) -> Signal {
    let skin = Mode::new(hz, 1.0, 0.16).bent(0.55 * hz, 0.05).bent(2.0 * hz * strength, 0.006);
    let breath = Signal::noise("tom", 0.5).decay(0.03).low_pass(2500.0).gain(Decibels(-20.0));
    (Signal::modes(&[skin], 0.6) + breath).drive(0.9)
}

fn crash(_: Strength) -> Signal {
    let bronze = chip("chip crash", (1400.0, 15_000.0), 1.7).high_pass(1800.0);
    bronze.envelope(|t| 0.5 * exp(-t / 0.08) + 0.5 * exp(-t / 0.5))
}

fn ride(_: Strength) -> Signal {
    let wash = chip("chip ride", (2400.0, 13_000.0), 1.5).high_pass(3000.0).gain(Decibels(-8.0));
    let bell = [Mode::new(3170.0, 0.4, 0.3), Mode::new(4930.0, 0.35, 0.22)];
    let stick = Signal::noise("ride", 0.03).decay(0.003).high_pass(4000.0).gain(Decibels(-5.0));
    wash.decay(0.38) + Signal::modes(&bell, 1.5) + stick
}
