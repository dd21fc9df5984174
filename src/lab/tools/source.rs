//! The part of a file that is continued: its last bars as a model's window, and where each part is
//! written.

use std::collections::BTreeMap;

use crate::{
    lab::tools::{drumming, input::Error},
    music::{
        arrange,
        drums::{Drum, N_CLASSES},
        melody,
        meter::STEPS_PER_BAR,
        midi::edit::{FileNote, MidiFile, Place},
        note::{Note, NoteSequence},
        part_map::Role,
        trio::Line,
    },
    musicvae::{
        convert::{extract::Lines, pattern_windows, window::Window},
        net::{config::Config, domain::Domain},
    },
    patterns::style::Style,
};

/// Semitones between a bass and the melody derived from it.
const TWO_OCTAVES: u8 = 24;

/// The lowest pitch of a derived bass: A1.
const BASS_FLOOR: u8 = 33;

/// A part that is continued.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcePart {
    /// Index of its line in the window.
    pub column: usize,
    /// What it plays.
    pub role: Role,
    /// Its notes in the file.
    pub notes: Vec<FileNote>,
}

/// What is continued.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The last bars, repeated from their start if they are fewer than the model's.
    pub window: Window,
    /// The parts that play in them; other lines only complete the window.
    pub parts: Vec<SourcePart>,
}

impl Source {
    /// The last bars of `n_bars` of `file` for a model of `config`.
    ///
    /// # Errors
    /// No part of the model plays there, or the model is not of drums or trios.
    pub fn of(file: &MidiFile, n_bars: usize, config: &Config) -> Result<Self, Error> {
        let roles: &[Role] = match config.family.domain() {
            Domain::Drums => &[Role::Drums],
            Domain::Trio => &[Role::Melody, Role::Bass, Role::Drums],
            _ => {
                let found = config.family.name();
                return Err(Error::Model { expected: "drums or trios", found });
            }
        };
        let n_last = n_bars.min(config.n_bars());
        let first = (n_bars - n_last) * STEPS_PER_BAR;
        let mut window = vec![Line::new(); roles.len()];
        let mut parts = Vec::new();
        for (column, &role) in roles.iter().enumerate() {
            let Some((line, notes)) = part(file, role, n_bars, first) else { continue };
            window[column] = line[first..].iter().cycle().take(config.n_steps()).copied().collect();
            parts.push(SourcePart { column, role, notes });
        }
        if parts.is_empty() {
            let expected = if roles.len() == 1 { "drums" } else { "a melody, a bass or drums" };
            return Err(Error::NoPart(expected, n_last));
        }
        stand_in(&mut window, config);
        Ok(Self { window, parts })
    }
}

/// The line of `role` in `n_bars`, and its notes: of several instruments the one that starts most notes from
/// step `first` on. None if nothing starts there.
fn part(file: &MidiFile, role: Role, n_bars: usize, first: usize) -> Option<(Line, Vec<FileNote>)> {
    let mut instruments: BTreeMap<u16, Vec<FileNote>> = BTreeMap::new();
    for note in file.notes.iter().filter(|note| note.role == role) {
        let instrument = if role == Role::Drums { 0 } else { note.instrument };
        instruments.entry(instrument).or_default().push(*note);
    }
    let n_starts =
        |notes: &Vec<FileNote>| notes.iter().filter(|note| first <= file.step(note.start)).count();
    let notes = instruments.into_values().rev().max_by_key(n_starts)?;
    let line = match role {
        Role::Drums => drumming::tokens(file, n_bars),
        _ => melody_line(file, &notes, n_bars),
    };
    let starts = |token: &u16| match role {
        Role::Drums => *token != 0,
        _ => melody::pitch(*token).is_some(),
    };
    line[first..].iter().any(starts).then_some((line, notes))
}

/// The highest voice of `notes` in `n_bars`.
fn melody_line(file: &MidiFile, notes: &[FileNote], n_bars: usize) -> Line {
    let quarters = |tick: u64| tick as f64 / file.ticks_per_step() / 4.0;
    let note = |note: &FileNote| Note {
        pitch: note.pitch,
        velocity: note.velocity,
        start: quarters(note.start),
        end: quarters(note.end),
        program: 0,
        is_drum: false,
        instrument: 0,
    };
    let sequence =
        NoteSequence { notes: notes.iter().map(note).collect(), tempos: vec![], meters: vec![] };
    let lines = Lines::extract(&sequence).unwrap_or_default();
    let mut line = lines.melodies.into_iter().next().unwrap_or_default();
    let n_found = line.len();
    line.resize(n_bars * STEPS_PER_BAR, melody::HOLD);
    let end = notes.iter().map(|note| file.step(note.end)).max().unwrap_or(0);
    if n_found <= end && end < line.len() {
        line[end] = melody::OFF;
    }
    line
}

/// Fills the lines of missing parts to match the others: a bass under the melody, a melody over the bass, a
/// plain beat.
fn stand_in(window: &mut Window, config: &Config) {
    if window.len() == 1 {
        return;
    }
    let pattern = || pattern_windows::of_pattern(config, Style::Techno, 0).swap_remove(0);
    match [window[0].is_empty(), window[1].is_empty()] {
        [true, true] => window[..2].clone_from_slice(&pattern()[..2]),
        [false, true] => window[1] = bass_under(&window[0]),
        [true, false] => {
            let up = |token: &u16| match melody::pitch(*token) {
                Some(pitch) => melody::token(pitch.saturating_add(TWO_OCTAVES)).unwrap_or(*token),
                None => *token,
            };
            window[0] = window[1].iter().map(up).collect();
        }
        [false, false] => {}
    }
    if window[2].is_empty() {
        window[2] = pattern().swap_remove(2);
    }
}

/// A bass with the melody's pitch at each half bar, octaves below.
fn bass_under(line: &Line) -> Line {
    let notes = arrange::notes(line);
    let mut bass = vec![melody::HOLD; line.len()];
    for start in (0..line.len()).step_by(STEPS_PER_BAR / 2) {
        let sounding = notes.iter().rev().find(|note| note.start_step <= start + 2);
        if let Some(note) = sounding.or(notes.first()) {
            let pitch = BASS_FLOOR + (note.pitch + 12 * 4 - BASS_FLOOR) % 12;
            bass[start] = melody::token(pitch).unwrap_or(melody::HOLD);
        }
    }
    bass
}

/// Place and key of each class of drums: those that the file uses most.
pub fn drum_keys(notes: &[FileNote]) -> [(Place, u8); N_CLASSES] {
    let most = |drum: Option<Drum>| -> Option<(Place, u8)> {
        let mut counts: BTreeMap<(Place, u8), usize> = BTreeMap::new();
        for note in notes {
            let class = drumming::class(note);
            if drum.is_none_or(|drum| class == Some(drum)) {
                *counts.entry((note.place, note.pitch)).or_default() += 1;
            }
        }
        counts.into_iter().rev().max_by_key(|(_, n)| *n).map(|(key, _)| key)
    };
    let kit = most(None).map_or(Place { track: 0, channel: 9 }, |(place, _)| place);
    Drum::ALL.map(|drum| most(Some(drum)).unwrap_or((kit, drum.pitch())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lab::tools::testing, musicvae::net::family::Family};

    #[test]
    fn the_last_bars_are_repeated_and_missing_parts_stood_in_for() {
        let (c, d, hold) = (melody::token(60).unwrap(), melody::token(62).unwrap(), melody::HOLD);
        let bytes = testing::file(&[
            (false, 60, 80, 0, 4),
            (false, 62, 80, 16, 2),
            (true, 40, 80, 0, 1),
            (true, 40, 80, 32, 1),
        ]);
        let file = MidiFile::read(&bytes, &[]).unwrap();

        let source = Source::of(&file, 3, &Config::official(Family::Trio4Bar)).unwrap();

        let [melody, bass, drums] = &source.window[..] else { panic!() };
        assert_eq!((melody[0], melody[16], melody[18], melody[32]), (c, d, melody::OFF, hold));
        assert_eq!((melody[48], drums[0], drums[48]), (c, 0b10, 0b10));
        let starts: Vec<Option<u8>> = [0, 8, 16].map(|step| melody::pitch(bass[step])).to_vec();
        assert_eq!(starts, [Some(36), Some(36), Some(38)]);
        let columns: Vec<usize> = source.parts.iter().map(|part| part.column).collect();
        assert_eq!(columns, [0, 2]);
        // The file's own snare, and General MIDI's kick in the same track.
        let keys = drum_keys(&source.parts[1].notes);
        assert_eq!(keys[1], (file.notes[0].place.max(file.notes[1].place), 40));
        assert_eq!(keys[0], (keys[1].0, 36));
    }

    #[test]
    fn parts_that_rest_at_the_end_are_not_continued() {
        let bytes =
            testing::file(&[(false, 60, 80, 0, 4), (true, 36, 80, 0, 1), (true, 36, 80, 64, 1)]);
        let file = MidiFile::read(&bytes, &[]).unwrap();

        let trio = Source::of(&file, 5, &Config::official(Family::Trio4Bar)).unwrap();
        let drums = Source::of(&file, 4, &Config::official(Family::Drums2Bar));

        assert_eq!(trio.parts.len(), 1);
        assert!(matches!(drums, Err(Error::NoPart("drums", 2))));
    }
}
