//! The tempo map of a MIDI file: quarters to seconds.

use crate::{
    music::note::{Note, NoteSequence},
    units::Bpm,
};

/// Tempo changes of a file: time in quarters, quarter notes per minute. Unlike a [`Bpm`], a tempo may be
/// any above 0, as in a fermata or a long ritardando.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TempoMap {
    changes: Vec<(f64, f64)>,
}

impl TempoMap {
    /// A map of `changes`, sorted by time; before the first the tempo is the default.
    pub fn new(changes: Vec<(f64, f64)>) -> Self {
        Self { changes }
    }

    /// The map of a piece whose tempos all are within the range of [`Bpm`].
    pub fn of(piece: &NoteSequence) -> Self {
        Self::new(piece.tempos.iter().map(|(at, tempo)| (*at, tempo.get())).collect())
    }

    /// `piece` at the default tempo, with every note at its time in this map.
    pub fn at_one_tempo(&self, piece: &NoteSequence) -> NoteSequence {
        let starts = self.starts();
        let quarters_per_second = Bpm::DEFAULT.get() / 60.0;
        let moved = |quarter: f64| seconds(&starts, quarter) * quarters_per_second;
        let note = |note: &Note| Note { start: moved(note.start), end: moved(note.end), ..*note };
        NoteSequence {
            notes: piece.notes.iter().map(note).collect(),
            tempos: vec![(0.0, Bpm::DEFAULT)],
            meters: Vec::new(),
        }
    }

    /// The starts in seconds of the first `n` bars of `quarters` each.
    pub fn bar_starts(&self, n: usize, quarters: f64) -> Vec<f64> {
        let starts = self.starts();
        (0..n).map(|bar| seconds(&starts, bar as f64 * quarters)).collect()
    }

    /// The stretches of equal tempo: first quarter, its time in seconds, seconds per quarter.
    fn starts(&self) -> Vec<(f64, f64, f64)> {
        let mut starts = vec![(0.0, 0.0, 60.0 / Bpm::DEFAULT.get())];
        for &(at, bpm) in &self.changes {
            starts.push((at, seconds(&starts, at), 60.0 / bpm));
        }
        starts
    }
}

/// The time of `quarter` in seconds.
fn seconds(starts: &[(f64, f64, f64)], quarter: f64) -> f64 {
    let n_begun = starts.partition_point(|(at, ..)| *at <= quarter).max(1);
    let (at, seconds, a_quarter) = starts[n_begun - 1];
    seconds + (quarter - at) * a_quarter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_where_the_tempos_before_them_put_them() {
        let map = TempoMap::new(vec![(0.0, 60.0), (4.0, 15.0), (5.0, 600.0)]);
        let note = |start: f64| Note {
            pitch: 60,
            velocity: 80,
            start,
            end: start + 1.0,
            program: 0,
            is_drum: false,
            instrument: 0,
        };
        let notes = vec![note(0.0), note(3.5), note(4.5), note(15.0)];

        let moved = map.at_one_tempo(&NoteSequence { notes, tempos: vec![], meters: vec![] });

        assert_eq!(map.bar_starts(3, 4.0), [0.0, 4.0, 8.3]);
        // Two quarters a second.
        let times: Vec<(f64, f64)> =
            moved.notes.iter().map(|note| (note.start / 2.0, note.end / 2.0)).collect();
        assert_eq!(times, [(0.0, 1.0), (3.5, 6.0), (6.0, 8.05), (9.0, 9.1)]);
        assert_eq!(moved.tempos, [(0.0, Bpm::DEFAULT)]);
    }
}
