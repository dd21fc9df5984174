//! Operators that develop a motif: each derives notes from other notes within a key.
//!
//! A bar is a list of notes at steps 0 to 15 that end within it.

use crate::music::{arrange::LineNote, meter::STEPS_PER_BAR, scale::Key};

/// Steps in half a bar.
const HALF: usize = STEPS_PER_BAR / 2;

/// The notes that start in bar `number` of `notes`.
pub(super) fn bar(notes: &[LineNote], number: usize) -> Vec<LineNote> {
    let first = number * STEPS_PER_BAR;
    let here = notes.iter().filter(|note| note.start_step / STEPS_PER_BAR == number);
    here.map(|note| {
        let start_step = note.start_step - first;
        LineNote { start_step, n_steps: note.n_steps.min(STEPS_PER_BAR - start_step), ..*note }
    })
    .collect()
}

/// Bars joined to a line.
pub(super) fn join(bars: &[Vec<LineNote>]) -> Vec<LineNote> {
    let shifted = bars.iter().enumerate().flat_map(|(number, bar)| {
        let first = number * STEPS_PER_BAR;
        bar.iter().map(move |note| LineNote { start_step: first + note.start_step, ..*note })
    });
    shifted.collect()
}

/// The notes moved by scale steps: a sequence.
pub(super) fn sequence(notes: &[LineNote], key: Key, n_scale_steps: i32) -> Vec<LineNote> {
    let moved = |note: &LineNote| LineNote { pitch: key.step(note.pitch, n_scale_steps), ..*note };
    notes.iter().map(moved).collect()
}

/// The notes inverted at the first one: a rise becomes a fall of as many scale steps.
pub(super) fn invert(notes: &[LineNote], key: Key) -> Vec<LineNote> {
    let Some(axis) = notes.first().map(|note| note.pitch) else { return Vec::new() };
    let mirrored = |note: &LineNote| LineNote {
        pitch: key.step(axis, key.scale_steps(note.pitch, axis)),
        ..*note
    };
    notes.iter().map(mirrored).collect()
}

/// The first half of a bar.
pub(super) fn head(bar: &[LineNote]) -> Vec<LineNote> {
    let here = bar.iter().filter(|note| note.start_step < HALF);
    here.map(|note| LineNote { n_steps: note.n_steps.min(HALF - note.start_step), ..*note })
        .collect()
}

/// The head of a bar twice, the second time moved by scale steps.
pub(super) fn fragment(bar: &[LineNote], key: Key, n_scale_steps: i32) -> Vec<LineNote> {
    let head = head(bar);
    let again = sequence(&head, key, n_scale_steps);
    let again = again.iter().map(|note| LineNote { start_step: HALF + note.start_step, ..*note });
    head.iter().copied().chain(again).collect()
}

/// A bar that comes to rest: the last note up to the middle is held to the end.
pub(super) fn cadence(bar: &[LineNote]) -> Vec<LineNote> {
    let n_kept = bar.iter().filter(|note| note.start_step <= HALF).count().max(1);
    let mut kept = bar[..n_kept.min(bar.len())].to_vec();
    if let Some(last) = kept.last_mut() {
        last.n_steps = STEPS_PER_BAR - last.start_step;
    }
    kept
}

/// The notes of one bar at half their speed, over two bars.
pub(super) fn augment(bar: &[LineNote]) -> Vec<LineNote> {
    let slow = |note: &LineNote| LineNote {
        start_step: 2 * note.start_step,
        n_steps: 2 * note.n_steps,
        ..*note
    };
    bar.iter().map(slow).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        "A minor".parse().unwrap()
    }

    /// A bar of A minor: A C B, and E in the second half.
    fn motif() -> Vec<LineNote> {
        [(0, 4, 69), (4, 2, 72), (6, 2, 71), (10, 6, 76)].map(LineNote::from).into()
    }

    fn pitches(notes: &[LineNote]) -> Vec<u8> {
        notes.iter().map(|note| note.pitch).collect()
    }

    #[test]
    fn a_sequence_keeps_the_rhythm_and_stays_in_the_key() {
        let moved = sequence(&motif(), key(), 1);

        assert_eq!(pitches(&moved), [71, 74, 72, 77]);
        assert!(moved.iter().zip(motif()).all(|(a, b)| a.start_step == b.start_step));
    }

    #[test]
    fn an_inversion_falls_where_the_motif_rose() {
        assert_eq!(pitches(&invert(&motif(), key())), [69, 65, 67, 62]);
        assert_eq!(invert(&invert(&motif(), key()), key()), motif());
        assert!(invert(&[], key()).is_empty());
    }

    #[test]
    fn a_fragment_is_the_head_twice() {
        assert_eq!(pitches(&fragment(&motif(), key(), -1)), [69, 72, 71, 67, 71, 69]);
    }

    #[test]
    fn a_cadence_rests_on_one_note() {
        assert_eq!(cadence(&motif()).last(), Some(&LineNote::from((6, 10, 71))));
        assert_eq!(cadence(&motif()[3..]), [LineNote::from((10, 6, 76))]);
        assert!(cadence(&[]).is_empty());
    }

    #[test]
    fn bars_are_taken_out_and_joined_again() {
        let two = join(&[motif(), sequence(&motif(), key(), 2)]);
        assert_eq!(bar(&two, 1), sequence(&motif(), key(), 2));

        let held = [LineNote::from((12, 20, 60))];
        assert_eq!(bar(&held, 0), [LineNote::from((12, 4, 60))]);
    }

    #[test]
    fn an_augmented_bar_fills_two() {
        let slow = augment(&motif());
        assert_eq!((slow.last().unwrap().start_step, slow.last().unwrap().n_steps), (20, 12));
    }
}
