//! A run's state on disk: weights, moments, and the step they belong to.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;

use crate::{
    files,
    lab::train::{Error, adam::Adam, network::Network},
    musicvae::net::{
        music_vae::MusicVae,
        weights::{self, Weights},
    },
};

/// The run of a model: a folder of checkpoints, beside the weights that come of it.
#[derive(Debug, Clone)]
pub struct Run {
    /// Where the checkpoints lie.
    pub folder: PathBuf,
    /// How many of the newest stay.
    pub n_kept: usize,
}

/// What a checkpoint brings back.
pub struct Saved {
    /// The weights.
    pub weights: HashMap<String, Tensor>,
    /// Both moments, by name of the weight.
    pub moments: HashMap<String, [Tensor; 2]>,
    /// Steps taken.
    pub step: u64,
    /// What the run was started with, as text.
    pub settings: String,
}

impl Run {
    /// Writes a checkpoint, whole or not at all, then removes the oldest.
    ///
    /// # Errors
    /// The disk is full or read-only; the checkpoints before it are as they were.
    pub fn save(
        &self,
        network: &Network,
        adam: &Adam,
        step: u64,
        settings: &str,
    ) -> Result<(), Error> {
        fs::create_dir_all(&self.folder).map_err(Error::file(&self.folder))?;
        let mut tensors = HashMap::new();
        for ((name, var), [first, second]) in
            network.names.iter().zip(&network.vars).zip(&adam.moments)
        {
            tensors.insert(name.clone(), var.as_tensor().clone());
            tensors.insert(format!("{name}/Adam"), first.clone());
            tensors.insert(format!("{name}/Adam_1"), second.clone());
        }
        let metadata = HashMap::from([
            ("step".to_owned(), step.to_string()),
            ("settings".to_owned(), settings.to_owned()),
        ]);
        files::write_with(&self.path(step), |partial| {
            safetensors::serialize_to_file(&tensors, Some(metadata), partial)
                .map_err(io::Error::other)
        })?;
        for &old in self.steps().iter().rev().skip(self.n_kept.max(1)) {
            let path = self.path(old);
            fs::remove_file(&path).map_err(Error::file(&path))?;
        }
        Ok(())
    }

    /// The newest checkpoint, if there is one.
    ///
    /// # Errors
    /// It can't be read or is no checkpoint.
    pub fn load(&self) -> Result<Option<Saved>, Error> {
        let Some(&newest) = self.steps().last() else { return Ok(None) };
        let path = self.path(newest);
        let bytes = fs::read(&path).map_err(Error::file(&path))?;
        let broken = |reason: &dyn std::fmt::Display| Error::Checkpoint {
            path: path.clone(),
            reason: reason.to_string(),
        };
        let (_, metadata) = SafeTensors::read_metadata(&bytes).map_err(|e| broken(&e))?;
        let metadata = metadata.metadata().clone().unwrap_or_default();
        let step = metadata.get("step").and_then(|step| step.parse().ok());
        let step = step.ok_or_else(|| broken(&"it does not say its step"))?;
        let mut weights =
            candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).map_err(|e| broken(&e))?;
        let names: Vec<String> = weights
            .keys()
            .filter_map(|name| Some(name.strip_suffix("/Adam")?.to_owned()))
            .collect();
        let mut moments = HashMap::new();
        for name in names {
            let mut take = |ending| weights.remove(&format!("{name}/{ending}"));
            let (Some(first), Some(second)) = (take("Adam"), take("Adam_1")) else {
                return Err(broken(&format!("{name} has one moment of two")));
            };
            moments.insert(name, [first, second]);
        }
        let settings = metadata.get("settings").cloned().unwrap_or_default();
        Ok(Some(Saved { weights, moments, step, settings }))
    }

    fn path(&self, step: u64) -> PathBuf {
        self.folder.join(format!("checkpoint-{step}.safetensors"))
    }

    /// Steps of the checkpoints on disk, rising.
    fn steps(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let step = |name: String| {
            name.strip_prefix("checkpoint-")?.strip_suffix(".safetensors")?.parse().ok()
        };
        let mut steps: Vec<u64> =
            entries.filter_map(|entry| step(entry.file_name().into_string().ok()?)).collect();
        steps.sort_unstable();
        steps
    }
}

/// The network as the radio runs it, by what it knows now.
///
/// # Errors
/// Memory is out.
pub fn snapshot(network: &Network) -> Result<MusicVae, Error> {
    let weights = Weights::of(&network.config, network.tensors()?);
    Ok(MusicVae::load(network.config.family, &weights)?)
}

/// Writes the weights of `network` alone, as f16, half as large as they are learnt.
///
/// # Errors
/// The disk is full or read-only; a file that was there is as it was.
pub fn export(network: &Network, path: &Path) -> Result<(), Error> {
    let mut tensors = HashMap::new();
    for (name, var) in network.names.iter().zip(&network.vars) {
        tensors.insert(name.clone(), var.to_dtype(DType::F16)?);
    }
    let metadata = weights::metadata(&network.config);
    files::write_with(path, |partial| {
        safetensors::serialize_to_file(&tensors, Some(metadata), partial).map_err(io::Error::other)
    })?;
    Ok(())
}
