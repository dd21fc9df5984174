//! Overlap of the feature distributions of samples and a reference (Yang & Lerch 2018, section
//! 3.3).
//!
//! For each feature `MGEval` takes Euclidean distances between samples: of all pairs within the
//! reference (intra-set), and of each generated sample to each reference sample (inter-set). If
//! generated samples were real, both would have the same distribution. The overlap is that of the
//! *reference's intra-set* and the *inter-set* distances; distances among generated samples are not
//! used, as in the paper's comparison with a target set.
//!
//! Two differences: the integral covers both densities completely, where `MGEval`'s ends at the
//! outermost distances, so that a set overlaps itself by 1; and the divergence evaluates both
//! densities at the same points, where `MGEval` evaluates each on its own grid.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::lab::measure::{density::Densities, features::feature::Feature, statistics};

/// Samples of a set that are used at most: a million distances.
pub const MAX_SAMPLES: usize = 1000;

/// By how much the overlap of samples with held-out music may be below that of the training set.
pub const TOLERANCE: f64 = 0.1;

/// Least density in the divergence, which keeps it finite.
const LEAST_SHARE: f64 = 1e-12;

/// Comparison of samples with a reference by one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// Name of the feature.
    pub feature: &'static str,
    /// Samples used of each set.
    pub samples: usize,
    /// Overlap area of the reference's intra-set and the inter-set distances, 0 to 1.
    pub area: f64,
    /// KL(intra-set || inter-set) of the distances in nats, 0 or more.
    pub divergence: f64,
    /// Mean over the generated samples, for scalar features.
    pub generated_mean: Option<f64>,
    /// Mean over the reference, for scalar features.
    pub reference_mean: Option<f64>,
}

/// Whether samples overlap with held-out music as well as the training set does, by one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Name of the feature.
    pub feature: &'static str,
    /// Overlap area of the generated samples with held-out music, 0 to 1.
    pub generated: f64,
    /// Overlap area of the training set with held-out music, 0 to 1.
    pub train: f64,
    /// Whether `generated` is at least `train` minus [`TOLERANCE`].
    pub passes: bool,
}

/// Compares lines of one part by each of `features`.
///
/// Takes equally many samples of both sets, at most [`MAX_SAMPLES`], evenly spread: bandwidths
/// depend on the number.
pub fn compare<L: AsRef<[u16]>>(
    features: &[Feature],
    generated: &[L],
    reference: &[L],
) -> Vec<Overlap> {
    let n = generated.len().min(reference.len()).min(MAX_SAMPLES);
    let (generated, reference) = (spread(generated, n), spread(reference, n));
    let compare_by = |feature: &Feature| {
        let figures = |lines: &[&[u16]]| -> Vec<Vec<f64>> {
            lines.iter().map(|line| feature.of(line)).collect()
        };
        let (a, b) = (figures(&generated), figures(&reference));
        let (intra, inter) = (intra_distances(&b), inter_distances(&a, &b));
        let mean =
            |figures: &[Vec<f64>]| (feature.len == 1).then(|| statistics::mean(&figures.concat()));
        Overlap {
            feature: feature.name,
            samples: n,
            area: overlap_area(&intra, &inter),
            divergence: divergence(&intra, &inter),
            generated_mean: mean(&a),
            reference_mean: mean(&b),
        }
    };
    features.iter().map(compare_by).collect()
}

/// Compares the overlaps of generated samples with those of the training set, both with held-out
/// music.
pub fn judge(generated: &[Overlap], train: &[Overlap]) -> Vec<Verdict> {
    let pairs = generated.iter().zip(train);
    let judge = |(generated, train): (&Overlap, &Overlap)| Verdict {
        feature: generated.feature,
        generated: generated.area,
        train: train.area,
        passes: generated.area >= train.area - TOLERANCE,
    };
    pairs.map(judge).collect()
}

/// The integral of the minimum of two densities, 0 to 1: 1 for equal distributions.
///
/// Two constant sets overlap by 1 if equal, else by 0. The overlap with an empty set is 0.
pub fn overlap_area(a: &[f64], b: &[f64]) -> f64 {
    match Densities::estimate(a, b) {
        Some(Densities { p, q }) => p.iter().zip(&q).map(|(p, q)| p.min(*q)).sum(),
        None => f64::from(u8::from(!a.is_empty() && a.first() == b.first())),
    }
}

/// KL(a || b) of the densities in nats: 0 for equal distributions, about 28 for disjoint ones.
pub fn divergence(a: &[f64], b: &[f64]) -> f64 {
    let log_ratio = |p: f64, q: f64| (p.max(LEAST_SHARE) / q.max(LEAST_SHARE)).ln();
    match Densities::estimate(a, b) {
        Some(Densities { p, q }) => {
            p.iter().zip(&q).map(|(p, q)| p * log_ratio(*p, *q)).sum::<f64>().max(0.0)
        }
        None => (1.0 - overlap_area(a, b)) * -LEAST_SHARE.ln(),
    }
}

/// `n` evenly spaced lines.
fn spread<L: AsRef<[u16]>>(lines: &[L], n: usize) -> Vec<&[u16]> {
    (0..n).map(|place| lines[place * lines.len() / n].as_ref()).collect()
}

/// The distances of all ordered pairs, so each twice, as in `MGEval`: the count sets the bandwidth.
fn intra_distances(set: &[Vec<f64>]) -> Vec<f64> {
    let others = |place: usize| set.iter().enumerate().filter(move |(other, _)| *other != place);
    let places: Vec<usize> = (0..set.len()).collect();
    let from = |&place: &usize| -> Vec<f64> {
        others(place).map(|(_, other)| distance(&set[place], other)).collect()
    };
    places.par_iter().map(from).collect::<Vec<_>>().concat()
}

fn inter_distances(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<f64> {
    let from = |a: &Vec<f64>| -> Vec<f64> { b.iter().map(|b| distance(a, b)).collect() };
    a.par_iter().map(from).collect::<Vec<_>>().concat()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::{features, tokens::Kind};

    #[test]
    fn a_set_overlaps_itself_by_one_and_a_distant_set_by_zero() {
        let a = [1.0, 2.0, 2.5, 4.0];
        assert!((overlap_area(&a, &a) - 1.0).abs() < 1e-6);
        assert!(overlap_area(&a, &a.map(|value| value + 100.0)) < 1e-6);
        assert_eq!(divergence(&a, &a), 0.0);
    }

    #[test]
    fn the_overlap_of_shifted_bells_is_the_integral() {
        // Bandwidth sqrt(1/2) * 2^(-1/5); the expected value was integrated over 180,000 points.
        let area = overlap_area(&[0.0, 1.0], &[1.0, 2.0]);
        assert!((area - 0.552_134).abs() < 1e-3, "{area}");
    }

    #[test]
    fn constant_sets_are_peaks() {
        assert_eq!(overlap_area(&[2.0, 2.0], &[2.0; 5]), 1.0);
        assert_eq!(overlap_area(&[2.0, 2.0], &[3.0]), 0.0);
        assert_eq!(overlap_area(&[], &[3.0]), 0.0);
        let mostly_equal = [vec![0.0; 900], vec![1.0; 100]].concat();
        assert!((overlap_area(&[0.0; 50], &mostly_equal) - 0.9).abs() < 1e-3);
    }

    #[test]
    fn real_music_passes_and_a_drone_does_not() {
        let lines = |seed: u16| -> Vec<Vec<u16>> {
            let token = |n: u16, step: u16| match (n * 7 + step * (n % 5 + seed)) % 4 {
                0 => 30 + (n * step) % 24,
                _ => 0,
            };
            (0..40).map(|n| (0..32).map(|step| token(n, step)).collect()).collect()
        };
        let drone = vec![vec![40; 32]; 40];
        let features = features::all(Kind::Pitched);
        let train = compare(features, &lines(1), &lines(2));

        let verdicts = judge(&compare(features, &drone, &lines(2)), &train);

        assert!(judge(&train, &train).iter().all(|verdict| verdict.passes));
        assert!(verdicts.iter().filter(|verdict| !verdict.passes).count() > 5, "{verdicts:?}");
    }
}
