//! How well the onsets of a bar fit its grid.

use crate::{
    lab::transcription::{HeardNote, Hit, score::place::Grid},
    music::meter::STEPS_PER_BAR,
};

/// An onset is on the grid if it is off by at most this share of half a step.
const ON_GRID: f32 = 0.6;

/// Bars with fewer onsets have confidence 0.
const FEWEST: usize = 3;

/// Default minimum confidence of bars used for training.
pub const TRUSTED: f64 = 0.5;

/// The confidence in each of `n_bars` bars, 0 to 1: 0 if its onsets are random, 1 if all are on the grid;
/// also 0 for a bar with hardly any onsets.
pub fn by_bar(grid: &Grid, n_bars: usize, hits: &[Hit], notes: &[HeardNote]) -> Vec<f64> {
    let mut counts = vec![(0, 0); n_bars];
    let onsets = hits.iter().map(|hit| hit.onset_s).chain(notes.iter().map(|note| note.onset_s));
    for (step, offset) in onsets.filter_map(|second| grid.nearest(second)) {
        if let Some((n_on, n)) = counts.get_mut(step as usize / STEPS_PER_BAR) {
            *n_on += usize::from(offset.abs() <= ON_GRID);
            *n += 1;
        }
    }
    let by_chance = f64::from(ON_GRID);
    let confidence = |(n_on, n): (usize, usize)| {
        let share = n_on as f64 / n.max(1) as f64;
        let rises = ((share - by_chance) / (1.0 - by_chance)).max(0.0);
        if n < FEWEST { 0.0 } else { rises }
    };
    counts.into_iter().map(confidence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lab::transcription::beats::Beats, music::drums::Drum};

    #[test]
    fn bars_are_trusted_as_their_onsets_fit() {
        let beats = Beats { times_s: (0..16).map(|n| 0.5 * f64::from(n)).collect(), downbeat: 0 };
        let hit = |step: f64| Hit { onset_s: step / 8.0, drum: Drum::Kick, velocity: 90 };
        let even = (0..8).map(|n| hit(2.0 * f64::from(n) + 0.1));
        let anywhere = (0..8).map(|n| hit(16.0 + 1.45 * f64::from(n)));
        let hits: Vec<Hit> = even.chain(anywhere).chain([hit(33.0)]).collect();
        let grid = Grid::new(&beats, &hits, &[]).unwrap();

        let found = by_bar(&grid, 4, &hits, &[]);

        assert_eq!((found[0], found[2], found[3]), (1.0, 0.0, 0.0));
        assert!(found[1] < TRUSTED, "{found:?}");
    }
}
