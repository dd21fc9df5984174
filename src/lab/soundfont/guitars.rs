//! Guitar patches.

use libm::tanh;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Decay, DecayPerKey, EnvelopeToCutoff, FilterDecay, FilterRelease, FilterSustain,
            NoAttack, NoDelay, Pan, Release, Reverb, Tune,
        },
        layer::Layer,
        patch::Patch,
        signal::Signal,
        string::Pluck,
    },
    units::Decibels,
};

/// Velocities up to which a guitarist damps the strings with the palm.
const MUTED: u8 = 66;

/// A steel string over a magnetic pickup, with a pick.
const STEEL: Pluck = Pluck {
    name: "steel string",
    strings: &[(1.0, 1.0)],
    pick_at: 0.11,
    pickup_at: Some(0.17),
    stiffness: 0.00006,
    decay_seconds: 1.6,
    loss_hz: 1500.0,
    pick_hz: 4200.0,
    noise: 0.05,
    sharp_cents: 9.0,
    strum: 0.0035,
    heard: combo,
    seconds: 0.95,
    is_looped: true,
    keys: 38..=87,
    zone_keys: 5,
    thinning: 2,
};

/// A gut or nylon string, plucked with a finger.
pub fn plucked_string() -> Patch {
    let nylon = Pluck {
        name: "nylon string",
        pick_at: 0.22,
        pickup_at: None,
        stiffness: 0.00003,
        decay_seconds: 0.9,
        loss_hz: 1300.0,
        pick_hz: 6000.0,
        noise: 0.03,
        sharp_cents: 5.0,
        heard: box_of_wood,
        seconds: 0.75,
        keys: 45..=89,
        ..STEEL
    };
    let string = Layer::plucked(nylon).with(&[
        NoDelay,
        NoAttack,
        Decay(5.0),
        DecayPerKey(40),
        Release(0.25),
        Reverb(0.15),
    ]);
    let layers = string.opened(1100.0, 0.6, 3.7, [0.0, 1.4, 1.8, 1.9]);
    Patch { name: "Plucked String", program: 24, level: Decibels(-2.6), layers }
}

/// A hollow-body guitar with the neck pickup, played with the thumb.
pub fn jazz_guitar() -> Patch {
    let flatwound = Pluck {
        name: "flatwound string",
        pick_at: 0.27,
        pickup_at: Some(0.24),
        decay_seconds: 1.1,
        loss_hz: 1500.0,
        pick_hz: 3000.0,
        noise: 0.02,
        sharp_cents: 6.0,
        heard: small_amplifier,
        seconds: 0.8,
        keys: 40..=84,
        thinning: 3,
        ..STEEL
    };
    let string = Layer::plucked(flatwound).with(&[
        NoDelay,
        NoAttack,
        Decay(7.0),
        DecayPerKey(40),
        Release(0.25),
        Reverb(0.12),
    ]);
    let layers = string.opened(950.0, 0.6, 2.5, [0.0, 1.0, 1.5, 1.6]);
    Patch { name: "Jazz Guitar", program: 26, level: Decibels(-4.4), layers }
}

/// A single string through a small amplifier that begins to distort; soft strokes are palm-muted. An
/// amplifier of the theme can distort it further.
pub fn overdriven_guitar() -> Patch {
    let layers = picked(STEEL);
    Patch { name: "Overdriven Guitar", program: 29, level: Decibels(-7.9), layers }
}

/// Root, fifth and octave through one loud amplifier: their intermodulation is the growl.
pub fn power_guitar() -> Patch {
    let chord = Pluck {
        name: "power chord",
        strings: &[(1.0, 1.0), (1.5, 0.9), (2.0, 0.6)],
        sharp_cents: 2.0,
        strum: 0.0,
        heard: stack,
        seconds: 0.7,
        keys: 28..=76,
        zone_keys: 7,
        ..STEEL
    };
    Patch { name: "Power Guitar", program: 30, level: Decibels(-8.3), layers: picked(chord) }
}

/// Two palm-muted velocity layers, and three open ones above.
fn picked(string: Pluck) -> Vec<Layer> {
    let palm = Pluck {
        decay_seconds: 0.11,
        loss_hz: 700.0,
        pick_hz: 2600.0,
        noise: 0.09,
        seconds: 0.36,
        is_looped: false,
        ..string.clone()
    };
    let open = Layer::plucked(string).with(&[
        NoDelay,
        NoAttack,
        Decay(26.0),
        Release(0.15),
        FilterDecay(4.0),
        FilterSustain(0.0),
        FilterRelease(0.3),
    ]);
    let palm = Layer::plucked(palm).with(&[NoDelay, NoAttack, Release(0.15)]).gain(Decibels(5.0));
    let open = |from, to, hz, envelope| {
        let layer = open.clone().for_velocities(from..=to).cutoff(hz, 0.1);
        layer.with(&[EnvelopeToCutoff(envelope)])
    };
    let layers = [
        palm.clone().for_velocities(0..=45).cutoff(2200.0, 0.1),
        palm.for_velocities(46..=MUTED).cutoff(3600.0, 0.1),
        open(MUTED + 1, 84, 3400.0, 500.0),
        open(85, 104, 4600.0, 600.0),
        open(105, 127, 6500.0, 600.0),
    ];
    layers.iter().flat_map(doubled).collect()
}

/// Two takes, left and right.
fn doubled(take: &Layer) -> [Layer; 2] {
    let take = take.clone().gain(Decibels(-3.0));
    let other = take.clone().neighbouring();
    [take.with(&[Pan(-0.35), Tune(-1)]), other.with(&[Pan(0.35), Tune(1)])]
}

/// Resonances of a spruce top and its box.
fn box_of_wood(string: Signal) -> Signal {
    let string = string.peaking_at(Decibels(0.0)).shaped(|x| tanh(1.4 * x));
    string
        .boosted(105.0, 3.0, 0.7)
        .boosted(215.0, 4.0, 0.9)
        .boosted(430.0, 3.0, 0.5)
        .low_pass(6000.0)
}

/// A clean amplifier with the treble turned down.
fn small_amplifier(string: Signal) -> Signal {
    let clean = string.peaking_at(Decibels(0.0)).shaped(|x| tanh(1.1 * x + 0.1));
    clean.high_pass(70.0).low_pass(2800.0)
}

/// Slightly overdriven valves, and a 12-inch loudspeaker in an open box.
fn combo(string: Signal) -> Signal {
    let driven = string.peaking_at(Decibels(0.0)).high_pass(110.0).shaped(|x| tanh(3.0 * x + 0.25));
    driven.high_pass(75.0).boosted(2600.0, 1.2, 0.5).low_pass(5600.0)
}

/// Valves driven hard, and four 12-inch loudspeakers in a closed box.
fn stack(strings: Signal) -> Signal {
    let tight = strings.peaking_at(Decibels(0.0)).high_pass(140.0);
    let driven = tight.shaped(|x| tanh(9.0 * x + 0.4)).low_pass(9000.0);
    driven
        .high_pass(70.0)
        .boosted(120.0, 1.5, 0.6)
        .boosted(2800.0, 1.3, 0.7)
        .low_pass(4600.0)
        .low_pass(5200.0)
}
