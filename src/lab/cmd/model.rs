//! A model for a command: its file found, read, and checked.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    config::AssetRef,
    musicvae::net::{music_vae::MusicVae, weights::Weights},
    station::load::library,
};

/// The weights of the model that is called `model`, without its ending: of a file, or built in.
///
/// # Errors
/// There is none, it can't be read or holds no weights.
pub fn read(model: &Path) -> anyhow::Result<Weights> {
    let name = model.with_extension("").display().to_string();
    let asset = AssetRef::model(&name, Path::new("")).map_err(anyhow::Error::msg)?;
    Ok(Weights::read(&library::bytes(&asset)?, &asset.to_string())?)
}

/// The model of that name, and the weights that it was made of.
///
/// # Errors
/// As [`read`]; or the file does not say of which configuration it is, or its tensors don't fit.
pub fn open(model: &Path) -> anyhow::Result<(MusicVae, Weights)> {
    let weights = read(model)?;
    let name = || model.display().to_string();
    let family = weights.family().with_context(|| {
        format!("{}: expected a file that names its configuration, found none", name())
    })?;
    Ok((MusicVae::load(family, &weights).with_context(name)?, weights))
}
