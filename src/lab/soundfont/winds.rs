//! Wind patches.

use libm::pow;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            Attack, Decay, EnvelopeToCutoff, EnvelopeToPitch, FilterDecay, FilterRelease,
            FilterSustain, LfoDelay, LfoRate, LfoToCutoff, LfoToVolume, Release, Reverb, Sustain,
            VibratoDelay, VibratoRate, VibratoToPitch,
        },
        layer::Layer,
        patch::Patch,
        signal::Signal,
        spectrum::{Spectrum, formant},
    },
    units::Decibels,
};

/// A reed on a brass cone: breath noise, a scoop up to the pitch, a growl at high velocities.
pub fn alto_sax() -> Patch {
    let voice = |tone: Spectrum| {
        Layer::tone(tone.scattered()).through(brass_cone).with(&[
            Attack(0.03),
            Release(0.12),
            EnvelopeToPitch(-45.0),
            EnvelopeToCutoff(-1900.0),
            FilterDecay(0.09),
            FilterSustain(0.0),
            FilterRelease(0.1),
            VibratoDelay(0.3),
            VibratoRate(5.1),
            VibratoToPitch(20.0),
            LfoDelay(0.25),
            LfoRate(5.1),
            LfoToVolume(2.8),
            LfoToCutoff(800.0),
            Reverb(0.2),
        ])
    };
    let reed = |slope: f64| Spectrum::harmonic(move |n| pow(n, -slope));
    let soft = voice(reed(0.9)).for_velocities(0..=69).cutoff(2600.0, 0.4);
    let middle = voice(reed(0.4)).for_velocities(70..=104).cutoff(5200.0, 0.4);
    let hard = voice(growl()).for_velocities(105..=127).cutoff(7000.0, 0.3);
    let layers = vec![
        soft,
        middle,
        hard,
        breath("sax breath", 2200.0, -24.0),
        chiff("sax tongue", 1500.0, -20.0),
    ];
    Patch { name: "Alto Sax", program: 65, level: Decibels(-8.5), layers }
}

/// A trumpet with a harmon mute: thin lows, nasal highs.
pub fn muted_trumpet() -> Patch {
    let lips = Spectrum::harmonic(|n| pow(n, -0.7)).scattered();
    let voice = Layer::tone(lips).through(harmon).with(&[
        Attack(0.022),
        Release(0.08),
        EnvelopeToPitch(-25.0),
        EnvelopeToCutoff(-1500.0),
        FilterDecay(0.05),
        FilterSustain(0.0),
        FilterRelease(0.1),
        VibratoDelay(0.3),
        VibratoRate(5.6),
        VibratoToPitch(11.0),
        LfoDelay(0.25),
        LfoRate(5.6),
        LfoToVolume(2.9),
        LfoToCutoff(800.0),
        Reverb(0.2),
    ]);
    let mut layers = voice.opened(3000.0, 0.3, 2.8, [0.0, 2.9, 3.6, 3.8]);
    layers.push(breath("trumpet breath", 3000.0, -32.0));
    Patch { name: "Muted Trumpet", program: 59, level: Decibels(-7.6), layers }
}

/// A pipe with a noisy attack (chiff).
pub fn chiff_lead() -> Patch {
    let pipe = Spectrum::harmonic(|n| {
        [1.0, 0.18, 0.36, 0.08, 0.14, 0.04, 0.06].get(n as usize - 1).map_or(0.0, |l| *l)
    });
    let voice = Layer::tone(pipe).with(&[
        Attack(0.02),
        Release(0.14),
        VibratoDelay(0.3),
        VibratoRate(4.8),
        VibratoToPitch(9.0),
        LfoDelay(0.2),
        LfoRate(4.8),
        LfoToVolume(3.0),
        LfoToCutoff(600.0),
        Reverb(0.2),
    ]);
    // The octave and the twelfth of an overblown attack.
    let overblown = Layer::tone(Spectrum::harmonic(|n| if n > 1.0 && n < 4.0 { 1.0 } else { 0.0 }))
        .gain(Decibels(-13.0))
        .with(&[Attack(0.003), Decay(0.5), Release(0.1)]);
    let mut layers = voice.opened(850.0, 0.9, 3.1, [0.0, 1.4, 2.0, 2.0]);
    layers.extend([overblown, breath("pipe breath", 2400.0, -24.0), chiff("spit", 3200.0, -9.0)]);
    Patch { name: "Chiff Lead", program: 83, level: Decibels(-9.4), layers }
}

fn growl() -> Spectrum {
    const THROAT: f64 = 0.16;
    let partial = |turns: u32| {
        let level = pow(f64::from(turns) / 2.0, -0.3);
        (turns, if turns.is_multiple_of(2) { level } else { THROAT * level })
    };
    Spectrum::inharmonic(2, &(1..=160).map(partial).collect::<Vec<_>>())
}

fn brass_cone(hz: f64) -> f64 {
    let peaks = formant(hz, 640.0, 330.0)
        + 0.75 * formant(hz, 1450.0, 480.0)
        + 0.45 * formant(hz, 2750.0, 800.0);
    (0.3 + peaks) / (1.0 + pow(hz / 4200.0, 3.0))
}

fn harmon(hz: f64) -> f64 {
    let peaks = 1.5 * formant(hz, 1750.0, 600.0) + 0.8 * formant(hz, 3500.0, 900.0);
    (0.12 + peaks) / (1.0 + pow(hz / 7000.0, 4.0))
}

/// Air noise during the note.
pub fn breath(name: &str, hz: f64, gain: f64) -> Layer {
    let air = Signal::noise(name, 0.7).band_pass(hz, 0.7).looped(0.2);
    Layer::breath(air.peaking_at(Decibels(gain))).with(&[
        Attack(0.04),
        Decay(3.0),
        Sustain(4.0),
        Release(0.15),
        Reverb(0.2),
    ])
}

/// Air noise before the note.
fn chiff(name: &str, hz: f64, peak_db: f64) -> Layer {
    let air = Signal::noise(name, 0.09).attack(0.004).decay(0.018).band_pass(hz, 1.0).faded();
    Layer::shot(air.peaking_at(Decibels(peak_db)))
}
