//! Pad and string patches: ensemble loops, long enough that the repetition is inaudible.

use libm::pow;

use crate::{
    lab::soundfont::{
        generator::Generator::{
            self, Attack, Chorus, EnvelopeToCutoff, FilterAttack, FilterDecay, FilterRelease,
            FilterSustain, Pan, Release, Resonance, Reverb, StartOffset,
        },
        layer::Layer,
        patch::Patch,
        signal::Signal,
        spectrum::{Spectrum, formant},
    },
    units::Decibels,
};

/// Cycles of the pitch in a loop, and those of its voices, which are 12 cents apart.
const CYCLES: u32 = 144;
const TURNS: [u32; 3] = [143, 144, 145];

/// Half a loop in samples, the offset between left and right.
const HALF: u16 = 8064;

/// Soft saws with a slow attack.
pub fn warm_pad() -> Patch {
    let sides = seven_saws(&[Attack(0.45), Release(0.9), Chorus(0.2), Reverb(0.3)]);
    let layers =
        sides.iter().flat_map(|side| side.opened(900.0, 0.5, 1.2, [0.0, 0.4, 0.6, 0.8])).collect();
    Patch { name: "Warm Pad", program: 89, level: Decibels(-3.6), layers }
}

/// Seven saws and a filter that opens for two seconds and closes for four.
pub fn sweep_pad() -> Patch {
    let sides = seven_saws(&[
        Attack(0.3),
        Release(1.2),
        Resonance(6.0),
        EnvelopeToCutoff(3200.0),
        FilterAttack(2.0),
        FilterDecay(4.0),
        FilterSustain(0.2),
        FilterRelease(1.5),
        Chorus(0.25),
        Reverb(0.35),
    ]);
    let layers = sides.map(|side| side.cutoff(500.0, 0.3)).to_vec();
    Patch { name: "Sweep Pad", program: 95, level: Decibels(-3.5), layers }
}

/// A bowed ensemble.
pub fn strings() -> Patch {
    let sides = seven_saws(&[Attack(0.12), Release(0.4), Chorus(0.1), Reverb(0.25)]);
    let layers = sides.iter().flat_map(|side| side.opened(4200.0, 0.3, 1.8, [0.0; 4])).collect();
    Patch { name: "Synth Strings", program: 50, level: Decibels(-5.3), layers }
}

/// Seven saws left and right, half a loop apart, within 23 cents; the distances are uneven, so that
/// the beats don't repeat within the loop. Several patches share the samples.
pub fn seven_saws(settings: &[Generator]) -> [Layer; 2] {
    const CYCLES: u32 = 300;
    const TURNS: [u32; 7] = [296, 298, 299, 300, 301, 302, 304];
    const HALF: u16 = 16_800;
    let saw = Spectrum::harmonic(|n| if n <= 55.0 { 1.0 / n } else { 0.0 });
    let saws = Layer::long_tone(saw.ensemble(CYCLES, &TURNS, "seven saws")).shared("Seven Saws");
    let saws = saws.gain(Decibels(-3.0)).with(settings);
    [saws.clone().with(&[Pan(-0.35)]), saws.with(&[StartOffset(HALF), Pan(0.35)])]
}

/// A distant choir singing "ah".
pub fn choir_pad() -> Patch {
    let throat = |hz: f64| {
        let vowel = formant(hz, 660.0, 170.0)
            + 0.5 * formant(hz, 1120.0, 190.0)
            + 0.16 * formant(hz, 2700.0, 350.0)
            + 0.07 * formant(hz, 3500.0, 400.0);
        (0.04 + vowel) * hz / (hz + 120.0)
    };
    let voice = Spectrum::harmonic(|n| if n <= 48.0 { pow(n, -0.9) } else { 0.0 });
    let layer = Layer::long_tone(voice.ensemble(CYCLES, &TURNS, "choir")).through(throat);
    let mut layers = wide(&layer, &[Attack(0.3), Release(0.8), Chorus(0.15), Reverb(0.35)]);
    layers.push(air("choir air", 2600.0, -33.0));
    Patch { name: "Choir Pad", program: 91, level: Decibels(-6.4), layers }
}

/// Bowed glasses: nearly pure sines, and air noise.
pub fn glass_pad() -> Patch {
    let rim = Spectrum::harmonic(|n| match n as u32 {
        1 => 1.0,
        2 => 0.16,
        3 => 0.3,
        5 => 0.1,
        8 => 0.07,
        _ => 0.0,
    });
    let layer = Layer::long_tone(rim.ensemble(CYCLES, &TURNS, "glass"));
    let mut layers = wide(&layer, &[Attack(0.8), Release(1.6), Chorus(0.2), Reverb(0.4)]);
    layers.push(air("glass air", 6000.0, -22.0));
    Patch { name: "Glass Pad", program: 92, level: Decibels(-6.6), layers }
}

/// Breath noise around `hz`.
fn air(name: &str, hz: f64, peak_db: f64) -> Layer {
    let air = Signal::noise(name, 1.2).band_pass(hz, 0.6).looped(0.3);
    Layer::breath(air.peaking_at(Decibels(peak_db))).with(&[Attack(0.6), Release(0.9), Reverb(0.4)])
}

/// The layer left and right, half a loop apart.
fn wide(layer: &Layer, settings: &[Generator]) -> Vec<Layer> {
    let layer = layer.clone().gain(Decibels(-3.0)).with(settings);
    vec![layer.clone().with(&[Pan(-0.35)]), layer.with(&[StartOffset(HALF), Pan(0.35)])]
}
