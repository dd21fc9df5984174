//! The Fréchet distance between normal distributions fitted to two sets of feature vectors (Dowson
//! & Landau 1982; used on features of samples by Heusel et al. 2017, arXiv:1706.08500).

use faer::{Mat, Side};
use serde::{Deserialize, Serialize};

/// Mean and covariance of a set of feature vectors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Number of vectors.
    pub count: usize,
    /// Mean, (D,).
    pub mean: Vec<f64>,
    /// Covariance (divisor N - 1), (D, D).
    pub covariance: Vec<Vec<f64>>,
}

impl Moments {
    /// The moments of `vectors`, all of one length; none for fewer than two.
    pub fn of<V: AsRef<[f64]>>(vectors: &[V]) -> Option<Self> {
        let count = vectors.len();
        let n_dims = vectors.first()?.as_ref().len();
        if count < 2 {
            return None;
        }
        let at = |dim: usize| vectors.iter().map(move |vector| vector.as_ref()[dim]);
        let mean: Vec<f64> = (0..n_dims).map(|dim| at(dim).sum::<f64>() / count as f64).collect();
        let product = |a: usize, b: usize| {
            at(a).zip(at(b)).map(|(x, y)| (x - mean[a]) * (y - mean[b])).sum::<f64>()
        };
        let row = |a| (0..n_dims).map(|b| product(a, b) / (count - 1) as f64).collect();
        Some(Self { count, covariance: (0..n_dims).map(row).collect(), mean })
    }

    /// The squared Fréchet distance `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))`, at least 0; none
    /// if the numbers of dimensions differ or a value is not finite.
    pub fn distance(&self, other: &Self) -> Option<f64> {
        let n_dims = self.mean.len();
        if other.mean.len() != n_dims {
            return None;
        }
        let between: f64 = self.mean.iter().zip(&other.mean).map(|(a, b)| (a - b).powi(2)).sum();
        let trace = |moments: &Self| (0..n_dims).map(|d| moments.covariance[d][d]).sum::<f64>();
        // (C1 C2)^(1/2) has the trace of (R C2 R)^(1/2) with R = C1^(1/2), which is symmetric.
        let root = root(&self.matrix())?;
        let shared = eigenvalues(&(&root * other.matrix() * &root))?;
        let shared: f64 = shared.iter().map(|value| value.max(0.0).sqrt()).sum();
        let distance = between + trace(self) + trace(other) - 2.0 * shared;
        distance.is_finite().then_some(distance.max(0.0))
    }

    /// The standard deviation of each dimension.
    pub fn deviations(&self) -> Vec<f64> {
        (0..self.mean.len()).map(|dim| self.covariance[dim][dim].sqrt()).collect()
    }

    /// The moments of the vectors with each dimension divided by `units`; dimensions whose unit is 0
    /// stay as they are.
    pub fn in_units(&self, units: &[f64]) -> Self {
        let unit = |dim: usize| if 0.0 < units[dim] { units[dim] } else { 1.0 };
        let row = |(row, values): (usize, &Vec<f64>)| {
            let scaled = values.iter().enumerate();
            scaled.map(|(column, value)| value / (unit(row) * unit(column))).collect()
        };
        Self {
            count: self.count,
            mean: self.mean.iter().enumerate().map(|(dim, mean)| mean / unit(dim)).collect(),
            covariance: self.covariance.iter().enumerate().map(row).collect(),
        }
    }

    fn matrix(&self) -> Mat<f64> {
        let n_dims = self.mean.len();
        Mat::from_fn(n_dims, n_dims, |row, column| self.covariance[row][column])
    }
}

/// The symmetric square root of a covariance matrix.
fn root(matrix: &Mat<f64>) -> Option<Mat<f64>> {
    let eigen = matrix.self_adjoint_eigen(Side::Lower).ok()?;
    let (axes, variances) = (eigen.U(), eigen.S());
    let n = matrix.nrows();
    let stretched = Mat::from_fn(n, n, |row, d| axes[(row, d)] * variances[d].max(0.0).sqrt());
    Some(stretched * axes.transpose())
}

fn eigenvalues(matrix: &Mat<f64>) -> Option<Vec<f64>> {
    matrix.self_adjoint_eigenvalues(Side::Lower).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_match_a_count_by_hand() {
        let moments = Moments::of(&[[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]]).unwrap();
        assert_eq!((moments.count, &moments.mean[..]), (3, &[3.0, 4.0][..]));
        assert_eq!(moments.covariance, [[4.0, 6.0], [6.0, 12.0]]);
        assert_eq!(Moments::of(&[[1.0]]), None);
    }

    #[test]
    fn the_distance_of_independent_dimensions_is_that_of_means_and_deviations() {
        let of = |mean: [f64; 2], deviations: [f64; 2]| Moments {
            count: 10,
            mean: mean.to_vec(),
            covariance: vec![vec![deviations[0].powi(2), 0.0], vec![0.0, deviations[1].powi(2)]],
        };
        let (a, b) = (of([0.0, 1.0], [1.0, 2.0]), of([3.0, 1.0], [1.5, 5.0]));

        // 3^2 + 0.5^2 + 3^2.
        assert!((a.distance(&b).unwrap() - 18.25).abs() < 1e-9);
        assert!(a.distance(&a).unwrap() < 1e-9);
    }

    #[test]
    fn units_scale_means_and_deviations() {
        let moments = Moments::of(&[[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]]).unwrap();
        let scaled = moments.in_units(&moments.deviations());
        assert_eq!((scaled.mean[0], scaled.covariance[0][0]), (1.5, 1.0));
        assert_eq!(moments.in_units(&[0.0, 1.0]), moments);
    }

    #[test]
    fn the_distance_is_symmetric_for_correlated_dimensions() {
        let a = Moments::of(&[[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]]).unwrap();
        let b = Moments::of(&[[0.0, 1.0], [2.0, 0.0], [1.0, 1.0], [7.0, 3.0]]).unwrap();
        let [there, back] = [a.distance(&b), b.distance(&a)].map(Option::unwrap);
        assert!((there - back).abs() < 1e-9 && 0.0 < there, "{there} {back}");
        let other = Moments::of(&[[1.0], [2.0]]).unwrap();
        assert_eq!(a.distance(&other), None);
    }
}
