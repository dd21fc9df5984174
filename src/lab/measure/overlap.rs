//! How much of what real music is like a set of samples shares (Yang & Lerch 2018, section 3.3).
//!
//! For each feature `MGEval` looks at Euclidean distances between samples: those of each two samples
//! of the reference (intra-set), and those of each generated sample to each of the reference
//! (inter-set). If the generated samples were real ones, the two would be distributed alike. So the
//! overlap is that of the *reference's intra-set* and the *inter-set* distances; the generated
//! samples among themselves are left out, as in the paper's comparison with a target set.
//!
//! Two departures: the integral goes over all of both densities where `MGEval`'s ends at the outermost
//! distances, so that a set overlaps itself by 1; and the divergence compares both densities at the
//! same places, where `MGEval`'s takes each at its own.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::lab::measure::{density::Densities, features::Feature, statistics};

/// Samples of a set that are looked at: a million distances.
pub const MAX_SAMPLES: usize = 1000;

/// What a set of samples may overlap with held-out music less than the training set does.
pub const TOLERANCE: f64 = 0.1;

/// The least share of a point that the divergence sees, so that it stays finite.
const LEAST_SHARE: f64 = 1e-12;

/// How a set of samples compares with a reference by one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// Which feature.
    pub feature: &'static str,
    /// Samples of either set that were looked at.
    pub samples: usize,
    /// Overlap area of the reference's intra-set and the inter-set distances, 0 to 1.
    pub area: f64,
    /// Kullback-Leibler divergence of the intra-set from the inter-set distances, in nats; 0 or more.
    pub divergence: f64,
    /// Mean over the generated samples, of features that are one figure.
    pub generated_mean: Option<f64>,
    /// Mean over the reference, of features that are one figure.
    pub reference_mean: Option<f64>,
}

/// Whether a set of samples keeps up with the training set by one feature.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Which feature.
    pub feature: &'static str,
    /// Overlap area of the generated samples with held-out music, 0 to 1.
    pub generated: f64,
    /// Overlap area of the training set with held-out music, 0 to 1.
    pub train: f64,
    /// Whether `generated` is at least `train` less [`TOLERANCE`].
    pub passes: bool,
}

/// Compares lines of one part by each of `features`.
///
/// Of both sets equally many are taken, at most [`MAX_SAMPLES`], evenly spread: bandwidths shrink
/// with numbers, so only equal numbers compare.
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

/// Holds the overlaps of generated samples with held-out music against those of the training set.
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

/// The integral of the lesser of two densities, 0 to 1: 1 for sets that are distributed alike.
///
/// Two sets that have no spread overlap wholly if they are equal and else not at all; with an empty
/// set nothing overlaps.
pub fn overlap_area(a: &[f64], b: &[f64]) -> f64 {
    match Densities::estimate(a, b) {
        Some(Densities { p, q }) => p.iter().zip(&q).map(|(p, q)| p.min(*q)).sum(),
        None => f64::from(u8::from(!a.is_empty() && a.first() == b.first())),
    }
}

/// The Kullback-Leibler divergence of `b` from `a`, in nats: 0 for sets that are distributed alike,
/// about 28 for sets that have nothing in common.
pub fn divergence(a: &[f64], b: &[f64]) -> f64 {
    let log_ratio = |p: f64, q: f64| (p.max(LEAST_SHARE) / q.max(LEAST_SHARE)).ln();
    match Densities::estimate(a, b) {
        Some(Densities { p, q }) => {
            p.iter().zip(&q).map(|(p, q)| p * log_ratio(*p, *q)).sum::<f64>().max(0.0)
        }
        None => (1.0 - overlap_area(a, b)) * -LEAST_SHARE.ln(),
    }
}

/// `n` lines, evenly spread.
fn spread<L: AsRef<[u16]>>(lines: &[L], n: usize) -> Vec<&[u16]> {
    (0..n).map(|place| lines[place * lines.len() / n].as_ref()).collect()
}

/// Of each to each other, both ways as in `MGEval`: the bandwidth goes by the number.
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
    use crate::lab::measure::{Kind, features};

    #[test]
    fn a_set_overlaps_itself_wholly_and_a_far_one_not_at_all() {
        let a = [1.0, 2.0, 2.5, 4.0];
        assert!((overlap_area(&a, &a) - 1.0).abs() < 1e-6);
        assert!(overlap_area(&a, &a.map(|value| value + 100.0)) < 1e-6);
        assert_eq!(divergence(&a, &a), 0.0);
    }

    #[test]
    fn shifted_bells_overlap_as_tables_of_the_normal_distribution_have_it() {
        // Two values 1 apart have the bandwidth sqrt(1/2) * 2^(-1/5); integrated over 180,000 points.
        let area = overlap_area(&[0.0, 1.0], &[1.0, 2.0]);
        assert!((area - 0.552_134).abs() < 1e-3, "{area}");
    }

    #[test]
    fn sets_without_spread_are_peaks() {
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
