//! A MIDI file with its notes in seconds.

use crate::music::{part_map, song::Song};

/// Quarters a second at the tempo of [`crate::music::tempo_map::TempoMap::at_one_tempo`].
const QUARTERS_PER_SECOND: f64 = 2.0;

/// The first General MIDI program of sound effects, which have no pitch.
pub const FIRST_EFFECT: u8 = 120;

/// A note of a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PieceNote {
    /// Start in seconds from the start of the piece.
    pub start_s: f64,
    /// End in seconds, never before the start.
    pub end_s: f64,
    /// MIDI pitch; in a rhythm part, the percussion key.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// General MIDI program, 0 to 127.
    pub program: u8,
    /// Whether it is in a rhythm part.
    pub is_drum: bool,
    /// Number of its instrument.
    pub instrument: u16,
}

/// A piece that takes are made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// Its title: versions of one song share it.
    pub title: String,
    /// Its notes, sorted by start.
    pub notes: Vec<PieceNote>,
}

impl Piece {
    /// The piece in a MIDI file.
    pub fn new(title: String, mut song: Song) -> Self {
        part_map::assign_by_name(&mut song);
        let sequence = song.tempo_map.at_one_tempo(&song.sequence);
        let notes = sequence.notes.iter().map(|note| PieceNote {
            start_s: note.start / QUARTERS_PER_SECOND,
            end_s: note.end / QUARTERS_PER_SECOND,
            pitch: note.pitch,
            velocity: note.velocity,
            program: note.program,
            is_drum: note.is_drum,
            instrument: note.instrument,
        });
        let mut notes: Vec<PieceNote> = notes.collect();
        notes.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        Self { title, notes }
    }

    /// Length in seconds: the end of the last note.
    pub fn seconds(&self) -> f64 {
        self.notes.iter().map(|note| note.end_s).fold(0.0, f64::max)
    }

    /// Whether it has a note with a pitch.
    pub fn is_pitched(&self) -> bool {
        self.notes.iter().any(|note| !note.is_drum && note.program < FIRST_EFFECT)
    }
}
