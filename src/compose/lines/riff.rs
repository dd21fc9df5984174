//! Riffs: two repeating bars in which one note changes at a time.

use rand::RngExt as _;

use crate::{
    compose::{lines::memory::LineKey, phrase::Take},
    music::{arrange::LineNote, scale::Key},
    rng::{self, Rng},
};

/// Steps of the riff.
const N_STEPS: usize = 32;

/// Steps of a move, in the scale or in time.
const MOVES: [i32; 4] = [-2, -1, 1, 2];

/// Probability that a change moves a note in time instead of in pitch.
const IN_TIME: f64 = 0.3;

/// A phrase of the riff `motif`: its state at this point of the piece, and its next state.
pub(super) fn phrase(motif: &[LineNote], line: LineKey, key: Key, seed: u64) -> Vec<LineNote> {
    let n_changes = n_changes(line);
    let first = evolved(motif, line.motif, n_changes, key, seed);
    let second = evolved(motif, line.motif, n_changes + 1, key, seed);
    let later = second.iter().map(|n| LineNote { start_step: N_STEPS + n.start_step, ..*n });
    first.iter().copied().chain(later).collect()
}

/// Number of changes before a phrase. Each visit starts one later.
fn n_changes(line: LineKey) -> u64 {
    let of_section = match line.take {
        Take::Statement | Take::Repeat => 0,
        Take::Variation => line.of_section.saturating_sub(1),
        Take::Departure => 3,
    };
    line.visit + of_section
}

/// The riff after `n_changes` of one note each.
fn evolved(
    motif: &[LineNote],
    number: usize,
    n_changes: u64,
    key: Key,
    seed: u64,
) -> Vec<LineNote> {
    let mut notes = motif.to_vec();
    for nth in 0..n_changes {
        change(&mut notes, key, &mut rng::stream(seed, &format!("riff {number} {nth}")));
    }
    notes
}

/// Moves one note but the first in pitch or, if there is room, in time.
fn change(notes: &mut [LineNote], key: Key, rng: &mut Rng) {
    if notes.len() < 2 {
        return;
    }
    let which = rng.random_range(1..notes.len());
    let by = MOVES[rng.random_range(0..MOVES.len())];
    let is_in_time = rng.random_bool(IN_TIME);
    let note = notes[which];
    let earliest = notes[which - 1].start_step + 2;
    let latest = notes.get(which + 1).map_or(N_STEPS, |next| next.start_step).saturating_sub(2);
    match note.start_step.checked_add_signed(by as isize) {
        Some(start_step) if is_in_time && (earliest..=latest).contains(&start_step) => {
            let end = (note.start_step + note.n_steps).max(start_step + 1);
            notes[which] = LineNote { start_step, n_steps: end - start_step, ..note };
            let before = &mut notes[which - 1];
            before.n_steps = before.n_steps.min(start_step - before.start_step);
        }
        _ => notes[which].pitch = key.step(note.pitch, by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        "A minor".parse().unwrap()
    }

    fn riff() -> Vec<LineNote> {
        [(0, 2, 69), (6, 2, 72), (12, 4, 71), (16, 2, 69), (22, 2, 64)].map(LineNote::from).into()
    }

    #[test]
    fn one_note_changes_at_a_time() {
        for seed in 0..50 {
            let [before, after] = [4, 5].map(|n| evolved(&riff(), 0, n, key(), seed));
            let same = |(a, b): &(&LineNote, &LineNote)| {
                (a.start_step, a.pitch) == (b.start_step, b.pitch)
            };

            assert_eq!(before.iter().zip(&after).filter(|pair| !same(pair)).count(), 1);
            assert_eq!(after[0], LineNote { n_steps: after[0].n_steps, ..riff()[0] });
            assert!(after.windows(2).all(|p| p[0].start_step + p[0].n_steps <= p[1].start_step));
            assert!(after.iter().all(|note| key().contains(note.pitch)));
        }
    }

    #[test]
    fn the_second_half_is_a_change_ahead_and_the_next_phrase_begins_there() {
        let line = |take, of_section| LineKey { motif: 0, visit: 0, take, of_section };
        let statement = phrase(&riff(), line(Take::Statement, 0), key(), 1);
        let variation = phrase(&riff(), line(Take::Variation, 2), key(), 1);
        let n_first = statement.iter().filter(|note| note.start_step < N_STEPS).count();
        let again = statement[n_first..].iter().map(|n| n.start_step - N_STEPS);

        assert_eq!(statement[..n_first], riff());
        assert!(again.eq(variation.iter().map(|n| n.start_step).take_while(|s| *s < N_STEPS)));
    }
}
