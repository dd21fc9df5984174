//! Notes as played, before quantisation.

use crate::units::Bpm;

/// A note. Times are quarter notes from the start of the piece, so they don't depend on the tempo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// MIDI pitch, 0 to 127; middle C is 60. For drums, the General MIDI percussion key.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// Start in quarters.
    pub start: f64,
    /// End in quarters, never before `start`.
    pub end: f64,
    /// General MIDI program, 0 to 127.
    pub program: u8,
    /// Whether the note is on the percussion channel.
    pub is_drum: bool,
    /// Number of the instrument: one for each track, channel and program of the file.
    pub instrument: u16,
}

/// A time signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSignature {
    /// Beats in a bar.
    pub numerator: u8,
    /// Note value of a beat: 4 for a quarter.
    pub denominator: u8,
}

/// A piece: the parts of Magenta's NoteSequence that MusicVAE needs.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteSequence {
    /// Sorted by start, then pitch.
    pub notes: Vec<Note>,
    /// Tempo changes: time in quarters, tempo.
    pub tempos: Vec<(f64, Bpm)>,
    /// Time signatures: time in quarters, signature. Empty means 4/4.
    pub meters: Vec<(f64, TimeSignature)>,
}
