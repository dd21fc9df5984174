//! The acoustic kit: drum skins, snare wires and cymbals in a small room, by modal synthesis.

use libm::exp;

use crate::{
    lab::soundfont::{
        kit::{Kit, Piece, Strength, keys},
        modal::{Mode, Plate, membrane},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// The kit.
pub fn kit() -> Kit {
    let pieces = vec![
        Piece::new(keys::KICK, kick, -0.5).layers(3),
        Piece::new(keys::RIM, rim, -5.0),
        Piece::new(keys::SNARE, snare, -1.0).layers(3),
        Piece::new(keys::CLAP, clap, -4.0),
        Piece::new(keys::CLOSED_HAT, closed_hat, -9.0).layers(2).at(0.15),
        Piece::new(keys::OPEN_HAT, open_hat, -10.0).layers(2).at(0.15),
        Piece::new(keys::LOW_TOM, |s| tom(s, 92.0), -2.5).at(0.2),
        Piece::new(keys::MID_TOM, |s| tom(s, 131.0), -3.0),
        Piece::new(keys::HIGH_TOM, |s| tom(s, 174.0), -3.0).at(-0.2),
        Piece::new(keys::CRASH, crash, -6.0).at(-0.2),
        Piece::new(keys::RIDE, ride, -9.0).at(0.22),
    ];
    Kit { name: "Acoustic Kit", program: 8, rate: SAMPLE_RATE, pieces }
}

/// Adds early reflections from walls a few metres away, each softer and duller.
fn in_room(dry: Signal, level: Decibels) -> Signal {
    const DELAYS_MS: [f64; 6] = [7.3, 11.9, 17.1, 23.9, 33.7, 47.3];
    let walls = DELAYS_MS.iter().enumerate().map(|(n, ms)| {
        let gain = Decibels(level.0 - 2.5 * n as f64);
        let sign = if n % 2 == 0 { -1.0 } else { 1.0 };
        let wall = dry.clone().low_pass(5500.0 - 600.0 * n as f64).gain(gain);
        wall.envelope(|_| sign).delayed(ms / 1000.0)
    });
    walls.fold(dry.clone(), |room, wall| room + wall)
}

fn kick(strength: Strength) -> Signal {
    let mut skins = membrane(58.0, 0.13, 0.35 + 0.15 * strength);
    skins.push(Mode::new(58.0, 1.0, 0.09).bent(60.0, 0.015));
    let beater = Signal::noise("beater", 0.03)
        .decay(0.004)
        .band_pass(1500.0 + 1800.0 * strength, 0.6)
        .gain(Decibels(-9.0 + 9.0 * strength));
    let dry = Signal::modes(&skins, 0.45) + beater;
    in_room(dry, Decibels(-20.0)).drive(1.6)
}

fn snare(strength: Strength) -> Signal {
    let skin = Signal::modes(&membrane(188.0, 0.075, 0.55), 0.4);
    let wires = Signal::noise("wires", 0.4)
        // The wires respond to the stroke a little later.
        .envelope(|t| (t / 0.002).min(1.0) * exp(-t / (0.055 + 0.03 * strength)))
        .high_pass(1600.0)
        .low_pass(5000.0 + 6500.0 * strength)
        .gain(Decibels(-6.0 + 6.0 * strength));
    let stick = Signal::noise("stick", 0.02)
        .decay(0.0015)
        .high_pass(2500.0)
        .gain(Decibels(-12.0 + 10.0 * strength));
    in_room(skin + wires + stick, Decibels(-14.0)).drive(0.8)
}

fn rim(_: Strength) -> Signal {
    let wood = [
        Mode::new(430.0, 0.7, 0.012),
        Mode::new(1180.0, 1.0, 0.009),
        Mode::new(1890.0, 0.6, 0.007),
        Mode::new(3350.0, 0.4, 0.004),
    ];
    in_room(Signal::modes(&wood, 0.12), Decibels(-16.0))
}

fn clap(_: Strength) -> Signal {
    let hand = |name, at: f64, hz| {
        Signal::noise(name, 0.12).decay(0.006).band_pass(hz, 1.0).delayed(at / 1000.0)
    };
    let hands = hand("hand 1", 0.0, 1100.0)
        + hand("hand 2", 4.1, 1500.0)
        + hand("hand 3", 9.7, 950.0)
        + hand("hand 4", 13.2, 1300.0);
    in_room(hands, Decibels(-8.0))
}

/// Two cymbals on a stand.
fn hats(strength: Strength, decays: (f64, f64), seconds: f64) -> Signal {
    let plate = Plate { n_modes: 150, band: (1700.0, 14_500.0), decays };
    let bronze = Signal::modes(&plate.to_modes("hats"), seconds);
    let level = bronze.peak();
    let sizzle = Signal::noise("sizzle", seconds).decay(decays.0).high_pass(5500.0);
    let sizzle = sizzle.gain(Decibels::from_ratio(0.35 * level));
    (bronze + sizzle).high_pass(2300.0).low_pass(7000.0 + 7000.0 * strength)
}

fn closed_hat(strength: Strength) -> Signal {
    hats(strength, (0.030 + 0.012 * strength, 0.018), 0.25)
}

fn open_hat(strength: Strength) -> Signal {
    hats(strength, (0.32, 0.16), 1.0)
}

fn tom(strength: Strength, hz: f64) -> Signal {
    let skin = Signal::modes(&membrane(hz, 0.19, 0.42 + 0.1 * strength), 0.7);
    let stick =
        Signal::noise("tom stick", 0.02).decay(0.002).low_pass(5000.0).gain(Decibels(-14.0));
    in_room(skin + stick, Decibels(-17.0))
}

fn crash(_: Strength) -> Signal {
    let plate = Plate { n_modes: 260, band: (420.0, 14_500.0), decays: (0.9, 0.28) };
    let bronze = Signal::modes(&plate.to_modes("crash plate"), 2.2);
    let level = bronze.peak();
    let wash = Signal::noise("wash", 2.2).attack(0.006).decay(0.35).high_pass(4000.0);
    (bronze + wash.gain(Decibels::from_ratio(0.5 * level))).high_pass(500.0)
}

fn ride(_: Strength) -> Signal {
    let plate = Plate { n_modes: 140, band: (600.0, 12_000.0), decays: (0.8, 0.3) };
    let wash = Signal::modes(&plate.to_modes("ride plate"), 1.7).gain(Decibels(-26.0));
    let bell =
        [Mode::new(2480.0, 0.5, 0.22), Mode::new(3710.0, 0.4, 0.18), Mode::new(5290.0, 0.3, 0.12)];
    let stick =
        Signal::noise("ride stick", 0.02).decay(0.002).high_pass(3000.0).gain(Decibels(-4.0));
    (wash + Signal::modes(&bell, 1.7) + stick).high_pass(450.0)
}
