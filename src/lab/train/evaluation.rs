//! Reconstruction of held-out windows: accuracy after encoding and decoding.

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Serialize;

use crate::{
    lab::train::{
        Error,
        fit::validate,
        melodic::{self, MelodicHits, MelodicScores},
        network::Network,
    },
    musicvae::{
        convert::{performance, window::Window},
        net::{domain::Domain, latent::Latent, music_vae::MusicVae, sampling},
    },
};

/// A latent dimension is active if the variance of its posterior mean between windows exceeds this
/// ("active units", Burda et al. 2016, arXiv:1509.00519).
const ACTIVE_VARIANCE: f64 = 0.01;

/// Shares are rounded to 1 / `SHARE_UNIT`.
const SHARE_UNIT: f64 = 1e4;

/// A model's scores on a set of windows. Shares are of all steps, one per part, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Number of windows.
    pub windows: usize,
    /// Names of the parts, in the order of the shares.
    pub parts: Vec<&'static str>,
    /// Accuracy with teacher forcing.
    pub teacher_forced: Vec<f64>,
    /// Accuracy of free-running greedy decoding.
    pub sampled: Vec<f64>,
    /// Accuracy of always predicting token 0: no drum, or hold.
    pub always_rest: Vec<f64>,
    /// Rhythm and pitch of the parts with melody tokens; none for other domains.
    pub melodic: Vec<MelodicScores>,
    /// Mean KL divergence from the prior, in bits.
    pub kl_bits: f64,
    /// Active dimensions of z.
    pub active_units: usize,
    /// All dimensions of z.
    pub latent_units: usize,
}

impl Scores {
    /// The scores of the parts that are `wanted`, one flag per part.
    pub fn of_parts(mut self, wanted: &[bool]) -> Self {
        let is_wanted = |part: usize| wanted.get(part).is_none_or(|wanted| *wanted);
        let by_part = [&mut self.teacher_forced, &mut self.sampled, &mut self.always_rest];
        for shares in by_part {
            *shares = kept(std::mem::take(shares), is_wanted);
        }
        self.parts = kept(self.parts, is_wanted);
        self.melodic.retain(|melodic| self.parts.contains(&melodic.part));
        self
    }
}

fn kept<T>(values: Vec<T>, is_kept: impl Fn(usize) -> bool) -> Vec<T> {
    let numbered = values.into_iter().enumerate();
    numbered.filter(|(part, _)| is_kept(*part)).map(|(_, value)| value).collect()
}

/// Evaluates a model, given in its inference and training forms, on `windows`; calls `on_window`
/// after each.
///
/// # Errors
/// A window is not of the model's family, or out of memory.
pub fn evaluate(
    model: &MusicVae,
    network: &Network,
    windows: &[Window],
    on_window: &(dyn Fn() + Sync),
) -> Result<Scores, Error> {
    let domain = model.config().family.domain();
    let forced = validate(network, windows)?;
    let rebuilt = windows.par_iter().map(|window| {
        let rebuilt = rebuild(model, window);
        on_window();
        rebuilt
    });
    let rebuilt = rebuilt.collect::<Result<Vec<_>, Error>>()?;
    let means: Vec<&Latent> = rebuilt.iter().map(|rebuilt| &rebuilt.mu).collect();
    let found: Vec<Vec<Hits>> = rebuilt.iter().map(|rebuilt| rebuilt.hits.clone()).collect();
    let rest = |window: &Window| vec![vec![0; window[0].len()]; window.len()];
    let rests: Vec<Vec<Hits>> =
        windows.iter().map(|window| hits(domain, &rest(window), window)).collect();
    Ok(Scores {
        windows: windows.len(),
        parts: domain.parts().to_vec(),
        teacher_forced: forced.accuracy.iter().map(|&share| rounded(share)).collect(),
        sampled: shares(&found),
        always_rest: shares(&rests),
        melodic: melodic::scores(domain, rebuilt.iter().map(|rebuilt| &rebuilt.melodic[..])),
        kl_bits: (forced.kl_bits * 10.0).round() / 10.0,
        active_units: n_active(&means),
        latent_units: model.config().n_latent,
    })
}

/// A window encoded and decoded.
struct Rebuilt {
    mu: Latent,
    hits: Vec<Hits>,
    melodic: Vec<MelodicHits>,
}

fn rebuild(model: &MusicVae, window: &Window) -> Result<Rebuilt, Error> {
    let domain = model.config().family.domain();
    let mu = model.encode(window)?.mu;
    let greedy = &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits);
    let lines = model.decode(&mu, greedy)?;
    let melodic = melodic::hits(model, &mu, &lines, window)?;
    Ok(Rebuilt { hits: hits(domain, &lines, window), melodic, mu })
}

/// Number of correct steps, and of all steps.
type Hits = (usize, usize);

/// For each part, at how many steps `lines` equal `window`.
///
/// A drum roll's step is correct if all classes are, a groove's if all hits are. Steps after the
/// end of a track don't count.
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

/// Shares of correct steps by part, from `hits` by window and part.
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

fn n_active(means: &[&Latent]) -> usize {
    let n = means.len() as f64;
    let n_latent = means.first().map_or(0, |mean| mean.len());
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
            convert::pattern_windows,
            net::{config::Config, domain::GrooveInput, family::Family, weights::Weights},
        },
    };

    #[test]
    fn an_untrained_model_scores_low_on_all_windows() {
        let official = Config::official(Family::Drums2Bar);
        let config = Config { n_latent: 8, n_encoder: 8, n_decoder: 8, ..official };
        let network = Network::new(config, 1).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        checkpoint::export(&network, &path).unwrap();
        let weights = Weights::read(&std::fs::read(path).unwrap(), "model").unwrap();
        let model = MusicVae::load(Family::Drums2Bar, &weights).unwrap();
        let windows = pattern_windows::windows(&config, 0..2);
        let n_seen = AtomicUsize::new(0);

        let scores = evaluate(&model, &network, &windows, &|| {
            n_seen.fetch_add(1, Ordering::Relaxed);
        });

        let scores = scores.unwrap();
        assert_eq!((scores.windows, n_seen.into_inner()), (windows.len(), windows.len()));
        assert!(scores.clone().of_parts(&[false]).sampled.is_empty());
        assert!(scores.sampled[0] < 0.7 && scores.teacher_forced[0] < 0.7, "{scores:?}");
        assert_eq!(scores.active_units, 0);
    }

    #[test]
    fn a_dimension_is_active_if_its_mean_varies() {
        let means = [vec![0.0, 5.0, 0.2], vec![0.1, 5.0, -0.2]];
        assert_eq!(n_active(&means.iter().collect::<Vec<_>>()), 1);
    }

    #[test]
    fn shares_are_of_all_steps() {
        assert_eq!(shares(&[vec![(16, 32)], vec![(0, 32)]]), [0.25]);
    }

    #[test]
    fn a_step_of_several_columns_is_right_if_all_are() {
        let window = vec![vec![1, 2, 3], vec![4, 5, 6]];
        let lines = vec![vec![1, 2, 0], vec![4, 0, 6]];

        assert_eq!(hits(Domain::DrumRoll, &lines, &window), [(1, 3)]);
        assert_eq!(hits(Domain::Trio, &lines, &window), [(2, 3), (2, 3)]);
        assert_eq!(hits(Domain::Groove(GrooveInput::Hits), &lines, &window), [(2, 3)]);
    }
}
