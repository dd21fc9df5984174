//! Files for unit tests.

use crate::{
    music::{
        midi,
        note::{Note, NoteSequence},
    },
    units::Bpm,
};

/// A file with these notes: whether it is of the drums, pitch, velocity, step and steps. Others than drums
/// are one instrument.
pub fn file(notes: &[(bool, u8, u8, usize, usize)]) -> Vec<u8> {
    let note = |&(is_drum, pitch, velocity, step, n_steps): &(bool, u8, u8, usize, usize)| Note {
        pitch,
        velocity,
        start: step as f64 / 4.0,
        end: (step + n_steps) as f64 / 4.0,
        program: 0,
        is_drum,
        instrument: u16::from(is_drum),
    };
    let notes = notes.iter().map(note).collect();
    let tempos = vec![(0.0, Bpm::DEFAULT)];
    midi::write(&NoteSequence { notes, tempos, meters: vec![] }, |_| "")
}
