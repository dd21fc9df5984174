//! Rests: steps of a phrase in which a line, or all drums, are silent.

use crate::{
    compose::{phrase::PHRASE_STEPS, score::Score},
    music::{
        arrange::LineNote,
        bar::{N_PARTS, Part},
        meter::STEPS_PER_BAR,
    },
};

/// The first step of the last bar.
pub const LAST_BAR: usize = PHRASE_STEPS - STEPS_PER_BAR;
/// The first step of its last beat.
pub const LAST_BEAT: usize = PHRASE_STEPS - STEPS_PER_BAR / 4;

/// Silences a line from step `from` to before `to`: notes held into `from` end there.
pub fn rest(notes: &mut Vec<LineNote>, from: usize, to: usize) {
    notes.retain(|note| !(from..to).contains(&note.start_step));
    for note in notes {
        if note.start_step < from {
            note.n_steps = note.n_steps.min(from - note.start_step);
        }
    }
}

/// Silences drums and percussion from step `from` to before `to`.
pub fn rest_drums(score: &mut Score, from: usize, to: usize) {
    score.drums[from..to].fill(0);
    score.notes[Part::Drums as usize].retain(|note| !(from..to).contains(&note.start_step));
}

/// The notes of bass, lead and chords.
pub fn pitched(notes: &mut [Vec<LineNote>; N_PARTS]) -> impl Iterator<Item = &mut Vec<LineNote>> {
    notes.iter_mut().skip(1)
}
