//! Notes and drum hits found in a recording, in seconds.

use crate::music::drums::Drum;

/// A pitched note.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeardNote {
    /// Start, in seconds from the start of the recording.
    pub onset_s: f64,
    /// End, in seconds; after the onset.
    pub end_s: f64,
    /// MIDI pitch.
    pub pitch: u8,
    /// Loudness, 0 to 1.
    pub amplitude: f32,
}

/// A drum hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Start, in seconds from the start of the recording.
    pub onset_s: f64,
    /// The drum.
    pub drum: Drum,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
}
