//! The analogue kit, after the drum machine of electro and hip-hop (TR-808): long sines, inharmonic
//! square waves, a little noise.

use libm::exp;

use crate::{
    lab::soundfont::{
        kit::{Kit, keys},
        modal::Mode,
        piece::{Piece, Strength},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// The kit.
pub fn kit() -> Kit {
    let pieces = vec![
        Piece::new(keys::KICK, kick, -0.5).layers(3).dull(),
        Piece::new(keys::RIM, rim, -5.0).at(0.05),
        Piece::new(keys::SNARE, snare, -2.0).layers(4),
        Piece::new(keys::CLAP, clap, -3.0).layers(2),
        Piece::new(keys::CLOSED_HAT, closed_hat, -2.5).layers(4).at(0.1),
        Piece::new(keys::OPEN_HAT, open_hat, -3.5).layers(2).at(0.1),
        Piece::new(keys::LOW_TOM, |s| drum(s, 82.0, 0.17), -3.0).dull().at(0.15),
        Piece::new(keys::MID_TOM, |s| drum(s, 122.0, 0.14), -3.0).dull(),
        Piece::new(keys::HIGH_TOM, |s| drum(s, 168.0, 0.12), -3.5).dull().at(-0.15),
        Piece::new(keys::CRASH, crash, -2.5).at(-0.1),
        Piece::new(keys::RIDE, ride, -2.5).at(0.12),
        Piece::new(keys::COWBELL, cowbell, -6.0).at(-0.08),
        Piece::new(keys::HIGH_CONGA, |s| drum(s, 290.0, 0.07), -5.0).dull().at(-0.2),
        Piece::new(keys::LOW_CONGA, |s| drum(s, 205.0, 0.08), -5.0).dull().at(0.2),
        Piece::new(keys::SHAKER, maracas, -8.0).at(0.2),
        Piece::new(keys::CLAVES, claves, -6.0).at(-0.2),
    ];
    Kit { name: "Analogue Kit", program: 25, rate: SAMPLE_RATE, pieces }
}

/// A sine of 48 Hz with little pitch fall and a long decay.
fn kick(strength: Strength) -> Signal {
    let sine = Mode::new(48.0, 1.0, 0.42).bent(32.0, 0.018).bent(170.0 * strength, 0.004);
    let click =
        Signal::noise("soft click", 0.02).decay(0.0015).low_pass(1800.0 + 1600.0 * strength);
    let click = click.gain(Decibels(-17.0 + 9.0 * strength));
    (Signal::modes(&[sine], 1.25) + click).drive(0.5 + 0.7 * strength)
}

/// Two ringing bridged-T oscillators with a little noise.
fn snare(strength: Strength) -> Signal {
    let shell = [
        Mode::new(176.0, 1.0, 0.065).bent(30.0, 0.008),
        Mode::new(331.0, 0.6, 0.03).bent(50.0, 0.006),
    ];
    let snappy = Signal::noise("snappy", 0.3)
        .decay(0.04 + 0.03 * strength)
        .high_pass(2600.0)
        .low_pass(6000.0 + 8000.0 * strength)
        .gain(Decibels(-10.0 + 8.0 * strength));
    (Signal::modes(&shell, 0.3) + snappy).drive(1.3)
}

/// Three bursts of noise in one band and a short room tail.
fn clap(strength: Strength) -> Signal {
    let noise = |name| Signal::noise(name, 0.22).band_pass(1050.0, 2.2);
    let stroke = |name, at| noise(name).decay(0.0045).delayed(at);
    let room = noise("tight room").decay(0.035).gain(Decibels(-4.0)).delayed(0.03);
    let hands = stroke("tight 1", 0.0) + stroke("tight 2", 0.01) + stroke("tight 3", 0.02) + room;
    hands.low_pass(2500.0 + 9500.0 * strength)
}

fn rim(strength: Strength) -> Signal {
    let modes = [Mode::new(1667.0, 1.0, 0.006), Mode::new(455.0, 0.8, 0.012)];
    Signal::modes(&modes, 0.1).drive(0.6 + strength)
}

/// A square wave as its odd harmonics.
fn square(hz: f64) -> impl Iterator<Item = Mode> {
    const HIGHEST_HZ: f64 = 18_000.0;
    let harmonics = (0..).map(|n| f64::from(2 * n + 1)).take_while(move |n| n * hz < HIGHEST_HZ);
    harmonics.map(move |n| Mode::new(n * hz, 1.0 / n, f64::INFINITY))
}

/// Six square waves without common harmonics.
fn metal(seconds: f64) -> Signal {
    const HZ: [f64; 6] = [205.3, 304.4, 369.6, 522.7, 540.0, 800.0];
    Signal::modes(&HZ.into_iter().flat_map(square).collect::<Vec<_>>(), seconds)
}

fn hat(strength: Strength, seconds: f64) -> Signal {
    metal(seconds).high_pass(7200.0).high_pass(6400.0).low_pass(6500.0 + 4500.0 * strength)
}

fn closed_hat(strength: Strength) -> Signal {
    hat(strength, 0.2).decay(0.018 + 0.012 * strength)
}

fn open_hat(strength: Strength) -> Signal {
    hat(strength, 0.75).envelope(|t| 0.3 * exp(-t / 0.05) + 0.7 * exp(-t / 0.2))
}

fn drum(strength: Strength, hz: f64, decay_seconds: f64) -> Signal {
    let skin = Mode::new(hz, 1.0, decay_seconds).bent(0.18 * hz, 0.03).bent(hz * strength, 0.003);
    Signal::modes(&[skin], 5.0 * decay_seconds).drive(0.6)
}

/// Low metal with a long decay, high metal with a shorter one.
fn crash(_: Strength) -> Signal {
    let low = metal(1.6).band_pass(3400.0, 1.2).decay(0.45);
    let high = metal(1.6).high_pass(7500.0);
    low + high.envelope(|t| 0.6 * exp(-t / 0.08) + 0.4 * exp(-t / 0.4)).gain(Decibels(2.0))
}

fn ride(_: Strength) -> Signal {
    let low = metal(1.2).band_pass(3900.0, 2.5).decay(0.3);
    let high =
        metal(1.2).high_pass(8200.0).envelope(|t| 0.8 * exp(-t / 0.012) + 0.2 * exp(-t / 0.3));
    low + high
}

fn cowbell(strength: Strength) -> Signal {
    let bells: Vec<_> = square(540.0).chain(square(800.0)).collect();
    let bells = Signal::modes(&bells, 0.6).band_pass(1500.0 + 900.0 * strength, 0.5);
    bells.envelope(|t| 0.55 * exp(-t / 0.012) + 0.45 * exp(-t / 0.11))
}

fn maracas(_: Strength) -> Signal {
    Signal::noise("maracas", 0.09).attack(0.012).decay(0.016).high_pass(5200.0)
}

fn claves(_: Strength) -> Signal {
    Signal::modes(&[Mode::new(2500.0, 1.0, 0.016), Mode::new(2630.0, 0.2, 0.01)], 0.12)
}
