//! Points of the latent space, and interpolation between them.

use rand_distr::{Distribution, StandardNormal};

use crate::rng::Rng;

/// A point of the latent space, (Z,).
pub type Latent = Vec<f32>;

/// Samples z from the prior, N(0, 1) in each dimension.
pub fn prior(n_latent: usize, rng: &mut Rng) -> Latent {
    (0..n_latent).map(|_| StandardNormal.sample(rng)).collect()
}

/// Spherical interpolation from `a` (t = 0) to `b` (t = 1); the norm changes gradually from one to
/// the other.
///
/// In many dimensions the middle of a straight line has a much smaller norm than samples from the
/// prior, and the model has seen no data there. Parallel and opposite points have no unique arc and
/// are interpolated linearly.
pub fn slerp(a: &[f32], b: &[f32], t: f64) -> Latent {
    let dot = |x: &[f32], y: &[f32]| -> f64 {
        x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    };
    let (norm_a, norm_b) = (dot(a, a).sqrt(), dot(b, b).sqrt());
    let cosine = dot(a, b) / (norm_a * norm_b);
    let angle = libm::acos(cosine.clamp(-1.0, 1.0));
    let sine = libm::sin(angle);
    let weights = match sine.is_finite() && 1e-6 < sine {
        true => [libm::sin((1.0 - t) * angle) / sine, libm::sin(t * angle) / sine],
        false => [1.0 - t, t],
    };
    mix(&[a, b], &weights)
}

/// Weighted sum of `points`.
///
/// # Panics
/// `points` is empty, or the points differ in width.
pub fn mix(points: &[&[f32]], weights: &[f64]) -> Latent {
    (0..points[0].len())
        .map(|d| {
            let terms = points.iter().zip(weights).map(|(point, w)| f64::from(point[d]) * w);
            terms.sum::<f64>() as f32
        })
        .collect()
}

/// Bilinear weights of the corners (0,0), (1,0), (0,1), (1,1) at `x`, `y` in the unit square.
pub fn bilinear(x: f64, y: f64) -> [f64; 4] {
    [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y]
}

/// `z` moved towards `noise` by `amount`, 0 to 1: `sqrt(1 - a^2) z + a n`. If both are samples from
/// the prior, so is the result.
pub fn perturb(z: &[f32], noise: &[f32], amount: f64) -> Latent {
    mix(&[z, noise], &[(1.0 - amount * amount).max(0.0).sqrt(), amount])
}

/// `z + amount * vector`, rescaled to the norm of `z` to stay where the prior has its mass.
pub fn along(z: &[f32], vector: &[f32], amount: f64) -> Latent {
    let norm = |z: &[f32]| z.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let moved = mix(&[z, vector], &[1.0, amount]);
    let scale = norm(z) / norm(&moved).max(f64::MIN_POSITIVE);
    mix(&[&moved], &[scale])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng;

    fn norm(z: &[f32]) -> f64 {
        z.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn slerp_meets_its_ends_and_keeps_the_norm() {
        let mut rng = rng::stream(3, "test");
        let (a, b) = (prior(64, &mut rng), prior(64, &mut rng));

        let near = |x: &[f32], y: &[f32]| x.iter().zip(y).all(|(x, y)| (x - y).abs() < 1e-5);
        assert!(near(&slerp(&a, &b, 0.0), &a) && near(&slerp(&a, &b, 1.0), &b));
        let (least, most) = (norm(&a).min(norm(&b)), norm(&a).max(norm(&b)));
        for t in 0..=10 {
            let n = norm(&slerp(&a, &b, f64::from(t) / 10.0));
            assert!(0.9 * least < n && n < 1.1 * most, "{n} at {t}");
        }
    }

    #[test]
    fn parallel_points_are_interpolated_linearly() {
        assert_eq!(slerp(&[1.0, 0.0], &[3.0, 0.0], 0.5), [2.0, 0.0]);
        assert_eq!(slerp(&[0.0, 0.0], &[2.0, 0.0], 0.5), [1.0, 0.0]);
        assert_eq!(slerp(&[1.0, 0.0], &[-1.0, 0.0], 0.5), [0.0, 0.0]);
    }
}
