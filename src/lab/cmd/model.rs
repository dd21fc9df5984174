//! Finds, reads and checks the model of a command.

use std::{
    collections::HashMap,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail, ensure};
use candle_core::{Device, Tensor};
use safetensors::SafeTensors;

use crate::{
    config::AssetRef,
    files,
    musicvae::net::{
        music_vae::MusicVae,
        personal::{Personal, PersonalDraws, Place},
        prior::Prior,
        weights::Weights,
    },
    station::load::library,
};

/// Extensions of a model's files, which the name of a model may include.
const ENDINGS: [&str; 2] = ["safetensors", "toml"];

/// The file NAME.`ending` of `model`. A name may contain dots, such as `lr0.001`: only an extension of a
/// model's file is replaced.
pub fn file(model: &Path, ending: &str) -> PathBuf {
    let mut name = bare(model).into_os_string();
    name.push(".");
    name.push(ending);
    name.into()
}

/// The path of `model` without the ending of one of its files.
fn bare(model: &Path) -> PathBuf {
    match model.extension().and_then(OsStr::to_str) {
        Some(ending) if ENDINGS.contains(&ending) => model.with_extension(""),
        _ => model.to_owned(),
    }
}

/// Checks that `model` does not exist, unless it may be overwritten.
///
/// # Errors
/// The model exists and `overwrite` is not set.
pub fn require_new(model: &Path, overwrite: bool) -> anyhow::Result<()> {
    let path = file(model, "safetensors");
    ensure!(
        overwrite || !path.exists(),
        "{}: the model exists: expected another name for --out, or --overwrite",
        path.display()
    );
    Ok(())
}

/// The weights of `model`, a path without its extension: from a file, or built in.
///
/// # Errors
/// The file does not exist, can't be read or holds no weights.
pub fn read(model: &Path) -> anyhow::Result<Weights> {
    let name = bare(model).display().to_string();
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

/// The name of `model` in personal priors: that of its file, without folder and ending.
pub fn name(model: &Path) -> String {
    bare(model).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The prior called `name` of `network`, which was opened with `weights`: one of its own, or the personal
/// prior in the file NAME.safetensors; N(0, 1) without a name. `path` is that of the model.
///
/// # Errors
/// There is no such prior, or the personal prior belongs to another model.
pub fn prior(
    (network, weights): (&MusicVae, &Weights),
    name: Option<&str>,
    path: &Path,
) -> anyhow::Result<Prior> {
    let Some(name) = name else { return Ok(Prior::Standard(network.config().n_latent)) };
    let priors = network.encoder().priors();
    if let Some(prior) = priors.get(name).and_then(|mixture| Prior::blend(&[mixture])) {
        return Ok(prior);
    }
    let of_file = file(Path::new(name), "safetensors");
    if !of_file.is_file() {
        let names: Vec<&str> = priors.names().collect();
        let names = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
        bail!(
            "{}: expected one of its priors ({names}) or a personal prior in {}, found {name:?}",
            path.display(),
            of_file.display()
        );
    }
    let of_file = of_file.display().to_string();
    let bytes = fs::read(&of_file).with_context(|| format!("can't read {of_file}"))?;
    let prior = Personal::load(&Weights::read(&bytes, &of_file)?, &of_file)?;
    prior.require(&self::name(path), weights.latent_space()?, &of_file)?;
    Ok(Prior::Personal(PersonalDraws { prior: Arc::new(prior), place: Place::default() }))
}

/// Replaces the tensors whose names start with one of `prefixes` in the file of `model` by `tensors`.
///
/// # Errors
/// The file can't be read or written; it is then unchanged.
pub fn replace<P: AsRef<str>>(
    model: &Path,
    prefixes: &[P],
    tensors: Vec<(String, Tensor)>,
) -> anyhow::Result<()> {
    let path = file(model, "safetensors");
    let bytes = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    let (_, header) = SafeTensors::read_metadata(&bytes)?;
    let metadata = header.metadata().clone();
    let mut all: HashMap<String, Tensor> =
        candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)?;
    all.retain(|name, _| !prefixes.iter().any(|prefix| name.starts_with(prefix.as_ref())));
    all.extend(tensors);
    files::write_with(&path, |partial| {
        safetensors::serialize_to_file(&all, metadata, partial).map_err(io::Error::other)
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_keeps_its_dots() {
        for (name, weights) in [
            ("models/mine", "models/mine.safetensors"),
            ("models/rancid-lr0.001", "models/rancid-lr0.001.safetensors"),
            ("v1.2.3", "v1.2.3.safetensors"),
            ("models/mine.safetensors", "models/mine.safetensors"),
            ("models/mine.toml", "models/mine.safetensors"),
        ] {
            assert_eq!(file(Path::new(name), "safetensors"), Path::new(weights), "{name}");
        }
    }

    #[test]
    fn an_existing_model_is_only_overwritten_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("v0.1");
        assert!(require_new(&model, false).is_ok());
        fs::write(file(&model, "safetensors"), b"weights").unwrap();

        let error = require_new(&model, false).unwrap_err().to_string();

        assert!(error.contains("v0.1.safetensors: the model exists"), "{error}");
        assert!(require_new(&model, true).is_ok());
    }
}
