//! Self-similarity of a score by lag, a measure of its form.

use crate::lab::measure::{
    notes::score::{Onsets, Role},
    statistics::mean,
};

/// Bars that are compared together.
pub const GRAIN: usize = 2;

/// Greatest size of the self-similarity matrix: an hour at 128 bpm.
pub const MAX_SIDE: usize = 960;

/// Similarity of two spans of equal length, 0 to 1: the Dice coefficient (Dice 1945) of their
/// onsets, step and pitch, averaged over the roles that play in either. Two silent spans have 1.
pub fn similarity(a: &[Onsets], b: &[Onsets]) -> f64 {
    let of_role = |role: Role| {
        let n_both: usize = a.iter().zip(b).map(|(a, b)| n_common(a.of(role), b.of(role))).sum();
        let count = |bars: &[Onsets]| bars.iter().map(|bar| bar.of(role).len()).sum::<usize>();
        let n = count(a) + count(b);
        (n > 0).then(|| 2.0 * n_both as f64 / n as f64)
    };
    let shares: Vec<f64> = Role::ALL.into_iter().filter_map(of_role).collect();
    if shares.is_empty() { 1.0 } else { mean(&shares) }
}

/// The number of elements that two sorted lists share.
fn n_common(a: &[(u8, u8)], b: &[(u8, u8)]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, n) = (i + 1, j + 1, n + 1),
        }
    }
    n
}

/// The mean similarity of two bars to those `lag` bars later; none for a score shorter than twice
/// the lag.
pub fn at_lag(onsets: &[Onsets], lag: usize) -> Option<f64> {
    let n = onsets.len().checked_sub(lag + GRAIN - 1).filter(|n| lag < n + GRAIN)?;
    let pairs = (0..n)
        .map(|bar| similarity(&onsets[bar..bar + GRAIN], &onsets[bar + lag..bar + lag + GRAIN]));
    Some(mean(&pairs.collect::<Vec<_>>()))
}

/// The self-similarity matrix of pairs of bars, row-major, 0 to 1; an odd last bar is ignored. More
/// than [`MAX_SIDE`] pairs are subsampled evenly.
pub fn matrix(onsets: &[Onsets]) -> Vec<Vec<f64>> {
    let n_pairs = onsets.len() / GRAIN;
    let pairs = onsets.chunks_exact(GRAIN).step_by(n_pairs.div_ceil(MAX_SIDE).max(1));
    let pairs: Vec<&[Onsets]> = pairs.collect();
    let mut matrix = vec![vec![1.0; pairs.len()]; pairs.len()];
    for row in 0..pairs.len() {
        for column in 0..row {
            let similarity = similarity(pairs[row], pairs[column]);
            matrix[row][column] = similarity;
            matrix[column][row] = similarity;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    fn onsets(pitches: &[u8]) -> Vec<Onsets> {
        let bars: Vec<[(f32, u8); 2]> =
            pitches.iter().map(|pitch| [(0.0, *pitch), (4.0, 50)]).collect();
        score(Role::Bass, &bars.iter().map(|bar| &bar[..]).collect::<Vec<_>>()).onsets()
    }

    #[test]
    fn similarity_is_the_mean_over_the_roles_that_play() {
        let bars = onsets(&[60, 62]);
        assert_eq!(similarity(&bars[..1], &bars[..1]), 1.0);
        assert_eq!(similarity(&bars[..1], &bars[1..]), 0.5);
        let mut with_drums = bars[1].clone();
        with_drums.0[Role::Drums as usize] = vec![(0, 36)];
        assert_eq!(similarity(&bars[..1], &[with_drums]), 0.25);
        assert_eq!(similarity(&[Onsets::default()], &[Onsets::default()]), 1.0);
    }

    #[test]
    fn a_loop_is_similar_at_the_lag_of_its_length() {
        let bars = onsets(&[60, 62, 64, 65, 60, 62, 64, 65, 60, 62, 64, 65]);
        assert_eq!(at_lag(&bars, 4), Some(1.0));
        assert_eq!(at_lag(&bars, 2), Some(0.5));
        assert_eq!((at_lag(&bars, 11), at_lag(&bars, 64)), (None, None));
        let small = matrix(&bars);
        assert_eq!(small.len(), 6);
        assert_eq!((small[0][2], small[2][0], small[0][1]), (1.0, 1.0, 0.5));
        assert_eq!(matrix(&vec![Onsets::default(); 3000]).len(), 750);
    }
}
