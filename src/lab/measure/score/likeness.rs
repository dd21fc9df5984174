//! How much of two bars comes back after how many bars: the form, as numbers.

use crate::lab::measure::{
    score::{Onsets, Role},
    statistics::mean,
};

/// Bars that are compared at once.
pub const GRAIN: usize = 2;

/// Rows of the self-similarity matrix at most: an hour at 128 bpm.
pub const MAX_SIDE: usize = 960;

/// How alike two stretches of equal length are, 0 to 1: the share of onsets, step and pitch, that
/// they have in common (Dice 1945), the mean of the roles that play in either. Silence is like
/// silence.
pub fn likeness(a: &[Onsets], b: &[Onsets]) -> f64 {
    let of_role = |role: Role| {
        let n_both: usize = a.iter().zip(b).map(|(a, b)| n_common(a.of(role), b.of(role))).sum();
        let count = |bars: &[Onsets]| bars.iter().map(|bar| bar.of(role).len()).sum::<usize>();
        let n = count(a) + count(b);
        (n > 0).then(|| 2.0 * n_both as f64 / n as f64)
    };
    let shares: Vec<f64> = Role::ALL.into_iter().filter_map(of_role).collect();
    if shares.is_empty() { 1.0 } else { mean(&shares) }
}

/// What two sorted lists have in common.
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

/// The mean likeness of two bars and the two that begin `lag` bars later; none of a piece that is
/// less than twice as long.
pub fn at_lag(onsets: &[Onsets], lag: usize) -> Option<f64> {
    let n = onsets.len().checked_sub(lag + GRAIN - 1).filter(|n| lag < n + GRAIN)?;
    let pairs = (0..n)
        .map(|bar| likeness(&onsets[bar..bar + GRAIN], &onsets[bar + lag..bar + lag + GRAIN]));
    Some(mean(&pairs.collect::<Vec<_>>()))
}

/// The self-similarity matrix of a piece by two bars, row by row, 0 to 1; a last bar that is alone is
/// left out. A piece of more than [`MAX_SIDE`] pairs is told by as many at most, evenly spread.
pub fn matrix(onsets: &[Onsets]) -> Vec<Vec<f64>> {
    let n_pairs = onsets.len() / GRAIN;
    let pairs = onsets.chunks_exact(GRAIN).step_by(n_pairs.div_ceil(MAX_SIDE).max(1));
    let pairs: Vec<&[Onsets]> = pairs.collect();
    let mut matrix = vec![vec![1.0; pairs.len()]; pairs.len()];
    for row in 0..pairs.len() {
        for column in 0..row {
            let alike = likeness(pairs[row], pairs[column]);
            matrix[row][column] = alike;
            matrix[column][row] = alike;
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::score::tests::score;

    fn onsets(pitches: &[u8]) -> Vec<Onsets> {
        let bars: Vec<[(f32, u8); 2]> =
            pitches.iter().map(|pitch| [(0.0, *pitch), (4.0, 50)]).collect();
        score(Role::Bass, &bars.iter().map(|bar| &bar[..]).collect::<Vec<_>>()).onsets()
    }

    #[test]
    fn likeness_is_the_share_in_common_of_who_plays() {
        let bars = onsets(&[60, 62]);
        assert_eq!(likeness(&bars[..1], &bars[..1]), 1.0);
        assert_eq!(likeness(&bars[..1], &bars[1..]), 0.5);
        let mut with_drums = bars[1].clone();
        with_drums.0[Role::Drums as usize] = vec![(0, 36)];
        assert_eq!(likeness(&bars[..1], &[with_drums]), 0.25);
        assert_eq!(likeness(&[Onsets::default()], &[Onsets::default()]), 1.0);
    }

    #[test]
    fn a_loop_is_like_itself_at_its_length() {
        let bars = onsets(&[60, 62, 64, 65, 60, 62, 64, 65, 60, 62, 64, 65]);
        assert_eq!(at_lag(&bars, 4), Some(1.0));
        assert_eq!(at_lag(&bars, 2), Some(0.5));
        assert_eq!((at_lag(&bars, 11), at_lag(&bars, 64)), (None, None));
        let matrix = matrix(&bars);
        assert_eq!(matrix.len(), 6);
        assert_eq!((matrix[0][2], matrix[2][0], matrix[0][1]), (1.0, 1.0, 0.5));
        assert_eq!(
            crate::lab::measure::score::likeness::matrix(&vec![Onsets::default(); 3000]).len(),
            750
        );
    }
}
