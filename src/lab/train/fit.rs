//! One training step (batch, gradient, update), and validation.

use std::fmt;

use candle_core::{DType, Tensor};
use rand::RngExt as _;
use rand_distr::{Distribution, StandardNormal};
use rayon::{
    iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator},
    slice::ParallelSlice,
};

use crate::{
    lab::train::{
        Error,
        adam::Adam,
        batch::Batch,
        checkpoint::Saved,
        examples::Examples,
        loss::{Loss, Objective},
        network::Network,
        schedule::Schedule,
        whiten::whiten,
    },
    musicvae::convert::window::Window,
    rng,
};

/// Examples per graph in validation, to bound memory.
const VALIDATION_BATCH: usize = 64;

/// Windows used to whiten the latent space: many more than it has dimensions.
const N_WHITENED: usize = 8192;

/// Settings of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Learning rate, beta, free bits and scheduled sampling by step.
    pub schedule: Schedule,
    /// Seed of all random draws.
    pub seed: u64,
    /// Examples per step.
    pub n_examples: usize,
    /// Parts that a batch is split into, one per thread. Gradients summed in another order differ
    /// in the last bit, so a run is reproducible only with the same number.
    pub n_threads: usize,
    /// Probability that the decoder gets the previous step as an input. Values below 1 force the
    /// decoder to use z; this is Magenta's input dropout, for one-hot inputs.
    pub keep_prob: f64,
}

/// A training run between two steps.
pub struct Fit {
    /// The network being trained.
    pub network: Network,
    /// Steps taken.
    pub step: u64,
    /// The optimiser's state.
    pub adam: Adam,
    settings: Settings,
    examples: Examples,
}

/// Loss of a step or a validation, averaged over the examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Reconstruction cross-entropy, nats per example.
    pub cross_entropy: f64,
    /// KL divergence from the prior, bits per example.
    pub kl_bits: f64,
    /// Teacher-forced accuracy of each part, 0 to 1.
    pub accuracy: Vec<f64>,
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cross_entropy, kl_bits, accuracy } = self;
        write!(f, "loss {cross_entropy:.2}, KL {kl_bits:.1} bits, right")?;
        accuracy.iter().try_for_each(|share| write!(f, " {share:.3}"))
    }
}

impl Fit {
    /// Starts a run of `network`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(network: Network, examples: Examples, settings: Settings) -> Result<Self, Error> {
        let adam = Adam::new(&network.vars)?;
        Ok(Self { network, step: 0, adam, settings, examples })
    }

    /// Restores the state of a checkpoint.
    ///
    /// # Errors
    /// The checkpoint is of another network.
    pub fn restore(&mut self, mut saved: Saved) -> Result<(), Error> {
        let device = self.network.device().clone();
        self.network = Network::from_tensors(self.network.config, &saved.weights)?.on(&device)?;
        for (name, moments) in self.network.names.iter().zip(&mut self.adam.moments) {
            if let Some([first, second]) = saved.moments.remove(name) {
                *moments = [first.to_device(&device)?, second.to_device(&device)?];
            }
        }
        self.step = saved.step;
        Ok(())
    }

    /// At most `n` windows of songs that have all parts, chosen at random.
    pub fn songs(&self, n: usize) -> Vec<Window> {
        let windows = rng::choice(self.examples.real.windows.iter().collect(), n);
        windows.into_iter().cloned().collect()
    }

    /// The network with whitened latent space; see [`whiten`].
    ///
    /// # Errors
    /// A weight is not finite, or memory runs out.
    pub fn whitened(&self) -> Result<Network, Error> {
        let config = &self.network.config;
        let windows = self.examples.whole(config, self.settings.seed, N_WHITENED);
        whiten(&self.network, &windows)
    }

    /// Takes a step.
    ///
    /// # Errors
    /// Out of memory.
    pub fn advance(&mut self) -> Result<Measure, Error> {
        let Settings { schedule, seed, n_examples, .. } = self.settings;
        let windows = self.examples.draw(&self.network.config, seed, self.step, n_examples);
        let objective = Objective {
            beta: schedule.beta_at(self.step),
            free_nats: schedule.free_nats(),
            sampled_share: schedule.sampling.share_at(self.step),
        };
        let (losses, gradient) = self.gradient(&windows, objective)?;
        let rate = schedule.learning_rate_at(self.step);
        self.adam.step(&self.network.vars, &gradient, self.step + 1, rate)?;
        self.step += 1;
        Ok(measure(&losses, n_examples))
    }

    /// The losses of the batch's parts and the sum of their gradients, one thread per part.
    fn gradient(
        &self,
        windows: &[Window],
        objective: Objective,
    ) -> Result<(Vec<Loss>, Vec<Tensor>), Error> {
        let Settings { seed, n_examples, n_threads, keep_prob, .. } = self.settings;
        let size = n_examples.div_ceil(n_threads.max(1));
        let shares: Vec<(usize, &[Window])> = windows.chunks(size).enumerate().collect();
        let gradients = shares.par_iter().map(|(number, share)| {
            let mut rng = rng::stream(seed, &format!("step {} share {number}", self.step));
            let mut dropout = rng::stream(seed, &format!("forget {} {number}", self.step));
            let references: Vec<&Window> = share.iter().collect();
            let noise = self.noise(share.len(), &mut rng)?;
            let mut is_dropped = || !dropout.random_bool(keep_prob);
            let batch = Batch::new(&self.network.config, &references, &mut is_dropped);
            let loss = self.network.loss(&batch, &noise, objective, n_examples, &mut rng)?;
            let mut found = loss.total.backward()?;
            let grads = self.network.vars.iter().map(|var| match found.remove(var) {
                Some(grad) => grad.contiguous(),
                None => var.zeros_like(),
            });
            Ok((loss, grads.collect::<candle_core::Result<Vec<_>>>()?))
        });
        let gradients: Vec<(Loss, Vec<Tensor>)> = gradients.collect::<Result<_, Error>>()?;
        let (losses, grads): (Vec<_>, Vec<_>) = gradients.into_iter().unzip();
        let mut shares = grads.into_iter();
        let mut sum = shares.next().expect("a batch has an example");
        for share in shares {
            let pairs = sum.par_iter().zip(&share);
            sum = pairs.map(|(a, b)| a + b).collect::<candle_core::Result<_>>()?;
        }
        Ok((losses, sum))
    }

    /// Validates the current weights; see [`validate`].
    ///
    /// # Errors
    /// Out of memory.
    pub fn validate(&self, windows: &[Window]) -> Result<Measure, Error> {
        validate(&self.network, windows)
    }

    fn noise(&self, n: usize, rng: &mut rng::Rng) -> candle_core::Result<Tensor> {
        let n_latent = self.network.config.n_latent;
        let values: Vec<f32> = (0..n * n_latent).map(|_| StandardNormal.sample(rng)).collect();
        Tensor::from_vec(values, (n, n_latent), self.network.device())
    }
}

/// Loss and teacher-forced accuracy of `network` on `windows`, with z = mu.
///
/// # Errors
/// Out of memory.
pub fn validate(network: &Network, windows: &[Window]) -> Result<Measure, Error> {
    let n_latent = network.config.n_latent;
    let objective = Objective::default();
    let losses = windows.par_chunks(VALIDATION_BATCH).map(|chunk| {
        let references: Vec<&Window> = chunk.iter().collect();
        let batch = Batch::new(&network.config, &references, &mut || false);
        let noise = Tensor::zeros((chunk.len(), n_latent), DType::F32, network.device())?;
        // The objective has no scheduled sampling.
        let rng = &mut rng::stream(0, "unused");
        Ok(network.loss(&batch, &noise, objective, windows.len(), rng)?)
    });
    let losses = losses.collect::<Result<Vec<_>, Error>>()?;
    Ok(measure(&losses, windows.len()))
}

fn measure(losses: &[Loss], n_examples: usize) -> Measure {
    let n = n_examples as f64;
    let n_parts = losses.first().map_or(0, |loss| loss.hits.len());
    let accuracy = |part: usize| {
        let all = losses.iter().map(|loss| loss.hits[part]);
        let (n_right, n) = all.fold((0, 0), |(right, n), hits| (right + hits.0, n + hits.1));
        n_right as f64 / (n as f64).max(1.0)
    };
    Measure {
        cross_entropy: losses.iter().map(|loss| loss.cross_entropy).sum::<f64>() / n,
        kl_bits: losses.iter().map(|loss| loss.kl).sum::<f64>() / n / std::f64::consts::LN_2,
        accuracy: (0..n_parts).map(accuracy).collect(),
    }
}
