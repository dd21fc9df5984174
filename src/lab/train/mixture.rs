//! Fits a mixture of normal distributions with diagonal covariances to the means of posteriors by
//! expectation maximisation (Dempster, Laird & Rubin 1977; Bishop 2006, section 9.2).
//!
//! The variance of the posteriors is left out: stations decode means, and draws with the posteriors' noise are
//! farther from songs (docs/models.md).

use rand::RngExt as _;

use crate::{
    lab::measure::statistics::{deviation, mean},
    musicvae::net::{encoder::Posterior, prior::Component},
    rng::{self, Rng},
};

/// Component counts to choose from.
const SIZES: [usize; 4] = [1, 2, 4, 8];

/// One posterior in this many is held out to choose the number of components.
const HELD_OUT: usize = 5;

/// Fewest posteriors for each component.
const FEWEST: usize = 16;

/// Least variance of a component in a dimension, where the prior's is 1: a component on few points
/// must not shrink to them.
const VARIANCE_FLOOR: f64 = 0.01;

/// Iterations end at this number, or when the mean log-likelihood grows by less than this in nats.
const MOST_ITERATIONS: usize = 100;
const LEAST_GAIN: f64 = 1e-3;

/// A mixture of 1 to 8 components; none for too few posteriors. `seed` determines the initial
/// components.
pub fn fit(posteriors: &[Posterior], seed: u64) -> Option<Vec<Component>> {
    let points: Vec<Point> = posteriors.iter().map(mean_of).collect();
    let size = size(&points, seed)?;
    let all: Vec<&Point> = points.iter().collect();
    let mixture = expectation_maximisation(&all, size, &mut start_stream(seed, size));
    Some(mixture.iter().map(Gaussian::component).collect())
}

fn mean_of(posterior: &Posterior) -> Point {
    posterior.mu.iter().map(|x| f64::from(*x)).collect()
}

/// The fewest components under which the mean log-likelihood of held-out points is within one
/// standard error of the greatest (Breiman, Friedman, Olshen & Stone 1984, section 3.4.3).
fn size(points: &[Point], seed: u64) -> Option<usize> {
    let half = |is_held_out: bool| -> Vec<&Point> {
        let numbered = points.iter().enumerate();
        let own = numbered.filter(|(number, _)| number.is_multiple_of(HELD_OUT) == is_held_out);
        own.map(|(_, point)| point).collect()
    };
    let (training, held_out) = (half(false), half(true));
    let sizes = SIZES.into_iter().filter(|size| FEWEST * size <= training.len());
    let tried: Vec<(usize, f64, f64)> = sizes
        .map(|size| {
            let mut rng = start_stream(seed, size);
            let mixture = expectation_maximisation(&training, size, &mut rng);
            let logs = log_likelihoods(&mixture, &held_out);
            (size, mean(&logs), deviation(&logs) / (held_out.len() as f64).sqrt())
        })
        .collect();
    let (_, greatest, error) = tried.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let enough = tried.into_iter().find(|(_, likelihood, _)| greatest - error <= *likelihood);
    enough.map(|(size, ..)| size)
}

fn start_stream(seed: u64, size: usize) -> Rng {
    rng::stream(seed, &format!("mixture {size}"))
}

/// Mean of a posterior.
type Point = Vec<f64>;

/// A component during the fit.
#[derive(Clone)]
struct Gaussian {
    weight: f64,
    mean: Vec<f64>,
    variance: Vec<f64>,
}

impl Gaussian {
    /// The weighted moments of `points`; `total` is the sum of all components' weights.
    fn of(points: &[&Point], weights: &[f64], total: f64) -> Self {
        let mass: f64 = weights.iter().sum();
        let average = |value: &dyn Fn(&Point) -> f64| {
            points.iter().zip(weights).map(|(point, w)| w * value(point)).sum::<f64>() / mass
        };
        let dims = 0..points[0].len();
        let mean: Vec<f64> = dims.clone().map(|d| average(&|point| point[d])).collect();
        let variance =
            |d: usize| average(&|point| (point[d] - mean[d]).powi(2)).max(VARIANCE_FLOOR);
        Self { weight: mass / total, variance: dims.map(variance).collect(), mean }
    }

    /// The logarithm of the weight plus the log-density of `point`, up to a constant.
    fn log_density(&self, point: &Point) -> f64 {
        let parameters = self.mean.iter().zip(&self.variance);
        let terms = parameters
            .zip(point)
            .map(|((mean, variance), x)| libm::log(*variance) + (x - mean).powi(2) / variance);
        libm::log(self.weight) - 0.5 * terms.sum::<f64>()
    }

    fn component(&self) -> Component {
        Component {
            weight: self.weight,
            mean: self.mean.iter().map(|x| *x as f32).collect(),
            deviations: self.variance.iter().map(|x| x.sqrt() as f32).collect(),
        }
    }
}

fn expectation_maximisation(points: &[&Point], size: usize, rng: &mut Rng) -> Vec<Gaussian> {
    let mut mixture = start(points, size, rng);
    let mut before = f64::NEG_INFINITY;
    for _ in 0..MOST_ITERATIONS {
        let shares: Vec<Vec<f64>> = points.iter().map(|point| shares(&mixture, point)).collect();
        let weights = |n: usize| shares.iter().map(|shares| shares[n]).collect::<Vec<f64>>();
        let weights: Vec<Vec<f64>> = (0..mixture.len()).map(weights).collect();
        // A component that has lost its points is dropped.
        let kept = weights.iter().filter(|weights| 1.0 <= weights.iter().sum::<f64>());
        mixture = kept.map(|weights| Gaussian::of(points, weights, points.len() as f64)).collect();
        let now = mean(&log_likelihoods(&mixture, points));
        if now - before < LEAST_GAIN {
            break;
        }
        before = now;
    }
    mixture
}

/// Initial components at distant points, each with the variance of all points together.
fn start(points: &[&Point], size: usize, rng: &mut Rng) -> Vec<Gaussian> {
    let all = Gaussian::of(points, &vec![1.0; points.len()], points.len() as f64);
    if size == 1 {
        return vec![all];
    }
    let at = |number: usize| Gaussian {
        weight: 1.0 / size as f64,
        mean: points[number].clone(),
        variance: all.variance.clone(),
    };
    distant(points, size, rng).into_iter().map(at).collect()
}

/// Indices of `size` points: the first drawn uniformly, each further one with probability proportional to its
/// squared distance from the nearest chosen one (Arthur & Vassilvitskii 2007, section 2.2).
fn distant(points: &[&Point], size: usize, rng: &mut Rng) -> Vec<usize> {
    let mut chosen = vec![rng.random_range(0..points.len())];
    let mut nearest = vec![f64::INFINITY; points.len()];
    while chosen.len() < size {
        let last: &Point = points[chosen[chosen.len() - 1]];
        for (nearest, point) in nearest.iter_mut().zip(points) {
            let squares = point.iter().zip(last).map(|(a, b)| (a - b).powi(2));
            *nearest = nearest.min(squares.sum());
        }
        let mut left = rng.random::<f64>() * nearest.iter().sum::<f64>();
        let is_next = |squared: &f64| {
            left -= squared;
            left < 0.0
        };
        // Rounding errors or equal points may leave none.
        chosen.push(nearest.iter().position(is_next).unwrap_or(points.len() - 1));
    }
    chosen
}

/// The responsibility of each component for `point`; they sum to 1.
fn shares(mixture: &[Gaussian], point: &Point) -> Vec<f64> {
    let logs: Vec<f64> = mixture.iter().map(|gaussian| gaussian.log_density(point)).collect();
    let total = log_sum(&logs);
    logs.iter().map(|log| libm::exp(log - total)).collect()
}

/// The log-likelihood of each of `points` in nats, up to a constant.
fn log_likelihoods(mixture: &[Gaussian], points: &[&Point]) -> Vec<f64> {
    let logs = |point: &Point| {
        mixture.iter().map(|gaussian| gaussian.log_density(point)).collect::<Vec<f64>>()
    };
    points.iter().map(|point| log_sum(&logs(point))).collect()
}

/// log(sum(exp(x))), without overflow.
fn log_sum(logs: &[f64]) -> f64 {
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + libm::log(logs.iter().map(|log| libm::exp(log - most)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::latent;

    /// Posteriors with a deviation of 0.4 around means with one of 0.3.
    fn cluster(mean: [f32; 3], n: usize, name: &str) -> Vec<Posterior> {
        let mut rng = rng::stream(1, name);
        let point = |_| {
            let noise = latent::prior(3, &mut rng);
            let mu = mean.iter().zip(noise).map(|(mean, noise)| mean + 0.3 * noise).collect();
            Posterior { mu, sigma: vec![0.4; 3] }
        };
        (0..n).map(point).collect()
    }

    #[test]
    fn two_clusters_are_recovered() {
        let mut points = cluster([2.0, 0.0, -1.0], 90, "a");
        points.extend(cluster([-1.0, 3.0, 1.0], 270, "b"));
        // Shuffled, so that training and held-out points have both clusters.
        let points: Vec<Posterior> = (0..360).map(|n| points[n * 37 % 360].clone()).collect();

        let mut found = fit(&points, 5).unwrap();

        found.sort_by(|a, b| a.weight.total_cmp(&b.weight));
        assert_eq!(found.len(), 2, "{found:?}");
        for (component, (weight, mean)) in
            found.iter().zip([(0.25, [2.0, 0.0, -1.0]), (0.75, [-1.0, 3.0, 1.0])])
        {
            assert!((component.weight - weight).abs() < 1e-6, "{component:?}");
            for (x, mean) in component.mean.iter().zip(mean) {
                assert!((x - mean).abs() < 0.15, "{component:?}");
            }
            assert!(component.deviations.iter().all(|x| (x - 0.3).abs() < 0.06), "{component:?}");
        }
    }

    #[test]
    fn one_cluster_needs_one_component() {
        assert_eq!(fit(&cluster([0.0; 3], 200, "c"), 1).unwrap().len(), 1);
    }

    #[test]
    fn a_fit_depends_on_points_and_seed_alone() {
        let mut points = cluster([0.0; 3], 100, "d");
        points.extend(cluster([1.0; 3], 100, "e"));
        assert_eq!(fit(&points, 3), fit(&points, 3));
    }

    #[test]
    fn few_points_have_no_mixture_and_equal_points_keep_a_width() {
        let point = Posterior { mu: vec![1.0; 3], sigma: vec![0.0; 3] };
        assert_eq!(fit(&vec![point.clone(); 10], 1), None);
        let found = fit(&vec![point; 40], 1).unwrap();
        assert!(found[0].deviations.iter().all(|x| (x - 0.1).abs() < 1e-6), "{found:?}");
    }
}
