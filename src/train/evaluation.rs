//! How much of songs that a model has never seen survives the way through z.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use super::{Error, fit::validate, network::Network};
use crate::{
    dataset::window::Window,
    model::{config::Config, latent::Latent, music_vae::MusicVae, sampling},
};

/// Variance of a mean of z above which its dimension says something: that of "active units" (Burda
/// et al. 2016, arXiv:1509.00519).
const ACTIVE_VARIANCE: f64 = 0.01;

/// Digits that are kept of a share.
const SHARE_UNIT: f64 = 1e4;

/// What a model scores on a set of windows. Shares are of all steps, one a part, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// How many windows were rebuilt.
    pub windows: usize,
    /// The parts that the shares are of, in their order.
    pub parts: &'static [&'static str],
    /// Right tokens where each token before was right.
    pub teacher_forced: Vec<f64>,
    /// Right tokens where the model, always saying the likeliest, heard only its own.
    pub sampled: Vec<f64>,
    /// What saying token 0 at every step would score: no drum, or nothing new.
    pub always_rest: Vec<f64>,
    /// Mean KL divergence from the prior.
    pub kl_bits: f64,
    /// Dimensions of z that say something.
    pub active_units: usize,
    /// Dimensions of z.
    pub latent_units: usize,
}

/// Judges a model, given in both forms, on `windows`; calls `on_window` after each of them.
///
/// # Errors
/// A window is not of the model's family, or memory is out.
pub fn evaluate(
    model: &MusicVae,
    network: &Network,
    windows: &[Window],
    on_window: &(dyn Fn() + Sync),
) -> Result<Scores, Error> {
    let domain = model.config().family.domain();
    let forced = validate(network, windows)?;
    let rebuilt: Vec<(Latent, Vec<usize>)> = windows
        .par_iter()
        .map(|window| {
            let mu = model.encode(window)?.mu;
            let greedy = &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits);
            let lines = model.decode(&mu, greedy)?;
            on_window();
            let hits = lines.iter().zip(window).map(|(line, right)| n_equal(line, right));
            Ok((mu, hits.collect()))
        })
        .collect::<Result<_, Error>>()?;
    let (means, hits): (Vec<Latent>, Vec<Vec<usize>>) = rebuilt.into_iter().unzip();
    let rests: Vec<Vec<usize>> = windows.iter().map(n_rests).collect();
    Ok(Scores {
        windows: windows.len(),
        parts: domain.parts(),
        teacher_forced: forced.accuracy.iter().map(|&share| rounded(share)).collect(),
        sampled: shares(model.config(), &hits),
        always_rest: shares(model.config(), &rests),
        kl_bits: (forced.kl_bits * 10.0).round() / 10.0,
        active_units: n_active(&means),
        latent_units: model.config().n_latent,
    })
}

fn n_equal(a: &[u16], b: &[u16]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a == b).count()
}

fn n_rests(window: &Window) -> Vec<usize> {
    window.iter().map(|line| line.iter().filter(|&&token| token == 0).count()).collect()
}

/// What `hits`, by window and part, are of all steps.
fn shares(config: &Config, hits: &[Vec<usize>]) -> Vec<f64> {
    let n_steps = (hits.len() * config.n_steps()) as f64;
    let share = |part: usize| hits.iter().map(|of_window| of_window[part]).sum::<usize>() as f64;
    (0..config.family.domain().parts().len()).map(|part| rounded(share(part) / n_steps)).collect()
}

fn rounded(share: f64) -> f64 {
    (share * SHARE_UNIT).round() / SHARE_UNIT
}

fn n_active(means: &[Latent]) -> usize {
    let n = means.len() as f64;
    let n_latent = means.first().map_or(0, Vec::len);
    let is_active = |&unit: &usize| {
        let values = || means.iter().map(|mean| f64::from(mean[unit]));
        let middle = values().sum::<f64>() / n;
        let variance = values().map(|value| (value - middle).powi(2)).sum::<f64>() / n;
        ACTIVE_VARIANCE < variance
    };
    (0..n_latent).filter(is_active).count()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::{
        dataset::themed,
        model::{family::Family, weights::Weights},
        train::checkpoint,
    };

    #[test]
    fn an_untrained_model_scores_low_on_every_window_it_is_given() {
        let official = Config::official(Family::Drums2Bar);
        let config = Config { n_latent: 8, n_encoder: 8, n_decoder: 8, ..official };
        let network = Network::new(config, 1).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        checkpoint::export(&network, &path).unwrap();
        let weights = Weights::read(&std::fs::read(path).unwrap(), "model").unwrap();
        let model = MusicVae::load(Family::Drums2Bar, &weights).unwrap();
        let windows = themed::windows(&config, 0..2);
        let n_seen = AtomicUsize::new(0);

        let scores = evaluate(&model, &network, &windows, &|| {
            n_seen.fetch_add(1, Ordering::Relaxed);
        });

        let scores = scores.unwrap();
        assert_eq!((scores.windows, n_seen.into_inner()), (24, 24));
        assert!(scores.sampled[0] < 0.7 && scores.teacher_forced[0] < 0.7, "{scores:?}");
        assert_eq!(scores.active_units, 0);
    }

    #[test]
    fn a_dimension_is_active_if_it_differs_between_windows() {
        let means = vec![vec![0.0, 5.0, 0.2], vec![0.1, 5.0, -0.2]];
        assert_eq!(n_active(&means), 1);
    }

    #[test]
    fn shares_are_of_all_steps() {
        assert_eq!(shares(&Config::official(Family::Drums2Bar), &[vec![16], vec![0]]), [0.25]);
    }
}
