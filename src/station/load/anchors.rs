//! Anchors as points in a model's latent space.

use std::path::Path;

use crate::{
    config::Anchor,
    files,
    music::{meter::STEPS_PER_BAR, midi, trio::Line},
    musicvae::{
        convert::{pattern_windows, window::windows_in_order},
        net::{config::Config, latent::Latent, music_vae::SequenceEncoder, prior::Prior},
    },
    rng,
    station::load::Error,
};

/// The largest MIDI file in bytes. A song of an hour has less than 1 MB.
const MOST_BYTES: u64 = 16 << 20;

/// The point of `anchor` in the latent space of `model`: the mean of its posterior, or a draw of
/// `prior` for `dream:SEED`.
///
/// # Errors
/// A MIDI file can't be read, or lacks the bars and parts that the model needs.
pub fn encode(model: &SequenceEncoder, anchor: &Anchor, prior: &Prior) -> Result<Latent, Error> {
    let config = model.config();
    let lines = match anchor {
        Anchor::Dream(seed) => return Ok(prior.draw(&mut rng::stream(*seed, "dream"))),
        Anchor::Pattern { style, number } => {
            pattern_windows::of_pattern(config, *style, *number).swap_remove(0)
        }
        Anchor::Midi(path) => return of_file(model, path),
    };
    Ok(model.encode(&lines)?.mu)
}

/// The point of the MIDI file at `path`: the mean of the posterior of its first window.
///
/// # Errors
/// As [`encode`].
pub fn of_file(model: &SequenceEncoder, path: &Path) -> Result<Latent, Error> {
    of_midi(model, path, &read(path)?)
}

/// The point of `bytes`, the content of the MIDI file at `path`.
///
/// # Errors
/// As [`encode`].
pub fn of_midi(model: &SequenceEncoder, path: &Path, bytes: &[u8]) -> Result<Latent, Error> {
    Ok(model.encode(&first_window(model.config(), path, bytes)?)?.mu)
}

/// The content of the MIDI file at `path`.
///
/// # Errors
/// It can't be read.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
    files::read_small(path, MOST_BYTES).map_err(|error| refuse(error.reason.to_string()))
}

/// The first window of a MIDI file in which all of the model's parts play.
fn first_window(config: &Config, path: &Path, bytes: &[u8]) -> Result<Vec<Line>, Error> {
    let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
    let sequence = midi::read(bytes).map_err(|error| refuse(error.to_string()))?;
    let found =
        windows_in_order(&sequence, config, false).map_err(|unfit| refuse(unfit.to_string()))?;
    found.into_iter().next().map(|(_, window)| window).ok_or_else(|| {
        let (n_bars, parts) = (config.n_steps() / STEPS_PER_BAR, config.family.domain().parts());
        refuse(format!("expected {n_bars} bars of 4/4 with {}, found none", parts.join(", ")))
    })
}
