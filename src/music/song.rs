//! A MIDI file as read: its notes, its instruments, and its faults.

use std::collections::BTreeSet;

use crate::music::{note::NoteSequence, tempo_map::TempoMap};

/// A MIDI file's notes, instruments, tempos and faults.
#[derive(Debug, Clone, PartialEq)]
pub struct Song {
    /// The notes, with tempos and time signatures.
    pub sequence: NoteSequence,
    /// The instruments, by number.
    pub instruments: Vec<Instrument>,
    /// All tempo changes, including those that [`NoteSequence::tempos`] can't hold.
    pub tempo_map: TempoMap,
    /// Violations of the standard.
    pub faults: BTreeSet<Fault>,
}

/// An instrument of a file: one per track, channel and program, as in `pretty_midi`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Names of its track and instrument, such as `Bass, Finger`; often empty.
    pub name: String,
    /// MIDI channel, 0 to 15.
    pub channel: u8,
    /// General MIDI program, 0 to 127.
    pub program: u8,
    /// Whether it is a rhythm part.
    pub is_drum: bool,
}

/// A violation of the standard, and its cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Running status after a meta event or a sysex; nothing is lost.
    #[error("running status after a meta event or sysex (continued)")]
    RunningStatus,
    /// A track's length is wrong; nothing is lost.
    #[error("a track of another length than it declares (read to its end)")]
    TrackLength,
    /// A system message in a track; only the message is lost.
    #[error("a system message within a track (skipped)")]
    SystemMessage,
    /// An event can't be read; the rest of its track is lost.
    #[error("a malformed event (the rest of its track is lost)")]
    Event,
    /// The file ends within a track; the rest is lost.
    #[error("a track that the end of the file cuts (the rest is lost)")]
    Truncated,
    /// There are fewer tracks than the header declares.
    #[error("fewer tracks than the header declares")]
    MissingTracks,
}
