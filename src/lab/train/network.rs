//! MusicVAE as a graph that can be differentiated: tokens in, loss out.
//!
//! It has the weights of [`crate::musicvae::net`]'s network under the same names and computes the same
//! function, over whole sequences and with the right token before each step (teacher forcing).

use std::collections::HashMap;

use candle_core::{D, DType, Device, Result, Tensor, Var, bail};
use candle_nn::{Linear, Module as _};
use rand::RngExt as _;
use rand_distr::{Distribution, Normal};

use crate::{
    lab::train::{batch::Batch, objective::cost, scheduled::hear_own},
    musicvae::net::{config::Config, head::Head, names, weights::is_same_shape},
    rng::{self, Rng},
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
    /// For each part, how many decisions were right, and how many there were.
    pub hits: Vec<(usize, usize)>,
}

/// How the latent space is squeezed, and how much the decoder is helped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pressure {
    /// Weight of the KL beyond the free nats.
    pub beta: f64,
    /// KL that costs nothing, in nats an example.
    pub free_nats: f64,
    /// Share of steps at which a decoder of tokens hears its own step instead of the right one.
    pub sampled_share: f64,
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
    /// The device has no room.
    pub fn on(self, device: &Device) -> Result<Self> {
        let vars = self.vars.iter().map(|var| Var::from_tensor(&var.to_device(device)?));
        Ok(Self { vars: vars.collect::<Result<_>>()?, ..self })
    }

    /// Where its weights are.
    pub fn device(&self) -> &Device {
        self.vars[0].device()
    }

    /// Its tensors, in the processor's memory.
    ///
    /// # Errors
    /// The device fails.
    pub fn tensors(&self) -> Result<HashMap<String, Tensor>> {
        let named = self.names.iter().zip(&self.vars);
        named.map(|(name, var)| Ok((name.clone(), var.to_device(&Device::Cpu)?))).collect()
    }

    /// The loss of `batch`, as its share of a step over `n_examples`; `noise` (B, Z) draws z, `rng`
    /// the decoders' own steps.
    ///
    /// # Errors
    /// A token is out of range for the network.
    pub fn loss(
        &self,
        batch: &Batch,
        noise: &Tensor,
        pressure: Pressure,
        n_examples: usize,
        rng: &mut Rng,
    ) -> Result<Loss> {
        let n_batch = batch.n_examples;
        let (mu, sigma) = self.encode(&batch.heard, n_batch)?;
        let z = (&mu + (&sigma * noise)?)?;
        let context = self.context(&z)?;
        let mut cross = Tensor::zeros(1, DType::F32, self.device())?;
        let mut hits = Vec::new();
        for (core, batch) in self.config.cores().iter().zip(&batch.cores) {
            let mut projection = self.decode(&core.prefix, &context, &batch.previous)?;
            if let (Head::Categorical(parts), true) = (core.head, 0.0 < pressure.sampled_share) {
                let sizes = [n_batch, self.config.n_segments];
                let share = pressure.sampled_share;
                let heard = hear_own(&batch.previous, &projection, parts, sizes, share, rng)?;
                projection = self.decode(&core.prefix, &context, &heard)?;
            }
            let cost = cost(self, core, &projection, &batch.targets)?;
            cross = (cross + cost.nats)?;
            hits.extend(cost.hits);
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
            hits,
        })
    }

    pub(super) fn linear(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        // candle keeps a kernel as (outputs, inputs), TensorFlow the other way round.
        let (kernel, bias) = (self.tensor(&names::kernel(name))?, self.tensor(&names::bias(name))?);
        Linear::new(kernel.t()?, Some(bias.clone())).forward(x)
    }

    /// A cell's kernel with its bias as the last row.
    pub(super) fn weights(&self, cell: &str) -> Result<Tensor> {
        let bias = self.tensor(&names::bias(cell))?.unsqueeze(0)?;
        Tensor::cat(&[self.tensor(&names::kernel(cell))?, &bias], 0)
    }

    /// The variable of that name.
    pub(super) fn tensor(&self, name: &str) -> Result<&Tensor> {
        match self.index.get(name) {
            Some(&index) => Ok(self.vars[index].as_tensor()),
            None => bail!("tensor {name} is missing"),
        }
    }
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
    // A NADE's matrices have a third axis of 1.
    let limit = (6.0 / shape.iter().sum::<usize>() as f64).sqrt();
    (0..n).map(|_| rng.random_range(-limit..limit) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::train::checkpoint::snapshot,
        musicvae::{
            convert::window::Window,
            net::{family::Family, head::Pick},
        },
    };

    fn small(family: Family) -> Network {
        let config = Config {
            n_latent: 6,
            n_encoder: 5,
            n_decoder: 4,
            n_conductor: 3,
            n_nade: 4,
            ..Config::official(family)
        };
        Network::new(config, 1).unwrap()
    }

    fn window(config: &Config) -> Window {
        let line =
            |n_values: u32| (0..config.n_steps() as u32).map(move |t| (t * 7 % n_values) as u16);
        config.columns().iter().map(|column| line(column.n_values).collect()).collect()
    }

    #[test]
    fn every_weight_gets_a_gradient() {
        for family in Family::ALL {
            let network = small(family);
            let window = window(&network.config);
            let batch = Batch::new(&network.config, &[&window, &window], &mut || false);
            let noise = Tensor::ones((2, 6), DType::F32, &Device::Cpu).unwrap();
            let pressure = Pressure { beta: 0.2, ..Pressure::default() };

            let loss =
                network.loss(&batch, &noise, pressure, 2, &mut rng::stream(0, "test")).unwrap();
            let grads = loss.total.backward().unwrap();

            for (name, var) in network.names.iter().zip(&network.vars) {
                let grad = grads.get(var).unwrap_or_else(|| panic!("{name} has no gradient"));
                let norm = grad.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
                assert!(0.0 < norm && norm.is_finite(), "{name}: {norm}");
            }
        }
    }

    /// Chooses what the window has, and notes what there was to choose from.
    struct Forced<'a> {
        window: &'a Window,
        steps: Vec<usize>,
        heard: Vec<f32>,
    }

    impl Pick for Forced<'_> {
        fn pick(&mut self, part: usize, _logits: &mut [f32]) -> u16 {
            let step = self.steps[part];
            self.steps[part] += 1;
            self.window[part][step]
        }
        fn hear(&mut self, _core: usize, projection: &[f32]) {
            self.heard.extend_from_slice(projection);
        }
    }

    #[test]
    fn the_radio_runs_the_network_that_was_trained() {
        let of_tokens = |family: &Family| !family.domain().n_tokens().is_empty();
        for family in Family::ALL.into_iter().filter(of_tokens) {
            let network = small(family);
            let config = &network.config;
            let model = snapshot(&network).unwrap();
            let window = window(config);
            let batch = Batch::new(config, &[&window], &mut || false);

            let (mu, _) = network.encode(&batch.heard, 1).unwrap();
            let context = network.context(&mu).unwrap();
            let mu = mu.get(0).unwrap().to_vec1::<f32>().unwrap();
            let posterior = model.encode(&window).unwrap();
            let mut forced = Forced { window: &window, steps: vec![0; 3], heard: vec![] };
            model.decode(&posterior.mu, &mut forced).unwrap();

            let near = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(near(&mu, &posterior.mu), "{family}");
            let mut start = 0;
            for (core, batch) in config.cores().iter().zip(&batch.cores) {
                let found = network.decode(&core.prefix, &context, &batch.previous).unwrap();
                // From (T, S, P) to the order in which the radio says it.
                let (t, s) = (config.n_segment_steps, config.n_segments);
                let found = found.reshape((t, s, ())).unwrap().transpose(0, 1).unwrap();
                let found = found.flatten_all().unwrap().to_vec1::<f32>().unwrap();
                assert!(near(&found, &forced.heard[start..][..found.len()]), "{family}");
                start += found.len();
            }
        }
    }

    #[test]
    fn an_untrained_network_guesses_evenly() {
        let network = small(Family::Drums2Bar);
        let batch = Batch::new(&network.config, &[&window(&network.config)], &mut || false);
        let noise = Tensor::zeros((1, 6), DType::F32, &Device::Cpu).unwrap();
        let pressure = Pressure { beta: 0.2, ..Pressure::default() };

        let loss = network.loss(&batch, &noise, pressure, 1, &mut rng::stream(0, "test")).unwrap();

        let even = 32.0 * 512f64.ln();
        assert!((loss.cross_entropy / even - 1.0).abs() < 0.02, "{}", loss.cross_entropy);
    }
}
