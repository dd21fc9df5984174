//! Interpolations of z between held-out windows, and in data space as baseline.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    lab::{
        cmd::eval::comparison::{Parts, even_choice},
        measure::{
            interpolation::{self, Interpolation, Path},
            language_model::LanguageModel,
            tokens::Kind,
        },
    },
    musicvae::{
        convert::window::Window,
        net::{self, domain::Domain, latent, music_vae::MusicVae, sampling},
    },
    rng,
};

/// Number of interpolations.
const N_PATHS: usize = 64;

/// Windows of an interpolation, both ends included.
pub const N_STEPS: usize = 11;

/// Spherical interpolations between held-out windows, and interpolations in data space. None for
/// domains without tokens, or without training data for the language models.
///
/// # Errors
/// A window is not of the model's family.
pub fn interpolations(
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
