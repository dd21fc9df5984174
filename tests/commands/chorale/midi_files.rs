//! MIDI files for the commands, and the files that they write.

use std::{fs, path::Path};

use electropunk::{
    music::{
        midi,
        note::{Note, NoteSequence},
    },
    units::Bpm,
};

/// A Scottish tune, in the public domain; the picture in docs/musicians.md is made from it.
#[rustfmt::skip] // A bar a line.
pub const AULD_LANG_SYNE: [(u8, f64); 56] = [
    (60, 1.0),
    (65, 1.5), (65, 0.5), (65, 1.0), (69, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (69, 1.0),
    (65, 1.5), (65, 0.5), (69, 1.0), (72, 1.0),
    (74, 3.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (65, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (69, 1.0),
    (65, 1.5), (62, 0.5), (62, 1.0), (60, 1.0),
    (65, 3.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (65, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (72, 1.0),
    (74, 3.0), (74, 1.0),
    (72, 1.5), (69, 0.5), (69, 1.0), (65, 1.0),
    (67, 1.5), (65, 0.5), (67, 1.0), (69, 1.0),
    (65, 1.5), (62, 0.5), (62, 1.0), (60, 1.0),
    (65, 3.0),
];

/// Writes tracks of notes, given as pitches and quarters, to `NAME.mid`.
pub fn write_midi(folder: &Path, name: &str, tracks: &[&[(u8, f64)]]) {
    let mut notes = Vec::new();
    for (instrument, track) in tracks.iter().enumerate() {
        let mut start = 1.0;
        for &(pitch, length) in *track {
            let (end, instrument) = (start + length, instrument as u16);
            let note = Note {
                pitch,
                velocity: 80,
                start,
                end,
                program: instrument as u8,
                is_drum: false,
                instrument,
            };
            notes.push(note);
            start = end;
        }
    }
    let piece = NoteSequence { notes, tempos: vec![(0.0, Bpm::DEFAULT)], meters: vec![] };
    fs::write(folder.join(name), midi::write(&piece, |_| "")).unwrap();
}

/// The only file that `report` names.
pub fn written(folder: &Path, report: &serde_json::Value) -> NoteSequence {
    let files = report["files"].as_array().unwrap();
    assert_eq!(files.len(), 1, "{report}");
    midi::read(&fs::read(folder.join(files[0].as_str().unwrap())).unwrap()).unwrap()
}

/// Start, end and pitch of the notes of an instrument, in sixteenths.
pub fn sung(piece: &NoteSequence, instrument: u16) -> Vec<(i64, i64, u8)> {
    let sixteenths = |quarters: f64| (4.0 * quarters).round() as i64;
    let of_voice = piece.notes.iter().filter(|note| note.instrument == instrument);
    of_voice.map(|note| (sixteenths(note.start), sixteenths(note.end), note.pitch)).collect()
}

/// A clip of four tracks: drums, a bass, chords and a tune, as (name, program, pitches), a quarter a note.
pub fn write_clip(folder: &Path) {
    let parts: [(u8, &[&[u8]]); 4] = [
        (0, &[&[36], &[38], &[36], &[38]]),
        (33, &[&[36], &[43], &[41], &[36]]),
        (4, &[&[60, 64, 67], &[59, 62, 67], &[60, 65, 69], &[60, 64, 67]]),
        (73, &[&[72], &[74], &[77], &[76]]),
    ];
    let mut notes = Vec::new();
    for (instrument, (program, chords)) in (0..).zip(parts) {
        for (start, chord) in (0u8..).zip(chords) {
            let of_pitch = |&pitch: &u8| Note {
                pitch,
                velocity: 80,
                start: f64::from(start),
                end: f64::from(start) + 1.0,
                program,
                is_drum: instrument == 0,
                instrument,
            };
            notes.extend(chord.iter().map(of_pitch));
        }
    }
    let piece = NoteSequence { notes, tempos: vec![(0.0, Bpm::DEFAULT)], meters: vec![] };
    let names = ["Drums", "Bass", "Keys", "Flute"];
    let bytes = midi::write(&piece, |note: &Note| names[usize::from(note.instrument)]);
    fs::write(folder.join("clip.mid"), bytes).unwrap();
}
