//! A training run's state on disk: weights, Adam's moments, and the step.

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

/// The checkpoints of a run: a folder beside the exported weights.
#[derive(Debug, Clone)]
pub struct Run {
    /// The folder.
    pub folder: PathBuf,
    /// Number of newest checkpoints that are kept, at least 1.
    pub n_kept: usize,
}

/// A loaded checkpoint.
pub struct Saved {
    /// The weights.
    pub weights: HashMap<String, Tensor>,
    /// First and second moment, by name of the weight.
    pub moments: HashMap<String, [Tensor; 2]>,
    /// Steps taken.
    pub step: u64,
    /// The run's settings, as text.
    pub settings: String,
}

impl Run {
    /// Writes a checkpoint atomically, then removes the oldest.
    ///
    /// # Errors
    /// The disk is full or read-only; earlier checkpoints stay.
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

    /// Loads the newest checkpoint, if there is one.
    ///
    /// # Errors
    /// The file can't be read or is not a checkpoint.
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
        let step = step.ok_or_else(|| broken(&"expected a step in the metadata, found none"))?;
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
                return Err(broken(&format!("{name}: expected two moments, found one")));
            };
            moments.insert(name, [first, second]);
        }
        let settings = metadata.get("settings").cloned().unwrap_or_default();
        Ok(Some(Saved { weights, moments, step, settings }))
    }

    fn path(&self, step: u64) -> PathBuf {
        self.folder.join(format!("checkpoint-{step}.safetensors"))
    }

    /// Steps of the checkpoints on disk, ascending.
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

/// The network in its inference form, with its current weights.
///
/// # Errors
/// Out of memory.
pub fn snapshot(network: &Network) -> Result<MusicVae, Error> {
    let weights = Weights::of(&network.config, network.tensors()?);
    Ok(MusicVae::load(network.config.family, &weights)?)
}

/// Writes the weights alone, as f16: half the size of the trained f32 weights.
///
/// # Errors
/// The disk is full or read-only; an existing file stays.
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
