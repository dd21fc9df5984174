//! Kernel density estimates of two sets of values on a common grid.
//!
//! `MGEval` evaluates `SciPy`'s Gaussian kernel estimate at each point from all values. Sets of a
//! thousand samples have a million distances, so here values are binned finely and the bins are
//! smoothed: the cost does not grow with the number of values, and results differ by less than
//! 1e-3.

use crate::lab::measure::statistics::mean;

/// Points of the grid.
const N_POINTS: usize = 2048;

/// Bandwidths by which the grid extends beyond the values, and a kernel beyond its centre.
const REACH: f64 = 5.0;

/// Two densities on one grid; the points of each sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Densities {
    /// Of the first set.
    pub p: Vec<f64>,
    /// Of the second.
    pub q: Vec<f64>,
}

impl Densities {
    /// Estimates both with Scott's bandwidth, n^(-1/5) times the sample standard deviation (divisor
    /// n - 1), as `scipy.stats.gaussian_kde` does.
    ///
    /// A set of equal values has no bandwidth and takes that of the other set. None if a set is
    /// empty or neither has a bandwidth.
    pub fn estimate(a: &[f64], b: &[f64]) -> Option<Self> {
        let of_a = bandwidth(a).or_else(|| bandwidth(b))?;
        let of_b = bandwidth(b).unwrap_or(of_a);
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let values = || a.iter().chain(b).copied();
        let margin = REACH * of_a.max(of_b);
        let start = values().fold(f64::INFINITY, f64::min) - margin;
        let end = values().fold(f64::NEG_INFINITY, f64::max) + margin;
        let step = (end - start) / (N_POINTS - 1) as f64;
        let density = |values, width| smooth(&bin(values, start, step), width / step);
        Some(Self { p: density(a, of_a), q: density(b, of_b) })
    }
}

fn bandwidth(values: &[f64]) -> Option<f64> {
    let middle = mean(values);
    let squares: f64 = values.iter().map(|value| (value - middle).powi(2)).sum();
    let n = values.len() as f64;
    let width = (squares / (n - 1.0)).sqrt() * n.powf(-0.2);
    // Rounding errors give equal values a tiny deviation.
    (width > 1e-9 * middle.abs()).then_some(width)
}

/// The share of values at each grid point; a value between two points is split linearly.
fn bin(values: &[f64], start: f64, step: f64) -> Vec<f64> {
    let mut bins = vec![0.0; N_POINTS];
    for value in values {
        let place = (value - start) / step;
        let below = (place as usize).min(N_POINTS - 2);
        let above_share = place - below as f64;
        bins[below] += (1.0 - above_share) / values.len() as f64;
        bins[below + 1] += above_share / values.len() as f64;
    }
    bins
}

/// Convolves the bins with a normalised Gaussian of standard deviation `width`, in grid points.
fn smooth(bins: &[f64], width: f64) -> Vec<f64> {
    let reach = (REACH * width).ceil() as usize;
    let kernel: Vec<f64> = (0..=2 * reach)
        .map(|at| (-((at as f64 - reach as f64) / width).powi(2) / 2.0).exp())
        .collect();
    let total: f64 = kernel.iter().sum();
    let mut smoothed = vec![0.0; bins.len()];
    for (centre, share) in bins.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let first = centre.saturating_sub(reach);
        let kernel = &kernel[first + reach - centre..];
        for (point, weight) in smoothed[first..].iter_mut().zip(kernel) {
            *point += share * weight / total;
        }
    }
    smoothed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_density_sums_to_one() {
        let Densities { p, q } = Densities::estimate(&[1.0, 2.0, 4.0], &[2.0; 5]).unwrap();
        assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        assert!((q.iter().sum::<f64>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_bandwidth_is_scotts() {
        // Three values of standard deviation 1.
        assert!((bandwidth(&[1.0, 2.0, 3.0]).unwrap() - 3f64.powf(-0.2)).abs() < 1e-12);
        assert_eq!(bandwidth(&[0.1; 7]), None);
        assert_eq!(bandwidth(&[0.1]), None);
    }

    #[test]
    fn empty_sets_and_equal_values_have_no_density() {
        assert_eq!(Densities::estimate(&[], &[1.0, 2.0]), None);
        assert_eq!(Densities::estimate(&[3.0, 3.0], &[5.0]), None);
    }
}
