//! Similarity of two tunes.

use std::collections::HashSet;

use crate::music::{arrange, trio::Line};

/// The similarity of the notes of `a` and `b`, 0 to 1: the F1 score of their onsets. Two notes match if the
/// same line starts the same pitch at the same step. Two silent tunes have 1.
///
/// Lines of tokens of [`crate::music::melody`], in one key and of one length.
pub fn likeness(a: &[Line], b: &[Line]) -> f64 {
    let (a, b) = (onsets(a), onsets(b));
    match a.len() + b.len() {
        0 => 1.0,
        n => 2.0 * a.intersection(&b).count() as f64 / n as f64,
    }
}

/// Line, step and pitch of each note.
fn onsets(lines: &[Line]) -> HashSet<(usize, usize, u8)> {
    let of_line = |(number, line): (usize, &Line)| {
        let notes = arrange::notes(line).into_iter();
        notes.map(move |note| (number, note.start_step, note.pitch)).collect::<Vec<_>>()
    };
    lines.iter().enumerate().flat_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_the_share_of_notes_in_common() {
        let a = vec![vec![40, 0, 42, 0, 44, 0, 45, 0]];
        let one_moved = vec![vec![40, 0, 42, 0, 44, 0, 0, 45]];
        let one_missing = vec![vec![40, 0, 42, 0, 44, 0, 0, 0]];

        assert_eq!(likeness(&a, &a), 1.0);
        assert_eq!(likeness(&a, &one_moved), 0.75);
        assert_eq!(likeness(&a, &one_missing), 6.0 / 7.0);
        assert_eq!(likeness(&a, &[vec![0; 8]]), 0.0);
        assert_eq!(likeness(&[vec![0; 8]], &[vec![1; 8]]), 1.0);
    }

    #[test]
    fn the_same_note_in_another_line_is_another_note() {
        assert_eq!(likeness(&[vec![40], vec![0]], &[vec![0], vec![40]]), 0.0);
    }
}
