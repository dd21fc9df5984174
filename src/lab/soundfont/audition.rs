//! Renders notes of a font with the synthesizer.

use std::sync::Arc;

use rustysynth::{SoundFont, Synthesizer, SynthesizerError, SynthesizerSettings};

use crate::units::SAMPLE_RATE;

/// Left and right channel.
pub type Stereo = [Vec<f32>; 2];

/// A note, from key down to key up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// MIDI channel from 0; 9 plays kits.
    pub channel: i32,
    /// MIDI program.
    pub program: i32,
    /// MIDI key.
    pub key: i32,
    /// MIDI velocity.
    pub velocity: i32,
    /// Seconds until the key is released.
    pub held: f64,
}

/// A long note of a melodic preset.
pub const NOTE: Note = Note { channel: 0, program: 0, key: 60, velocity: 100, held: 1.0 };

/// Renders notes of `font` at their times in seconds, without effects.
///
/// # Errors
/// The synthesizer can't start.
pub fn render(
    font: &Arc<SoundFont>,
    notes: &[(f64, Note)],
    seconds: f64,
) -> Result<Stereo, SynthesizerError> {
    let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
    settings.enable_reverb_and_chorus = false;
    let mut synth = Synthesizer::new(font, &settings)?;
    let frame = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)) as usize;
    let mut events: Vec<_> = notes
        .iter()
        .flat_map(|(at, note)| [(frame(*at), true, note), (frame(at + note.held), false, note)])
        .collect();
    events.sort_by_key(|(at, ..)| *at);
    let mut heard = [vec![0.0; frame(seconds)], vec![0.0; frame(seconds)]];
    let [left, right] = &mut heard;
    let mut done = 0;
    for (at, is_down, note) in events {
        let at = at.min(left.len());
        synth.render(&mut left[done..at], &mut right[done..at]);
        done = at;
        synth.process_midi_message(note.channel, 0xC0, note.program, 0);
        let velocity = if is_down { note.velocity } else { 0 };
        synth.note_on(note.channel, note.key, velocity);
    }
    synth.render(&mut left[done..], &mut right[done..]);
    Ok(heard)
}
