//! Percussion that all kits but the analogue one share: a shaker, congas, a cowbell, claves.

use crate::{
    lab::soundfont::{
        kit::keys,
        modal::{Mode, membrane},
        piece::{Piece, Strength, Take},
        signal::Signal,
    },
    units::Decibels,
};

/// The instruments.
pub fn pieces() -> Vec<Piece> {
    vec![
        Piece::takes(keys::SHAKER, 3, shaker, -8.0).at(0.25).shared(),
        Piece::takes(keys::HIGH_CONGA, 2, |s, take| conga(s, take, 262.0), -5.0)
            .dull()
            .at(-0.22)
            .shared(),
        Piece::takes(keys::LOW_CONGA, 2, |s, take| conga(s, take, 196.0), -5.0)
            .dull()
            .at(0.2)
            .shared(),
        Piece::new(keys::COWBELL, cowbell, -6.0).at(-0.12).shared(),
        Piece::new(keys::CLAVES, claves, -6.0).at(-0.25).shared(),
    ]
}

/// Seeds thrown forward, which hit the wall one after another.
fn shaker(_: Strength, take: Take) -> Signal {
    let seeds = |name: &str, at: f64, level: f64| {
        let grains = Signal::noise(&format!("{name} {take}"), 0.11).attack(0.011).decay(0.014);
        grains.high_pass(3600.0).boosted(6800.0, 1.2, 0.8).gain(Decibels(level)).delayed(at)
    };
    // The delay of the seeds differs between takes.
    let wrist = 0.016 + 0.003 * f64::from(take);
    seeds("throw", 0.0, -9.0) + seeds("seeds", wrist, 0.0)
}

/// An open tone: a small skin on a barrel.
fn conga(strength: Strength, take: Take, hz: f64) -> Signal {
    let mut skin = membrane(hz * (1.0 + 0.004 * f64::from(take)), 0.12, 0.28 + 0.2 * strength);
    skin.push(Mode::new(hz, 0.6, 0.2));
    let hand = Signal::noise(&format!("palm {take}"), 0.04).decay(0.005);
    let hand =
        hand.band_pass(900.0 + 1500.0 * strength, 0.6).gain(Decibels(-19.0 + 9.0 * strength));
    let barrel = Signal::noise(&format!("barrel {take}"), 0.2).decay(0.02).band_pass(2.2 * hz, 1.0);
    let struck = Signal::modes(&skin, 0.42) + hand + barrel.gain(Decibels(-18.0));
    struck.peaking_at(Decibels(0.0)).drive(1.6)
}

/// A bent steel sheet, struck at its mouth.
fn cowbell(_: Strength) -> Signal {
    const MODES: [(f64, f64, f64); 7] = [
        (562.0, 1.0, 0.11),
        (845.0, 0.9, 0.1),
        (1490.0, 0.35, 0.06),
        (2260.0, 0.4, 0.05),
        (3120.0, 0.3, 0.035),
        (4380.0, 0.2, 0.025),
        (6100.0, 0.15, 0.018),
    ];
    let stick = Signal::noise("cowbell stick", 0.02).decay(0.001).high_pass(2000.0);
    let modes = MODES.map(|(hz, level, seconds)| Mode::new(hz, level, seconds));
    Signal::modes(&modes, 0.4) + stick.gain(Decibels(-6.0))
}

fn claves(_: Strength) -> Signal {
    let wood = [
        Mode::new(2410.0, 1.0, 0.014),
        Mode::new(2585.0, 0.3, 0.01),
        Mode::new(5120.0, 0.15, 0.005),
    ];
    Signal::modes(&wood, 0.12)
}
