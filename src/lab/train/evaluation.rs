//! How much of songs that a model has never seen survives the way through z.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::{
    lab::train::{Error, fit::validate, network::Network},
    musicvae::{
        convert::{performance, window::Window},
        net::{domain::Domain, latent::Latent, music_vae::MusicVae, sampling},
    },
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
    let rebuilt: Vec<(Latent, Vec<Hits>)> = windows
        .par_iter()
        .map(|window| {
            let mu = model.encode(window)?.mu;
            let greedy = &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits);
            let lines = model.decode(&mu, greedy)?;
            on_window();
            Ok((mu, hits(domain, &lines, window)))
        })
        .collect::<Result<_, Error>>()?;
    let (means, found): (Vec<Latent>, Vec<Vec<Hits>>) = rebuilt.into_iter().unzip();
    let rest = |window: &Window| vec![vec![0; window[0].len()]; window.len()];
    let rests: Vec<Vec<Hits>> =
        windows.iter().map(|window| hits(domain, &rest(window), window)).collect();
    Ok(Scores {
        windows: windows.len(),
        parts: domain.parts(),
        teacher_forced: forced.accuracy.iter().map(|&share| rounded(share)).collect(),
        sampled: shares(&found),
        always_rest: shares(&rests),
        kl_bits: (forced.kl_bits * 10.0).round() / 10.0,
        active_units: n_active(&means),
        latent_units: model.config().n_latent,
    })
}

/// How many steps were right, and how many there were.
type Hits = (usize, usize);

/// For each part, at how many steps `lines` say what `window` has.
///
/// A roll's step is right as a whole, a groove's if its hits are, and of a track only what comes up to
/// its end counts.
fn hits(domain: Domain, lines: &Window, window: &Window) -> Vec<Hits> {
    let n_steps = window[0].len();
    let n_equal = |columns: &[usize], counts: &dyn Fn(usize) -> bool| {
        let steps: Vec<usize> = (0..n_steps).filter(|&step| counts(step)).collect();
        let is_right = |&&step: &&usize| columns.iter().all(|&c| lines[c][step] == window[c][step]);
        (steps.iter().filter(is_right).count(), steps.len())
    };
    match domain {
        Domain::DrumRoll => vec![n_equal(&(0..window.len()).collect::<Vec<_>>(), &|_| true)],
        Domain::Groove(_) => vec![n_equal(&[0], &|_| true)],
        Domain::Performance => {
            let is_padding = |step: usize| 0 < step && window[0][step - 1] == performance::END;
            vec![n_equal(&[0], &|step| !is_padding(step))]
        }
        _ => (0..window.len()).map(|part| n_equal(&[part], &|_| true)).collect(),
    }
}

/// Shares of all steps, by part, of `hits` by window and part.
fn shares(hits: &[Vec<Hits>]) -> Vec<f64> {
    let share = |part: usize| {
        let all = hits.iter().map(|of_window| of_window[part]);
        let (right, n) = all.fold((0, 0), |(right, n), hits| (right + hits.0, n + hits.1));
        rounded(right as f64 / (n as f64).max(1.0))
    };
    (0..hits.first().map_or(0, Vec::len)).map(share).collect()
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
        lab::train::checkpoint,
        musicvae::{
            convert::themed,
            net::{config::Config, domain::Prompt, family::Family, weights::Weights},
        },
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
        assert_eq!((scores.windows, n_seen.into_inner()), (windows.len(), windows.len()));
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
        assert_eq!(shares(&[vec![(16, 32)], vec![(0, 32)]]), [0.25]);
    }

    #[test]
    fn a_step_of_several_columns_is_right_as_a_whole() {
        let window = vec![vec![1, 2, 3], vec![4, 5, 6]];
        let lines = vec![vec![1, 2, 0], vec![4, 0, 6]];

        assert_eq!(hits(Domain::DrumRoll, &lines, &window), [(1, 3)]);
        assert_eq!(hits(Domain::Trio, &lines, &window), [(2, 3), (2, 3)]);
        assert_eq!(hits(Domain::Groove(Prompt::Hits), &lines, &window), [(2, 3)]);
    }
}
