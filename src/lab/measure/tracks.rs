//! Figures of bars of event tracks: numbers of tracks and notes, and programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    music::{
        note::{Note, NoteSequence},
        trio::Line,
    },
    musicvae::convert::performance,
    units::Bpm,
};

/// Figures of bars.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tracks {
    /// Number of bars.
    pub bars: usize,
    /// Share of bars without a note, 0 to 1.
    pub silent_rate: f64,
    /// Mean number of tracks with notes, over bars with notes.
    pub tracks_per_bar: f64,
    /// Mean number of notes in a track with notes.
    pub notes_per_track: f64,
    /// Share of each program among the tracks with notes; 128 is drums.
    #[serde(skip)]
    pub programs: BTreeMap<u8, f64>,
}

/// Key of drums in [`Tracks::programs`].
const DRUMS: u8 = 128;

/// Measures bars of tracks of `n_events` tokens.
pub fn examine(bars: &[Line], n_events: usize) -> Tracks {
    let (mut n_silent, mut n_tracks, mut n_notes) = (0, 0, 0);
    let mut programs = BTreeMap::new();
    for bar in bars {
        let NoteSequence { notes, .. } =
            performance::piece(std::slice::from_ref(bar), n_events, Bpm::DEFAULT);
        n_silent += usize::from(notes.is_empty());
        n_notes += notes.len();
        let played = |note: &Note| if note.is_drum { DRUMS } else { note.program };
        let tracks: BTreeMap<u16, u8> =
            notes.iter().map(|note| (note.instrument, played(note))).collect();
        n_tracks += tracks.len();
        for program in tracks.into_values() {
            *programs.entry(program).or_insert(0.0) += 1.0;
        }
    }
    let of = |a: usize, b: usize| a as f64 / (b as f64).max(1.0);
    for n in programs.values_mut() {
        *n /= (n_tracks as f64).max(1.0);
    }
    Tracks {
        bars: bars.len(),
        silent_rate: of(n_silent, bars.len()),
        tracks_per_bar: of(n_tracks, bars.len() - n_silent),
        notes_per_track: of(n_notes, n_tracks),
        programs,
    }
}

/// Distance of the programs of `a` from those of `b`: the share of tracks that would have to change,
/// 0 to 1 (total variation).
pub fn program_distance(a: &Tracks, b: &Tracks) -> f64 {
    let share = |of: &Tracks, program: u8| of.programs.get(&program).copied().unwrap_or(0.0);
    (0..=DRUMS).map(|program| (share(a, program) - share(b, program)).abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bar of two tracks of four events: a program with two notes, and drums with one.
    fn duo(program: u16) -> Line {
        vec![360 + program, 60, 64, 256, 488, 36, 256, 489]
    }

    #[test]
    fn bars_are_counted_by_what_sounds() {
        let silent = vec![489; 8];

        let found = examine(&[duo(3), silent], 4);

        assert_eq!((found.bars, found.silent_rate), (2, 0.5));
        assert_eq!((found.tracks_per_bar, found.notes_per_track), (2.0, 1.5));
        assert_eq!(found.programs, BTreeMap::from([(3, 0.5), (128, 0.5)]));
        assert_eq!(examine(&[], 4).silent_rate, 0.0);
    }

    #[test]
    fn programs_differ_by_the_share_that_would_have_to_change() {
        let [a, b] = [3, 7].map(|program| examine(&[duo(program)], 4));
        assert_eq!((program_distance(&a, &a), program_distance(&a, &b)), (0.0, 0.5));
    }
}
