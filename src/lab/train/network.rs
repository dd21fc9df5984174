//! A network's weights as variables of candle's autograd.
//!
//! The weights have the same names and layout as in [`crate::musicvae::net`]. `forward` computes
//! the network's function, [`loss`](crate::lab::train::loss) the objective.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Tensor, Var, bail};
use rand::RngExt as _;
use rand_distr::{Distribution, Normal};

use crate::{
    lab::train::linear::linear,
    musicvae::net::{config::Config, names, weights::is_same_shape},
    rng,
};

/// Standard deviation of the initial weights of mu, sigma and the initial states, as in Magenta.
const SMALL: f64 = 0.001;

/// The weights of a network, as variables.
pub struct Network {
    /// Domain, wiring and sizes.
    pub config: Config,
    /// Names of the variables, in the order of [`Config::tensors`].
    pub names: Vec<String>,
    /// The variables, in the same order.
    pub vars: Vec<Var>,
    index: HashMap<String, usize>,
}

impl Network {
    /// A network with initial weights drawn from `seed`.
    ///
    /// # Errors
    /// The device is out of memory.
    pub fn new(config: Config, seed: u64) -> Result<Self> {
        let tensors = config.tensors().into_iter().map(|(name, shape)| {
            let values = initial_weights(&name, &shape, seed);
            Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
        });
        Self::from_tensors(config, &tensors.collect::<Result<_>>()?)
    }

    /// A network with given weights.
    ///
    /// # Errors
    /// A tensor is missing or has another shape than `config` needs.
    pub fn from_tensors(config: Config, tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let mut network =
            Self { config, names: Vec::new(), vars: Vec::new(), index: HashMap::new() };
        for (index, (name, shape)) in config.tensors().into_iter().enumerate() {
            let Some(tensor) = tensors.get(&name) else { bail!("tensor {name} is missing") };
            if !is_same_shape(tensor.dims(), &shape) {
                bail!("tensor {name}: expected shape {shape:?}, found {:?}", tensor.dims())
            }
            network.vars.push(Var::from_tensor(&tensor.reshape(shape)?.to_dtype(DType::F32)?)?);
            network.index.insert(name.clone(), index);
            network.names.push(name);
        }
        Ok(network)
    }

    /// The same network on `device`.
    ///
    /// # Errors
    /// The device is out of memory.
    pub fn on(self, device: &Device) -> Result<Self> {
        let vars = self.vars.iter().map(|var| Var::from_tensor(&var.to_device(device)?));
        Ok(Self { vars: vars.collect::<Result<_>>()?, ..self })
    }

    /// The device of the weights.
    pub fn device(&self) -> &Device {
        self.vars[0].device()
    }

    /// The weights by name, in CPU memory.
    ///
    /// # Errors
    /// The device fails.
    pub fn tensors(&self) -> Result<HashMap<String, Tensor>> {
        let named = self.names.iter().zip(&self.vars);
        named.map(|(name, var)| Ok((name.clone(), var.to_device(&Device::Cpu)?))).collect()
    }

    pub(super) fn linear(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let (kernel, bias) = self.cell(name)?;
        linear(x, kernel, bias)
    }

    /// A cell's kernel and bias.
    pub(super) fn cell(&self, name: &str) -> Result<(&Tensor, &Tensor)> {
        Ok((self.tensor(&names::kernel(name))?, self.tensor(&names::bias(name))?))
    }

    /// The variable called `name`.
    pub(super) fn tensor(&self, name: &str) -> Result<&Tensor> {
        match self.index.get(name) {
            Some(&index) => Ok(self.vars[index].as_tensor()),
            None => bail!("tensor {name} is missing"),
        }
    }
}

/// Initial weights as in Magenta: biases 0, heads small, the rest Glorot uniform.
fn initial_weights(name: &str, shape: &[usize], seed: u64) -> Vec<f32> {
    let n = shape.iter().product();
    let mut rng = rng::stream(seed, name);
    // A skip connection starts small, so that it can be added to a trained network.
    let is_head = ["encoder/mu", "encoder/sigma", "initial_state", names::MU_SKIP, "/decoder/skip"];
    if shape.len() == 1 {
        return vec![0.0; n];
    }
    if is_head.iter().any(|head| name.contains(head)) {
        let normal = Normal::new(0.0, SMALL).expect("the deviation is above 0");
        return (0..n).map(|_| normal.sample(&mut rng) as f32).collect();
    }
    // A NADE's matrices have a third axis of 1.
    let limit = (6.0 / shape.iter().sum::<usize>() as f64).sqrt();
    (0..n).map(|_| rng.random_range(-limit..limit) as f32).collect()
}
