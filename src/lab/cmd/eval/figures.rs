//! Evaluation of a model's samples against held-out music: health, distribution, novelty and
//! interpolation.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    lab::{
        cmd::eval::{
            comparison::{Parts, hit_rates, novelty_of, overlaps},
            draws,
            drummers::{self, ExpressionFigures},
            interpolations::interpolations,
        },
        measure::{
            health::{self, Health},
            interpolation::Interpolation,
            line_features,
            novelty::Novelty,
            overlap::Verdict,
            real_lines::{self, RealLines},
            tokens::Kind,
            tracks::{self, Tracks},
        },
    },
    music::trio::Line,
    musicvae::{
        convert::{voices::voices, window::Window},
        net::{self, config::Config, domain::Domain, music_vae::MusicVae, prior::Prior},
    },
};

/// All figures of a model's samples.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Number of samples.
    pub samples: usize,
    /// Health of the samples, by part.
    pub health: BTreeMap<&'static str, Health>,
    /// Health of held-out music, by part.
    pub held_out_health: BTreeMap<&'static str, Health>,
    /// Fréchet distance from songs of melodies and basses, cut into four bars, by part; see
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

/// Distances from songs by part, of the lines' pieces of four bars; none for shorter lines.
fn from_songs(parts: &Parts) -> BTreeMap<&'static str, f64> {
    let real = RealLines::shipped();
    let pieces = |lines: &Vec<Line>| -> Vec<Line> {
        lines
            .iter()
            .flat_map(|line| line.chunks_exact(line_features::N_STEPS))
            .map(<[_]>::to_vec)
            .collect()
    };
    let distance =
        |(part, real)| Some((part, real_lines::distance(&pieces(parts.get(part)?), real)?));
    [("melody", &real.melody), ("bass", &real.bass)].into_iter().filter_map(distance).collect()
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
        lab::{
            cmd::eval::interpolations::N_STEPS,
            train::{checkpoint::snapshot, network::Network},
        },
        music::meter::STEPS_PER_BAR,
        musicvae::{
            convert::{groove, pattern_windows},
            net::family::Family,
        },
    };

    fn model(sizes: Config) -> MusicVae {
        let config = Config { n_latent: 4, n_encoder: 4, n_decoder: 4, ..sizes };
        snapshot(&Network::new(config, 1).unwrap()).unwrap()
    }

    #[test]
    fn models_of_tokens_have_all_figures_but_expression() {
        let model = model(Config::official(Family::Drums2Bar));
        let held_out = pattern_windows::windows(model.config(), 0..2);

        let found = figures(&model, &Prior::Standard(4), [&held_out, &held_out], 20, 1).unwrap();

        assert_eq!(found.health["drums"].lines, 20);
        assert!(!found.overlap["drums"].is_empty() && found.expression.is_none());
        let novelty = found.novelty.unwrap();
        assert_eq!((novelty.windows, novelty.held_out), (20, 20));
        assert_eq!(found.slerp.unwrap().from_start.len(), N_STEPS);
        // It was trained on them.
        assert!((found.held_out_ngram_hit_rate["drums"] - 1.0).abs() < 1e-9);
        assert!(found.ngram_hit_rate["drums"] < 1.0);
    }

    #[test]
    fn a_trio_has_distances_of_draws_and_of_legs() {
        for n_bars in [4, 8] {
            let sizes = Config::official(Family::Trio4Bar).with_steps(n_bars * STEPS_PER_BAR);
            let model = model(sizes.unwrap());
            let held_out = pattern_windows::windows(model.config(), 0..1);

            let found = figures(&model, &Prior::Standard(4), [&held_out, &[]], 30, 1).unwrap();

            let Figures { from_songs, legs_from_songs, .. } = found;
            for distances in [&from_songs, &legs_from_songs] {
                assert_eq!(distances.keys().copied().collect::<Vec<_>>(), ["bass", "melody"]);
                assert!(distances.values().all(|distance| 0.0 < *distance), "{distances:?}");
            }
            assert_ne!(from_songs, legs_from_songs);
        }
    }

    #[test]
    fn a_groove_has_expression() {
        let model = model(Config::official(Family::Humanize2Bar));
        let mut window = vec![vec![0; 32]; groove::N_COLUMNS];
        (window[0][4], window[1][4], window[10][4]) = (1, 90, groove::offset_column(0.5));

        let found = figures(&model, &Prior::Standard(4), [&[window], &[]], 3, 1).unwrap();

        let drummers = found.expression.unwrap().drummers;
        assert_eq!((drummers.classes[0].hits, drummers.classes[0].velocity), (1, 90.0));
        assert!((drummers.classes[0].offset + 0.25).abs() < 1e-4);
        assert!(found.overlap.is_empty() && found.novelty.is_none());
    }
}
