//! A named feature of a line, and the counting that features share.

use crate::lab::measure::statistics;

/// A scalar or vector feature of one line.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// Its name in tables and JSON.
    pub name: &'static str,
    /// Number of values: 1 for a scalar, else the cells of a histogram or matrix.
    pub len: usize,
    extract: fn(&[u16]) -> Vec<f64>,
}

impl Feature {
    pub(super) const fn scalar(name: &'static str, extract: fn(&[u16]) -> Vec<f64>) -> Self {
        Self { name, len: 1, extract }
    }

    pub(super) const fn vector(
        name: &'static str,
        len: usize,
        extract: fn(&[u16]) -> Vec<f64>,
    ) -> Self {
        Self { name, len, extract }
    }

    /// The values for `line`, [`Self::len`] of them; matrices are row-major.
    ///
    /// A value that is undefined for the line, such as the mean interval of a single note, is 0.
    /// `MGEval` yields NaN there and keeps it, which makes the whole feature NaN.
    pub fn of(&self, line: &[u16]) -> Vec<f64> {
        (self.extract)(line)
    }
}

/// Normalises counts to a sum of 1; all 0 if nothing was counted.
pub(super) fn shares(counts: Vec<f64>) -> Vec<f64> {
    let total: f64 = counts.iter().sum();
    if total == 0.0 { counts } else { counts.iter().map(|count| count / total).collect() }
}

/// Counts how often each bin, 0 to `n - 1`, occurs among `bins`.
pub(super) fn histogram(n: usize, bins: impl Iterator<Item = usize>) -> Vec<f64> {
    let mut counts = vec![0.0; n];
    for bin in bins {
        counts[bin] += 1.0;
    }
    counts
}

/// The transition matrix of `n` states, row-major: how often the row's state is followed by the
/// column's.
pub(super) fn transitions(n: usize, states: &[usize]) -> Vec<f64> {
    histogram(n * n, states.windows(2).map(|pair| pair[0] * n + pair[1]))
}

/// The mean absolute difference of consecutive values; 0 for fewer than two.
pub(super) fn mean_step(values: &[f64]) -> f64 {
    let steps: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    statistics::mean(&steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_are_counted_by_row_and_column() {
        assert_eq!(transitions(2, &[0, 1, 1, 0, 1]), [0.0, 2.0, 1.0, 1.0]);
    }
}
