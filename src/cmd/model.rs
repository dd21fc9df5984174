//! A model for a command: its file found, read, and checked.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::model::{music_vae::MusicVae, weights::Weights};

/// The weights of the model that is called `model`, without its ending.
///
/// # Errors
/// The file can't be read or holds no weights.
pub fn read(model: &Path) -> anyhow::Result<Weights> {
    let path = model.with_extension("safetensors");
    let bytes = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    Ok(Weights::read(&bytes, &path.display().to_string())?)
}

/// The model of that name, and the weights that it was made of.
///
/// # Errors
/// As [`read`]; or the file does not say of which configuration it is, or its tensors don't fit.
pub fn open(model: &Path) -> anyhow::Result<(MusicVae, Weights)> {
    let weights = read(model)?;
    let name = || model.with_extension("safetensors").display().to_string();
    let family = weights.family().with_context(|| {
        format!("{}: expected a file that names its configuration, found none", name())
    })?;
    Ok((MusicVae::load(family, &weights).with_context(name)?, weights))
}
