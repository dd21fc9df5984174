//! Tensors by name, as a file has them.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use safetensors::SafeTensors;

use super::{
    Error,
    config::{Config, Family},
};

/// Where the metadata of a file of weights say which family they are of.
pub const FAMILY_KEY: &str = "config";

/// A network's tensors by TensorFlow's names.
#[derive(Debug, Clone, Default)]
pub struct Weights(HashMap<String, Tensor>);

/// A linear layer, `x W + b`.
#[derive(Debug, Clone)]
pub struct Linear {
    /// (I, O), row by row.
    pub kernel: Vec<f32>,
    /// (O,).
    pub bias: Vec<f32>,
}

impl Weights {
    /// Tensors that are in memory already.
    pub fn new(tensors: HashMap<String, Tensor>) -> Self {
        Self(tensors)
    }

    /// Reads a safetensors file, of any float type, from its bytes; `file` names it in errors.
    ///
    /// # Errors
    /// They are no such file.
    pub fn read(bytes: &[u8], file: &str) -> Result<Self, Error> {
        let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu);
        let not_weights =
            |e: candle_core::Error| Error::NotWeights { file: file.into(), reason: e.to_string() };
        Ok(Self(tensors.map_err(not_weights)?))
    }

    /// All tensors, by name.
    pub fn tensors(&self) -> &HashMap<String, Tensor> {
        &self.0
    }

    /// The sizes that the tensors' shapes tell, every tensor checked against them.
    ///
    /// # Errors
    /// A tensor is missing or doesn't fit the others.
    pub fn config(&self, family: Family) -> Result<Config, Error> {
        let official = Config::official(family);
        let n_latent = self.dim("encoder/mu/bias", 0)?;
        let n_encoder = self.dim("encoder/mu/kernel", 0)? / 2;
        let core = &official.cores()[0];
        let n_decoder = self.dim(&format!("{core}/output_projection/kernel"), 0)?;
        let n_decoder_layers = self.count(|layer| super::config::core_cell(core, layer));
        let n_conductor_layers = self.count(super::config::conductor_cell);
        let n_conductor = match n_conductor_layers {
            0 => official.n_conductor,
            _ => self.dim(&format!("{}/bias", super::config::conductor_cell(0)), 0)? / 4,
        };
        let config = Config {
            family,
            n_latent,
            n_encoder,
            n_decoder,
            n_decoder_layers,
            n_conductor,
            n_conductor_layers,
        };
        for (name, expected) in config.tensors() {
            let found = self.tensor(&name)?.dims().to_vec();
            if found != expected {
                return Err(Error::Shape { name, expected, found });
            }
        }
        Ok(config)
    }

    /// The values of a tensor, row by row.
    ///
    /// # Errors
    /// It is missing or not of numbers.
    pub fn values(&self, name: &str) -> Result<Vec<f32>, Error> {
        let tensor = self.tensor(name)?;
        let values = tensor.to_dtype(DType::F32).and_then(|t| t.flatten_all()?.to_vec1());
        values.map_err(|_| Error::Missing(name.to_owned()))
    }

    /// The linear layer under `prefix`.
    ///
    /// # Errors
    /// A tensor of it is missing.
    pub fn linear(&self, prefix: &str) -> Result<Linear, Error> {
        let kernel = self.values(&format!("{prefix}/kernel"))?;
        Ok(Linear { kernel, bias: self.values(&format!("{prefix}/bias"))? })
    }

    fn tensor(&self, name: &str) -> Result<&Tensor, Error> {
        self.0.get(name).ok_or_else(|| Error::Missing(name.to_owned()))
    }

    fn dim(&self, name: &str, axis: usize) -> Result<usize, Error> {
        let dims = self.tensor(name)?.dims();
        let wrong_rank =
            || Error::Shape { name: name.into(), expected: vec![0; axis + 1], found: dims.into() };
        dims.get(axis).copied().ok_or_else(wrong_rank)
    }

    /// How many layers there are, by their kernels.
    fn count(&self, cell: impl Fn(usize) -> String) -> usize {
        let has = |&layer: &usize| self.0.contains_key(&format!("{}/kernel", cell(layer)));
        (0..self.0.len()).take_while(has).count()
    }
}

/// The family that a safetensors file of weights names under [`FAMILY_KEY`], if it does.
pub fn named_family(bytes: &[u8]) -> Option<Family> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).ok()?;
    Family::from_name(metadata.metadata().as_ref()?.get(FAMILY_KEY)?)
}

impl Linear {
    /// `x` (I,) to (O,).
    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        let mut out = self.bias.clone();
        super::math::add_product(&mut out, x, &self.kernel);
        out
    }
}
