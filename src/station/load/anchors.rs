//! Anchors as points in a model's latent space.

use std::path::Path;

use crate::{
    config::{Anchor, AssetRef},
    files,
    music::{meter::STEPS_PER_BAR, midi, trio::Line},
    musicvae::{
        convert::{pattern_windows, window::windows_in_order},
        net::{config::Config, latent::Latent, music_vae::SequenceEncoder, prior::Prior},
    },
    rng,
    station::load::{Error, point_file::PointFile},
};

/// The largest MIDI file in bytes. A song of an hour has less than 1 MB.
const MOST_BYTES: u64 = 16 << 20;

/// A model's encoder, and what its anchors are placed by.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    /// The encoder.
    pub encoder: &'a SequenceEncoder,
    /// Where the model is from.
    pub asset: &'a AssetRef,
    /// What `dream:SEED` is drawn from.
    pub prior: &'a Prior,
}

/// An anchor in a latent space.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The mean of the posterior of its music; a draw of the prior; or a file's point.
    pub z: Latent,
    /// The music that it was encoded from, one line per column of the model; none for a draw or a point.
    pub original: Option<Vec<Line>>,
}

impl Space<'_> {
    /// Where `anchor` lies.
    ///
    /// # Errors
    /// A MIDI file can't be read, or lacks the bars and parts that the model needs. A file of a point
    /// can't be read, or is one of another model.
    pub fn place(self, anchor: &Anchor) -> Result<Placed, Error> {
        let config = self.encoder.config();
        let original = match anchor {
            Anchor::Dream(seed) => {
                let z = self.prior.draw(&mut rng::stream(*seed, "dream"));
                return Ok(Placed { z, original: None });
            }
            Anchor::Point(path) => {
                let z = PointFile::read_for(path, self.asset, config.n_latent)?;
                return Ok(Placed { z, original: None });
            }
            Anchor::Pattern { style, number } => {
                pattern_windows::of_pattern(config, *style, *number).swap_remove(0)
            }
            Anchor::Midi(path) => first_window(config, path, &read(path)?)?,
        };
        Ok(Placed { z: self.encoder.encode(&original)?.mu, original: Some(original) })
    }
}

/// The point of `bytes`, the content of the MIDI file at `path`: the mean of the posterior of its first
/// window.
///
/// # Errors
/// As [`Space::place`].
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

/// The first window of `bytes`, the content of the MIDI file at `path`, in which all of the model's parts
/// play.
///
/// # Errors
/// It is no MIDI file, or lacks the bars and parts that the model needs.
pub fn first_window(config: &Config, path: &Path, bytes: &[u8]) -> Result<Vec<Line>, Error> {
    let refuse = |reason: String| Error::Anchor { file: path.display().to_string(), reason };
    let sequence = midi::read(bytes).map_err(|error| refuse(error.to_string()))?;
    let found =
        windows_in_order(&sequence, config, false).map_err(|unfit| refuse(unfit.to_string()))?;
    found.into_iter().next().map(|(_, window)| window).ok_or_else(|| {
        let (n_bars, parts) = (config.n_steps() / STEPS_PER_BAR, config.family.domain().parts());
        refuse(format!("expected {n_bars} bars of 4/4 with {}, found none", parts.join(", ")))
    })
}
