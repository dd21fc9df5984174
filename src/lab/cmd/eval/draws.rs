//! Windows that a model decodes from draws of a prior.

use rand::RngExt as _;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    musicvae::{
        convert::window::Window,
        net::{
            self,
            decode_rule::DecodeRule,
            latent::{self, Latent},
            music_vae::MusicVae,
            prior::Prior,
        },
    },
    rng::{self, Rng},
};

/// Sampling temperature, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// `n` windows decoded from draws of `prior`.
///
/// # Errors
/// The draws and the model's latent space differ in their number of dimensions.
pub fn of_prior(
    model: &MusicVae,
    prior: &Prior,
    n: usize,
    seed: u64,
) -> Result<Vec<Window>, net::Error> {
    decoded(model, n, (seed, "eval sample"), |rng| prior.draw(rng))
}

/// `n` windows at random places of legs, the arcs between two draws of `prior` on which stations travel.
///
/// # Errors
/// As [`of_prior`].
pub fn of_legs(
    model: &MusicVae,
    prior: &Prior,
    n: usize,
    seed: u64,
) -> Result<Vec<Window>, net::Error> {
    let place = |rng: &mut Rng| {
        let (from, to) = (prior.draw(rng), prior.draw(rng));
        latent::slerp(&from, &to, rng.random())
    };
    decoded(model, n, (seed, "eval leg"), place)
}

fn decoded(
    model: &MusicVae,
    n: usize,
    (seed, stream): (u64, &str),
    place: impl Fn(&mut Rng) -> Latent + Sync,
) -> Result<Vec<Window>, net::Error> {
    let decode = |number: usize| {
        let mut rng = rng::stream(seed, &format!("{stream} {number}"));
        let z = place(&mut rng);
        let domain = model.config().family.domain();
        model.decode(&z, &mut *DecodeRule::of_tracks_or_plain(domain, TEMPERATURE, rng))
    };
    (0..n).into_par_iter().map(decode).collect()
}
