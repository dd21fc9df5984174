//! Notes of a MIDI file and where they are written.

use crate::music::part_map::Role;

/// A note of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileNote {
    /// The role of its instrument.
    pub role: Role,
    /// Number of its instrument, as [`Note::instrument`](crate::music::note::Note::instrument).
    pub instrument: u16,
    /// Its track and channel.
    pub place: Place,
    /// MIDI pitch.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// Tick at which it starts.
    pub start: u64,
    /// Tick at which it ends.
    pub end: u64,
    /// Indices of its events in the track; a note without an end has no second one.
    pub(super) events: (usize, Option<usize>),
}

/// A track of a file, and a channel in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Number of the track.
    pub track: usize,
    /// MIDI channel, 0 to 15.
    pub channel: u8,
}

/// A note to be added to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewNote {
    /// Its track and channel.
    pub place: Place,
    /// MIDI pitch.
    pub pitch: u8,
    /// MIDI velocity, 1 to 127.
    pub velocity: u8,
    /// Tick at which it starts.
    pub start: u64,
    /// Tick at which it ends, after `start`.
    pub end: u64,
}
