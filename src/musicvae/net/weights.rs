//! A network's tensors by name, and the metadata of their file.

use std::{collections::HashMap, fmt};

use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;

use crate::{
    music::drums,
    musicvae::net::{
        Error,
        config::Config,
        family::{Family, Wiring},
        head::Head,
        linear::Linear,
        names,
    },
    rng,
};

/// Limit on steps that a file may claim; no network was trained on as many.
const MAX_STEPS: usize = 1 << 16;

/// Limit on drum roll classes: the number of MIDI keys.
const MAX_CLASSES: usize = 128;

/// Metadata key: name of the family.
const FAMILY_KEY: &str = "config";

/// Metadata keys: number of segments, and steps per segment. The tensors' shapes imply all other
/// sizes.
const SEGMENTS_KEY: &str = "segments";
const SEGMENT_STEPS_KEY: &str = "segment_steps";

/// Prefixes of the tensors that are stored beside a network's own.
const BESIDE: [&str; 2] = ["prior/", "attribute/"];

/// Whether all values are finite. A value that is not makes the sum non-finite; finite weights from training
/// never overflow it.
fn is_finite(tensor: &Tensor) -> bool {
    let sum = tensor.to_dtype(DType::F32).and_then(|tensor| tensor.sum_all()?.to_scalar::<f32>());
    sum.is_ok_and(f32::is_finite)
}

/// A network's tensors by TensorFlow's names, and its file's metadata.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    tensors: HashMap<String, Tensor>,
    metadata: HashMap<String, String>,
}

impl Weights {
    /// Weights without metadata.
    pub fn new(tensors: HashMap<String, Tensor>) -> Self {
        Self { tensors, metadata: HashMap::new() }
    }

    /// Weights of a network of `config`.
    pub fn of(config: &Config, tensors: HashMap<String, Tensor>) -> Self {
        Self { tensors, metadata: metadata(config) }
    }

    /// Parses a safetensors file of any float type; `file` is its name in errors.
    ///
    /// # Errors
    /// `bytes` are not a safetensors file, or hold weights that are not finite.
    pub fn read(bytes: &[u8], file: &str) -> Result<Self, Error> {
        let not_weights = |reason: &dyn fmt::Display| Error::NotWeights {
            file: file.into(),
            reason: reason.to_string(),
        };
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| not_weights(&e))?;
        let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu);
        let metadata = header.metadata().clone().unwrap_or_default();
        let tensors = tensors.map_err(|e| not_weights(&e))?;
        if let Some(name) = tensors.iter().find(|(_, tensor)| !is_finite(tensor)).map(|of| of.0) {
            return Err(not_weights(&format!(
                "expected finite numbers in {name}, found NaN or infinity"
            )));
        }
        Ok(Self { tensors, metadata })
    }

    /// The same weights with these metadata entries added.
    pub fn with_metadata<'a>(
        mut self,
        metadata: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Self {
        self.metadata.extend(metadata.into_iter().map(|(key, value)| (key.to_owned(), value)));
        self
    }

    /// The metadata under `key`.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// Whether there is a tensor `name`.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// A hash of the network's weights, which identifies the latent space. Priors and attributes, which are
    /// stored beside the weights, are excluded.
    ///
    /// # Errors
    /// A tensor is not numeric.
    pub fn latent_space(&self) -> Result<u64, Error> {
        self.hash(|name| !BESIDE.iter().any(|prefix| name.starts_with(prefix)))
    }

    /// A hash of the tensors whose names `counts` accepts: of their names and values as f32.
    ///
    /// # Errors
    /// A tensor is not numeric.
    pub fn hash(&self, counts: impl Fn(&str) -> bool) -> Result<u64, Error> {
        let mut names: Vec<&String> = self.tensors.keys().filter(|name| counts(name)).collect();
        names.sort();
        let mut hashes = Vec::new();
        for name in names {
            let values = self.values(name)?;
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            hashes.extend(rng::fnv1a(name).to_le_bytes());
            hashes.extend(rng::fnv1a(bytes).to_le_bytes());
        }
        Ok(rng::fnv1a(hashes))
    }

    /// The safetensors file that [`Weights::read`] reads.
    ///
    /// # Errors
    /// A tensor can't be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let metadata = (!self.metadata.is_empty()).then(|| self.metadata.clone());
        safetensors::serialize(&self.tensors, metadata).map_err(|error| Error::NotWeights {
            file: "weights to write".to_owned(),
            reason: error.to_string(),
        })
    }

    /// All tensors, by name.
    pub fn tensors(&self) -> &HashMap<String, Tensor> {
        &self.tensors
    }

    /// The metadata's value for `key`.
    pub fn note(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// The family named in the metadata.
    pub fn family(&self) -> Option<Family> {
        Family::from_name(self.metadata.get(FAMILY_KEY)?)
    }

    /// The sizes of a network of `family`, with every tensor checked against them. Widths and
    /// numbers of layers follow from the tensors' shapes; segments and steps from the metadata, or
    /// else the official sizes.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn config(&self, family: Family) -> Result<Config, Error> {
        let official = Config::official(family);
        let number = |key, default| match self.metadata.get(key) {
            Some(text) => text.parse().unwrap_or(0),
            None => default,
        };
        let n_segments = number(SEGMENTS_KEY, official.n_segments);
        let n_segment_steps = number(SEGMENT_STEPS_KEY, official.n_segment_steps);
        self.sized(Config { n_segments, n_segment_steps, ..official })
    }

    /// `config` with widths and numbers of layers taken from the tensors' shapes; segments and
    /// steps stay.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn sized(&self, mut config: Config) -> Result<Config, Error> {
        let Config { n_segments, n_segment_steps, .. } = config;
        let is_flat = config.family.wiring() == Wiring::Flat;
        let n_steps = n_segments.saturating_mul(n_segment_steps);
        if !(1..=MAX_STEPS).contains(&n_steps) || (is_flat && n_segments != 1) {
            return Err(Error::Segments { n_segments, n_segment_steps });
        }
        config.n_latent = self.dim(&names::bias(names::MU), 0)?;
        config.n_encoder = self.dim(&names::kernel(names::MU), 0)? / 2;
        if config.family.wiring() != Wiring::Hier {
            let layer = |layer| names::bidirectional(&names::encoder_layer(layer), "fw");
            config.n_encoder_layers = self.count(layer);
        }
        let core = config.cores().swap_remove(0);
        config.n_decoder = self.dim(&names::kernel(&names::core_projection(&core.prefix)), 0)?;
        config.n_decoder_layers = self.count(|layer| names::core_cell(&core.prefix, layer));
        if !is_flat {
            config.n_conductor_layers = self.count(names::conductor_cell);
            config.n_conductor = self.dim(&names::bias(&names::conductor_cell(0)), 0)? / 4;
        }
        // Networks trained before skip connections have none.
        let skip = names::bias(names::ENCODER_SKIP);
        if 0 < config.n_skip {
            config.n_skip = if self.has(&skip) { self.dim(&skip, 0)? } else { 0 };
        }
        if let Head::Nade { .. } = core.head {
            let encoder = names::nade_encoder(&core.prefix);
            let (n_classes, n) = (self.dim(&encoder, 0)?, self.tensor(&encoder)?.elem_count());
            if !(1..=MAX_CLASSES).contains(&n_classes) {
                let (expected, found) = (vec![drums::N_CLASSES, 1, n], vec![n_classes, 1, n]);
                return Err(Error::Shape { name: encoder, expected, found });
            }
            (config.n_classes, config.n_nade) = (n_classes, n / n_classes);
        }
        for (name, expected) in config.tensors() {
            let found = self.tensor(&name)?.dims().to_vec();
            if !is_same_shape(&found, &expected) {
                return Err(Error::Shape { name, expected, found });
            }
        }
        Ok(config)
    }

    /// The values of a tensor, row-major.
    ///
    /// # Errors
    /// The tensor is missing or not numeric.
    pub fn values(&self, name: &str) -> Result<Vec<f32>, Error> {
        let tensor = self.tensor(name)?;
        let values = tensor.to_dtype(DType::F32).and_then(|t| t.flatten_all()?.to_vec1());
        values.map_err(|_| Error::Missing(name.to_owned()))
    }

    /// The linear layer under `prefix`.
    ///
    /// # Errors
    /// A tensor of the layer is missing.
    pub fn linear(&self, prefix: &str) -> Result<Linear, Error> {
        let bias = self.values(&names::bias(prefix))?;
        Ok(Linear::new(&self.values(&names::kernel(prefix))?, bias))
    }

    fn tensor(&self, name: &str) -> Result<&Tensor, Error> {
        self.tensors.get(name).ok_or_else(|| Error::Missing(name.to_owned()))
    }

    fn dim(&self, name: &str, axis: usize) -> Result<usize, Error> {
        let dims = self.tensor(name)?.dims();
        let wrong_rank =
            || Error::Shape { name: name.into(), expected: vec![0; axis + 1], found: dims.into() };
        dims.get(axis).copied().ok_or_else(wrong_rank)
    }

    /// Number of layers, by their kernels.
    fn count(&self, cell: impl Fn(usize) -> String) -> usize {
        let has = |&layer: &usize| self.tensors.contains_key(&names::kernel(&cell(layer)));
        // At least 1, so that a network without layers fails with a missing tensor.
        (0..self.tensors.len()).take_while(has).count().max(1)
    }
}

/// Whether two shapes are equal up to axes of 1: TensorFlow and TensorFlow.js place those
/// differently in a NADE's matrices.
pub fn is_same_shape(a: &[usize], b: &[usize]) -> bool {
    let long = |dims: &[usize]| dims.iter().copied().filter(|&n| n != 1).collect::<Vec<_>>();
    a == b || (a.len() == 3 && long(a) == long(b))
}

/// The metadata of a weights file for `config`.
pub fn metadata(config: &Config) -> HashMap<String, String> {
    HashMap::from([
        (FAMILY_KEY.to_owned(), config.family.name().to_owned()),
        (SEGMENTS_KEY.to_owned(), config.n_segments.to_string()),
        (SEGMENT_STEPS_KEY.to_owned(), config.n_segment_steps.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_beside_a_network_does_not_change_its_space() {
        let space = |tensors: &[(&str, f32)]| {
            let tensor = |value| Tensor::new(&[value], &Device::Cpu).unwrap();
            let named = tensors.iter().map(|(name, value)| ((*name).to_owned(), tensor(*value)));
            Weights::new(named.collect()).latent_space().unwrap()
        };
        let plain = space(&[("encoder/kernel", 0.5)]);
        assert_eq!(plain, space(&[("encoder/kernel", 0.5), ("prior/dub/means", 1.0)]));
        assert_ne!(plain, space(&[("encoder/kernel", 0.6)]));
        assert_ne!(plain, space(&[("encoder/bias", 0.5)]));
    }

    #[test]
    fn a_network_without_skip_connections_is_read() {
        let official = Config::official(Family::ElectropunkTrio4Bar);
        let without = Config {
            n_latent: 3,
            n_encoder: 2,
            n_decoder: 2,
            n_conductor: 2,
            n_skip: 0,
            ..official
        };
        for config in [without, Config { n_skip: 4, ..without }] {
            let tensors = config.tensors().into_iter().map(|(name, shape)| {
                (name, Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap())
            });
            let weights = Weights::of(&config, tensors.collect());

            assert_eq!(weights.config(config.family).unwrap(), config);
        }
    }

    #[test]
    fn weights_that_are_no_numbers_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.safetensors");
        let read = |value: f32| {
            let tensor = Tensor::new(&[1.0, value], &Device::Cpu).unwrap();
            candle_core::safetensors::save(&HashMap::from([("kernel", tensor)]), &file).unwrap();
            Weights::read(&std::fs::read(&file).unwrap(), "mine").map(|_| ())
        };

        assert!(read(-2.0).is_ok());
        for odd in [f32::NAN, f32::INFINITY] {
            let sentence = read(odd).unwrap_err().to_string();
            assert!(sentence.contains("expected finite numbers in kernel"), "{sentence}");
        }
    }
}
