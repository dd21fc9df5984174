//! A kit as drum machines of the early eighties made them: a few oscillators, noise, filters.

use super::{
    kit::{Kit, Piece, Strength, keys},
    modal::Mode,
    signal::Signal,
};
use crate::units::Decibels;

/// The kit.
pub fn kit() -> Kit {
    let piece = |keys, strike, peak_db, n_layers, place| Piece {
        keys,
        strike,
        peak: Decibels(peak_db),
        n_layers,
        place,
    };
    let pieces = vec![
        piece(keys::KICK, kick as fn(Strength) -> Signal, -0.5, 3, 0.0),
        piece(keys::RIM, rim, -5.0, 1, 0.05),
        piece(keys::SNARE, snare, -1.5, 3, 0.0),
        piece(keys::CLAP, clap, -3.0, 1, 0.0),
        piece(keys::CLOSED_HAT, closed_hat, -8.0, 2, 0.08),
        piece(keys::OPEN_HAT, open_hat, -9.0, 2, 0.08),
        piece(keys::LOW_TOM, |s| tom(s, 84.0), -3.0, 1, 0.12),
        piece(keys::MID_TOM, |s| tom(s, 118.0), -3.0, 1, 0.0),
        piece(keys::HIGH_TOM, |s| tom(s, 160.0), -3.5, 1, -0.12),
        piece(keys::CRASH, crash, -6.0, 1, -0.1),
        piece(keys::RIDE, ride, -8.0, 1, 0.12),
    ];
    Kit { name: "Electronic Kit", program: 0, pieces }
}

/// A sine that falls to 48 Hz, faster and from higher the harder it is struck.
fn kick(strength: Strength) -> Signal {
    let sine = Mode::new(48.0, 1.0, 0.2).bent(130.0, 0.032).bent(500.0 * strength, 0.006);
    let body = Signal::modes(&[sine], 0.7).envelope(|t| (-(t / 0.42).powi(4)).exp());
    let click = Signal::noise("kick", 0.02).decay(0.0015).high_pass(1500.0);
    let click = click.gain(Decibels(-14.0 + 8.0 * strength));
    (body + click).drive(0.6 + 1.4 * strength)
}

fn snare(strength: Strength) -> Signal {
    let shell = [
        Mode::new(182.0, 1.0, 0.055).bent(90.0, 0.012),
        Mode::new(330.0, 0.7, 0.035).bent(140.0, 0.01),
    ];
    let shell = Signal::modes(&shell, 0.35);
    let wires = Signal::noise("snare", 0.35)
        .envelope(|t| 0.6 * (-t / 0.02).exp() + 0.4 * (-t / 0.085).exp())
        .high_pass(1100.0)
        .low_pass(4000.0 + 9000.0 * strength)
        .gain(Decibels(-7.0 + 7.0 * strength));
    (shell + wires).drive(0.5 + strength)
}

/// Several hands, a hundredth of a second apart, and the room after them.
fn clap(_: Strength) -> Signal {
    let noise = |name| Signal::noise(name, 0.4).high_pass(700.0).band_pass(1250.0, 1.1);
    let hand = |name, at| noise(name).decay(0.0035).delayed(at);
    let room = noise("clap room").decay(0.075).gain(Decibels(-3.0)).delayed(0.031);
    (hand("clap 1", 0.0) + hand("clap 2", 0.0105) + hand("clap 3", 0.0215) + room).drive(1.5)
}

fn rim(strength: Strength) -> Signal {
    let modes = [
        Mode::new(1720.0, 1.0, 0.007),
        Mode::new(485.0, 0.6, 0.009),
        Mode::new(2600.0, 0.3, 0.004),
    ];
    Signal::modes(&modes, 0.12).drive(0.8 + strength)
}

/// Six square waves that share no harmonic.
fn metal(seconds: f64) -> Signal {
    const HZ: [f64; 6] = [211.3, 307.9, 372.1, 529.7, 547.3, 811.9];
    const HIGHEST_HZ: f64 = 18_000.0;
    let harmonics = |hz: f64| {
        (0..)
            .map(|n| f64::from(2 * n + 1))
            .take_while(move |n| n * hz < HIGHEST_HZ)
            .map(move |n| Mode::new(n * hz, 1.0 / n, f64::INFINITY))
    };
    Signal::modes(&HZ.into_iter().flat_map(harmonics).collect::<Vec<_>>(), seconds)
}

fn hat(strength: Strength, seconds: f64) -> Signal {
    let air = Signal::noise("hat", seconds).gain(Decibels(-4.0 + 4.0 * strength));
    (metal(seconds) + air).high_pass(6800.0).high_pass(6000.0).low_pass(9000.0 + 9000.0 * strength)
}

fn closed_hat(strength: Strength) -> Signal {
    hat(strength, 0.22).decay(0.022 + 0.014 * strength)
}

fn open_hat(strength: Strength) -> Signal {
    hat(strength, 0.85).envelope(|t| 0.4 * (-t / 0.05).exp() + 0.6 * (-t / 0.23).exp())
}

fn tom(strength: Strength, hz: f64) -> Signal {
    let skin = Mode::new(hz, 1.0, 0.16).bent(0.55 * hz, 0.05).bent(2.0 * hz * strength, 0.006);
    let breath = Signal::noise("tom", 0.5).decay(0.03).low_pass(2500.0).gain(Decibels(-20.0));
    (Signal::modes(&[skin], 0.6) + breath).drive(0.9)
}

fn crash(_: Strength) -> Signal {
    let noise = Signal::noise("crash", 2.0).high_pass(3200.0).gain(Decibels(-3.0));
    let metal = metal(2.0).high_pass(4500.0);
    (noise + metal).envelope(|t| 0.5 * (-t / 0.07).exp() + 0.5 * (-t / 0.5).exp())
}

fn ride(_: Strength) -> Signal {
    let metal = metal(1.5).high_pass(5200.0).decay(0.4).gain(Decibels(-2.0));
    let ping = [Mode::new(3170.0, 0.25, 0.25), Mode::new(4930.0, 0.2, 0.18)];
    let stick = Signal::noise("ride", 0.03).decay(0.003).high_pass(4000.0).gain(Decibels(-6.0));
    metal + Signal::modes(&ping, 1.5) + stick
}
