//! A set of points of a latent space: its mean and its principal components.

use faer::{Mat, Side};

use crate::musicvae::net::latent::Latent;

/// Mean and principal components of points.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    /// Mean, (Z,).
    pub mean: Vec<f64>,
    /// Axes of unit length with the variances along them, greatest variance first.
    pub axes: Vec<(f64, Vec<f64>)>,
}

impl Cloud {
    /// The moments of `points`, at least one, all of the same width; none if a number is not finite.
    pub fn of(points: &[Latent]) -> Option<Self> {
        let (n, n_latent) = (points.len(), points.first()?.len());
        let mean: Vec<f64> = (0..n_latent)
            .map(|d| points.iter().map(|z| f64::from(z[d])).sum::<f64>() / n as f64)
            .collect();
        let centred = Mat::from_fn(n, n_latent, |row, d| f64::from(points[row][d]) - mean[d]);
        let covariance = centred.transpose() * &centred * faer::Scale(1.0 / n as f64);
        let is_finite = (0..n_latent).all(|d| covariance.col(d).iter().all(|x| x.is_finite()));
        if !is_finite {
            return None;
        }
        let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
        let axis = |d: usize| {
            let axis: Vec<f64> = (0..n_latent).map(|row| eigen.U()[(row, d)]).collect();
            (eigen.S()[d].max(0.0), signed(axis))
        };
        // Eigenvalues are in ascending order.
        Some(Self { mean, axes: (0..n_latent).rev().map(axis).collect() })
    }

    /// The sum of all variances.
    pub fn variance(&self) -> f64 {
        self.axes.iter().map(|(variance, _)| variance).sum()
    }

    /// The first axes that together explain `share` of the variance.
    pub fn strongest(&self, share: f64) -> &[(f64, Vec<f64>)] {
        let (wanted, mut sum, mut n) = (share * self.variance(), 0.0, 0);
        for (variance, _) in &self.axes {
            if wanted <= sum || *variance <= 0.0 {
                break;
            }
            sum += variance;
            n += 1;
        }
        &self.axes[..n]
    }
}

/// The axis or its opposite, so that the sign does not depend on the solver: the largest entry is positive.
fn signed(axis: Vec<f64>) -> Vec<f64> {
    let greatest =
        axis.iter().copied().fold(0.0, |a: f64, b| if a.abs() < b.abs() { b } else { a });
    if greatest < 0.0 { axis.into_iter().map(|x| -x).collect() } else { axis }
}

/// An axis times the root of its variance.
pub fn scaled((variance, axis): &(f64, Vec<f64>)) -> Latent {
    let deviation = variance.sqrt();
    axis.iter().map(|x| (x * deviation) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_axis_comes_first() {
        let points: Vec<Latent> =
            [[3.0, 0.0], [-3.0, 0.0], [0.0, 1.0], [0.0, -1.0]].map(|z| z.to_vec()).into();
        let cloud = Cloud::of(&points).unwrap();

        let variances: Vec<f64> = cloud.axes.iter().map(|(variance, _)| *variance).collect();
        assert!((variances[0] - 4.5).abs() < 1e-9 && (variances[1] - 0.5).abs() < 1e-9);
        assert_eq!(scaled(&cloud.axes[0]), [4.5f32.sqrt(), 0.0]);
        assert_eq!(cloud.strongest(0.8).len(), 1);
        assert_eq!(cloud.strongest(0.95).len(), 2);
        assert_eq!(Cloud::of(&[vec![f32::NAN]]), None);
    }
}
