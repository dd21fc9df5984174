//! MusicVAE as a graph that can be differentiated: tokens in, loss out.
//!
//! It has the weights of [`crate::model`]'s network under the same names and computes the same
//! function, over whole sequences and with the right token before each step (teacher forcing).

use std::collections::HashMap;

use candle_core::{D, DType, Device, Result, Tensor, Var, bail};
use candle_nn::{Linear, Module as _};
use rand::RngExt as _;
use rand_distr::{Distribution, Normal};

use crate::{
    model::config::{self, Config},
    rng,
    train::{
        batch::Batch,
        cross_entropy::cross_entropy,
        lstm::{Lookups, Run, lstm},
    },
};

/// Standard deviation of the first weights of mu, sigma and first states, Magenta's.
const SMALL: f64 = 0.001;

/// The weights, as variables, and their sizes.
pub struct Network {
    /// The sizes.
    pub config: Config,
    /// Names of the variables, in the order of [`Config::tensors`].
    pub names: Vec<String>,
    /// The variables, in the same order.
    pub vars: Vec<Var>,
    index: HashMap<String, usize>,
}

/// What a batch costs.
pub struct Loss {
    /// What is minimised: nats an example, KL included.
    pub total: Tensor,
    /// Cross-entropy in nats, summed over the examples.
    pub cross_entropy: f64,
    /// KL divergence from the prior in nats, summed over the examples.
    pub kl: f64,
    /// For each part, the steps whose token was the likeliest.
    pub n_hits: Vec<usize>,
}

/// How the latent space is squeezed.
#[derive(Debug, Clone, Copy)]
pub struct Pressure {
    /// Weight of the KL beyond the free nats.
    pub beta: f64,
    /// KL that costs nothing, in nats an example.
    pub free_nats: f64,
}

impl Network {
    /// A network with first weights drawn from `seed`.
    ///
    /// # Errors
    /// The device is out of memory.
    pub fn new(config: Config, seed: u64) -> Result<Self> {
        let tensors = config.tensors().into_iter().map(|(name, shape)| {
            let values = first_weights(&name, &shape, seed);
            Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
        });
        Self::from_tensors(config, &tensors.collect::<Result<_>>()?)
    }

    /// A network with given weights.
    ///
    /// # Errors
    /// One is missing or not of the shape that `config` wants.
    pub fn from_tensors(config: Config, tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let mut network =
            Self { config, names: Vec::new(), vars: Vec::new(), index: HashMap::new() };
        for (index, (name, shape)) in config.tensors().into_iter().enumerate() {
            let Some(tensor) = tensors.get(&name) else { bail!("tensor {name} is missing") };
            if tensor.dims() != shape {
                bail!("tensor {name}: expected shape {shape:?}, found {:?}", tensor.dims())
            }
            network.vars.push(Var::from_tensor(&tensor.to_dtype(DType::F32)?)?);
            network.index.insert(name.clone(), index);
            network.names.push(name);
        }
        Ok(network)
    }

    /// The loss of `batch`, as its share of a step over `n_examples`; `noise` (B, Z) draws z.
    ///
    /// # Errors
    /// A token is out of range for the network.
    pub fn loss(
        &self,
        batch: &Batch,
        noise: &Tensor,
        pressure: Pressure,
        n_examples: usize,
    ) -> Result<Loss> {
        let (mu, sigma) = self.encode(batch)?;
        let z = (&mu + (&sigma * noise)?)?;
        let context = self.context(&z)?;
        let mut cross = Tensor::zeros(1, DType::F32, &Device::Cpu)?;
        let mut n_hits = Vec::new();
        for (part, core) in self.config.cores().iter().enumerate() {
            let logits = self.decode(core, &context, &batch.previous[part])?;
            let (loss, hits) = cross_entropy(&logits, batch.targets[part].clone())?;
            cross = (cross + loss)?;
            n_hits.push(hits);
        }
        // KL of N(mu, sigma) from N(0, 1).
        let kl = ((mu.sqr()? + sigma.sqr()?)? - (sigma.log()? * 2.0)?)?.affine(0.5, -0.5)?;
        let kl = kl.sum(D::Minus1)?;
        let beyond = (&kl - pressure.free_nats)?.relu()?.sum_all()?;
        let total = ((cross.sum_all()? + (beyond * pressure.beta)?)? / n_examples as f64)?;
        Ok(Loss {
            total,
            cross_entropy: f64::from(cross.sum_all()?.to_scalar::<f32>()?),
            kl: f64::from(kl.sum_all()?.to_scalar::<f32>()?),
            n_hits,
        })
    }

    /// Mean and deviation of z, each (B, Z).
    fn encode(&self, batch: &Batch) -> Result<(Tensor, Tensor)> {
        let family = self.config.family;
        let (n_segments, n_rows) = (family.n_segments(), family.n_segments() * batch.n_examples);
        let levels = self.config.encoder_levels();
        let nothing = Tensor::zeros((1, n_rows, 0), DType::F32, &Device::Cpu)?;
        let run = Run {
            n_steps: family.n_segment_steps(),
            n_lookup: levels[0].1,
            lookups: Some(batch.heard.clone()),
            is_reversed: false,
        };
        let mut heard = self.both_directions(&levels[0].0, &nothing, run)?;
        if let Some((level, n_inputs)) = levels.get(1) {
            let embeddings = heard.reshape((n_segments, batch.n_examples, *n_inputs))?;
            let run = Run { n_steps: n_segments, n_lookup: 0, lookups: None, is_reversed: false };
            heard = self.both_directions(level, &embeddings, run)?;
        }
        let mu = self.linear("encoder/mu", &heard)?;
        let raw = self.linear("encoder/sigma", &heard)?;
        // softplus, in the form that doesn't overflow.
        let sigma = (raw.relu()? + (raw.abs()?.neg()?.exp()? + 1.0)?.log()?)?;
        Ok((mu, sigma))
    }

    /// The last outputs of a bidirectional layer, side by side: (rows, 2H).
    fn both_directions(&self, level: &str, x: &Tensor, run: Run) -> Result<Tensor> {
        let last = run.n_steps - 1;
        let zeros = zero_state(x.dim(1)?, self.config.n_encoder)?;
        let forward = config::bidirectional(level, "fw");
        let forward = lstm(x, &self.weights(&forward)?, &zeros, run.clone())?;
        let backward = config::bidirectional(level, "bw");
        let run = Run { is_reversed: true, ..run };
        let backward = lstm(x, &self.weights(&backward)?, &zeros, run)?;
        Tensor::cat(&[forward.get(last)?, backward.get(0)?], 1)
    }

    /// What conditions the decoders (S * B, C): z, or what the conductor makes of it.
    fn context(&self, z: &Tensor) -> Result<Tensor> {
        let Config { n_conductor, n_conductor_layers, family, .. } = self.config;
        if n_conductor_layers == 0 {
            return Ok(z.clone());
        }
        let states = self.states(config::CONDUCTOR_STATE, z, n_conductor_layers)?;
        let mut x = Tensor::zeros((1, z.dim(0)?, 0), DType::F32, &Device::Cpu)?;
        for (layer, state) in states.iter().enumerate() {
            // The conductor hears one input that is always 0: a row that is never looked up.
            let n_lookup = usize::from(layer == 0);
            let n_steps = family.n_segments();
            let run = Run { n_steps, n_lookup, lookups: None, is_reversed: false };
            x = lstm(&x, &self.weights(&config::conductor_cell(layer))?, state, run)?;
        }
        x.reshape((family.n_segments() * z.dim(0)?, n_conductor))
    }

    /// Logits (T * rows, V).
    fn decode(&self, core: &str, context: &Tensor, previous: &Lookups) -> Result<Tensor> {
        let Config { n_decoder, n_decoder_layers, family, .. } = self.config;
        let states = self.states(&config::core_state(core), context, n_decoder_layers)?;
        let n_steps = family.n_segment_steps();
        let mut x = context.unsqueeze(0)?;
        for (layer, state) in states.iter().enumerate() {
            let weights = self.weights(&config::core_cell(core, layer))?;
            let lookups = (layer == 0).then(|| previous.clone());
            let n_lookup = match layer {
                0 => weights.dim(0)? - self.config.n_context() - n_decoder - 1,
                _ => 0,
            };
            x = lstm(&x, &weights, state, Run { n_steps, n_lookup, lookups, is_reversed: false })?;
        }
        let rows = x.reshape(((), n_decoder))?;
        self.linear(&config::core_projection(core), &rows)
    }

    /// First states (2, B, H) of the layers: c and h in turn, each layer's side by side.
    fn states(&self, name: &str, z: &Tensor, n_layers: usize) -> Result<Vec<Tensor>> {
        let parts = self.linear(name, z)?.tanh()?.chunk(2 * n_layers, 1)?;
        parts.chunks(2).map(|pair| Tensor::stack(pair, 0)).collect()
    }

    fn linear(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        // candle keeps a kernel as (outputs, inputs), TensorFlow the other way round.
        let (kernel, bias) = (self.var(name, "kernel")?, self.var(name, "bias")?);
        Linear::new(kernel.t()?, Some(bias.clone())).forward(x)
    }

    /// A cell's kernel with its bias as the last row.
    fn weights(&self, cell: &str) -> Result<Tensor> {
        let bias = self.var(cell, "bias")?.unsqueeze(0)?;
        Tensor::cat(&[self.var(cell, "kernel")?, &bias], 0)
    }

    fn var(&self, prefix: &str, name: &str) -> Result<&Tensor> {
        match self.index.get(&format!("{prefix}/{name}")) {
            Some(&index) => Ok(self.vars[index].as_tensor()),
            None => bail!("tensor {prefix}/{name} is missing"),
        }
    }
}

/// Both states of a cell that has heard nothing (2, rows, H).
fn zero_state(n_rows: usize, n_hidden: usize) -> Result<Tensor> {
    Tensor::zeros((2, n_rows, n_hidden), DType::F32, &Device::Cpu)
}

/// Magenta's first weights: biases 0, heads small, the rest Glorot's uniform.
fn first_weights(name: &str, shape: &[usize], seed: u64) -> Vec<f32> {
    let n = shape.iter().product();
    let mut rng = rng::stream(seed, name);
    let is_head = ["encoder/mu", "encoder/sigma", "initial_state"];
    if shape.len() == 1 {
        return vec![0.0; n];
    }
    if is_head.iter().any(|head| name.contains(head)) {
        let normal = Normal::new(0.0, SMALL).expect("the deviation is above 0");
        return (0..n).map(|_| normal.sample(&mut rng) as f32).collect();
    }
    let limit = (6.0 / (shape[0] + shape[1]) as f64).sqrt();
    (0..n).map(|_| rng.random_range(-limit..limit) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dataset::window::Window, model::config::Family};

    fn small(family: Family) -> Network {
        let config = Config {
            n_latent: 6,
            n_encoder: 5,
            n_decoder: 4,
            n_conductor: 3,
            ..Config::official(family)
        };
        Network::new(config, 1).unwrap()
    }

    fn window(family: Family) -> Window {
        let line =
            |&n_tokens: &usize| (0..family.n_steps()).map(move |t| (t * 7 % n_tokens) as u16);
        family.n_tokens().iter().map(|n| line(n).collect()).collect()
    }

    #[test]
    fn every_weight_gets_a_gradient() {
        for family in Family::ALL {
            let network = small(family);
            let window = window(family);
            let batch = Batch::new(family, &[&window, &window], &mut || false);
            let noise = Tensor::ones((2, 6), DType::F32, &Device::Cpu).unwrap();
            let pressure = Pressure { beta: 0.2, free_nats: 0.0 };

            let loss = network.loss(&batch, &noise, pressure, 2).unwrap();
            let grads = loss.total.backward().unwrap();

            for (name, var) in network.names.iter().zip(&network.vars) {
                let grad = grads.get(var).unwrap_or_else(|| panic!("{name} has no gradient"));
                let norm = grad.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(0.0 < norm && norm.is_finite(), "{name}: {norm}");
            }
        }
    }

    #[test]
    fn an_untrained_network_guesses_evenly() {
        let family = Family::Drums2Bar;
        let batch = Batch::new(family, &[&window(family)], &mut || false);
        let noise = Tensor::zeros((1, 6), DType::F32, &Device::Cpu).unwrap();
        let pressure = Pressure { beta: 0.2, free_nats: 0.0 };

        let loss = small(family).loss(&batch, &noise, pressure, 1).unwrap();

        let even = 32.0 * 512f64.ln();
        assert!((loss.cross_entropy / even - 1.0).abs() < 0.02, "{}", loss.cross_entropy);
    }
}
