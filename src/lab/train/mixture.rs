//! A prior as a mixture of the posteriors of chosen windows.
//!
//! The posteriors of all windows of a style together are its aggregate posterior, which fits its music better than
//! any other prior (Tomczak & Welling 2018, arXiv:1705.07120, section 2). Those of a few windows approximate it
//! (section 3), in 256 dimensions far better than normal distributions fitted to all of them (docs/models.md).

use crate::{
    musicvae::net::{encoder::Posterior, prior::Component},
    rng,
};

/// Most components. Their means are nearly all of a prior's size in a model's file.
pub const MOST: usize = 128;

/// Fewest posteriors that a mixture is made from.
pub const FEWEST: usize = 16;

/// Returns a mixture of at most [`MOST`] of `posteriors`, chosen at random. Components have equal weights, and as
/// deviations the mean of those chosen. None for fewer than [`FEWEST`] posteriors.
pub fn of(posteriors: &[Posterior]) -> Option<Vec<Component>> {
    if posteriors.len() < FEWEST {
        return None;
    }
    let chosen = rng::choice(posteriors.iter().collect(), MOST);
    let n = chosen.len();
    let deviation = |d: usize| {
        let sum: f32 = chosen.iter().map(|posterior| posterior.sigma[d]).sum();
        sum / n as f32
    };
    let deviations: Vec<f32> = (0..chosen[0].sigma.len()).map(deviation).collect();
    let component = |posterior: &&Posterior| Component {
        weight: 1.0 / n as f64,
        mean: posterior.mu.clone(),
        deviations: deviations.clone(),
    };
    Some(chosen.iter().map(component).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posterior(number: usize) -> Posterior {
        Posterior { mu: vec![number as f32; 2], sigma: vec![(number % 2) as f32, 0.5] }
    }

    #[test]
    fn components_are_posteriors_of_all_kinds() {
        let posteriors: Vec<Posterior> = (0..4 * MOST).map(posterior).collect();

        let mixture = of(&posteriors).unwrap();

        assert_eq!(mixture.len(), MOST);
        // The windows of a pattern of a melody model: two melodies, two basses.
        let n_of = |kind| mixture.iter().filter(|c| c.mean[0] as usize % 4 == kind).count();
        assert!((0..4).all(|kind| MOST / 8 < n_of(kind)));
        assert!((mixture.iter().map(|c| c.weight).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn components_share_the_mean_deviation() {
        let mixture = of(&(0..20).map(posterior).collect::<Vec<_>>()).unwrap();
        assert_eq!(mixture.len(), 20);
        assert!(mixture.iter().all(|component| component.deviations == [0.5, 0.5]));
    }

    #[test]
    fn few_posteriors_have_no_mixture() {
        assert_eq!(of(&(0..FEWEST - 1).map(posterior).collect::<Vec<_>>()), None);
    }
}
