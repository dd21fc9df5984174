//! Token lines to notes in a key and a register.
//!
//! A model's samples have no common key or octave. Both are imposed here the way a musician transposes a
//! tune: the whole line moves first, so its intervals survive, and only the notes that still lie outside snap
//! to the nearest note of the key.

use serde::{Deserialize, Serialize};

use crate::music::{melody, scale::Key, trio::Line};

/// A note of a line on the step grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "(usize, usize, u8)", into = "(usize, usize, u8)")]
pub struct LineNote {
    /// Step at which the note starts, from the start of the line.
    pub start_step: usize,
    /// Length in steps, at least 1.
    pub n_steps: usize,
    /// MIDI pitch.
    pub pitch: u8,
}

impl From<(usize, usize, u8)> for LineNote {
    fn from((start_step, n_steps, pitch): (usize, usize, u8)) -> Self {
        Self { start_step, n_steps, pitch }
    }
}

impl From<LineNote> for (usize, usize, u8) {
    fn from(note: LineNote) -> Self {
        (note.start_step, note.n_steps, note.pitch)
    }
}

/// The notes of a line of melody tokens. A note without an end lasts to the end of the line.
pub fn notes(line: &[u16]) -> Vec<LineNote> {
    let mut notes: Vec<LineNote> = Vec::new();
    let mut is_sounding = false;
    for (step, &token) in line.iter().enumerate() {
        if let Some(pitch) = melody::pitch(token) {
            notes.push(LineNote { start_step: step, n_steps: 1, pitch });
            is_sounding = true;
        } else if token == melody::OFF {
            is_sounding = false;
        } else if let Some(last) = notes.last_mut().filter(|_| is_sounding) {
            last.n_steps += 1;
        }
    }
    notes
}

/// The transposition in semitones, -6 to 5, with which bass and lead together fit `key` best.
///
/// A bass note on the root or the fifth at the start of a bar weighs as much as several others,
/// since it distinguishes a key from its relatives.
pub fn transposition(key: Key, bass: &Line, lead: &Line) -> i8 {
    let weight_in = |semitones: i8| -> usize {
        let moved = |pitch: u8| (i16::from(pitch) + 12 + i16::from(semitones)) as u8;
        let held = |note: &LineNote| note.n_steps.min(4);
        let fits = |note: &&LineNote| key.contains(moved(note.pitch));
        let (bass, lead) = (notes(bass), notes(lead));
        let in_key: usize = bass.iter().chain(&lead).filter(fits).map(held).sum();
        let home = bass.iter().filter(|note| note.start_step % 16 == 0).map(|note| {
            match (moved(note.pitch) + 12 - key.root) % 12 {
                0 => 6,
                7 => 2,
                _ => 0,
            }
        });
        in_key + home.sum::<usize>()
    };
    // Ties go to the smallest move.
    let moves = [0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6];
    moves.into_iter().rev().max_by_key(|&semitones| weight_in(semitones)).unwrap_or(0)
}

/// Transposes a line by `semitones`, then by octaves until its median lies in the middle of
/// `register`, and folds the remaining outliers by octaves.
pub fn to_register(notes: &mut [LineNote], semitones: i8, (low, high): (u8, u8)) {
    let (low, high) = (i16::from(low), i16::from(high));
    let mut pitches: Vec<i16> =
        notes.iter().map(|note| i16::from(note.pitch) + i16::from(semitones)).collect();
    pitches.sort_unstable();
    let Some(&median) = pitches.get(pitches.len() / 2) else { return };
    let octaves = (f64::from(low + high - 2 * median) / 24.0).round() as i16;
    for note in notes {
        note.pitch = fold(i16::from(note.pitch) + i16::from(semitones) + 12 * octaves, low, high);
    }
}

/// As [`to_register`], and snaps everything to `key`.
pub fn fit_register(notes: &mut [LineNote], key: Key, semitones: i8, register: (u8, u8)) {
    to_register(notes, semitones, register);
    for note in notes {
        // Snapping may leave the register; folding by an octave keeps the pitch class.
        note.pitch = fold(key.snap(note.pitch).into(), register.0.into(), register.1.into());
    }
}

/// Moves `pitch` by octaves into `low..=high`, which spans an octave or more.
pub(super) fn fold(mut pitch: i16, low: i16, high: i16) -> u8 {
    while pitch < low {
        pitch += 12;
    }
    while high < pitch {
        pitch -= 12;
    }
    pitch.clamp(0, 127) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(pitch: u8) -> u16 {
        melody::token(pitch).unwrap()
    }

    #[test]
    fn a_note_ends_at_the_next_note_or_at_its_end_token() {
        let line = [token(60), 0, token(62), 1, 0, token(64), 0, 0];
        let found: Vec<_> = notes(&line).iter().map(|n| (n.start_step, n.n_steps)).collect();

        assert_eq!(found, [(0, 2), (2, 1), (5, 3)]);
        assert!(notes(&[0, 0, 1]).is_empty());
    }

    #[test]
    fn a_tune_in_another_key_is_transposed_as_a_whole() {
        let d_minor = [62u8, 64, 65, 67, 69, 70, 72];
        let lead: Line = d_minor.iter().map(|&pitch| token(pitch)).collect();
        let bass: Line = vec![token(38), 0, 0, 0];

        let key: Key = "A minor".parse().unwrap();
        let semitones = transposition(key, &bass, &lead);

        assert_eq!(semitones, -5);
        assert!(d_minor.iter().all(|&pitch| key.contains((pitch as i8 + semitones) as u8)));
    }

    #[test]
    fn any_line_ends_up_in_key_and_register() {
        let key: Key = "F# dorian".parse().unwrap();
        for first in 21..=108u8 {
            let mut line: Vec<_> = (0..8)
                .map(|n| LineNote { start_step: n, n_steps: 1, pitch: (first + 5 * n as u8) % 109 })
                .collect();
            fit_register(&mut line, key, 3, (28, 52));
            assert!(line.iter().all(|n| key.contains(n.pitch) && (28..=52).contains(&n.pitch)));
        }
    }
}
