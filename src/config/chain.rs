//! The effects of a part, in `[themes.NAME.drums]`, `.bass`, `.lead` and `.chords`.

use crate::{
    config::{choice::Choice, section::Section, value::set},
    music::chain::{Acid, Amp, Chain, Filter},
    units::Decibels,
};

/// Reads the effects of a part; missing keys leave them unchanged.
pub(super) fn read_chain(section: &mut Section, chain: &mut Chain) {
    set(&mut chain.amp, section.choice("amp"));
    set(&mut chain.drive, section.number("drive_db", -12.0..=36.0).map(Decibels));
    set(&mut chain.saturation, section.number("saturation_db", 0.0..=24.0).map(Decibels));
    set(&mut chain.crush_bits, section.number("crush_bits", 4.0..=Chain::ALL_BITS));
    set(&mut chain.crush_hz, section.number("crush_hz", 2000.0..=Chain::FULL_HZ));
    set(&mut chain.tape, section.number("tape", 0.0..=1.0));
    set(&mut chain.phaser, section.number("phaser", 0.0..=1.0));
    set(&mut chain.phaser_hz, section.number("phaser_hz", 0.02..=8.0));
    set(&mut chain.width, section.number("width", 0.0..=2.0));
    set(&mut chain.filter, section.choice("filter"));
    read_acid(section, &mut chain.acid);
}

/// Reads the filter movement of a bass machine.
fn read_acid(section: &mut Section, acid: &mut Acid) {
    set(&mut acid.cutoff_hz, section.number("cutoff_hz", 40.0..=4000.0));
    set(&mut acid.resonance, section.number("resonance", 0.0..=1.0));
    set(&mut acid.envelope_octaves, section.number("envelope_octaves", 0.0..=6.0));
    set(&mut acid.decay_seconds, section.number("decay_seconds", 0.03..=3.0));
    set(&mut acid.accent, section.number("accent", 0.0..=1.0));
    set(&mut acid.slide_seconds, section.number("slide_seconds", 0.005..=0.5));
}

impl Choice for Amp {
    const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("stack", Self::Stack), ("combo", Self::Combo)];
}

impl Choice for Filter {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("acid", Self::Acid)];
}
