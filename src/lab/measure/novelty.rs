//! Whether samples are new or copied from the training set.
//!
//! The distance of a window from the training set is the normalised Hamming distance to the nearest
//! training window, the least over twelve transpositions that move melody and bass together and
//! leave drums unchanged. Held-out music has some distance too, and drums have a small one. A
//! window therefore counts as a copy if it is nearer than the 1st percentile of held-out music, or
//! identical to a training window; the latter matters where that percentile is 0.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::{
    lab::measure::{
        bit_planes::{BitPlanes, DrumPlanes, PitchedPlanes, Rhythm},
        statistics::quantile,
        tokens::{Kind, Window},
    },
    music::{melody, trio::Line},
};

/// Transpositions in semitones.
const TRANSPOSITIONS: std::ops::RangeInclusive<i16> = -5..=6;

/// The quantile of held-out distances below which a window is a copy.
const COPY_QUANTILE: f64 = 0.01;

/// Novelty of a set of windows, compared with held-out windows. Distances are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Novelty {
    /// Number of windows.
    pub windows: usize,
    /// Number of held-out windows.
    pub held_out: usize,
    /// Distance below which a window is a copy: the 1st percentile of the held-out windows'. A
    /// window at distance 0 is always a copy.
    pub copy_below: f64,
    /// The share of copies among the windows, 0 to 1.
    pub copy_rate: f64,
    /// The share of copies among the held-out windows by the same rule, 0 to 1: the level expected
    /// without copying.
    pub held_out_copy_rate: f64,
    /// The share of windows identical to a training window, up to transposition.
    pub exact_rate: f64,
    /// Median distance of the windows from the training set.
    pub median: f64,
    /// Median distance of held-out windows from the training set.
    pub held_out_median: f64,
}

/// Compares the distances of windows with those of held-out windows, both from
/// [`TrainingSet::distances`].
pub fn novelty(distances: &[f64], held_out: &[f64]) -> Novelty {
    let copy_below = quantile(held_out, COPY_QUANTILE);
    let is_copy = |distance: f64| distance == 0.0 || distance < copy_below;
    let is_exact = |distance: f64| distance == 0.0;
    Novelty {
        windows: distances.len(),
        held_out: held_out.len(),
        copy_below,
        copy_rate: rate(distances, is_copy),
        held_out_copy_rate: rate(held_out, is_copy),
        exact_rate: rate(distances, is_exact),
        median: quantile(distances, 0.5),
        held_out_median: quantile(held_out, 0.5),
    }
}

fn rate(distances: &[f64], counts: impl Fn(f64) -> bool) -> f64 {
    let n = distances.iter().filter(|&&distance| counts(distance)).count();
    n as f64 / distances.len().max(1) as f64
}

/// Training windows, packed for fast distances.
#[derive(Debug, Clone)]
pub struct TrainingSet {
    kinds: Vec<Kind>,
    windows: Vec<Packed>,
}

impl TrainingSet {
    /// Packs `windows`, whose lines are of `kinds`.
    pub fn new(kinds: &[Kind], windows: &[Window]) -> Self {
        let pack = |window: &Window| Packed::new(&Parts::of(kinds, window));
        Self { kinds: kinds.to_vec(), windows: windows.par_iter().map(pack).collect() }
    }

    /// The distance of each window from the nearest of the set, 0 to 1; 1 if the set is empty.
    ///
    /// Takes time proportional to the product of both sets' sizes, on all cores: a few seconds for
    /// 2,000 trio windows against 40,000.
    pub fn distances(&self, windows: &[Window]) -> Vec<f64> {
        windows.par_iter().map(|window| self.distance(window)).collect()
    }

    fn distance(&self, window: &Window) -> f64 {
        let n_steps: usize = window.iter().map(Vec::len).sum();
        let query = Query::new(Parts::of(&self.kinds, window));
        let mut nearest = n_steps as u32;
        for other in &self.windows {
            nearest = query.n_different(other, nearest);
            if nearest == 0 {
                break;
            }
        }
        f64::from(nearest) / n_steps.max(1) as f64
    }
}

/// The lines of a window by kind.
struct Parts<'a> {
    pitched: Vec<&'a Line>,
    drums: Vec<&'a Line>,
}

impl<'a> Parts<'a> {
    fn of(kinds: &[Kind], window: &'a [Line]) -> Self {
        let lines = |kind| {
            let pairs = window.iter().zip(kinds).filter(move |(_, of_line)| **of_line == kind);
            pairs.map(|(line, _)| line).collect()
        };
        Self { pitched: lines(Kind::Pitched), drums: lines(Kind::Drums) }
    }
}

#[derive(Debug, Clone)]
struct Packed {
    drums: Vec<DrumPlanes>,
    rhythms: Vec<Rhythm>,
    pitched: Vec<PitchedPlanes>,
}

impl Packed {
    fn new(parts: &Parts) -> Self {
        Self {
            drums: parts.drums.iter().map(|line| DrumPlanes::pack(line)).collect(),
            rhythms: parts.pitched.iter().map(|line| Rhythm::of(line)).collect(),
            pitched: parts.pitched.iter().map(|line| PitchedPlanes::pack(line)).collect(),
        }
    }
}

/// A window whose nearest neighbour is searched for.
struct Query {
    window: Packed,
    /// Its pitched lines in every transposition that stays in range.
    transposed: Vec<Vec<PitchedPlanes>>,
}

impl Query {
    fn new(parts: Parts) -> Self {
        let transposed =
            TRANSPOSITIONS.filter_map(|semitones| transpose(&parts.pitched, semitones));
        Self { window: Packed::new(&parts), transposed: transposed.collect() }
    }

    /// The number of steps at which the window, in its best transposition, differs from `other`; at
    /// most `limit`.
    ///
    /// Drums and rhythm, which transposition does not change, are compared first and exclude most
    /// windows.
    fn n_different(&self, other: &Packed, limit: u32) -> u32 {
        let drums = total(&self.window.drums, &other.drums);
        if limit <= drums {
            return limit;
        }
        let rhythm = total(&self.window.rhythms, &other.rhythms);
        if limit <= drums + rhythm {
            return limit;
        }
        let pitched = self.transposed.iter().map(|lines| total(lines, &other.pitched));
        pitched.min().map_or(limit, |pitched| limit.min(drums + pitched))
    }
}

fn total<const N: usize>(a: &[BitPlanes<N>], b: &[BitPlanes<N>]) -> u32 {
    a.iter().zip(b).map(|(a, b)| a.n_different(b)).sum()
}

/// All lines transposed together; none if a note leaves the range of tokens.
fn transpose(lines: &[&Line], semitones: i16) -> Option<Vec<PitchedPlanes>> {
    let move_token = |&token: &u16| match melody::pitch(token) {
        Some(_) => {
            token.checked_add_signed(semitones).filter(|&moved| Kind::Pitched.is_onset(moved))
        }
        None => Some(token),
    };
    let move_line = |line: &&Line| line.iter().map(move_token).collect::<Option<Vec<u16>>>();
    lines.iter().map(|line| move_line(line).map(|line| PitchedPlanes::pack(&line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIO: [Kind; 3] = [Kind::Pitched, Kind::Pitched, Kind::Drums];

    fn window(melody: [u16; 4], bass: [u16; 4], drums: [u16; 4]) -> Window {
        vec![melody.to_vec(), bass.to_vec(), drums.to_vec()]
    }

    #[test]
    fn a_copy_is_found_if_all_parts_are_transposed_together() {
        let train = window([40, 0, 42, 1], [20, 0, 0, 1], [3, 0, 511, 0]);
        let set = TrainingSet::new(&TRIO, &[window([7; 4], [9; 4], [0; 4]), train]);
        let together = window([45, 0, 47, 1], [25, 0, 0, 1], [3, 0, 511, 0]);
        let apart = window([45, 0, 47, 1], [20, 0, 0, 1], [3, 0, 511, 0]);

        assert_eq!(set.distances(&[together, apart]), [0.0, 1.0 / 12.0]);
    }

    #[test]
    fn drums_are_never_transposed_and_notes_stay_in_range() {
        let set = TrainingSet::new(&[Kind::Drums], &[vec![vec![5, 0]]]);
        assert_eq!(set.distances(&[vec![vec![6, 0]]]), [0.5]);
        let set = TrainingSet::new(&[Kind::Pitched], &[vec![vec![2, 1]]]);
        assert_eq!(set.distances(&[vec![vec![8, 1]], vec![vec![7, 1]]]), [0.5, 0.0]);
    }

    #[test]
    fn the_nearest_window_is_that_of_an_exhaustive_search() {
        let random = |seed: u16| -> Window {
            let line = |part: u16| {
                (0..70)
                    .map(|step| (step * step * part + seed * step + seed) % 40 * (step % 2))
                    .collect()
            };
            vec![line(1), line(2), line(3)]
        };
        let train: Vec<Window> = (0..30).map(random).collect();
        let set = TrainingSet::new(&TRIO, &train);
        let moved = |window: &Window, by: i16| -> Option<Window> {
            let token = |&token: &u16| match token {
                0 | 1 => Some(token),
                _ => token.checked_add_signed(by).filter(|token| *token > 1),
            };
            let line = |line: &Line| line.iter().map(token).collect::<Option<Line>>();
            Some(vec![line(&window[0])?, line(&window[1])?, window[2].clone()])
        };
        for query in (30..40).map(random) {
            let all = TRANSPOSITIONS.filter_map(|by| moved(&query, by));
            let all = all.flat_map(|moved| {
                train.iter().map(move |train| crate::lab::measure::tokens::hamming(&moved, train))
            });
            let nearest = all.fold(1.0, f64::min);
            assert!((set.distances(&[query])[0] - nearest).abs() < 1e-12);
        }
    }

    #[test]
    fn a_copy_is_nearer_than_the_first_percentile_of_held_out_music() {
        let held_out: Vec<f64> = (0..=100).map(|n| f64::from(n) / 100.0).collect();

        let found = novelty(&[0.0, 0.005, 0.01, 0.3], &held_out);

        assert_eq!((found.copy_below, found.copy_rate, found.exact_rate), (0.01, 0.5, 0.25));
        assert_eq!((found.held_out_median, found.held_out_copy_rate), (0.5, 1.0 / 101.0));
    }

    #[test]
    fn an_identical_window_is_a_copy_even_if_held_out_music_is_in_the_set() {
        let found = novelty(&[0.0, 0.1], &[0.0; 4]);
        assert_eq!((found.copy_below, found.copy_rate, found.held_out_copy_rate), (0.0, 0.5, 1.0));
    }
}
