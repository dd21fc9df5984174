//! Evaluation of a model's samples against held-out music: health, distribution, novelty and
//! interpolation.

use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Serialize;

use crate::{
    lab::{
        cmd::eval::{
            draws,
            drummers::{self, ExpressionFigures},
        },
        measure::{
            features,
            health::{self, Health},
            interpolation::{self, Interpolation, Path},
            language_model::LanguageModel,
            ngrams::Ngrams,
            novelty::{self, Novelty, TrainingSet},
            overlap::{self, Verdict},
            real_lines::{self, RealLines},
            tokens::Kind,
            tracks::{self, Tracks},
        },
    },
    music::trio::Line,
    musicvae::{
        convert::{voices::voices, window::Window},
        net::{
            self, config::Config, domain::Domain, latent, music_vae::MusicVae, prior::Prior,
            sampling,
        },
    },
    rng,
};

/// Number of interpolations.
const N_PATHS: usize = 64;

/// Windows of an interpolation, both ends included.
const N_STEPS: usize = 11;

/// Most training windows used for novelty, evenly spread.
const MAX_TRAINING: usize = 40_000;

/// All figures of a model's samples.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Number of samples.
    pub samples: usize,
    /// Health of the samples, by part.
    pub health: BTreeMap<&'static str, Health>,
    /// Health of held-out music, by part.
    pub held_out_health: BTreeMap<&'static str, Health>,
    /// Fréchet distance of four-bar melodies and basses from those of songs, by part; see
    /// [`real_lines`].
    pub from_songs: BTreeMap<&'static str, f64>,
    /// As `from_songs`, of windows decoded at random places of legs between two draws.
    pub legs_from_songs: BTreeMap<&'static str, f64>,
    /// Overlap with held-out music of samples and of training music, by part and feature.
    pub overlap: BTreeMap<&'static str, Vec<Verdict>>,
    /// Share of the samples' 8-grams that are in the training set, by part.
    pub ngram_hit_rate: BTreeMap<&'static str, f64>,
    /// Share of held-out music's 8-grams that are in the training set, by part.
    pub held_out_ngram_hit_rate: BTreeMap<&'static str, f64>,
    /// Novelty of the samples; none without training data.
    pub novelty: Option<Novelty>,
    /// Spherical interpolation of z between held-out windows.
    pub slerp: Option<Interpolation>,
    /// Interpolation between the same windows in data space, as baseline.
    pub data_space: Option<Interpolation>,
    /// Expression of a `GrooVAE` for held-out beats; none for other models.
    #[serde(rename = "feel")]
    pub expression: Option<ExpressionFigures>,
    /// Tracks of bars of events; none for other models.
    pub tracks: Option<TrackFigures>,
}

/// Tracks of samples and of held-out music.
#[derive(Debug, Serialize)]
pub struct TrackFigures {
    /// Tracks of samples.
    pub samples: Tracks,
    /// Tracks of held-out music.
    pub held_out: Tracks,
    /// Share of the samples' tracks that would have to change their program, 0 to 1.
    pub program_distance: f64,
}

/// Lines by part.
type Parts = BTreeMap<&'static str, Vec<Line>>;

/// Draws `n` samples of `model` from `prior` and compares them with `held_out` and `train` windows.
///
/// # Errors
/// A window is not of the model's family.
pub fn figures(
    model: &MusicVae,
    prior: &Prior,
    [held_out, train]: [&[Window]; 2],
    n: usize,
    seed: u64,
) -> Result<Figures, net::Error> {
    let config = model.config();
    let sampled = draws::of_prior(model, prior, n, seed)?;
    let parts = |windows: &[Window]| by_part(config, windows);
    let (generated, real, training) = (parts(&sampled), parts(held_out), parts(train));
    let examine = |parts: &Parts| {
        parts
            .iter()
            .map(|(&part, lines)| (part, health::examine(Kind::of_part(part), lines)))
            .collect()
    };
    let distances = from_songs(&generated);
    let legs_from_songs = if distances.is_empty() {
        BTreeMap::new()
    } else {
        from_songs(&parts(&draws::of_legs(model, prior, n, seed)?))
    };
    let (slerp, data_space) = interpolations(model, held_out, &training, seed)?;
    Ok(Figures {
        samples: n,
        health: examine(&generated),
        held_out_health: examine(&real),
        from_songs: distances,
        legs_from_songs,
        overlap: overlaps(&generated, &real, &training),
        ngram_hit_rate: hit_rates(&generated, &training),
        held_out_ngram_hit_rate: hit_rates(&real, &training),
        novelty: novelty_of(config, &sampled, held_out, train),
        slerp,
        data_space,
        expression: drummers::expression_of(model, held_out)?,
        tracks: tracks_of(config, &sampled, held_out),
    })
}

fn by_part(config: &Config, windows: &[Window]) -> Parts {
    let mut parts = Parts::new();
    for (part, line) in windows.iter().flat_map(|window| voices(config, window)) {
        parts.entry(part).or_default().push(line);
    }
    parts
}

/// Distances from songs by part; none for lines of another length than four bars.
fn from_songs(parts: &Parts) -> BTreeMap<&'static str, f64> {
    let real = RealLines::shipped();
    let distance = |(part, real)| {
        parts.get(part).and_then(|lines| Some((part, real_lines::distance(lines, real)?)))
    };
    [("melody", &real.melody), ("bass", &real.bass)].into_iter().filter_map(distance).collect()
}

fn overlaps(
    samples: &Parts,
    real: &Parts,
    training: &Parts,
) -> BTreeMap<&'static str, Vec<Verdict>> {
    let judge = |(&part, training): (&&'static str, &Vec<Line>)| {
        let (samples, real) = (samples.get(part)?, real.get(part)?);
        let features = features::all(Kind::of_part(part));
        // Bandwidths depend on the number of lines.
        let n = samples.len().min(real.len());
        let generated = overlap::compare(features, samples, real);
        let training = even_choice(training, n);
        Some((part, overlap::judge(&generated, &overlap::compare(features, &training, real))))
    };
    training.iter().filter_map(judge).collect()
}

/// At most `n` elements at even distances.
fn even_choice<T: Clone>(all: &[T], n: usize) -> Vec<T> {
    let n = n.min(all.len());
    (0..n).map(|index| all[index * all.len() / n].clone()).collect()
}

fn hit_rates(parts: &Parts, training: &Parts) -> BTreeMap<&'static str, f64> {
    let rate = |(&part, training): (&&'static str, &Vec<Line>)| {
        Some((part, Ngrams::new(Kind::of_part(part), training).hit_rate(parts.get(part)?)))
    };
    training.iter().filter_map(rate).collect()
}

/// None for performances: their number of tracks varies, so windows can't be compared part by part.
fn novelty_of(
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
        voices(config, &train[0]).into_iter().map(|(part, _)| Kind::of_part(part)).collect();
    let set = TrainingSet::new(&kinds, &lines(&even_choice(train, MAX_TRAINING)));
    let held_out = even_choice(held_out, sampled.len());
    let distances = |windows: &[Window]| set.distances(&lines(windows));
    Some(novelty::novelty(&distances(sampled), &distances(&held_out)))
}

/// Spherical interpolations between held-out windows, and interpolations in data space. None for
/// domains without tokens, or without training data for the language models.
fn interpolations(
    model: &MusicVae,
    held_out: &[Window],
    training: &Parts,
    seed: u64,
) -> Result<(Option<Interpolation>, Option<Interpolation>), net::Error> {
    let config = model.config();
    let domain = config.family.domain();
    let language_models: Vec<LanguageModel> = domain
        .parts()
        .iter()
        .filter_map(|part| Some(LanguageModel::train(Kind::of_part(part), training.get(part)?)))
        .collect();
    let is_of_tokens = matches!(domain, Domain::Drums | Domain::Melody | Domain::Trio);
    if !is_of_tokens || language_models.len() < domain.parts().len() || held_out.len() < 2 {
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
    // Between the reconstructed ends, so that both interpolations have the same ends.
    let mixed: Vec<Path> = arcs
        .iter()
        .map(|arc| interpolation::mix(&arc[0], &arc[N_STEPS - 1], N_STEPS, &mut rng))
        .collect();
    let measure = |paths: &[Path]| Some(interpolation::measure(paths, &language_models));
    Ok((measure(&arcs), measure(&mixed)))
}

fn tracks_of(config: &Config, drawn: &[Window], held_out: &[Window]) -> Option<TrackFigures> {
    if config.family.domain() != Domain::Performance {
        return None;
    }
    let examine = |windows: &[Window]| {
        let bars: Vec<Line> = windows.iter().map(|window| window[0].clone()).collect();
        tracks::examine(&bars, config.n_segment_steps)
    };
    let (samples, held_out) = (examine(drawn), examine(held_out));
    let program_distance = tracks::program_distance(&samples, &held_out);
    Some(TrackFigures { samples, held_out, program_distance })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::train::{checkpoint::snapshot, network::Network},
        musicvae::{
            convert::{groove, pattern_windows},
            net::family::Family,
        },
    };

    fn model(family: Family) -> MusicVae {
        let official = Config::official(family);
        let config = Config { n_latent: 4, n_encoder: 4, n_decoder: 4, ..official };
        snapshot(&Network::new(config, 1).unwrap()).unwrap()
    }

    #[test]
    fn models_of_tokens_have_all_figures_but_expression() {
        let model = model(Family::Drums2Bar);
        let held_out = pattern_windows::windows(model.config(), 0..2);
        let train = pattern_windows::windows(model.config(), 2..5);

        let found = figures(&model, &Prior::Standard(4), [&held_out, &train], 20, 1).unwrap();

        assert_eq!(found.health["drums"].lines, 20);
        assert!(!found.overlap["drums"].is_empty() && found.expression.is_none());
        let novelty = found.novelty.unwrap();
        assert_eq!((novelty.windows, novelty.held_out), (20, 20));
        assert_eq!(found.slerp.unwrap().from_start.len(), N_STEPS);
        assert!((0.0..=1.0).contains(&found.held_out_ngram_hit_rate["drums"]));
    }

    #[test]
    fn a_trio_has_distances_of_draws_and_of_legs() {
        let model = model(Family::Trio4Bar);
        let held_out = pattern_windows::windows(model.config(), 0..1);

        let found = figures(&model, &Prior::Standard(4), [&held_out, &[]], 30, 1).unwrap();

        let Figures { from_songs, legs_from_songs, .. } = found;
        for distances in [&from_songs, &legs_from_songs] {
            assert_eq!(distances.keys().copied().collect::<Vec<_>>(), ["bass", "melody"]);
            assert!(distances.values().all(|distance| 0.0 < *distance), "{distances:?}");
        }
        assert_ne!(from_songs, legs_from_songs);
    }

    #[test]
    fn a_groove_has_expression() {
        let model = model(Family::Humanize2Bar);
        let mut window = vec![vec![0; 32]; groove::N_COLUMNS];
        (window[0][4], window[1][4], window[10][4]) = (1, 90, groove::offset_column(0.5));

        let found = figures(&model, &Prior::Standard(4), [&[window], &[]], 3, 1).unwrap();

        let drummers = found.expression.unwrap().drummers;
        assert_eq!((drummers.classes[0].hits, drummers.classes[0].velocity), (1, 90.0));
        assert!((drummers.classes[0].offset + 0.25).abs() < 1e-4);
        assert!(found.overlap.is_empty() && found.novelty.is_none());
    }
}
