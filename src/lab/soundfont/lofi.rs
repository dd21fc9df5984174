//! The lo-fi kit: drums as from an old record, through a low-resolution sampler and saturated tape.

use libm::exp;

use crate::{
    lab::soundfont::{
        kit::{Kit, keys},
        modal::{Mode, Plate, membrane},
        percussion,
        piece::{Piece, Strength, Take},
        signal::Signal,
    },
    units::{Decibels, SAMPLE_RATE},
};

/// The kit.
pub fn kit() -> Kit {
    let mut pieces = vec![
        Piece::new(keys::KICK, kick, -0.5).layers(3),
        Piece::new(keys::RIM, rim, -6.0),
        Piece::takes(keys::SNARE, 2, snare, -0.5).layers(4),
        Piece::new(keys::CLAP, snap, -4.0),
        Piece::takes(keys::CLOSED_HAT, 2, closed_hat, -8.0).layers(4).at(0.06),
        Piece::new(keys::OPEN_HAT, open_hat, -9.0).layers(2).at(0.06),
        Piece::new(keys::LOW_TOM, |s| tom(s, 84.0), -3.5).layers(2).at(0.08),
        Piece::new(keys::MID_TOM, |s| tom(s, 112.0), -4.0).layers(2),
        Piece::new(keys::HIGH_TOM, |s| tom(s, 149.0), -4.0).layers(2).at(-0.08),
        Piece::new(keys::CRASH, crash, -5.0).at(-0.06),
        Piece::new(keys::RIDE, ride, -12.0).at(0.06),
    ];
    pieces.extend(percussion::pieces());
    Kit { name: "Lo-Fi Kit", program: 40, rate: RATE, pieces }
}

/// Sample rate of the old sampler; content above half of it aliases.
const RATE: u32 = SAMPLE_RATE / 2;

/// Adds record hiss, tape saturation, a low-pass and ten-bit quantisation to `clean`.
fn dusty(clean: Signal, hz: f64) -> Signal {
    let hiss = Signal::noise("dust", clean.seconds()).band_pass(1900.0, 0.4);
    let record = clean.peaking_at(Decibels(-1.0)) + hiss.gain(Decibels(-36.0));
    record.drive(3.4).low_pass(hz).low_pass(7500.0).low_pass(7500.0).crushed(10)
}

fn kick(strength: Strength) -> Signal {
    let mut skins = membrane(63.0, 0.13, 0.25 + 0.15 * strength);
    skins.push(Mode::new(55.0, 1.6, 0.2).bent(55.0, 0.02));
    let felt = Signal::noise("felt", 0.03).decay(0.006).band_pass(700.0, 0.7);
    let felt = felt.gain(Decibels(-10.0 + 8.0 * strength));
    dusty(Signal::modes(&skins, 0.42) + felt, 1800.0 + 2600.0 * strength)
}

/// Fat and low, with loose wires.
fn snare(strength: Strength, take: Take) -> Signal {
    let skin = Signal::modes(&membrane(164.0 + 1.5 * f64::from(take), 0.09, 0.5), 0.38);
    let wires = Signal::noise(&format!("loose wires {take}"), 0.38)
        .envelope(|t| (t / 0.003).min(1.0) * (0.5 * exp(-t / 0.03) + 0.5 * exp(-t / 0.1)))
        .high_pass(900.0)
        .gain(Decibels(-8.0 + 9.0 * strength));
    dusty(skin + wires, 3000.0 + 4000.0 * strength)
}

fn rim(_: Strength) -> Signal {
    let wood =
        [Mode::new(390.0, 0.6, 0.014), Mode::new(960.0, 1.0, 0.012), Mode::new(1510.0, 0.5, 0.008)];
    dusty(Signal::modes(&wood, 0.12), 4500.0)
}

/// A snap of two fingers.
fn snap(_: Strength) -> Signal {
    let finger =
        |name, at: f64| Signal::noise(name, 0.2).decay(0.008).band_pass(1900.0, 2.5).delayed(at);
    let room =
        Signal::noise("snap room", 0.2).decay(0.045).band_pass(1500.0, 0.8).gain(Decibels(-9.0));
    dusty(finger("snap 1", 0.0) + finger("snap 2", 0.006) + room, 6000.0)
}

fn hats(strength: Strength, take: Take, decay_seconds: f64, seconds: f64) -> Signal {
    let plate =
        Plate { n_modes: 90, band: (2200.0, 9500.0), decays: (decay_seconds, 0.6 * decay_seconds) };
    let air =
        Signal::noise(&format!("old air {take}"), seconds).decay(decay_seconds).high_pass(4500.0);
    let bronze = Signal::modes(&plate.to_modes(&format!("old hats {take}")), seconds)
        .peaking_at(Decibels(-3.0));
    dusty((bronze + air.gain(Decibels(-8.0))).high_pass(2600.0), 4800.0 + 3200.0 * strength)
}

fn closed_hat(strength: Strength, take: Take) -> Signal {
    hats(strength, take, 0.03 + 0.012 * strength, 0.18)
}

fn open_hat(strength: Strength) -> Signal {
    hats(strength, 0, 0.2, 0.6)
}

fn tom(strength: Strength, hz: f64) -> Signal {
    dusty(
        Signal::modes(&membrane(hz, 0.15, 0.25 + 0.25 * strength), 0.5),
        1600.0 + 2000.0 * strength,
    )
}

fn crash(_: Strength) -> Signal {
    let plate = Plate { n_modes: 160, band: (500.0, 9000.0), decays: (0.5, 0.2) };
    dusty(Signal::modes(&plate.to_modes("old crash"), 1.3).high_pass(600.0), 6500.0)
}

fn ride(_: Strength) -> Signal {
    let plate = Plate { n_modes: 90, band: (700.0, 8000.0), decays: (0.5, 0.25) };
    let wash = Signal::modes(&plate.to_modes("old ride"), 1.1).peaking_at(Decibels(-16.0));
    let bell = [Mode::new(2210.0, 0.5, 0.16), Mode::new(3320.0, 0.4, 0.13)];
    let stick =
        Signal::noise("old stick", 0.02).decay(0.003).high_pass(2500.0).gain(Decibels(-5.0));
    dusty(wash + Signal::modes(&bell, 1.1) + stick, 6500.0)
}
