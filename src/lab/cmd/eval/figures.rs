//! What a model invents, beside music that it has not heard: is it well, alike, new, and smooth?

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Serialize;

use crate::{
    lab::measure::{
        Kind, features,
        feel::{self, ClassDivergence, Feel},
        health::{self, Health},
        interpolation::{self, Interpolation, Path},
        language::LanguageModel,
        ngrams::Ngrams,
        novelty::{self, Novelty, TrainingSet},
        overlap::{self, Verdict},
    },
    music::trio::Line,
    musicvae::{
        convert::{groove, voices::voices, window::Window},
        net::{self, config::Config, domain::Domain, latent, music_vae::MusicVae, sampling},
    },
    rng,
    units::Bpm,
};

/// How freely samples are chosen: as Magenta samples.
const TEMPERATURE: f64 = 0.5;

/// Pairs of held-out windows that are joined by paths.
const N_PATHS: usize = 64;

/// Steps of a path, both ends included.
const N_STEPS: usize = 11;

/// Training windows that novelty is measured against, at most; of more an even choice.
const MAX_TRAINING: usize = 40_000;

/// All figures about a model's inventions.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Draws from the prior.
    pub samples: usize,
    /// Each part's samples.
    pub health: BTreeMap<&'static str, Health>,
    /// The same of held-out music.
    pub held_out_health: BTreeMap<&'static str, Health>,
    /// By part and feature, the overlap of samples with held-out music beside that of training music.
    pub overlap: BTreeMap<&'static str, Vec<Verdict>>,
    /// Share of eight tokens in a row, by part, that stand in the training set, of the samples.
    pub ngram_hit_rate: BTreeMap<&'static str, f64>,
    /// The same of held-out music.
    pub held_out_ngram_hit_rate: BTreeMap<&'static str, f64>,
    /// Whether samples are copies.
    pub novelty: Option<Novelty>,
    /// Along arcs between held-out windows.
    pub slerp: Option<Interpolation>,
    /// The same ways by exchanging tokens.
    pub data_space: Option<Interpolation>,
    /// How held-out beats are played once the model has heard their hits alone.
    pub feel: Option<FeelFigures>,
}

/// A `GrooVAE`'s feel beside that of drummers.
#[derive(Debug, Serialize)]
pub struct FeelFigures {
    /// The model's.
    pub model: Feel,
    /// The drummers', of the same beats.
    pub drummers: Feel,
    /// How far the one is from the other.
    pub divergence: Vec<ClassDivergence>,
}

/// Lines by the part that they are of.
type Parts = BTreeMap<&'static str, Vec<Line>>;

/// Draws `n` samples of `model` and holds them against `held_out` and `train` windows.
///
/// # Errors
/// A window is not of the model's family.
pub fn figures(
    model: &MusicVae,
    [held_out, train]: [&[Window]; 2],
    n: usize,
    seed: u64,
) -> Result<Figures, net::Error> {
    let config = model.config();
    let sampled = sample(model, n, seed)?;
    let parts = |windows: &[Window]| by_part(config, windows);
    let (ours, real, learnt) = (parts(&sampled), parts(held_out), parts(train));
    let examine = |parts: &Parts| {
        parts.iter().map(|(&part, lines)| (part, health::examine(kind(part), lines))).collect()
    };
    let (slerp, data_space) = ways(model, held_out, &learnt, seed)?;
    Ok(Figures {
        samples: n,
        health: examine(&ours),
        held_out_health: examine(&real),
        overlap: overlaps(&ours, &real, &learnt),
        ngram_hit_rate: hit_rates(&ours, &learnt),
        held_out_ngram_hit_rate: hit_rates(&real, &learnt),
        novelty: new_or_copied(config, &sampled, held_out, train),
        slerp,
        data_space,
        feel: feel_of(model, held_out)?,
    })
}

fn kind(part: &str) -> Kind {
    if part == "drums" { Kind::Drums } else { Kind::Pitched }
}

fn sample(model: &MusicVae, n: usize, seed: u64) -> Result<Vec<Window>, net::Error> {
    let draw = |number: usize| {
        let mut rng = rng::stream(seed, &format!("eval sample {number}"));
        let z = latent::prior(model.config().n_latent, &mut rng);
        model.decode(&z, &mut sampling::sampler(TEMPERATURE, &mut rng))
    };
    (0..n).into_par_iter().map(draw).collect()
}

fn by_part(config: &Config, windows: &[Window]) -> Parts {
    let mut parts = Parts::new();
    for (part, line) in windows.iter().flat_map(|window| voices(config, window)) {
        parts.entry(part).or_default().push(line);
    }
    parts
}

fn overlaps(ours: &Parts, real: &Parts, learnt: &Parts) -> BTreeMap<&'static str, Vec<Verdict>> {
    let judge = |(&part, learnt): (&&'static str, &Vec<Line>)| {
        let (ours, real) = (ours.get(part)?, real.get(part)?);
        let features = features::all(kind(part));
        // Equally many of each, or bandwidths would differ.
        let n = ours.len().min(real.len());
        let generated = overlap::compare(features, ours, real);
        let learnt = even_choice(learnt, n);
        Some((part, overlap::judge(&generated, &overlap::compare(features, &learnt, real))))
    };
    learnt.iter().filter_map(judge).collect()
}

fn even_choice<T: Clone>(all: &[T], n: usize) -> Vec<T> {
    let n = n.min(all.len());
    (0..n).map(|index| all[index * all.len() / n].clone()).collect()
}

fn hit_rates(parts: &Parts, learnt: &Parts) -> BTreeMap<&'static str, f64> {
    let rate = |(&part, learnt): (&&'static str, &Vec<Line>)| {
        Some((part, Ngrams::new(kind(part), learnt).hit_rate(parts.get(part)?)))
    };
    learnt.iter().filter_map(rate).collect()
}

/// Tracks differ in number, so that only domains of fixed parts are compared window by window.
fn new_or_copied(
    config: &Config,
    sampled: &[Window],
    held_out: &[Window],
    train: &[Window],
) -> Option<Novelty> {
    if train.is_empty() || config.family.domain() == Domain::Performance {
        return None;
    }
    let lines = |windows: &[Window]| -> Vec<Window> {
        let of = |window| voices(config, window).into_iter().map(|(_, line)| line).collect();
        windows.iter().map(of).collect()
    };
    let kinds: Vec<Kind> =
        voices(config, &train[0]).into_iter().map(|(part, _)| kind(part)).collect();
    let set = TrainingSet::new(&kinds, &lines(&even_choice(train, MAX_TRAINING)));
    let held_out = even_choice(held_out, sampled.len());
    let distances = |windows: &[Window]| set.distances(&lines(windows));
    Some(novelty::novelty(&distances(sampled), &distances(&held_out)))
}

/// Arcs between held-out windows, and the same ways in data space.
fn ways(
    model: &MusicVae,
    held_out: &[Window],
    learnt: &Parts,
    seed: u64,
) -> Result<(Option<Interpolation>, Option<Interpolation>), net::Error> {
    let config = model.config();
    let domain = config.family.domain();
    let judges: Vec<LanguageModel> = domain
        .parts()
        .iter()
        .filter_map(|part| Some(LanguageModel::train(kind(part), learnt.get(part)?)))
        .collect();
    let is_of_tokens = matches!(domain, Domain::Drums | Domain::Melody | Domain::Trio);
    if !is_of_tokens || judges.len() < domain.parts().len() || held_out.len() < 2 {
        return Ok((None, None));
    }
    let ends = even_choice(held_out, 2 * N_PATHS);
    let pairs: Vec<&[Window]> = ends.chunks_exact(2).collect();
    let arc = |pair: &&[Window]| -> Result<Path, net::Error> {
        let (a, b) = (model.encode(&pair[0])?.mu, model.encode(&pair[1])?.mu);
        let stop = |step: usize| {
            let z = latent::slerp(&a, &b, step as f64 / (N_STEPS - 1) as f64);
            model.decode(&z, &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits))
        };
        (0..N_STEPS).map(stop).collect()
    };
    let arcs: Vec<Path> =
        pairs.clone().into_par_iter().map(|pair| arc(&pair)).collect::<Result<_, _>>()?;
    let mut rng = rng::stream(seed, "data space");
    // From the model's own rebuilding of the ends, so that both ways have the same ends.
    let mixed: Vec<Path> = arcs
        .iter()
        .map(|arc| interpolation::mix(&arc[0], &arc[N_STEPS - 1], N_STEPS, &mut rng))
        .collect();
    let measure = |paths: &[Path]| Some(interpolation::measure(paths, &judges));
    Ok((measure(&arcs), measure(&mixed)))
}

fn feel_of(model: &MusicVae, held_out: &[Window]) -> Result<Option<FeelFigures>, net::Error> {
    if !matches!(model.config().family.domain(), Domain::Groove(_)) {
        return Ok(None);
    }
    let play = |window: &Window| {
        let mu = model.encode(window)?.mu;
        model.decode(&mu, &mut |_: usize, logits: &mut [f32]| sampling::greedy(logits))
    };
    let played = held_out.into_par_iter().map(play).collect::<Result<Vec<_>, _>>()?;
    let (ours, theirs) = (hits(&played), hits(held_out));
    Ok(Some(FeelFigures {
        model: feel::describe(&ours, Bpm::DEFAULT),
        drummers: feel::describe(&theirs, Bpm::DEFAULT),
        divergence: feel::compare(&ours, &theirs),
    }))
}

fn hits(windows: &[Window]) -> Vec<feel::Hit> {
    let of_step = |window: &Window, step: usize| {
        let row: Vec<u16> = window.iter().map(|column| column[step]).collect();
        let hit = |hit: groove::Hit| feel::Hit {
            class: hit.drum,
            step,
            velocity: hit.velocity,
            // Halves of a step, early positive, to steps, late positive.
            offset: f64::from(-hit.offset) / 2.0,
        };
        groove::hits(&row).map(hit).collect::<Vec<_>>()
    };
    windows
        .iter()
        .flat_map(|window| (0..window[0].len()).flat_map(|step| of_step(window, step)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::train::{checkpoint::snapshot, network::Network},
        musicvae::{convert::pattern_windows, net::family::Family},
    };

    fn model(family: Family) -> MusicVae {
        let official = Config::official(family);
        let config = Config { n_latent: 4, n_encoder: 4, n_decoder: 4, ..official };
        snapshot(&Network::new(config, 1).unwrap()).unwrap()
    }

    #[test]
    fn tokens_get_all_figures_that_need_no_feel() {
        let model = model(Family::Drums2Bar);
        let held_out = pattern_windows::windows(model.config(), 0..2);
        let train = pattern_windows::windows(model.config(), 2..5);

        let found = figures(&model, [&held_out, &train], 20, 1).unwrap();

        assert_eq!(found.health["drums"].lines, 20);
        assert!(!found.overlap["drums"].is_empty() && found.feel.is_none());
        let novelty = found.novelty.unwrap();
        assert_eq!((novelty.windows, novelty.held_out), (20, 20));
        assert_eq!(found.slerp.unwrap().from_start.len(), N_STEPS);
        assert!((0.0..=1.0).contains(&found.held_out_ngram_hit_rate["drums"]));
    }

    #[test]
    fn a_groove_is_heard_for_its_feel() {
        let model = model(Family::Humanize2Bar);
        let mut window = vec![vec![0; 32]; groove::N_COLUMNS];
        (window[0][4], window[1][4], window[10][4]) = (1, 90, groove::offset_column(0.5));

        let found = figures(&model, [&[window], &[]], 3, 1).unwrap();

        let drummers = found.feel.unwrap().drummers;
        assert_eq!((drummers.classes[0].hits, drummers.classes[0].velocity), (1, 90.0));
        assert!((drummers.classes[0].offset + 0.25).abs() < 1e-4);
        assert!(found.overlap.is_empty() && found.novelty.is_none());
    }
}
