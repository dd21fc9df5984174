//! Statistics shared by the measures.

/// The mean; 0 without values.
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The share of true values; 0 without values.
pub fn share(values: impl Iterator<Item = bool>) -> f64 {
    let (n_true, n) = values.fold((0, 0), |(n_true, n), is| (n_true + usize::from(is), n + 1));
    n_true as f64 / n.max(1) as f64
}

/// The population standard deviation (divisor n); 0 without values.
pub fn deviation(values: &[f64]) -> f64 {
    let middle = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
    mean(&squares).sqrt()
}

/// The quantile `rank`, 0 to 1, of `values`, linearly interpolated as in `NumPy`; infinite without
/// values.
pub fn quantile(values: &[f64], rank: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::INFINITY };
    let place = rank.clamp(0.0, 1.0) * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// Pearson correlation, -1 to 1; 0 if either side is constant.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    let products: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).collect();
    let scale = deviation(a) * deviation(b);
    if scale == 0.0 { 0.0 } else { mean(&products) / scale }
}

/// Spearman rank correlation, -1 to 1; 0 if either side is constant.
pub fn rank_correlation(a: &[f64], b: &[f64]) -> f64 {
    correlation(&ranks(a), &ranks(b))
}

/// The rank of each value from 0; ties share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let above = values.iter().filter(|other| value < *other).count();
        (below + values.len() - 1 - above) as f64 / 2.0
    };
    values.iter().map(rank).collect()
}

/// The entropy, in bits, of a distribution given by counts or weights; 0 if all are 0.
pub fn entropy(weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let shares = weights.iter().filter(|&&weight| 0.0 < weight).map(|weight| weight / total);
    shares.map(|share| -share * share.log2()).sum()
}

/// The Kullback-Leibler divergence KL(p || q), in bits, of two histograms.
///
/// Half a count is added to each bin (Krichevsky & Trofimov 1981), so that empty bins don't make it
/// infinite.
pub fn divergence(p: &[usize], q: &[usize]) -> f64 {
    let smoothed = |counts: &[usize]| -> Vec<f64> {
        let total = counts.iter().sum::<usize>() as f64 + counts.len() as f64 / 2.0;
        counts.iter().map(|&count| (count as f64 + 0.5) / total).collect()
    };
    smoothed(p).iter().zip(smoothed(q)).map(|(p, q)| p * (p / q).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated_linearly() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!((quantile(&values, 0.0), quantile(&values, 0.5)), (1.0, 2.5));
        assert_eq!(quantile(&[], 0.5), f64::INFINITY);
    }

    #[test]
    fn rank_correlation_depends_on_the_order_only() {
        let t = [0.0, 0.25, 0.5, 1.0];
        assert!((rank_correlation(&t, &[0.0, 1.0, 10.0, 11.0]) - 1.0).abs() < 1e-12);
        assert!((rank_correlation(&t, &[3.0, 2.0, 1.0, 0.0]) + 1.0).abs() < 1e-12);
        assert_eq!(rank_correlation(&t, &[5.0; 4]), 0.0);
        assert_eq!(ranks(&[7.0, 3.0, 7.0]), [1.5, 0.0, 1.5]);
    }

    #[test]
    fn entropy_of_four_equal_bins_is_two_bits() {
        assert_eq!(entropy(&[3.0, 3.0, 0.0, 3.0, 3.0]), 2.0);
        assert_eq!(entropy(&[0.0; 12]), 0.0);
    }

    #[test]
    fn divergence_is_zero_for_equal_histograms() {
        assert_eq!(divergence(&[3, 1], &[3, 1]), 0.0);
        // Shares 3.5/5 and 1.5/5 from 1/2 each.
        let by_hand = 0.7 * (0.7f64 / 0.5).log2() + 0.3 * (0.3f64 / 0.5).log2();
        assert!((divergence(&[3, 1], &[2, 2]) - by_hand).abs() < 1e-12);
    }
}
