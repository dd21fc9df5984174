//! What the dimensions of a personal prior do to the music.

use std::fmt;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Serialize;

use crate::{
    lab::measure::{attribute::Attribute, statistics::mean, tokens::Kind},
    musicvae::{
        convert::{voices::voices, window::Window},
        net::{
            self,
            decode_rule::DecodeRule,
            music_vae::MusicVae,
            personal::{MOST_DIMS, Personal, Place},
        },
    },
    rng,
};

/// Names of the dimensions, in radio.toml and in the studio.
const NAMES: [&str; MOST_DIMS] = ["a", "b", "c", "d"];

/// The ends of a slider that are compared, and the spread of the draws there.
const END: f64 = 1.5;
const SPREAD: f64 = 0.3;

/// Draws at each end.
const N_DRAWS: usize = 24;

/// What a dimension changes: the music at -1.5 and at 1.5, with all others at 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slider {
    /// Its name, such as `a`.
    pub name: &'static str,
    /// Onsets a bar of each part, and the mean pitch of melodies and basses.
    pub changes: Vec<Change>,
}

/// A figure at both ends of a slider.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Name of the figure.
    pub what: String,
    /// At -1.5 and at 1.5.
    pub from_to: [f64; 2],
}

impl fmt::Display for Slider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = |change: &Change| {
            let [from, to] = change.from_to;
            format!("{} {from:.1} to {to:.1}", change.what)
        };
        let changes: Vec<String> = self.changes.iter().map(change).collect();
        write!(f, "{}: {}", self.name, changes.join(", "))
    }
}

/// The sliders of `prior` in `model`.
///
/// # Errors
/// The prior is of another width.
pub fn sliders(model: &MusicVae, prior: &Personal, seed: u64) -> Result<Vec<Slider>, net::Error> {
    let slider = |dim: usize| {
        let [low, high] = [-END, END].map(|end| at(model, prior, dim, end, seed));
        let (low, high) = (figures(model, &low?), figures(model, &high?));
        let pairs = low.into_iter().zip(high);
        let change = |((what, from), (_, to)): ((String, f64), (String, f64))| Change {
            what,
            from_to: [from, to],
        };
        Ok(Slider { name: NAMES[dim], changes: pairs.map(change).collect() })
    };
    (0..prior.n_dims()).map(slider).collect()
}

fn at(
    model: &MusicVae,
    prior: &Personal,
    dim: usize,
    end: f64,
    seed: u64,
) -> Result<Vec<Window>, net::Error> {
    let mut place = Place { spread: SPREAD, ..Place::default() };
    place.at[dim] = end;
    let draw = |number: usize| {
        // The same noise at both ends.
        let mut rng = rng::stream(seed, &format!("slider {number}"));
        let z = prior.draw(&place, &mut rng);
        model.decode(&z, &mut DecodeRule::default().sampler(rng))
    };
    (0..N_DRAWS).into_par_iter().map(draw).collect()
}

/// Mean onsets a bar of each part, and mean pitches.
fn figures(model: &MusicVae, windows: &[Window]) -> Vec<(String, f64)> {
    let parts = model.config().family.domain().parts();
    let mut found = Vec::new();
    for part in parts {
        let kind = Kind::of_part(part);
        let measure = |attribute: Attribute| {
            let of_window = |window: &Window| {
                let lines = voices(model.config(), window);
                let (_, line) = lines.iter().find(|(name, _)| name == part)?;
                attribute.of(&[(kind, line)])
            };
            mean(&windows.iter().filter_map(of_window).collect::<Vec<f64>>())
        };
        found.push((format!("{part} onsets a bar"), measure(Attribute::Density)));
        if kind == Kind::Pitched {
            found.push((format!("{part} pitch"), measure(Attribute::Register)));
        }
    }
    found
}
