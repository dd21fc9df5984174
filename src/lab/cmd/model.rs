//! Finds, reads and checks the model of a command.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    config::AssetRef,
    musicvae::net::{music_vae::MusicVae, weights::Weights},
    station::load::library,
};

/// The weights of `model`, a path without its extension: from a file, or built in.
///
/// # Errors
/// The file does not exist, can't be read or holds no weights.
pub fn read(model: &Path) -> anyhow::Result<Weights> {
    let name = model.with_extension("").display().to_string();
    let asset = AssetRef::model(&name, Path::new("")).map_err(anyhow::Error::msg)?;
    Ok(Weights::read(&library::bytes(&asset)?, &asset.to_string())?)
}

/// The model and its weights.
///
/// # Errors
/// As [`read`]; or the file does not name its configuration, or its tensors don't match it.
pub fn open(model: &Path) -> anyhow::Result<(MusicVae, Weights)> {
    let weights = read(model)?;
    let name = || model.display().to_string();
    let family = weights.family().with_context(|| {
        format!("{}: expected a file that names its configuration, found none", name())
    })?;
    Ok((MusicVae::load(family, &weights).with_context(name)?, weights))
}
