//! Mallet patches: struck or plucked metal bars.

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, DecayPerKey, LfoRate, LfoToVolume, Pan, Release, Reverb, Tune,
        },
        layer::Layer,
        patch::Patch,
        signal::Signal,
        spectrum::Spectrum,
    },
    units::Decibels,
};

/// Bars tuned to the double octave over motor-driven tubes.
pub fn vibraphone() -> Patch {
    let mode = |turns, gain, decay| {
        mode((1, turns), gain, decay).with(&[DecayPerKey(30), LfoToVolume(3.2), LfoRate(4.7)])
    };
    let yarn = Signal::noise("yarn", 0.04).decay(0.005).band_pass(900.0, 0.8).faded();
    let layers = vec![
        mode(1, 0.0, 8.0),
        mode(4, -21.0, 2.6),
        mode(4, -5.0, 3.6).for_velocities(80..=127),
        mode(10, -24.0, 0.7),
        mode(10, -17.0, 0.5).for_velocities(96..=127),
        Layer::shot(yarn.peaking_at(Decibels(-24.0))),
    ];
    Patch { name: "Vibraphone", program: 11, level: Decibels(-11.3), layers }
}

/// Thumb piano tongues on a box with a slight buzz: a clamped bar with modes at 1, 6.27 and 17.5.
pub fn kalimba() -> Patch {
    let box_and_thumb = Signal::noise("thumb", 0.06).decay(0.008).band_pass(520.0, 1.2).faded();
    let layers = vec![
        mode((1, 1), -2.0, 2.6).with(&[DecayPerKey(50), Pan(-0.15)]),
        mode((1, 1), -14.0, 3.4).with(&[DecayPerKey(50), Tune(5), Pan(0.3)]),
        mode((1, 2), -19.0, 1.4),
        mode((1, 2), -8.0, 2.0).for_velocities(75..=127),
        mode((4, 25), -19.0, 0.5),
        mode((4, 25), -11.0, 0.9).for_velocities(75..=127),
        mode((2, 35), -25.0, 0.25).for_velocities(80..=127),
        Layer::shot(box_and_thumb.peaking_at(Decibels(-15.0))),
    ];
    Patch { name: "Kalimba", program: 108, level: Decibels(-6.7), layers }
}

/// One mode of a bar, as cycles of the pitch and cycles of the mode in the same time.
fn mode((cycles, turns): (u32, u32), gain: f64, decay_seconds: f64) -> Layer {
    Layer::tone(Spectrum::inharmonic(cycles, &[(turns, 1.0)])).gain(Decibels(gain)).with(&[
        Attack(0.001),
        Decay(decay_seconds),
        Release(0.5 * decay_seconds),
        Reverb(0.2),
    ])
}
