//! Points in the latent space and ways between them.

use rand_distr::{Distribution, StandardNormal};

use crate::rng::Rng;

/// A point of the latent space, (Z,).
pub type Latent = Vec<f32>;

/// A draw from the prior: a standard normal in each dimension.
pub fn prior(n_latent: usize, rng: &mut Rng) -> Latent {
    (0..n_latent).map(|_| StandardNormal.sample(rng)).collect()
}

/// Between `a` (t = 0) and `b` (t = 1) along the arc, the length going from one's to the other's.
///
/// In many dimensions the middle of a straight line is much shorter than its ends, where the model
/// has seen nothing; the arc stays at the distance at which the data lie. Points in one direction,
/// or opposite ones, have no one arc: there it is the line.
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

/// The sum of `points`, each times its weight.
///
/// # Panics
/// If the points differ in width, or there are none.
pub fn mix(points: &[&[f32]], weights: &[f64]) -> Latent {
    (0..points[0].len())
        .map(|d| {
            let terms = points.iter().zip(weights).map(|(point, w)| f64::from(point[d]) * w);
            terms.sum::<f64>() as f32
        })
        .collect()
}

/// Weights of the corners (0,0), (1,0), (0,1), (1,1) at `x`, `y` in the unit square.
pub fn bilinear(x: f64, y: f64) -> [f64; 4] {
    [(1.0 - x) * (1.0 - y), x * (1.0 - y), (1.0 - x) * y, x * y]
}

/// An Ornstein-Uhlenbeck process about 0 with a deviation of 1 in each dimension: noise that wanders
/// and comes back.
#[derive(Debug, Clone)]
pub struct Drift {
    at: Latent,
    /// How much of the last place is kept at each step, 0 to 1.
    keep: f32,
}

impl Drift {
    /// A process somewhere on its way.
    pub fn new(n_latent: usize, keep: f32, rng: &mut Rng) -> Self {
        Self { at: prior(n_latent, rng), keep }
    }

    /// Where it goes next.
    pub fn advance(&mut self, rng: &mut Rng) -> &[f32] {
        let spread = (1.0 - self.keep * self.keep).max(0.0).sqrt();
        for at in &mut self.at {
            let noise: f32 = StandardNormal.sample(rng);
            *at = self.keep * *at + spread * noise;
        }
        &self.at
    }
}

/// `z` moved towards `noise` by `amount`, 0 to 1, so that a z from the prior stays one:
/// `sqrt(1 - e^2) z + e n`.
pub fn perturb(z: &[f32], noise: &[f32], amount: f64) -> Latent {
    mix(&[z, noise], &[(1.0 - amount * amount).max(0.0).sqrt(), amount])
}

/// `z` moved by `amount` of `vector`, at its own distance from the origin, where the model knows its
/// way about.
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
    fn the_arc_begins_and_ends_where_it_should_and_keeps_its_distance() {
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
    fn points_in_one_direction_are_joined_by_a_line() {
        assert_eq!(slerp(&[1.0, 0.0], &[3.0, 0.0], 0.5), [2.0, 0.0]);
        assert_eq!(slerp(&[0.0, 0.0], &[2.0, 0.0], 0.5), [1.0, 0.0]);
        assert_eq!(slerp(&[1.0, 0.0], &[-1.0, 0.0], 0.5), [0.0, 0.0]);
    }

    #[test]
    fn drift_stays_about_as_far_as_the_prior() {
        let mut rng = rng::stream(5, "test");
        let mut drift = Drift::new(256, 0.9, &mut rng);
        for _ in 0..200 {
            let n = norm(drift.advance(&mut rng));
            assert!((12.0..20.0).contains(&n), "{n}");
        }
    }
}
