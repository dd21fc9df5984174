//! The acoustic kit: drum skins, snare wires and cymbals in a small room, by modal synthesis.

use libm::{exp, tanh};

use crate::{
    lab::soundfont::{
        kit::{Kit, keys},
        modal::{Mode, Plate, membrane},
        percussion,
        piece::{Piece, Room, Strength, Take},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// The kit.
pub fn kit() -> Kit {
    let live = |below| Room { seconds: 0.8, below: Decibels(below) };
    let mut pieces = vec![
        Piece::takes(keys::KICK, 2, kick, -0.3).layers(4).dull().in_room(live(-7.0)),
        Piece::new(keys::RIM, rim, -5.0).in_room(live(-14.0)),
        Piece::takes(keys::SNARE, 2, snare, -0.4).layers(4).in_room(live(-5.0)),
        Piece::new(keys::CLAP, clap, -4.0).layers(2).in_room(live(-10.0)),
        Piece::takes(keys::CLOSED_HAT, 2, closed_hat, -8.0).layers(4).at(0.15).in_room(live(-12.0)),
        Piece::new(keys::OPEN_HAT, open_hat, -9.5).layers(2).at(0.15),
        Piece::new(keys::LOW_TOM, |s| tom(s, 92.0), -2.5)
            .layers(2)
            .dull()
            .at(0.2)
            .in_room(live(-10.0)),
        Piece::new(keys::MID_TOM, |s| tom(s, 131.0), -3.0).layers(2).dull().in_room(live(-10.0)),
        Piece::new(keys::HIGH_TOM, |s| tom(s, 174.0), -3.0)
            .layers(2)
            .dull()
            .at(-0.2)
            .in_room(live(-10.0)),
        Piece::new(keys::CRASH, crash, -6.0).at(-0.2),
        Piece::new(keys::RIDE, ride, -9.0).at(0.22),
    ];
    pieces.extend(percussion::pieces());
    Kit { name: "Acoustic Kit", program: 8, rate: SAMPLE_RATE, pieces }
}

/// A skin with a felt beater, and the air and blanket behind it.
fn kick(strength: Strength, take: Take) -> Signal {
    let hz = 62.0 + 1.2 * f64::from(take);
    let mut skins = membrane(hz, 0.08, 0.4 + 0.15 * strength);
    skins.push(Mode::new(hz, 1.6, 0.055).bent(0.06 * hz, 0.04));
    let felt = noise("beater", take, 0.03).decay(0.0035);
    let felt =
        felt.band_pass(1300.0 + 2200.0 * strength, 0.5).gain(Decibels(-10.0 + 9.0 * strength));
    let shell = noise("kick shell", take, 0.3).decay(0.035).band_pass(260.0, 0.6);
    (Signal::modes(&skins, 0.4) + felt + shell.gain(Decibels(-11.0)))
        .peaking_at(Decibels(7.0))
        .shaped(knee)
}

/// Two coupled skins, a shell, wires that rattle as long as the lower skin moves, and the stick.
fn snare(strength: Strength, take: Take) -> Signal {
    let place = 1.0 + 0.006 * f64::from(take);
    let mut skins = membrane(186.0 * place, 0.06, 0.6);
    skins.extend(membrane(287.0, 0.045, 0.5));
    skins.extend(
        [(905.0, 0.12, 0.045), (1370.0, 0.1, 0.035), (2140.0, 0.08, 0.028)]
            .map(|(hz, level, seconds)| Mode::new(hz * place, level, seconds)),
    );
    let rattle = 0.05 + 0.045 * strength;
    let wires = noise("wires", take, 0.42)
        // The wires respond to the stroke a little later.
        .envelope(|t| (t / 0.0015).min(1.0) * (0.75 * exp(-t / rattle) + 0.25 * exp(-t / 0.12)))
        .high_pass(1300.0)
        .boosted(4800.0, 0.8, 0.7)
        .low_pass(5500.0 + 6500.0 * strength)
        .gain(Decibels(-5.0 + 8.0 * strength));
    let stick = noise("stick", take, 0.02).decay(0.0012).high_pass(2200.0);
    let stick = stick.gain(Decibels(-9.0 + 9.0 * strength));
    (Signal::modes(&skins, 0.42).gain(Decibels(-2.0)) + wires + stick)
        .peaking_at(Decibels(4.0))
        .shaped(knee)
}

/// The soft clipping of a microphone's amplifier, linear up to 0.7.
fn knee(x: f64) -> f64 {
    const BEND: f64 = 0.7;
    let over = x.abs() - BEND;
    if over < 0.0 { x } else { x.signum() * (BEND + (1.0 - BEND) * tanh(over / (1.0 - BEND))) }
}

fn rim(_: Strength) -> Signal {
    let wood = [
        Mode::new(430.0, 0.7, 0.012),
        Mode::new(1180.0, 1.0, 0.009),
        Mode::new(1890.0, 0.6, 0.007),
        Mode::new(3350.0, 0.4, 0.004),
    ];
    Signal::modes(&wood, 0.12) + Signal::noise("rim stick", 0.02).decay(0.001).gain(Decibels(-8.0))
}

fn clap(strength: Strength) -> Signal {
    let hand = |name, at: f64, hz| {
        Signal::noise(name, 0.12).decay(0.006).band_pass(hz, 1.0).delayed(at / 1000.0)
    };
    let hands = hand("hand 1", 0.0, 1100.0)
        + hand("hand 2", 4.1, 1500.0)
        + hand("hand 3", 9.7, 950.0)
        + hand("hand 4", 13.2, 1300.0);
    hands.low_pass(2500.0 + 9500.0 * strength)
}

/// Two cymbals on a stand: modes too dense to tell apart, and the sizzle where they touch.
fn hats(strength: Strength, take: Take, decays: (f64, f64), seconds: f64, low_hz: f64) -> Signal {
    let plate = Plate { n_modes: 260, band: (1300.0, 15_500.0), decays };
    let bronze = Signal::modes(&plate.to_modes(&format!("hats {take}")), seconds);
    let level = bronze.peak();
    let sizzle = noise("sizzle", take, seconds).decay(0.8 * decays.0).high_pass(3800.0);
    let stick = noise("hat stick", take, seconds).decay(0.0015).band_pass(3400.0, 0.5);
    let sizzle = sizzle.gain(Decibels::from_ratio(0.9 * level));
    let stick = stick.gain(Decibels::from_ratio((0.2 + 0.5 * strength) * level));
    (bronze + sizzle + stick).high_pass(low_hz).low_pass(6500.0 + 7500.0 * strength)
}

fn closed_hat(strength: Strength, take: Take) -> Signal {
    hats(strength, take, (0.028 + 0.022 * strength, 0.02 + 0.008 * strength), 0.25, 2600.0)
}

fn open_hat(strength: Strength) -> Signal {
    hats(strength, 0, (0.42, 0.22), 1.0, 700.0)
}

fn tom(strength: Strength, hz: f64) -> Signal {
    let skin = Signal::modes(&membrane(hz, 0.19, 0.3 + 0.28 * strength), 0.7);
    let stick = Signal::noise("tom stick", 0.02).decay(0.002).low_pass(5000.0);
    let shell = Signal::noise("tom shell", 0.4).decay(0.05).band_pass(4.0 * hz, 0.6);
    skin + stick.gain(Decibels(-18.0 + 11.0 * strength)) + shell.gain(Decibels(-13.0))
}

fn crash(_: Strength) -> Signal {
    let plate = Plate { n_modes: 420, band: (330.0, 15_500.0), decays: (1.0, 0.36) };
    let bronze = Signal::modes(&plate.to_modes("crash plate"), 2.2);
    let level = bronze.peak();
    let wash = Signal::noise("wash", 2.2).attack(0.006).decay(0.4).high_pass(3200.0);
    (bronze + wash.gain(Decibels::from_ratio(0.9 * level))).high_pass(400.0)
}

fn ride(strength: Strength) -> Signal {
    let plate = Plate { n_modes: 240, band: (500.0, 13_000.0), decays: (0.9, 0.35) };
    let wash = Signal::modes(&plate.to_modes("ride plate"), 1.7).gain(Decibels(-28.0));
    let bell =
        [Mode::new(2480.0, 0.4, 0.22), Mode::new(3710.0, 0.35, 0.18), Mode::new(5290.0, 0.3, 0.12)];
    let stick = Signal::noise("ride stick", 0.02).decay(0.0018).high_pass(2600.0);
    let stick = stick.gain(Decibels(-6.0 + 4.0 * strength));
    (wash + Signal::modes(&bell, 1.7) + stick).high_pass(400.0).low_pass(7000.0 + 7000.0 * strength)
}

/// Noise that differs between takes.
fn noise(name: &str, take: Take, seconds: f64) -> Signal {
    Signal::noise(&format!("{name} {take}"), seconds)
}
