//! The network's weights as variables of candle's autograd, and its loss.
//!
//! Computes the same as [`crate::chorale::network`], over whole windows.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Tensor, Var, bail};
use rand::{Rng as _, RngExt as _};

use crate::{
    chorale::network::{EMBEDDING, HEAD, Sizes, layer},
    lab::train::{
        batch::Targets,
        chorale::{
            embed::embed,
            logits::logits,
            windows::{Batch, N_STEPS},
        },
        cross_entropy::cross_entropy,
        layout::Run,
        linear::linear,
        lstm::lstm,
    },
    musicvae::net::names,
    rng::{self, Rng},
};

/// Range of the initial embedding: sums of some twenty rows then have a deviation near 1.
const EMBEDDED: f64 = 0.3;

/// Weights in training.
#[derive(Debug)]
pub struct Variables {
    /// The network's sizes.
    pub sizes: Sizes,
    /// Names of the tensors.
    pub names: Vec<String>,
    /// The tensors, in the order of the names.
    pub vars: Vec<Var>,
}

/// Loss of a batch, and its size.
#[derive(Debug)]
pub struct Loss {
    /// Cross-entropy in nats per token.
    pub mean: Tensor,
    /// Its sum.
    pub nats: f64,
    /// Number of tokens.
    pub n_tokens: usize,
}

impl Variables {
    /// Initial weights drawn from `seed`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(sizes: Sizes, seed: u64) -> Result<Self> {
        let tensors = sizes.tensors().into_iter().map(|(name, shape)| {
            let values = initial(&name, &shape, seed);
            Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
        });
        Self::from_tensors(sizes, &tensors.collect::<Result<_>>()?)
    }

    /// Given weights.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn from_tensors(sizes: Sizes, tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let mut variables = Self { sizes, names: vec![], vars: vec![] };
        for (name, shape) in sizes.tensors() {
            let Some(tensor) = tensors.get(&name) else { bail!("tensor {name} is missing") };
            if tensor.dims() != shape {
                bail!("tensor {name}: expected shape {shape:?}, found {:?}", tensor.dims())
            }
            variables.vars.push(Var::from_tensor(&tensor.to_dtype(DType::F32)?)?);
            variables.names.push(name);
        }
        Ok(variables)
    }

    /// The weights of a model of the same sizes but an earlier encoding. Embedding rows and outputs that it
    /// lacks, which later encodings append, are zeros, so that its logits don't change.
    ///
    /// # Errors
    /// A tensor is missing, or has other sizes.
    pub fn grown(sizes: Sizes, tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let mut grown = HashMap::new();
        for (name, shape) in sizes.tensors() {
            let Some(tensor) = tensors.get(&name) else { bail!("tensor {name} is missing") };
            let mut tensor = tensor.to_dtype(DType::F32)?;
            let axis = if name == EMBEDDING { 0 } else { shape.len() - 1 };
            let may_grow = name == EMBEDDING || name.starts_with(HEAD);
            let found = tensor.dim(axis)?;
            if may_grow && tensor.rank() == shape.len() && found < shape[axis] {
                tensor = tensor.pad_with_zeros(axis, 0, shape[axis] - found)?;
            }
            grown.insert(name, tensor);
        }
        Self::from_tensors(sizes, &grown)
    }

    /// The weights by name.
    pub fn tensors(&self) -> HashMap<String, Tensor> {
        let named = self.names.iter().cloned().zip(&self.vars);
        named.map(|(name, var)| (name, var.as_tensor().clone())).collect()
    }

    fn tensor(&self, name: &str) -> Result<&Tensor> {
        match self.names.iter().position(|known| known == name) {
            Some(at) => Ok(self.vars[at].as_tensor()),
            None => bail!("tensor {name} is missing"),
        }
    }

    fn pair(&self, prefix: &str) -> Result<(&Tensor, &Tensor)> {
        Ok((self.tensor(&names::kernel(prefix))?, self.tensor(&names::bias(prefix))?))
    }

    /// The loss on `batch`, with a share `dropout` of the inputs of each layer dropped.
    ///
    /// # Errors
    /// Out of memory.
    pub fn loss(&self, batch: &Batch, dropout: f64, rng: &mut Rng) -> Result<Loss> {
        let Sizes { encoding, n_embedding, n_hidden, n_layers } = self.sizes;
        let n = batch.n_windows;
        let embedded = embed(self.tensor(EMBEDDING)?, batch.rows.clone(), encoding.n_rows())?;
        let mut x = embedded.reshape((N_STEPS, n, n_embedding))?;
        x = (&x * mask(x.dims(), dropout, rng)?)?;
        let state = Tensor::zeros((2, n, n_hidden), DType::F32, &Device::Cpu)?;
        for number in 0..n_layers {
            let (kernel, bias) = self.pair(&layer(number))?;
            let run = Run { n_steps: N_STEPS, n_lookup: 0, lookups: None, is_reversed: false };
            x = lstm(&x, kernel, bias, &state, run)?;
            x = (&x * mask(x.dims(), dropout, rng)?)?;
        }
        let (kernel, bias) = self.pair(HEAD)?;
        let outputs = linear(&x.reshape((N_STEPS * n, n_hidden))?, kernel, bias)?;
        let logits = logits(&outputs, batch.terms.clone())?;
        let (sum, _) = cross_entropy(&logits, batch.targets.clone())?;
        let n_tokens = batch.targets.iter().filter(|&&token| token != Targets::IGNORED).count();
        let nats = f64::from(sum.to_vec1::<f32>()?[0]);
        Ok(Loss { mean: (sum / n_tokens.max(1) as f64)?, nats, n_tokens })
    }
}

/// A dropout mask of `shape`, in steps of 1/256, which scales up the kept values.
fn mask(shape: &[usize], dropout: f64, rng: &mut Rng) -> Result<Tensor> {
    let limit = (dropout * 256.0).round().clamp(0.0, 255.0) as u8;
    let kept = 256.0 / (256.0 - f32::from(limit));
    let mut bytes = vec![0; shape.iter().product()];
    if 0 < limit {
        rng.fill_bytes(&mut bytes);
    }
    let values: Vec<f32> =
        bytes.iter().map(|&byte| if byte < limit { 0.0 } else { kept }).collect();
    // Without dropout all bytes are 0, and none is below the limit.
    Tensor::from_vec(values, shape, &Device::Cpu)
}

/// Initial weights: biases 0, the embedding uniform, the rest Glorot uniform.
fn initial(name: &str, shape: &[usize], seed: u64) -> Vec<f32> {
    let n = shape.iter().product();
    if shape.len() == 1 {
        return vec![0.0; n];
    }
    let mut rng = rng::stream(seed, name);
    let limit = match name {
        EMBEDDING => EMBEDDED,
        _ => (6.0 / shape.iter().sum::<usize>() as f64).sqrt(),
    };
    (0..n).map(|_| rng.random_range(-limit..limit) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::encoding::Encoding;

    #[test]
    fn weights_of_an_earlier_encoding_grow_by_zeros() {
        let encoding = Encoding::Relations;
        let sizes = Sizes { encoding, n_embedding: 2, n_hidden: 2, n_layers: 1 };
        let whole = Variables::new(sizes, 1).unwrap().tensors();
        let mut earlier = whole.clone();
        for (name, axis) in [("embedding", 0), ("head/kernel", 1), ("head/bias", 0)] {
            let n = whole[name].dim(axis).unwrap();
            earlier.insert(name.into(), whole[name].narrow(axis, 0, n - 3).unwrap());
        }

        let grown = Variables::grown(sizes, &earlier).unwrap().tensors();

        let rows = grown["embedding"].to_vec2::<f32>().unwrap();
        let (kept, new) = rows.split_at(rows.len() - 3);
        assert_eq!(kept, &whole["embedding"].to_vec2::<f32>().unwrap()[..rows.len() - 3]);
        assert!(new.iter().flatten().all(|weight| *weight == 0.0));
        assert_eq!(grown["head/kernel"].dims(), whole["head/kernel"].dims());
        earlier.insert("lstm_0/bias".into(), Tensor::zeros(4, DType::F32, &Device::Cpu).unwrap());
        let error = Variables::grown(sizes, &earlier).unwrap_err().to_string();
        assert!(error.contains("lstm_0/bias"), "{error}");
    }
}
