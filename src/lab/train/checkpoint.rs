//! A training run's state on disk: weights, Adam's moments, and the step.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use candle_core::{DType, Device, Tensor, Var};
use safetensors::SafeTensors;

use crate::{
    files,
    lab::train::{Error, adam::Adam, network::Network},
    musicvae::net::{
        music_vae::MusicVae,
        weights::{self, Weights},
    },
};

/// Metadata key: checksum of the tensors. Checkpoints of older versions have none.
const CHECKSUM: &str = "crc32c";

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
    /// Writes a checkpoint of variables with their names atomically, then removes the oldest.
    ///
    /// # Errors
    /// A weight is not finite, or the disk is full or read-only; earlier checkpoints stay.
    pub fn save(
        &self,
        (names, vars): (&[String], &[Var]),
        adam: &Adam,
        step: u64,
        settings: &str,
    ) -> Result<(), Error> {
        fs::create_dir_all(&self.folder).map_err(Error::file(&self.folder))?;
        let mut tensors = HashMap::new();
        for ((name, var), [first, second]) in names.iter().zip(vars).zip(&adam.moments) {
            tensors.insert(name.clone(), var.as_tensor().clone());
            tensors.insert(format!("{name}/Adam"), first.clone());
            tensors.insert(format!("{name}/Adam_1"), second.clone());
        }
        if let Some(tensor) = not_finite(&tensors)? {
            return Err(Error::NotFinite { tensor: tensor.clone() });
        }
        let metadata = HashMap::from([
            ("step".to_owned(), step.to_string()),
            ("settings".to_owned(), settings.to_owned()),
            (CHECKSUM.to_owned(), checksum(&tensors)?),
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

    /// The newest valid checkpoint, if there is one, and the errors of those after it.
    ///
    /// # Errors
    /// There are checkpoints, and all are damaged; the error of the newest is returned.
    pub fn load(&self) -> Result<(Option<Saved>, Vec<Error>), Error> {
        let mut damaged = Vec::new();
        for &step in self.steps().iter().rev() {
            match read(self.path(step)) {
                Ok(saved) => return Ok((Some(saved), damaged)),
                Err(error) => damaged.push(error),
            }
        }
        match damaged.is_empty() {
            true => Ok((None, damaged)),
            false => Err(damaged.remove(0)),
        }
    }

    /// The step of the newest checkpoint, valid or not.
    pub fn newest_step(&self) -> Option<u64> {
        self.steps().last().copied()
    }

    /// Renames the files of `damaged` to NAME.damaged, so that they no longer count as checkpoints.
    ///
    /// # Errors
    /// A file can't be renamed.
    pub fn set_aside(&self, damaged: &[Error]) -> Result<(), Error> {
        for error in damaged {
            if let Error::Checkpoint { path, .. } | Error::File { path, .. } = error {
                fs::rename(path, path.with_extension("damaged")).map_err(Error::file(path))?;
            }
        }
        Ok(())
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

/// Reads the checkpoint at `path` and verifies its checksum.
fn read(path: PathBuf) -> Result<Saved, Error> {
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
    let found = checksum(&weights)?;
    if metadata.get(CHECKSUM).is_some_and(|expected| *expected != found) {
        return Err(broken(&format!(
            "expected the checksum {}, found {found}",
            metadata[CHECKSUM]
        )));
    }
    if let Some(name) = not_finite(&weights)? {
        return Err(broken(&format!("{name}: expected finite numbers, found NaN or infinity")));
    }
    let names: Vec<String> =
        weights.keys().filter_map(|name| Some(name.strip_suffix("/Adam")?.to_owned())).collect();
    let mut moments = HashMap::new();
    for name in names {
        let mut take = |ending| weights.remove(&format!("{name}/{ending}"));
        let (Some(first), Some(second)) = (take("Adam"), take("Adam_1")) else {
            return Err(broken(&format!("{name}: expected two moments, found one")));
        };
        moments.insert(name, [first, second]);
    }
    let settings = metadata.get("settings").cloned().unwrap_or_default();
    Ok(Saved { weights, moments, step, settings })
}

/// A checksum of all tensors, in hexadecimal.
fn checksum(tensors: &HashMap<String, Tensor>) -> Result<String, Error> {
    let mut names: Vec<&String> = tensors.keys().collect();
    names.sort_unstable();
    let mut sum = 0;
    for name in names {
        let values = tensors[name].flatten_all()?.to_dtype(DType::F32)?.to_vec1::<f32>()?;
        let bytes: Vec<u8> = values.into_iter().flat_map(f32::to_le_bytes).collect();
        sum = crc32c::crc32c_append(sum, &bytes);
    }
    Ok(format!("{sum:08x}"))
}

/// The name of a tensor with a value that is not finite, if there is one.
fn not_finite(tensors: &HashMap<String, Tensor>) -> Result<Option<&String>, Error> {
    for (name, tensor) in tensors {
        // A sum is not finite if a value is not; finite f32 values never overflow an f64 sum.
        let sum = tensor.to_dtype(DType::F64)?.sum_all()?.to_scalar::<f64>()?;
        if !sum.is_finite() {
            return Ok(Some(name));
        }
    }
    Ok(None)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::{config::Config, family::Family};

    /// Checkpoints of steps 20 and 40 in `folder`.
    fn run(folder: &Path) -> Run {
        let official = Config::official(Family::Drums2Bar);
        let config = Config { n_latent: 2, n_encoder: 2, n_decoder: 2, ..official };
        let network = Network::new(config, 1).unwrap();
        let adam = Adam::new(&network.vars).unwrap();
        let run = Run { folder: folder.to_owned(), n_kept: 2 };
        for step in [20, 40] {
            run.save((&network.names, &network.vars), &adam, step, "settings").unwrap();
        }
        run
    }

    #[test]
    fn the_checkpoint_before_a_damaged_one_is_taken() {
        let cut: fn(&mut Vec<u8>) = |bytes| bytes.truncate(bytes.len() / 2);
        let empty: fn(&mut Vec<u8>) = Vec::clear;
        let flip: fn(&mut Vec<u8>) = |bytes| *bytes.last_mut().unwrap() ^= 0x10;
        let zeros: fn(&mut Vec<u8>) = |bytes| {
            let half = bytes.len() / 2;
            bytes[half..].fill(0);
        };
        for damage in [cut, empty, flip, zeros] {
            let folder = tempfile::tempdir().unwrap();
            let run = run(folder.path());
            let mut bytes = fs::read(run.path(40)).unwrap();
            damage(&mut bytes);
            fs::write(run.path(40), bytes).unwrap();

            let (saved, damaged) = run.load().unwrap();

            assert_eq!((saved.unwrap().step, damaged.len()), (20, 1));
            assert!(damaged[0].to_string().contains("checkpoint-40.safetensors: not a training"));
            run.set_aside(&damaged).unwrap();
            assert_eq!(run.steps(), [20]);
        }
    }

    #[test]
    fn a_run_whose_checkpoints_are_all_damaged_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let run = run(folder.path());
        for step in [20, 40] {
            fs::write(run.path(step), b"torn").unwrap();
        }
        assert!(run.load().is_err_and(|error| error.to_string().contains("checkpoint-40")));
    }
}
