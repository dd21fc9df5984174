//! Anchors to points in the latent space.

use std::path::Path;

use super::Error;
use crate::{
    config::Anchor,
    dataset::window::windows,
    model::{
        config::Family,
        latent::{self, Latent},
        music_vae::MusicVae,
    },
    music::{extract::Lines, midi, trio::Line},
    patterns, rng,
};

/// The point that `anchor` stands for in the space of `model`.
///
/// # Errors
/// A MIDI file can't be read, or has not the bars and parts that the model needs.
pub fn encode(model: &MusicVae, anchor: &Anchor) -> Result<Latent, Error> {
    let config = model.config();
    let lines = match anchor {
        Anchor::Dream(seed) => {
            return Ok(latent::prior(config.n_latent, &mut rng::stream(*seed, "dream")));
        }
        Anchor::Pattern { style, number } => {
            let trio = patterns::pattern(*style, *number).trio;
            match config.family {
                Family::Drums2Bar => vec![trio.drums[..32].to_vec()],
                Family::Melody2Bar => vec![trio.melody[..32].to_vec()],
                Family::Trio4Bar => vec![trio.melody, trio.bass, trio.drums],
            }
        }
        Anchor::Midi(path) => first_window(config.family, path)?,
    };
    Ok(model.encode(&lines)?.mu)
}

/// The first bars of a MIDI file that have all parts.
fn first_window(family: Family, path: &Path) -> Result<Vec<Line>, Error> {
    let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let sequence = midi::read(&bytes).map_err(|error| refuse(error.to_string()))?;
    let lines = Lines::extract(&sequence).map_err(|unfit| refuse(unfit.to_string()))?;
    windows(&lines, family).into_iter().next().ok_or_else(|| {
        let (n_bars, parts) = (family.n_steps() / 16, family.parts().join(", "));
        refuse(format!("expected {n_bars} bars of 4/4 with {parts}, found none"))
    })
}
