//! Notes as played, before any grid.

use crate::units::Bpm;

/// One note. Times are quarter notes from the start of the piece, so that tempo changes leave the
/// grid alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Note {
    /// MIDI pitch, 0 to 127; middle C is 60. For drums, the General MIDI percussion key.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// Where it begins, in quarters.
    pub start: f64,
    /// Where it ends, in quarters; never before `start`.
    pub end: f64,
    /// General MIDI program, 0 to 127.
    pub program: u8,
    /// Whether it was on the percussion channel.
    pub is_drum: bool,
    /// Which instrument of the file played it: one number for each track and channel.
    pub instrument: u16,
}

/// A time signature and where it begins, in quarters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeSignature {
    /// Beats in a bar.
    pub numerator: u8,
    /// What a beat is: 4 for a quarter.
    pub denominator: u8,
}

/// A piece: Magenta's NoteSequence as far as MusicVAE needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteSequence {
    /// Sorted by start, then pitch.
    pub notes: Vec<Note>,
    /// Tempo changes: quarters from the start, tempo.
    pub tempos: Vec<(f64, Bpm)>,
    /// Time signatures: quarters from the start, signature. Empty means 4/4.
    pub meters: Vec<(f64, TimeSignature)>,
}
