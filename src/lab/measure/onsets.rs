//! Agreement of detected onsets with true ones.

use std::ops::AddAssign;

/// Counts of onsets, from which precision and recall follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Agreement {
    /// True onsets.
    pub n_true: usize,
    /// Detected onsets.
    pub n_found: usize,
    /// Matched pairs.
    pub n_matched: usize,
}

impl Agreement {
    /// Share of detected onsets that match; 1 if none is detected.
    pub fn precision(&self) -> f64 {
        share(self.n_matched, self.n_found)
    }

    /// Share of true onsets that match; 1 if there is none.
    pub fn recall(&self) -> f64 {
        share(self.n_matched, self.n_true)
    }

    /// The harmonic mean of precision and recall; 1 if there are neither true nor detected onsets.
    pub fn f(&self) -> f64 {
        share(2 * self.n_matched, self.n_true + self.n_found)
    }
}

impl AddAssign for Agreement {
    fn add_assign(&mut self, other: Self) {
        self.n_true += other.n_true;
        self.n_found += other.n_found;
        self.n_matched += other.n_matched;
    }
}

fn share(n: usize, of: usize) -> f64 {
    if of == 0 { 1.0 } else { n as f64 / of as f64 }
}

/// Compares sorted onsets in seconds: each is matched at most once, with one at most `tolerance_s` away, and
/// the number of matches is maximal (as in `mir_eval`, which rounds times to 0.1 ms).
pub fn agreement(true_s: &[f64], found_s: &[f64], tolerance_s: f64) -> Agreement {
    // Both are sorted, so matching the first two within tolerance never costs a match.
    let (mut n, mut m, mut n_matched) = (0, 0, 0);
    while let (Some(a), Some(b)) = (true_s.get(n), found_s.get(m)) {
        let distance = ((a - b) * 1e4).round() / 1e4;
        if distance.abs() <= tolerance_s {
            (n, m, n_matched) = (n + 1, m + 1, n_matched + 1);
        } else if distance < 0.0 {
            n += 1;
        } else {
            m += 1;
        }
    }
    Agreement { n_true: true_s.len(), n_found: found_s.len(), n_matched }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_onset_is_paired_once_and_as_many_as_possible_are() {
        let found = |truth: &[f64], found: &[f64]| agreement(truth, found, 0.05).n_matched;
        assert_eq!(found(&[1.0, 2.0], &[1.05, 2.06]), 1);
        assert_eq!(found(&[1.0], &[0.98, 1.0, 1.02]), 1);
        // With its nearest match, the first would leave the second unmatched.
        assert_eq!(found(&[1.0, 1.04], &[0.96, 1.01]), 2);
        assert_eq!(found(&[], &[1.0]), 0);
    }

    #[test]
    fn precision_and_recall_follow_from_the_counts() {
        let mut sum = agreement(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.5], 0.05);
        assert_eq!((sum.precision(), sum.recall(), sum.f()), (0.5, 0.25, 1.0 / 3.0));
        sum += agreement(&[], &[], 0.05);
        assert_eq!(sum.n_true, 4);
        assert_eq!(Agreement::default().f(), 1.0);
    }
}
