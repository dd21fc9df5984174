//! `[themes.NAME.drums]`, `.bass` and `.lead`: the sound of the parts, and the limits of their notes.

use crate::{
    config::{assets::AssetRef, chain::read_chain, section::Section, value::set},
    music::{
        bar::{Part, Voice},
        melody::{MAX_PITCH, MIN_PITCH},
        meter::STEPS_PER_BAR,
    },
    units::Decibels,
};

/// The pitch range of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Register {
    /// Lowest MIDI pitch, 21 or more.
    pub low: u8,
    /// Highest MIDI pitch, 108 or less. Invariant: at least an octave above `low`.
    pub high: u8,
}

/// The limits of bass or lead.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct PartLimits {
    /// Pitch range.
    pub register: Register,
    /// Fewest note onsets in a bar, as the mean over a phrase, 0 to 16.
    pub min_notes: usize,
    /// Most note onsets in any bar, 1 to 16. Invariant: at least `min_notes`.
    pub max_notes: usize,
    /// Share of a note's length for which it is held, 0.1 to 1.
    pub hold: f64,
}

/// The SoundFont bank of drum kits.
const DRUM_BANK: u8 = 128;

/// Semitones. A narrower register would lack some pitch classes.
const OCTAVE: u8 = 12;

/// The default sound of `part`.
pub(super) fn default_voice(part: Part) -> Voice {
    let (bank, program, gain_db, reverb, chorus) = match part {
        Part::Drums => (DRUM_BANK, 0, 0.0, 0.1, 0.0),
        Part::Bass => (0, 39, -3.0, 0.0, 0.0),
        Part::Lead => (0, 81, -6.0, 0.3, 0.2),
        Part::Chords => (0, 89, -12.0, 0.4, 0.2),
    };
    Voice { gain: Decibels(gain_db), reverb, chorus, ..Voice::plain(bank, program) }
}

/// A theme's settings of a part's sound.
pub(super) struct Sound<'a> {
    pub voice: &'a mut Voice,
    /// MIDI programs that its pieces choose from.
    pub programs: &'a mut Vec<u8>,
    /// Its own SoundFont.
    pub font: &'a mut Option<AssetRef>,
}

/// Reads the sound of a part; missing keys leave it unchanged.
pub(super) fn read_sound(section: &mut Section, sound: Sound) {
    let Sound { voice, programs, font } = sound;
    let base_dir = section.reading.base_dir;
    let own = section.text_as("soundfont", |text| AssetRef::soundfont(text, base_dir));
    set(font, own.map(Some));
    let one: Option<u8> = section.whole("program", 0..=127);
    if let Some(program) = one {
        voice.program = program;
        *programs = vec![program];
    }
    if let Some(several) = section.wholes("programs", 1..=16, 0..=127) {
        voice.program = several[0];
        *programs = several;
    }
    set(&mut voice.gain, section.number("gain_db", -40.0..=12.0).map(Decibels));
    set(&mut voice.pan, section.number("pan", -1.0..=1.0));
    set(&mut voice.reverb, section.number("reverb", 0.0..=1.0));
    set(&mut voice.chorus, section.number("chorus", 0.0..=1.0));
    set(&mut voice.echo, section.number("echo", 0.0..=1.0));
    set(&mut voice.duck, section.number("duck_db", -24.0..=0.0).map(Decibels));
    set(&mut voice.sweep, section.number("sweep", 0.0..=1.0));
    read_chain(section, &mut voice.chain);
}

impl Register {
    /// Reads `low` and `high`; missing keys leave them unchanged.
    pub(super) fn read(&mut self, section: &mut Section) {
        let pitches = i64::from(MIN_PITCH)..=i64::from(MAX_PITCH);
        set(&mut self.low, section.whole("low", pitches.clone()));
        set(&mut self.high, section.whole("high", pitches));
        let Self { low, high } = *self;
        let own = ["high", "low"].into_iter().find(|key| section.has(key));
        if let Some(key) = own.filter(|_| high < low + OCTAVE) {
            let expected = format!("expected high at least {OCTAVE} above low");
            section.note(key, format!("{expected}, found low {low} and high {high}"));
        }
    }

    /// The lowest and highest pitch.
    pub fn span(self) -> (u8, u8) {
        (self.low, self.high)
    }
}

/// Reads the limits of a part; missing keys leave them unchanged.
pub(super) fn read_limits(section: &mut Section, limits: &mut PartLimits) {
    limits.register.read(section);
    set(&mut limits.min_notes, section.whole("min_notes", 0..=STEPS_PER_BAR as i64));
    set(&mut limits.max_notes, section.whole("max_notes", 1..=STEPS_PER_BAR as i64));
    set(&mut limits.hold, section.number("hold", 0.1..=1.0));
    let PartLimits { min_notes, max_notes, .. } = *limits;
    let own = ["max_notes", "min_notes"].into_iter().find(|key| section.has(key));
    if let Some(key) = own.filter(|_| max_notes < min_notes) {
        let expected = "expected max_notes not below min_notes";
        section.note(key, format!("{expected}, found {min_notes} to {max_notes}"));
    }
}
