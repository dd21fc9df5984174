//! `[themes.NAME.drums]`, `.bass` and `.lead`: how parts sound and what they keep to.

use super::{section::Section, value::set};
use crate::{
    music::{
        bar::{Part, Voice},
        melody::{MAX_PITCH, MIN_PITCH},
        meter::STEPS_PER_BAR,
    },
    units::Decibels,
};

/// What a pitched part keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartLimits {
    /// Lowest MIDI pitch, 21 or more.
    pub low: u8,
    /// Highest MIDI pitch, 108 or less. Invariant: at least an octave above `low`.
    pub high: u8,
    /// Most notes that begin in a bar, 1 to 16.
    pub max_notes: usize,
}

/// The SoundFont bank of drum kits.
const DRUM_BANK: u8 = 128;

/// A narrower register could not hold every pitch class.
const OCTAVE: u8 = 12;

/// How `part` sounds where no file says.
pub(super) fn default_voice(part: Part) -> Voice {
    let (bank, program, gain_db, reverb, chorus) = match part {
        Part::Drums => (DRUM_BANK, 0, 0.0, 0.1, 0.0),
        Part::Bass => (0, 39, -3.0, 0.0, 0.0),
        Part::Lead => (0, 81, -6.0, 0.3, 0.2),
    };
    Voice { bank, program, gain: Decibels(gain_db), pan: 0.0, reverb, chorus }
}

/// Reads how the part of `section` sounds; what it leaves out stays.
pub(super) fn read_voice(section: &mut Section, voice: &mut Voice) {
    set(&mut voice.program, section.whole("program", 0..=127));
    set(&mut voice.gain, section.number("gain_db", -40.0..=12.0).map(Decibels));
    set(&mut voice.pan, section.number("pan", -1.0..=1.0));
    set(&mut voice.reverb, section.number("reverb", 0.0..=1.0));
    set(&mut voice.chorus, section.number("chorus", 0.0..=1.0));
}

/// Reads what the part of `section` keeps to; what it leaves out stays.
pub(super) fn read_limits(section: &mut Section, limits: &mut PartLimits) {
    let pitches = i64::from(MIN_PITCH)..=i64::from(MAX_PITCH);
    set(&mut limits.low, section.whole("low", pitches.clone()));
    set(&mut limits.high, section.whole("high", pitches));
    set(&mut limits.max_notes, section.whole("max_notes", 1..=STEPS_PER_BAR as i64));
    let PartLimits { low, high, .. } = *limits;
    let own = ["high", "low"].into_iter().find(|key| section.has(key));
    if let Some(key) = own.filter(|_| high < low + OCTAVE) {
        let expected = format!("expected high at least {OCTAVE} above low");
        section.note(key, format!("{expected}, found low {low} and high {high}"));
    }
}
