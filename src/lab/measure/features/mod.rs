//! What one sample is like, in figures: the features of `MGEval` (Yang & Lerch 2018,
//! doi:10.1007/s00521-018-3849-7), and their counterparts for drums.

pub mod drums;
pub mod pitched;

use crate::lab::measure::{Kind, statistics};

/// A figure, or several, about one line.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// As tables and JSON name it.
    pub name: &'static str,
    /// How many figures: 1 for a scalar, the cells of a histogram or matrix otherwise.
    pub len: usize,
    extract: fn(&[u16]) -> Vec<f64>,
}

impl Feature {
    const fn scalar(name: &'static str, extract: fn(&[u16]) -> Vec<f64>) -> Self {
        Self { name, len: 1, extract }
    }

    const fn vector(name: &'static str, len: usize, extract: fn(&[u16]) -> Vec<f64>) -> Self {
        Self { name, len, extract }
    }

    /// The figures about `line`, as many as `len`, matrices row by row.
    ///
    /// What a line is too short or too silent for, such as the mean interval of one note, is 0;
    /// `MGEval` has no number there and drops nothing, which spoils the whole feature.
    pub fn of(&self, line: &[u16]) -> Vec<f64> {
        (self.extract)(line)
    }
}

/// All features of lines of a kind.
pub fn all(kind: Kind) -> &'static [Feature] {
    match kind {
        Kind::Pitched => &pitched::FEATURES,
        Kind::Drums => &drums::FEATURES,
    }
}

/// Counts as shares of 1; all 0 if nothing was counted.
fn shares(counts: Vec<f64>) -> Vec<f64> {
    let total: f64 = counts.iter().sum();
    if total == 0.0 { counts } else { counts.iter().map(|count| count / total).collect() }
}

/// How often each of `n` places occurs among `places`.
fn histogram(n: usize, places: impl Iterator<Item = usize>) -> Vec<f64> {
    let mut counts = vec![0.0; n];
    for place in places {
        counts[place] += 1.0;
    }
    counts
}

/// How often each of `n` states, by row, is followed by each, by column.
fn transitions(n: usize, states: &[usize]) -> Vec<f64> {
    histogram(n * n, states.windows(2).map(|pair| pair[0] * n + pair[1]))
}

/// The mean distance of neighbours.
fn mean_step(values: &[f64]) -> f64 {
    let steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    statistics::mean(&steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_has_the_length_it_states_even_of_silence() {
        for kind in [Kind::Pitched, Kind::Drums] {
            for feature in all(kind) {
                for line in [vec![0; 32], vec![60; 32], vec![]] {
                    let figures = feature.of(&line);
                    assert_eq!(figures.len(), feature.len, "{}", feature.name);
                    assert!(figures.iter().all(|figure| figure.is_finite()), "{}", feature.name);
                }
            }
        }
    }

    #[test]
    fn transitions_are_counted_by_row_and_column() {
        assert_eq!(transitions(2, &[0, 1, 1, 0, 1]), [0.0, 2.0, 1.0, 1.0]);
    }
}
