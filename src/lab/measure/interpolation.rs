//! Quality of interpolations between two windows (Roberts et al. 2018, Fig. 4).
//!
//! Two curves over the windows decoded along a path from A to B: the distance from A, which should
//! rise evenly, and the cost under a language model, which should stay as low as at the ends. The
//! baseline is [`mix`], "data-space mixing", whose cost peaks in the middle.

use rand::RngExt as _;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::{
    lab::measure::{
        language_model::LanguageModel,
        statistics::{deviation, mean, rank_correlation},
        tokens::{Window, hamming},
    },
    rng::Rng,
};

/// Windows at equally spaced points of an interpolation, both ends included.
pub type Path = Vec<Window>;

/// Least rank correlation of a monotonic path.
pub const MONOTONIC: f64 = 0.95;

/// Means over paths of equal length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interpolation {
    /// Number of paths.
    pub paths: usize,
    /// Distance of each window from the first, as the share of tokens that differ, 0 to 1.
    pub from_start: Vec<f64>,
    /// Cost of each window under the language model, in bits per token.
    pub cost: Vec<f64>,
    /// Spearman correlation of `from_start` with the position on the path, -1 to 1.
    pub rank_correlation: f64,
    /// The share of paths, 0 to 1, whose correlation is at least [`MONOTONIC`].
    pub monotonic_rate: f64,
    /// Mean distance between consecutive windows, 0 to 1.
    pub step_mean: f64,
    /// Variance of that distance along a path, averaged over paths: 0 for equal steps.
    pub step_variance: f64,
    /// Cost in the middle divided by the mean cost at the ends: about 1 for a plausible
    /// interpolation.
    pub middle_over_ends: f64,
}

/// Measures `paths` of equal length, with one language model per part.
///
/// A constant path has correlation 0.
pub fn measure(paths: &[Path], models: &[LanguageModel]) -> Interpolation {
    let curves: Vec<Curve> = paths.par_iter().map(|path| Curve::of(path, models)).collect();
    let from_start = mean_curve(curves.iter().map(|curve| &curve.from_start));
    let cost = mean_curve(curves.iter().map(|curve| &curve.cost));
    let n_monotonic = curves.iter().filter(|curve| MONOTONIC <= rise(&curve.from_start)).count();
    let mean_of = |figure: fn(&[f64]) -> f64| {
        mean(&curves.iter().map(|curve| figure(&curve.steps)).collect::<Vec<_>>())
    };
    Interpolation {
        paths: paths.len(),
        rank_correlation: rise(&from_start),
        monotonic_rate: n_monotonic as f64 / paths.len().max(1) as f64,
        step_mean: mean_of(mean),
        step_variance: mean_of(|steps| deviation(steps).powi(2)),
        middle_over_ends: middle_over_ends(&cost),
        from_start,
        cost,
    }
}

/// Interpolates from `a` to `b` in data space: at position t, 0 to 1, each token is b's with
/// probability t, else a's.
pub fn mix(a: &[Vec<u16>], b: &[Vec<u16>], n_steps: usize, rng: &mut Rng) -> Path {
    let mut mix_at = |t: f64| -> Window {
        let lines = a.iter().zip(b);
        let mut draw = |(&a, &b)| if rng.random_bool(t) { b } else { a };
        lines.map(|(a, b)| a.iter().zip(b).map(&mut draw).collect()).collect()
    };
    let last = n_steps.saturating_sub(1).max(1) as f64;
    (0..n_steps).map(|step| mix_at(step as f64 / last)).collect()
}

/// The curves of one path.
struct Curve {
    from_start: Vec<f64>,
    steps: Vec<f64>,
    cost: Vec<f64>,
}

impl Curve {
    fn of(path: &[Window], models: &[LanguageModel]) -> Self {
        let cost = |window: &Window| {
            let parts = window.iter().zip(models);
            mean(&parts.map(|(line, model)| model.cost(line)).collect::<Vec<_>>())
        };
        Self {
            from_start: path.iter().map(|window| hamming(&path[0], window)).collect(),
            steps: path.windows(2).map(|pair| hamming(&pair[0], &pair[1])).collect(),
            cost: path.iter().map(cost).collect(),
        }
    }
}

fn mean_curve<'a>(curves: impl Iterator<Item = &'a Vec<f64>> + Clone) -> Vec<f64> {
    let n_steps = curves.clone().map(Vec::len).min().unwrap_or(0);
    let at = |step: usize| curves.clone().map(|curve| curve[step]).collect::<Vec<_>>();
    (0..n_steps).map(|step| mean(&at(step))).collect()
}

/// Spearman correlation of a curve with its position.
fn rise(curve: &[f64]) -> f64 {
    let steps: Vec<f64> = (0..curve.len()).map(|step| step as f64).collect();
    rank_correlation(&steps, curve)
}

/// Cost in the middle (between the two middle windows of an even number) over that at the ends; 1
/// if the ends cost nothing.
fn middle_over_ends(cost: &[f64]) -> f64 {
    let (Some(first), Some(last)) = (cost.first(), cost.last()) else { return 1.0 };
    let middle = f64::midpoint(cost[(cost.len() - 1) / 2], cost[cost.len() / 2]);
    let ends = f64::midpoint(*first, *last);
    if ends == 0.0 { 1.0 } else { middle / ends }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lab::measure::tokens::Kind, rng};

    fn window(tokens: [u16; 4]) -> Window {
        vec![tokens.to_vec()]
    }

    #[test]
    fn an_even_path_is_monotonic_with_equal_steps() {
        let path: Path = [[1, 1, 1, 1], [2, 1, 1, 1], [2, 2, 1, 1], [2, 2, 2, 1], [2, 2, 2, 2]]
            .map(window)
            .to_vec();

        let found = measure(&[path], &[]);

        assert_eq!(found.from_start, [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert!((found.rank_correlation - 1.0).abs() < 1e-12);
        assert_eq!((found.monotonic_rate, found.step_mean, found.step_variance), (1.0, 0.25, 0.0));
    }

    #[test]
    fn a_jump_shows_in_the_variance_of_steps() {
        let path: Path = [[1; 4], [1; 4], [2; 4]].map(window).to_vec();
        let found = measure(&[path], &[]);
        assert_eq!((found.step_mean, found.step_variance), (0.5, 0.25));
        assert_eq!(found.monotonic_rate, 0.0);
    }

    #[test]
    fn mixing_costs_more_in_the_middle_than_at_its_ends() {
        let a: Window = vec![[40, 0, 0, 0].repeat(64)];
        let b: Window = vec![[1, 45, 47, 49].repeat(64)];
        let models = [LanguageModel::train(Kind::Pitched, &[&a[0], &b[0]])];
        let mut rng = rng::stream(1, "mix");

        let path = mix(&a, &b, 5, &mut rng);

        assert_eq!((&path[0], &path[4]), (&a, &b));
        let found = measure(&[path], &models);
        assert!(found.middle_over_ends > 3.0, "{found:?}");
    }

    #[test]
    fn no_paths_are_no_error() {
        let found = measure(&[], &[]);
        assert_eq!((found.paths, found.cost.len(), found.middle_over_ends), (0, 0, 1.0));
    }
}
