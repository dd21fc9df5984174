//! A take: a stretch of a piece as a SoundFont plays it, and the notes that sound in it.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::{
    lab::{
        train::transcription::piece::{FIRST_EFFECT, Piece, PieceNote},
        transcription::{HeardNote, Hit},
    },
    music::drums,
    sound::{
        Error,
        preset::{Preset, nearest},
    },
    units::SAMPLE_RATE,
};

/// Seconds rendered before the take starts, so that earlier notes are sounding by then.
const LEAD_IN_S: f64 = 1.5;

/// Notes of one pitch whose starts are closer are heard as one, in seconds.
const SAME_ONSET_S: f64 = 0.03;

/// Frames that the synthesizer renders at once; it processes messages only in between.
const BLOCK: usize = 64;

/// Channels of a synthesizer that play pitched instruments.
const CHANNELS: [i32; 15] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/// The channel of rhythm parts.
const DRUMS: i32 = 9;

/// MIDI status bytes without the channel, and two controllers.
const NOTE_OFF: i32 = 0x80;
const NOTE_ON: i32 = 0x90;
const CONTROL: i32 = 0xb0;
const PROGRAM: i32 = 0xc0;
const BANK_SELECT: i32 = 0;
const VOLUME: i32 = 7;

/// How an instrument plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Playing {
    /// General MIDI program, 0 to 127.
    pub program: u8,
    /// MIDI volume, 0 to 127; 100 is usual.
    pub volume: u8,
}

/// A take: mono stems at 44.1 kHz, full scale at ±1, and what they hold. Times are seconds from its start.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// The rhythm parts.
    pub drums: Vec<f32>,
    /// All others.
    pub pitched: Vec<f32>,
    /// The notes that sound, sorted by onset. One that began before the take has a negative onset, and none
    /// ends after it. Simultaneous notes of one pitch are merged; sound effects are left out.
    pub notes: Vec<HeardNote>,
    /// The hits that have a drum, sorted by onset.
    pub hits: Vec<Hit>,
}

/// As the MIDI file says: the instrument's own program, at the usual volume.
pub fn as_written(note: &PieceNote) -> Playing {
    Playing { program: note.program, volume: 100 }
}

/// Plays the seconds `range` of `piece`; `playing` is called once per instrument, with its first note.
///
/// # Errors
/// The synthesizer can't start.
pub fn play(
    piece: &Piece,
    font: &Arc<SoundFont>,
    range: Range<f64>,
    playing: &mut dyn FnMut(&PieceNote) -> Playing,
) -> Result<Take, Error> {
    let first_s = (range.start - LEAD_IN_S).max(0.0);
    let notes: Vec<&PieceNote> = piece
        .notes
        .iter()
        .filter(|note| note.start_s < range.end && first_s <= note.end_s)
        .collect();
    let mut instruments: BTreeMap<u16, (Playing, Vec<&PieceNote>)> = BTreeMap::new();
    for note in &notes {
        let entry = instruments.entry(note.instrument);
        entry.or_insert_with(|| (playing(note), Vec::new())).1.push(note);
    }
    let (drums, pitched): (Vec<_>, Vec<_>) =
        instruments.into_values().partition(|(_, notes)| notes[0].is_drum);
    let frames = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)).round() as usize;
    let stretch = Stretch {
        first_s,
        skipped: frames(range.start - first_s),
        wanted: frames(range.end - range.start),
    };
    Ok(Take {
        drums: stem(font, &drums, &[DRUMS], &stretch)?,
        pitched: stem(font, &pitched, &CHANNELS, &stretch)?,
        notes: heard(&notes, &range),
        hits: hits(&notes, &range),
    })
}

/// A stem's stretch of a piece, in frames apart from `first_s`.
struct Stretch {
    first_s: f64,
    skipped: usize,
    wanted: usize,
}

/// A message to a channel at a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Message {
    frame: usize,
    /// Note-offs first.
    is_on: bool,
    channel: i32,
    pitch: i32,
    velocity: i32,
}

/// Plays `instruments`, each on a channel, up to `channels` per synthesizer.
fn stem(
    font: &Arc<SoundFont>,
    instruments: &[(Playing, Vec<&PieceNote>)],
    channels: &[i32],
    stretch: &Stretch,
) -> Result<Vec<f32>, Error> {
    let mut sum = vec![0.0; stretch.wanted];
    for group in instruments.chunks(channels.len()) {
        let mut settings = SynthesizerSettings::new(SAMPLE_RATE as i32);
        settings.block_size = BLOCK;
        settings.enable_reverb_and_chorus = false;
        settings.maximum_polyphony = 256;
        let mut synth = Synthesizer::new(font, &settings)?;
        let mut messages = Vec::new();
        for ((playing, notes), &channel) in group.iter().zip(channels) {
            set(&mut synth, font, channel, *playing);
            messages.extend(notes.iter().flat_map(|note| on_and_off(note, channel, stretch)));
        }
        messages.sort_unstable();
        render(&mut synth, &messages, stretch, &mut sum);
    }
    Ok(sum)
}

/// Sets the preset and the volume of a channel.
fn set(synth: &mut Synthesizer, font: &SoundFont, channel: i32, playing: Playing) {
    let bank = if channel == DRUMS { 128 } else { 0 };
    let preset = nearest(font, Preset { bank, program: playing.program.into() });
    if channel != DRUMS {
        synth.process_midi_message(channel, CONTROL, BANK_SELECT, preset.bank);
    }
    synth.process_midi_message(channel, PROGRAM, preset.program, 0);
    synth.process_midi_message(channel, CONTROL, VOLUME, playing.volume.into());
}

/// The messages of a note. One that began before the stretch starts with it.
fn on_and_off(note: &PieceNote, channel: i32, stretch: &Stretch) -> [Message; 2] {
    let frame = |second: f64| {
        let frame = (second - stretch.first_s).max(0.0) * f64::from(SAMPLE_RATE);
        frame.round() as usize
    };
    let pitch = note.pitch.into();
    let start = frame(note.start_s);
    // Simultaneous messages are sent note-off first.
    let end = frame(note.end_s).max(start + 2 * BLOCK);
    [
        Message { frame: start, is_on: true, channel, pitch, velocity: note.velocity.into() },
        Message { frame: end, is_on: false, channel, pitch, velocity: 0 },
    ]
}

/// Adds the output of `synth` to `sum`.
fn render(synth: &mut Synthesizer, messages: &[Message], stretch: &Stretch, sum: &mut [f32]) {
    let [mut left, mut right] = [[0f32; BLOCK]; 2];
    let mut next = 0;
    for start in (0..stretch.skipped + stretch.wanted).step_by(BLOCK) {
        while let Some(message) = messages.get(next).filter(|m| m.frame < start + BLOCK / 2) {
            let Message { is_on, channel, pitch, velocity, .. } = *message;
            let status = if is_on { NOTE_ON } else { NOTE_OFF };
            synth.process_midi_message(channel, status, pitch, velocity);
            next += 1;
        }
        synth.render(&mut left, &mut right);
        for (n, (left, right)) in left.iter().zip(&right).enumerate() {
            let at = (start + n).checked_sub(stretch.skipped);
            if let Some(sum) = at.and_then(|at| sum.get_mut(at)) {
                *sum += f32::midpoint(*left, *right);
            }
        }
    }
}

/// The pitched notes of `piece` that sound in `range`, with times from its start.
pub fn notes(piece: &Piece, range: Range<f64>) -> Vec<HeardNote> {
    let notes: Vec<&PieceNote> =
        piece.notes.iter().filter(|note| note.start_s < range.end).collect();
    heard(&notes, &range)
}

/// The pitched notes in `range`, with times from its start.
fn heard(notes: &[&PieceNote], range: &Range<f64>) -> Vec<HeardNote> {
    let is_heard = |note: &&&PieceNote| {
        !note.is_drum && note.program < FIRST_EFFECT && range.start < note.end_s
    };
    let mut found: Vec<HeardNote> = Vec::new();
    for note in notes.iter().filter(is_heard) {
        let onset_s = note.start_s - range.start;
        let end_s = (note.end_s.min(range.end) - range.start).max(onset_s + 0.01);
        let amplitude = f32::from(note.velocity) / 127.0;
        let same = found
            .iter_mut()
            .rev()
            .find(|other| other.pitch == note.pitch && onset_s - other.onset_s < SAME_ONSET_S);
        match same {
            Some(other) => {
                other.end_s = other.end_s.max(end_s);
                other.amplitude = other.amplitude.max(amplitude);
            }
            None => found.push(HeardNote { onset_s, end_s, pitch: note.pitch, amplitude }),
        }
    }
    found
}

/// The hits in `range`, with times from its start.
fn hits(notes: &[&PieceNote], range: &Range<f64>) -> Vec<Hit> {
    let drums = notes.iter().filter(|note| note.is_drum && range.start <= note.start_s);
    let hit = |note: &&PieceNote| {
        let drum = drums::class(note.pitch)?;
        Some(Hit { onset_s: note.start_s - range.start, drum, velocity: note.velocity })
    };
    drums.filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::testing::tiny_font;

    fn note(start_s: f64, end_s: f64, pitch: u8, is_drum: bool) -> PieceNote {
        let instrument = u16::from(is_drum);
        PieceNote { start_s, end_s, pitch, velocity: 100, program: 5, is_drum, instrument }
    }

    fn take(notes: Vec<PieceNote>, range: Range<f64>) -> Take {
        let piece = Piece { title: String::new(), notes };
        play(&piece, &tiny_font(), range, &mut as_written).unwrap()
    }

    fn first_sound(samples: &[f32]) -> usize {
        samples.iter().position(|x| x.abs() > 1e-3).unwrap()
    }

    #[test]
    fn notes_and_hits_sound_where_the_truth_has_them() {
        let notes = vec![note(1.0, 1.5, 60, false), note(1.25, 1.3, 36, true)];

        let take = take(notes, 0.5..2.0);

        assert_eq!((take.pitched.len(), take.drums.len()), (66_150, 66_150));
        for (stem, onset_s) in
            [(&take.pitched, take.notes[0].onset_s), (&take.drums, take.hits[0].onset_s)]
        {
            let frame = (onset_s * 44_100.0) as usize;
            assert!(first_sound(stem).abs_diff(frame) < 2 * BLOCK, "{}", first_sound(stem));
        }
        assert_eq!((take.notes[0].onset_s, take.notes[0].end_s), (0.5, 1.0));
        assert_eq!((take.hits[0].onset_s, take.hits[0].drum), (0.75, drums::Drum::Kick));
    }

    #[test]
    fn a_note_from_before_the_take_sounds_from_its_start() {
        let take = take(vec![note(1.0, 3.0, 60, false), note(0.0, 1.9, 62, false)], 2.0..2.5);

        assert!(first_sound(&take.pitched) < 200);
        assert_eq!(take.notes.len(), 1);
        assert_eq!((take.notes[0].onset_s, take.notes[0].end_s), (-1.0, 0.5));
        assert!(take.drums.iter().all(|x| *x == 0.0));
    }

    #[test]
    fn notes_of_one_pitch_that_begin_together_are_one() {
        let twin = |start_s, end_s| PieceNote { instrument: 7, ..note(start_s, end_s, 60, false) };

        let take = take(vec![note(0.0, 0.2, 60, false), twin(0.01, 0.5), twin(0.6, 0.7)], 0.0..1.0);

        let spans: Vec<(f64, f64)> =
            take.notes.iter().map(|note| (note.onset_s, note.end_s)).collect();
        assert_eq!(spans, [(0.0, 0.5), (0.6, 0.7)]);
    }
}
