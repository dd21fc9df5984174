//! One bar of several instruments as tracks of events (musicvae `data_hierarchical.py`,
//! `MultiInstrumentPerformanceConverter`; `note_seq`'s `performance_lib`).
//!
//! A track is a program, then events, then an end: note on, note off, time shift in 96ths of a bar,
//! and velocity of the notes that follow. Tracks are sorted by program, drums last.

use std::collections::BTreeMap;

use crate::{
    music::{
        note::{Note, NoteSequence, TimeSignature},
        trio::Line,
    },
    units::Bpm,
};

/// Vocabulary size: 128 note on, 128 note off, 96 time shifts, 8 velocities, 128 programs, drums,
/// end.
pub const N_TOKENS: usize = 490;

/// End of a track; an unused track consists of ends.
pub const END: u16 = 489;

const NOTE_OFF: u16 = 128;
const TIME_SHIFT: u16 = 256;
const VELOCITY: u16 = 352;
/// The first program; drums come after the last one, and then the end.
pub const FIRST_PROGRAM: u16 = 360;
const DRUMS: u16 = 488;

/// Time steps in a quarter note.
const STEPS_PER_QUARTER: f64 = 24.0;

/// Time steps in a bar: the longest shift.
const STEPS_PER_BAR: u16 = 96;

/// Quarter notes in a bar.
const QUARTERS_PER_BAR: f64 = 4.0;

/// MIDI velocities per velocity bin.
const VELOCITIES_PER_BIN: u16 = 16;

/// Bars with fewer tracks are not used as examples.
pub const MIN_TRACKS: usize = 2;

/// Bars with fewer events in all tracks are not used as examples.
const MIN_EVENTS: usize = 8;

/// Notes by instrument (is drum, program, instrument), drums last.
type Tracks<'a> = BTreeMap<(bool, u8, u16), Vec<&'a Note>>;

/// The bars of `sequence` that are examples, by bar number: each a line of `n_tracks` tracks of
/// `n_events` tokens. Notes end with their bar.
pub fn bars(sequence: &NoteSequence, n_tracks: usize, n_events: usize) -> Vec<(usize, Line)> {
    let mut bars: BTreeMap<u64, Tracks> = BTreeMap::new();
    for note in &sequence.notes {
        let program = if note.is_drum { 0 } else { note.program };
        let instrument = if note.is_drum { 0 } else { note.instrument };
        let bar = bars.entry((note.start.max(0.0) / QUARTERS_PER_BAR) as u64).or_default();
        bar.entry((note.is_drum, program, instrument)).or_default().push(note);
    }
    let numbered = bars.iter().map(|(&bar, tracks)| (bar, line(bar, tracks, n_tracks, n_events)));
    numbered.filter_map(|(bar, line)| Some((bar as usize, line?))).collect()
}

fn line(bar: u64, tracks: &Tracks, n_tracks: usize, n_events: usize) -> Option<Line> {
    if !(MIN_TRACKS..=n_tracks).contains(&tracks.len()) {
        return None;
    }
    let tracks = tracks.iter().map(|(&(is_drum, program, _), notes)| {
        let first = if is_drum { DRUMS } else { FIRST_PROGRAM + u16::from(program) };
        let mut track = vec![first];
        track.extend(events(bar, notes));
        track
    });
    let tracks: Vec<Line> = tracks.collect();
    let n: usize = tracks.iter().map(|track| track.len() - 1).sum();
    let is_too_long = tracks.iter().any(|track| n_events <= track.len());
    if is_too_long || n < MIN_EVENTS {
        return None;
    }
    let mut line = Line::with_capacity(n_tracks * n_events);
    for track in tracks {
        line.extend(&track);
        line.resize(line.len().next_multiple_of(n_events), END);
    }
    line.resize(n_tracks * n_events, END);
    Some(line)
}

/// The events of a track's bar, in order of time.
fn events(bar: u64, notes: &[&Note]) -> Line {
    let first = bar as f64 * QUARTERS_PER_BAR;
    let step = |quarter: f64| ((quarter - first) * STEPS_PER_QUARTER + 0.5).floor() as u16;
    let mut notes = notes.to_vec();
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    let mut changes: Vec<(u16, usize, bool)> = Vec::new();
    for (index, note) in notes.iter().enumerate() {
        let start = step(note.start).min(STEPS_PER_BAR - 1);
        let end = step(note.end.min(first + QUARTERS_PER_BAR)).max(start + 1);
        changes.extend([(start, index, false), (end.min(STEPS_PER_BAR), index, true)]);
    }
    changes.sort_unstable();
    let (mut events, mut now, mut velocity) = (Line::new(), 0, u16::MAX);
    for (step, index, is_end) in changes {
        if now < step {
            events.push(TIME_SHIFT + step - now - 1);
            now = step;
        }
        let (pitch, bin) = (u16::from(notes[index].pitch), bin(notes[index].velocity));
        if is_end {
            events.push(NOTE_OFF + pitch);
            continue;
        }
        if bin != velocity {
            events.push(VELOCITY + bin);
            velocity = bin;
        }
        events.push(pitch);
    }
    events
}

/// Whether `token` starts a note.
pub fn is_note_on(token: u16) -> bool {
    token < NOTE_OFF
}

fn bin(velocity: u8) -> u16 {
    u16::from(velocity.clamp(1, 127) - 1) / VELOCITIES_PER_BIN
}

/// A track transposed by `semitones`; unchanged for drums, or if a note would leave MIDI's range.
pub fn transpose(track: &[u16], semitones: i16) -> Line {
    let within = |pitch: u16| pitch.checked_add_signed(semitones).filter(|&pitch| pitch < 128);
    let moved = |&token: &u16| match token {
        0..NOTE_OFF => within(token),
        NOTE_OFF..TIME_SHIFT => within(token - NOTE_OFF).map(|pitch| NOTE_OFF + pitch),
        _ => Some(token),
    };
    match track.first() {
        Some(&DRUMS) => track.to_vec(),
        _ => track.iter().map(moved).collect::<Option<_>>().unwrap_or_else(|| track.to_vec()),
    }
}

/// Overwrites everything after the first end of each track with ends.
pub fn trim(line: &mut [u16], n_events: usize) {
    for track in line.chunks_mut(n_events) {
        let n = track.iter().position(|&token| token == END).unwrap_or(track.len());
        track[n..].fill(END);
    }
}

/// Bars, one after the other, as notes at `tempo`; instruments are numbered by track.
///
/// Ignores invalid events of a network: note off without note on, time after the end of the bar.
pub fn piece(bars: &[Line], n_events: usize, tempo: Bpm) -> NoteSequence {
    let mut notes = Vec::new();
    for (number, bar) in bars.iter().enumerate() {
        let first = number as f64 * QUARTERS_PER_BAR;
        for (track, tokens) in bar.chunks(n_events).enumerate() {
            notes.extend(play(tokens, first, track as u16));
        }
    }
    notes.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.pitch.cmp(&b.pitch)));
    let meter = TimeSignature { numerator: 4, denominator: 4 };
    NoteSequence { notes, tempos: vec![(0.0, tempo)], meters: vec![(0.0, meter)] }
}

fn play(tokens: &[u16], first: f64, instrument: u16) -> Vec<Note> {
    let quarter = |step: u16| first + f64::from(step) / STEPS_PER_QUARTER;
    let (mut program, mut is_drum, mut velocity, mut now) = (0, false, 100, 0);
    let mut notes: Vec<Note> = Vec::new();
    let mut sounding: BTreeMap<u16, usize> = BTreeMap::new();
    for &token in tokens.iter().take_while(|&&token| token != END) {
        match token {
            DRUMS => is_drum = true,
            FIRST_PROGRAM..DRUMS => program = (token - FIRST_PROGRAM) as u8,
            VELOCITY..FIRST_PROGRAM => {
                velocity = ((token - VELOCITY) * VELOCITIES_PER_BIN + 1) as u8;
            }
            TIME_SHIFT..VELOCITY => now = (now + token - TIME_SHIFT + 1).min(STEPS_PER_BAR),
            NOTE_OFF..TIME_SHIFT => {
                if let Some(index) = sounding.remove(&(token - NOTE_OFF)) {
                    notes[index].end = quarter(now);
                }
            }
            pitch if now < STEPS_PER_BAR => {
                if let Some(index) = sounding.insert(pitch, notes.len()) {
                    notes[index].end = quarter(now);
                }
                let (start, end) = (quarter(now), quarter(STEPS_PER_BAR));
                let pitch = pitch as u8;
                notes.push(Note { pitch, velocity, start, end, program, is_drum, instrument });
            }
            _ => {}
        }
    }
    notes.retain(|note| note.start < note.end);
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(pitch: u8, start: f64, end: f64, program: u8, is_drum: bool) -> Note {
        let instrument = u16::from(program);
        Note { pitch, velocity: 97, start, end, program, is_drum, instrument }
    }

    fn duo() -> NoteSequence {
        let notes = vec![
            note(60, 4.0, 5.0, 30, false),
            note(64, 4.0, 5.0, 30, false),
            note(36, 4.0, 4.25, 0, true),
            note(38, 5.0, 5.25, 0, true),
        ];
        NoteSequence { notes, tempos: vec![], meters: vec![] }
    }

    #[test]
    fn a_track_is_a_program_events_and_an_end() {
        let bars = bars(&duo(), 3, 16);

        let shift = |steps| TIME_SHIFT + steps - 1;
        let first = [FIRST_PROGRAM + 30, VELOCITY + 6, 60, 64, shift(24), 128 + 60, 128 + 64, END];
        assert_eq!(bars.len(), 1);
        let (number, line) = &bars[0];
        assert_eq!((*number, &line[..8]), (1, &first[..]));
        assert_eq!(line[16..19], [DRUMS, VELOCITY + 6, 36]);
        assert!(line[32..].iter().all(|&token| token == END));
    }

    #[test]
    fn a_bar_survives_the_round_trip() {
        let lines: Vec<Line> = bars(&duo(), 8, 64).into_iter().map(|(_, line)| line).collect();
        let played = piece(&lines, 64, Bpm::DEFAULT);

        let found: Vec<(u8, f64, f64, bool)> =
            played.notes.iter().map(|n| (n.pitch, n.start, n.end, n.is_drum)).collect();
        let expected = [(36, 0.0, 0.25), (60, 0.0, 1.0), (64, 0.0, 1.0), (38, 1.0, 1.25)];
        assert_eq!(found.len(), 4);
        for (found, (pitch, start, end)) in found.iter().zip(expected) {
            assert_eq!((found.0, found.1, found.2), (pitch, start, end));
        }
    }

    #[test]
    fn bars_with_too_few_or_too_many_events_are_no_examples() {
        assert!(bars(&duo(), 1, 64).is_empty());
        assert!(bars(&duo(), 8, 7).is_empty());
        let mut one = duo();
        one.notes.retain(|note| note.is_drum);
        assert!(bars(&one, 8, 64).is_empty());
    }

    #[test]
    fn any_tokens_convert_to_valid_notes() {
        let line: Line = (0..N_TOKENS as u16).rev().chain(0..512).collect();

        let played = piece(&[line], 64, Bpm::DEFAULT);

        assert!(played.notes.iter().all(|note| note.start < note.end && note.end <= 4.0));
    }

    #[test]
    fn trimming_fills_a_track_after_its_end() {
        let mut line = vec![60, END, 61, 62, 60, 61, 62, 63];
        trim(&mut line, 4);
        assert_eq!(line, [60, END, END, END, 60, 61, 62, 63]);
    }
}
