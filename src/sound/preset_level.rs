//! How loud a preset plays, so that a part's level in the mix does not depend on the SoundFont.
//!
//! A few notes of the preset are played into a loudness meter when a part first uses it; its trim brings them
//! to one reference.

use std::sync::Arc;

use ebur128::{EbuR128, Mode};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::{
    music::bar::Part,
    sound::{
        Error,
        preset::{self, Preset},
    },
    units::{Decibels, Lufs},
};

/// Sample rate of the measurement: half that of the sound, which costs half.
const RATE_HZ: usize = 22_050;

/// Loudness of the measured notes at 0 dB: about that of the default SoundFont, whose presets then keep
/// their level.
const DRUMS: Lufs = Lufs(-23.0);
const MELODIC: Lufs = Lufs(-28.0);
const CHORDS: Lufs = Lufs(-26.0);

/// Range of the trim: a nearly silent preset stays soft.
const RANGE_DB: std::ops::RangeInclusive<f64> = -24.0..=24.0;

/// MIDI velocity of the measured notes.
const VELOCITY: i32 = 96;

/// The only channel in use.
const CHANNEL: i32 = 0;

/// A note of the measurement: its start in steps of [`STEP_SECONDS`], its length and its pitch.
type TestNote = (usize, usize, i32);

/// A sixteenth at 120 bpm.
const STEP_SECONDS: f64 = 0.125;

/// Steps of a measurement.
const N_STEPS: usize = 20;

/// Kick, snare and closed hat, as most of a kit's strokes.
const BEAT: [TestNote; 10] = [
    (0, 2, 36),
    (0, 2, 42),
    (4, 2, 38),
    (4, 2, 42),
    (6, 2, 42),
    (8, 2, 36),
    (10, 2, 36),
    (12, 2, 38),
    (12, 2, 42),
    (14, 2, 42),
];

/// Steps between two notes of the other parts, of which there are five, and lengths of the notes.
///
/// A plucked sound is much louder in short notes than its mean over a long one, and a slow one softer.
/// Lengths between a riff's and a held note's leave an error of 3 dB at either.
const NOTE_STEPS: usize = 4;
const N_NOTES: usize = 5;
const MELODIC_STEPS: usize = 2;
const CHORD_STEPS: usize = 3;

/// The trims of a part's presets so far.
#[derive(Default)]
pub(super) struct Trims {
    known: Vec<(Preset, Decibels)>,
    is_off: bool,
}

impl Trims {
    /// No trims: presets keep their level in the font.
    pub fn off() -> Self {
        Self { is_off: true, ..Self::default() }
    }

    /// The trim of `preset`, measured on first use. A preset that can't be measured has none.
    pub fn of(&mut self, font: &Arc<SoundFont>, preset: Preset, part: Part) -> Decibels {
        if self.is_off {
            return Decibels(0.0);
        }
        if let Some((_, trim)) = self.known.iter().find(|(known, _)| *known == preset) {
            return *trim;
        }
        let trim = trim(font, preset, part).unwrap_or_default();
        self.known.push((preset, trim));
        trim
    }
}

/// The gain that brings `wanted`, or the preset nearest to it, to the reference loudness
/// in the register of `part`; 0 for a preset that is silent there.
///
/// Depends on the arguments only. Takes a few milliseconds.
///
/// # Errors
/// The synthesizer or the meter can't start.
fn trim(font: &Arc<SoundFont>, wanted: Preset, part: Part) -> Result<Decibels, Error> {
    let loudness = loudness(font, preset::nearest(font, wanted), part)?;
    if !loudness.is_finite() {
        return Ok(Decibels(0.0));
    }
    Ok(Decibels((reference(part).0 - loudness).clamp(*RANGE_DB.start(), *RANGE_DB.end())))
}

fn reference(part: Part) -> Lufs {
    match part {
        Part::Drums => DRUMS,
        Part::Bass | Part::Lead => MELODIC,
        Part::Chords => CHORDS,
    }
}

/// Notes of a part's register, or a bar of drums.
fn notes(part: Part) -> Vec<TestNote> {
    let played = |n_steps: usize, pitches: [i32; 3]| {
        let pitch = |n: usize| pitches[n * pitches.len() / N_NOTES];
        (0..N_NOTES).map(|n| (NOTE_STEPS * n, n_steps, pitch(n))).collect()
    };
    match part {
        Part::Drums => BEAT.into(),
        Part::Bass => played(MELODIC_STEPS, [33, 38, 45]),
        Part::Lead => played(MELODIC_STEPS, [64, 69, 76]),
        Part::Chords => played(CHORD_STEPS, [57, 62, 69]),
    }
}

/// Loudness in LUFS of the preset alone, at the synthesizer's full volume.
fn loudness(font: &Arc<SoundFont>, preset: Preset, part: Part) -> Result<f64, Error> {
    let mut settings = SynthesizerSettings::new(RATE_HZ as i32);
    settings.enable_reverb_and_chorus = false;
    let mut synth = Synthesizer::new(font, &settings)?;
    synth.process_midi_message(CHANNEL, 0xb0, 0, preset.bank);
    synth.process_midi_message(CHANNEL, 0xc0, preset.program, 0);
    synth.process_midi_message(CHANNEL, 0xb0, 7, 127);
    let meter = EbuR128::new(2, RATE_HZ as u32, Mode::I);
    let mut meter = meter.map_err(|error| Error::Meter { reason: error.to_string() })?;
    let notes = notes(part);
    let n_frames = (STEP_SECONDS * RATE_HZ as f64) as usize;
    let (mut left, mut right) = (vec![0.0; n_frames], vec![0.0; n_frames]);
    for step in 0..N_STEPS {
        for (_, _, pitch) in notes.iter().filter(|note| note.0 + note.1 == step) {
            synth.note_off(CHANNEL, *pitch);
        }
        for (_, _, pitch) in notes.iter().filter(|note| note.0 == step) {
            synth.note_on(CHANNEL, *pitch, VELOCITY);
        }
        synth.render(&mut left, &mut right);
        // Can't fail: both planes have one length and the meter has two channels.
        let _ = meter.add_frames_planar_f32(&[&left, &right]);
    }
    Ok(meter.loudness_global().unwrap_or(f64::NEG_INFINITY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::testing::tiny_font;

    #[test]
    fn a_preset_is_brought_to_the_reference() {
        let font = tiny_font();
        for part in [Part::Bass, Part::Lead, Part::Chords] {
            let preset = Preset { bank: 0, program: 5 };
            let trim = trim(&font, preset, part).unwrap();
            let loudness = loudness(&font, preset, part).unwrap();
            assert!((loudness + trim.0 - reference(part).0).abs() < 0.01, "{loudness} {trim:?}");
        }
    }
}
