//! One training step, and validation.

use candle_core::Tensor;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::{
    chorale::{
        frame::Chorale,
        likelihood::{Surprise, surprise},
        network::Network,
    },
    lab::train::{
        Error,
        adam::Adam,
        checkpoint::Saved,
        chorale::{
            weights::{Loss, Variables},
            windows::Batch,
        },
    },
    musicvae::net::weights::Weights,
    rng,
};

/// Settings of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Learning rate of the first step.
    pub learning_rate: f64,
    /// Learning rate of the last step; it falls by the same factor at every step.
    pub min_learning_rate: f64,
    /// Steps of the whole run.
    pub n_steps: u64,
    /// Windows per step.
    pub n_windows: usize,
    /// Dropout on the inputs of each layer, 0 to below 1.
    pub dropout: f64,
    /// Share of input rows dropped.
    pub input_dropout: f64,
    /// Seed of all random draws.
    pub seed: u64,
    /// Parts of a batch, one per thread.
    pub n_threads: usize,
}

impl Settings {
    /// Learning rate of step `step`, counted from 0.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        let share = step.min(self.n_steps) as f64 / self.n_steps.max(1) as f64;
        self.learning_rate * (self.min_learning_rate / self.learning_rate).powf(share)
    }
}

/// The state of a training run after a whole number of steps.
pub struct Fit {
    /// The weights.
    pub variables: Variables,
    /// The optimiser's state.
    pub adam: Adam,
    /// Steps taken.
    pub step: u64,
    settings: Settings,
    chorales: Vec<Chorale>,
}

impl Fit {
    /// Starts a run that learns from `chorales`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(
        variables: Variables,
        chorales: Vec<Chorale>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let adam = Adam::new(&variables.vars)?;
        Ok(Self { variables, adam, step: 0, settings, chorales })
    }

    /// Restores the state of a checkpoint.
    ///
    /// # Errors
    /// The checkpoint is of another network.
    pub fn restore(&mut self, mut saved: Saved) -> Result<(), Error> {
        self.variables = Variables::from_tensors(self.variables.sizes, &saved.weights)?;
        for (name, moments) in self.variables.names.iter().zip(&mut self.adam.moments) {
            if let Some(saved) = saved.moments.remove(name) {
                *moments = saved;
            }
        }
        self.step = saved.step;
        Ok(())
    }

    /// Takes a step; returns its nats per token.
    ///
    /// # Errors
    /// Out of memory.
    pub fn advance(&mut self) -> Result<f64, Error> {
        let Settings { seed, n_windows, n_threads, .. } = self.settings;
        let n = n_windows.div_ceil(n_threads.max(1));
        let sizes: Vec<usize> =
            (0..n_windows).step_by(n.max(1)).map(|start| n.min(n_windows - start)).collect();
        let parts = sizes.par_iter().enumerate().map(|(number, &n)| {
            let mut rng = rng::stream(seed, &format!("chorale step {} part {number}", self.step));
            let mut batch = Batch::draw(&self.chorales, self.variables.sizes.encoding, n, &mut rng);
            batch.hide(self.settings.input_dropout, &mut rng);
            let loss = self.variables.loss(&batch, self.settings.dropout, &mut rng)?;
            Ok((self.gradient(&loss)?, loss))
        });
        let parts: Vec<(Vec<Tensor>, Loss)> = parts.collect::<Result<_, Error>>()?;
        let n_tokens: usize = parts.iter().map(|(_, loss)| loss.n_tokens).sum();
        let nats: f64 = parts.iter().map(|(_, loss)| loss.nats).sum();
        let grads = weighted_sum(&parts, n_tokens)?;
        let rate = self.settings.learning_rate_at(self.step);
        self.adam.step(&self.variables.vars, &grads, self.step + 1, rate)?;
        self.step += 1;
        Ok(nats / n_tokens.max(1) as f64)
    }

    fn gradient(&self, loss: &Loss) -> candle_core::Result<Vec<Tensor>> {
        let mut found = loss.mean.backward()?;
        let grads = self.variables.vars.iter().map(|var| match found.remove(var) {
            Some(grad) => grad.contiguous(),
            None => var.zeros_like(),
        });
        grads.collect()
    }

    /// The network in its inference form.
    ///
    /// # Errors
    /// Never: the tensors always fit.
    pub fn snapshot(&self) -> Result<Network, Error> {
        Ok(Network::load(&Weights::new(self.variables.tensors()))?)
    }

    /// The surprise of the current weights at `chorales`.
    ///
    /// # Errors
    /// Never: the tensors always fit.
    pub fn validate(&self, chorales: &[Chorale]) -> Result<Surprise, Error> {
        Ok(surprise(&self.snapshot()?, chorales))
    }
}

/// The mean gradient of parts, weighted by their tokens.
fn weighted_sum(
    parts: &[(Vec<Tensor>, Loss)],
    n_tokens: usize,
) -> candle_core::Result<Vec<Tensor>> {
    let n_vars = parts.first().map_or(0, |(grads, _)| grads.len());
    let sum = |var: usize| {
        let mut weighted = parts
            .iter()
            .map(|(grads, loss)| &grads[var] * (loss.n_tokens as f64 / n_tokens.max(1) as f64));
        let first = weighted.next().expect("a batch has a part")?;
        weighted.try_fold(first, |sum, grad| sum + grad?)
    };
    (0..n_vars).map(sum).collect()
}
