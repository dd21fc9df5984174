//! Beats of one tempo, as played by machines, and by bands to a click.
//!
//! The decoder's beats follow any sound, so in a long break without kick they drift to off-beat hats. A grid
//! of one tempo can't. A recording has one tempo if nearly all of the decoder's beats lie on the best grid or
//! half-way between its beats; if the tempo drifts, they lie anywhere.

use crate::lab::transcription::beats::viterbi::Decoder;

/// Ratio by which the tempo may differ from the path's.
const SPREAD: f64 = 0.03;

/// Beats of the first search; each further search has twice as many, near the best grids so far.
const FIRST: usize = 64;

/// Grids kept for the next search.
const N_BEST: usize = 200;

/// Fewer beats than this have no tempo.
const FEWEST: usize = 8;

/// Share of a beat within which a decoded beat lies on the grid, or half-way.
const NEAR: f64 = 0.1;

/// Least shares of decoded beats on a grid of one tempo, and on it or half-way.
const ON_GRID: f64 = 0.5;
const ON_HALVES: f64 = 0.9;

/// Beats at `start`, `start + period` and so on, in frames.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Grid {
    start: f64,
    period: f64,
}

impl Grid {
    /// Its first `n` beats.
    fn beats(self, n: usize) -> impl Iterator<Item = f64> {
        (0..n).map(move |number| self.start + self.period * number as f64)
    }

    /// Number of its beats before frame `end`.
    fn n_before(self, end: usize) -> usize {
        ((end as f64 - self.start) / self.period).ceil().max(0.0) as usize
    }

    /// Nearby grids, whose first `n` beats differ by about a frame at most.
    fn neighbours(self, n: usize) -> impl Iterator<Item = Self> {
        let by = |step: i32, of: f64| f64::from(step) * of;
        (-2..=2).flat_map(move |slower| {
            (-1..=1).map(move |later| Self {
                start: (self.start + by(later, 0.5)).max(0.0),
                period: self.period + by(slower, 0.5 / n as f64),
            })
        })
    }
}

/// The beats of a grid of one tempo in frames, if `path` has one.
pub fn steady(decoder: &Decoder, path: &[usize]) -> Option<Vec<f64>> {
    let lengths = path.windows(2).map(|pair| pair[1] - pair[0]);
    let mut lengths: Vec<usize> = lengths.collect();
    lengths.sort_unstable();
    let usual = lengths.get(lengths.len() / 2).filter(|_| FEWEST <= lengths.len())?;
    let gains: Vec<f64> =
        (0..decoder.n_frames()).map(|start| decoder.gain(start, *usual)).collect();
    let grid = best(&gains, *usual as f64);
    let halves = path.iter().map(|frame| 2.0 * (*frame as f64 - grid.start) / grid.period);
    let near: Vec<f64> =
        halves.filter(|half| (half - half.round()).abs() < 2.0 * NEAR).map(f64::round).collect();
    let n_on_grid = near.iter().filter(|half| *half % 2.0 == 0.0).count();
    let share = |n: usize| n as f64 / path.len() as f64;
    let is_steady = ON_GRID <= share(n_on_grid) && ON_HALVES <= share(near.len());
    is_steady.then(|| grid.beats(grid.n_before(gains.len())).collect())
}

/// The grid with the greatest gain over all frames.
fn best(gains: &[f64], usual: f64) -> Grid {
    let n_all = (gains.len() as f64 / usual) as usize;
    let mut n = FIRST.min(n_all.max(1));
    let n_periods = (2.0 * SPREAD * usual * 2.0 * n as f64).ceil() as usize;
    let periods =
        (0..=n_periods).map(|step| usual * (1.0 - SPREAD) + step as f64 / (2.0 * n as f64));
    let all = periods.flat_map(|period| {
        (0..period.ceil() as usize).map(move |start| Grid { start: start as f64, period })
    });
    let mut grids = the_best(gains, all.collect(), n);
    while n < n_all {
        n = (2 * n).min(n_all);
        let near = grids.iter().flat_map(|grid| grid.neighbours(n)).collect();
        grids = the_best(gains, near, n);
    }
    grids[0]
}

/// The best of `grids` by their first `n` beats, best first. Of grids with the same gain, one is kept.
fn the_best(gains: &[f64], grids: Vec<Grid>, n: usize) -> Vec<Grid> {
    let mut judged: Vec<(f64, Grid)> =
        grids.into_iter().map(|grid| (gain(gains, grid, n), grid)).collect();
    judged.sort_by(|a, b| b.0.total_cmp(&a.0));
    judged.dedup_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    judged.truncate(N_BEST);
    judged.into_iter().map(|(_, grid)| grid).collect()
}

/// The gain of the first `n` beats of `grid`.
fn gain(gains: &[f64], grid: Grid, n: usize) -> f64 {
    grid.beats(n).filter_map(|frame| gains.get(frame.round() as usize)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An activation with a peak of `height` at each of `peaks`.
    fn activation(n: usize, peaks: impl Iterator<Item = (f64, f32)>) -> Vec<f32> {
        let mut values = vec![0.02_f32; n];
        for (frame, height) in peaks {
            for (by, share) in [(0, 1.0), (1, 0.7), (2, 0.3)] {
                if let Some(value) = values.get_mut(frame.round() as usize + by) {
                    *value = value.max(share * height);
                }
            }
        }
        values
    }

    fn found(activation: &[f32]) -> Option<Vec<f64>> {
        let decoder = Decoder::new(activation, 28..=109);
        steady(&decoder, &decoder.decode())
    }

    #[test]
    fn a_break_with_hats_between_the_beats_moves_no_beat() {
        // 128 bpm: kicks, then 64 beats of hats between the beats, then kicks.
        let beat = |n: u32| 11.0 + 46.875 * f64::from(n);
        let kicks = (0..240).filter(|n| !(100..164).contains(n)).map(|n| (beat(n), 0.9));
        let hats = (100..164).map(|n| (beat(n) + 23.4, 0.6));

        let steady = found(&activation(11_300, kicks.chain(hats))).unwrap();

        assert!(240 <= steady.len(), "{}", steady.len());
        let off = (0..240).map(|n| (steady[n as usize] - beat(n)).abs()).fold(0.0, f64::max);
        assert!(off < 1.5, "{off}");
    }

    #[test]
    fn a_tempo_that_changes_is_not_steady() {
        let place = |n: f64| 20.0 + 60.0 * n - 0.1 * n * n;
        let peaks = (0..80).map(|n| (place(f64::from(n)), 0.9));
        assert_eq!(found(&activation(4200, peaks)), None);
        assert_eq!(found(&[]), None);
        assert_eq!(found(&[0.5; 30]), None);
    }
}
