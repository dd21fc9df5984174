//! Basic health checks of token lines: empty bars, density, notes in a key, steadiness.
//!
//! Definitions of `MusPy` (Dong et al. 2020, arXiv:2008.01951) and `MusDr` (Wu & Yang 2020,
//! arXiv:2008.01307), except that `MusPy` counts one extra empty bar at the end.

use serde::Serialize;

use crate::{
    lab::measure::{
        statistics::{entropy, mean},
        tokens::Kind,
    },
    music::{
        arrange::notes,
        drums,
        meter::STEPS_PER_BAR,
        scale::{Key, Mode},
    },
};

/// Figures of a set of lines of one part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    /// Number of lines.
    pub lines: usize,
    /// The share of bars without an onset, 0 to 1.
    pub empty_bar_rate: f64,
    /// Mean number of onsets per bar; drum hits count individually.
    pub notes_per_bar: f64,
    /// Similarity of the rhythms of neighbouring bars, 0 to 1 (`MusPy`'s groove consistency).
    pub groove_consistency: f64,
    /// Figures of pitched lines only.
    pub pitches: Option<PitchHealth>,
}

/// Figures of pitches: means over the lines that have notes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PitchHealth {
    /// The share of a line's notes in the best-fitting major or minor key, 0 to 1 (`MusPy`'s scale
    /// consistency). Depends on `notes_per_line`: random pitches give 0.81 for 10 notes, 0.64 for
    /// 160.
    pub in_scale_rate: f64,
    /// Mean number of notes per line.
    pub notes_per_line: f64,
    /// Entropy of a line's pitch classes, by number of notes, in bits, 0 to 3.58.
    pub pitch_class_entropy: f64,
}

/// Measures lines of one kind; an incomplete last bar counts as a bar.
pub fn examine<L: AsRef<[u16]>>(kind: Kind, lines: &[L]) -> Health {
    let lines: Vec<&[u16]> = lines.iter().map(AsRef::as_ref).collect();
    let bars: Vec<&[u16]> = lines.iter().flat_map(|line| line.chunks(STEPS_PER_BAR)).collect();
    let n_bars = bars.len().max(1) as f64;
    let n_empty = bars.iter().filter(|bar| !bar.iter().any(|&t| kind.is_onset(t))).count();
    let n_notes: usize = bars.iter().map(|bar| n_notes(kind, bar)).sum();
    Health {
        lines: lines.len(),
        empty_bar_rate: n_empty as f64 / n_bars,
        notes_per_bar: n_notes as f64 / n_bars,
        groove_consistency: groove_consistency(kind, &lines),
        pitches: (kind == Kind::Pitched).then(|| PitchHealth::of(&lines)),
    }
}

impl PitchHealth {
    fn of(lines: &[&[u16]]) -> Self {
        let pitches = lines.iter().map(|line| pitches(line));
        let pitches: Vec<Vec<u8>> = pitches.filter(|pitches| !pitches.is_empty()).collect();
        let mean_of = |figure: fn(&[u8]) -> f64| {
            mean(&pitches.iter().map(|pitches| figure(pitches)).collect::<Vec<_>>())
        };
        Self {
            in_scale_rate: mean_of(in_scale_rate),
            notes_per_line: mean_of(|pitches| pitches.len() as f64),
            pitch_class_entropy: mean_of(pitch_class_entropy),
        }
    }
}

fn n_notes(kind: Kind, bar: &[u16]) -> usize {
    match kind {
        Kind::Pitched => bar.iter().filter(|&&token| kind.is_onset(token)).count(),
        Kind::Drums => bar.iter().map(|&token| drums::classes(token).count()).sum(),
    }
}

fn pitches(line: &[u16]) -> Vec<u8> {
    notes(line).iter().map(|note| note.pitch).collect()
}

/// 1 minus the mean share of steps at which the rhythms of neighbouring bars differ; 1 without such
/// pairs.
fn groove_consistency(kind: Kind, lines: &[&[u16]]) -> f64 {
    let alike = |a: &[u16], b: &[u16]| {
        let steps = a.iter().zip(b);
        let n_alike = steps.filter(|(a, b)| kind.is_onset(**a) == kind.is_onset(**b)).count();
        n_alike as f64 / STEPS_PER_BAR as f64
    };
    let pairs = |line: &[u16]| -> Vec<f64> {
        let bars: Vec<&[u16]> = line.chunks_exact(STEPS_PER_BAR).collect();
        bars.windows(2).map(|pair| alike(pair[0], pair[1])).collect()
    };
    let shares = lines.iter().map(|line| pairs(line)).collect::<Vec<_>>().concat();
    if shares.is_empty() { 1.0 } else { mean(&shares) }
}

fn in_scale_rate(pitches: &[u8]) -> f64 {
    let modes = [Mode::Major, Mode::Minor];
    let keys = (0..12).flat_map(|root| modes.map(|mode| Key { root, mode }));
    let n_in = |key: Key| pitches.iter().filter(|&&pitch| key.contains(pitch)).count();
    keys.map(n_in).max().unwrap_or(0) as f64 / pitches.len().max(1) as f64
}

fn pitch_class_entropy(pitches: &[u8]) -> f64 {
    let mut counts = [0.0; 12];
    for pitch in pitches {
        counts[usize::from(pitch % 12)] += 1.0;
    }
    entropy(&counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::melody::token;

    fn bar(onsets: &[(usize, u16)]) -> Vec<u16> {
        let mut bar = vec![0; STEPS_PER_BAR];
        for &(step, token) in onsets {
            bar[step] = token;
        }
        bar
    }

    #[test]
    fn a_held_note_does_not_fill_a_bar() {
        let note = token(60).unwrap();
        let line = [bar(&[(0, note), (4, note)]), bar(&[]), bar(&[(0, 1)])].concat();

        let found = examine(Kind::Pitched, &[line]);

        assert_eq!((found.empty_bar_rate, found.notes_per_bar), (2.0 / 3.0, 2.0 / 3.0));
    }

    #[test]
    fn notes_are_counted_in_the_best_fitting_key() {
        let scale = [62, 64, 66, 67, 69, 71, 73];
        assert_eq!(in_scale_rate(&scale), 1.0);
        assert_eq!(in_scale_rate(&[scale.as_slice(), &[65]].concat()), 7.0 / 8.0);
        assert!((pitch_class_entropy(&[60, 72, 64, 67, 71]) - 1.921_928).abs() < 1e-6);
    }

    #[test]
    fn drums_count_every_hit_and_have_no_pitches() {
        let found = examine(Kind::Drums, &[[bar(&[(0, 0b111)]), bar(&[(0, 1), (8, 2)])].concat()]);
        assert_eq!((found.notes_per_bar, found.groove_consistency), (2.5, 15.0 / 16.0));
        assert_eq!(found.pitches, None);
    }

    #[test]
    fn no_lines_are_no_error() {
        let found = examine::<Vec<u16>>(Kind::Pitched, &[]);
        assert_eq!((found.lines, found.empty_bar_rate, found.groove_consistency), (0, 0.0, 1.0));
    }
}
