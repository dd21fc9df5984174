//! One training step.

use std::collections::HashMap;

use candle_core::{Device, Tensor};
use rand::seq::IndexedRandom as _;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use crate::{
    lab::{
        train::{
            Error,
            adam::Adam,
            checkpoint::Saved,
            transcription::drums::{
                deck::{Example, STEPS_PER_DECK, Studio, Window},
                pass::Variables,
            },
        },
        transcription::drums::{network::Network, shape::THRESHOLDS},
    },
    music::drums::N_CLASSES,
    musicvae::net::weights::Weights,
    rng, sound,
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
    /// Seed of all random draws.
    pub seed: u64,
}

impl Settings {
    /// Learning rate of step `step`, counted from 0.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        let share = step.min(self.n_steps) as f64 / self.n_steps.max(1) as f64;
        self.learning_rate * (self.min_learning_rate / self.learning_rate).powf(share)
    }
}

/// Why a step fails.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The optimiser or a checkpoint failed.
    #[error(transparent)]
    Train(#[from] Error),
    /// A recording can't be made.
    #[error(transparent)]
    Sound(#[from] sound::Error),
}

impl From<candle_core::Error> for StepError {
    fn from(error: candle_core::Error) -> Self {
        Self::Train(error.into())
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
    studio: Studio,
    /// The deck in use, and its number.
    deck: Option<(u64, Vec<Example>)>,
}

impl Fit {
    /// Starts a run that learns from the recordings of `studio`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(variables: Variables, studio: Studio, settings: Settings) -> Result<Self, Error> {
        let adam = Adam::new(&variables.vars)?;
        Ok(Self { variables, adam, step: 0, settings, studio, deck: None })
    }

    /// Restores the state of a checkpoint.
    ///
    /// # Errors
    /// The checkpoint is of another network.
    pub fn restore(&mut self, mut saved: Saved) -> Result<(), Error> {
        self.variables.set(&saved.weights)?;
        for (name, moments) in self.variables.names.iter().zip(&mut self.adam.moments) {
            if let Some(saved) = saved.moments.remove(name) {
                *moments = saved;
            }
        }
        self.step = saved.step;
        Ok(())
    }

    /// Takes a step; returns the loss in nats a frame.
    ///
    /// # Errors
    /// Out of memory, or a recording can't be made.
    pub fn advance(&mut self) -> Result<f64, StepError> {
        let windows = self.windows()?;
        let values = self.variables.values()?;
        let parts: Vec<(f64, Vec<Vec<f32>>)> =
            windows.par_iter().map(|window| values.gradient(window)).collect();
        let n = parts.len().max(1) as f64;
        let loss = parts.iter().map(|(loss, _)| loss).sum::<f64>() / n;
        let gradient = self.variables.tensors_of(mean(parts.into_iter().map(|part| part.1)))?;
        let rate = self.settings.learning_rate_at(self.step);
        self.adam.step(&self.variables.vars, &gradient, self.step + 1, rate)?;
        self.step += 1;
        Ok(loss)
    }

    /// The windows of the next step.
    fn windows(&mut self) -> Result<Vec<Window>, sound::Error> {
        let number = self.step / STEPS_PER_DECK;
        let deck = match self.deck.take() {
            Some((held, deck)) if held == number => deck,
            _ => self.studio.deck(number)?,
        };
        let mut rng = rng::stream(self.settings.seed, &format!("drums step {}", self.step));
        let mut window = || deck.choose(&mut rng).map(|example| example.draw(&mut rng));
        let windows = (0..self.settings.n_windows).filter_map(|_| window()).collect();
        self.deck = Some((number, deck));
        Ok(windows)
    }

    /// The weights by name, with `thresholds`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn tensors(&self, thresholds: &[f32; N_CLASSES]) -> Result<HashMap<String, Tensor>, Error> {
        let named = self.variables.names.iter().cloned().zip(&self.variables.vars);
        let mut tensors: HashMap<String, Tensor> =
            named.map(|(name, var)| (name, var.as_tensor().clone())).collect();
        let thresholds = Tensor::from_slice(&thresholds[..], N_CLASSES, &Device::Cpu)?;
        tensors.insert(THRESHOLDS.to_owned(), thresholds);
        Ok(tensors)
    }

    /// The network in its inference form, with `thresholds`.
    ///
    /// # Errors
    /// Out of memory.
    pub fn snapshot(&self, thresholds: &[f32; N_CLASSES]) -> Result<Network, Error> {
        Ok(Network::load(&Weights::new(self.tensors(thresholds)?))?)
    }
}

/// The mean of gradients, in their order.
fn mean(gradients: impl ExactSizeIterator<Item = Vec<Vec<f32>>>) -> Vec<Vec<f32>> {
    let share = 1.0 / gradients.len().max(1) as f32;
    let mut sum: Vec<Vec<f32>> = Vec::new();
    for gradient in gradients {
        if sum.is_empty() {
            sum = gradient;
            continue;
        }
        for (sum, values) in sum.iter_mut().flatten().zip(gradient.iter().flatten()) {
            *sum += values;
        }
    }
    sum.iter_mut().flatten().for_each(|value| *value *= share);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::train::{
        checkpoint::Run,
        transcription::drums::{
            deck::testing::studio,
            judgement::{THRESHOLD, judge},
        },
    };

    fn fit() -> Fit {
        let settings = Settings {
            learning_rate: 3e-3,
            min_learning_rate: 1e-3,
            n_steps: 24,
            n_windows: 2,
            seed: 1,
        };
        Fit::new(Variables::new(1).unwrap(), studio(), settings).unwrap()
    }

    #[test]
    fn a_run_that_is_resumed_equals_one_that_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let run = Run { folder: folder.path().to_owned(), n_kept: 1 };
        let mut whole = fit();
        for step in 0..4 {
            if step == 2 {
                let names = (&whole.variables.names[..], &whole.variables.vars[..]);
                run.save(names, &whole.adam, whole.step, "").unwrap();
            }
            whole.advance().unwrap();
        }
        let mut resumed = fit();
        resumed.restore(run.load().unwrap().0.unwrap()).unwrap();
        assert_eq!(resumed.step, 2);
        resumed.advance().unwrap();
        resumed.advance().unwrap();

        let values = |fit: &Fit| {
            let values = fit.variables.vars.iter().map(|var| var.flatten_all().unwrap());
            values.flat_map(|values| values.to_vec1::<f32>().unwrap()).collect::<Vec<f32>>()
        };
        assert!(values(&whole) == values(&resumed));
    }

    #[test]
    fn the_loss_falls_and_the_judgement_counts_every_hit() {
        let mut fit = fit();
        let losses: Vec<f64> = (0..24).map(|_| fit.advance().unwrap()).collect();
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
        assert!(mean(&losses[18..]) < 0.8 * mean(&losses[..4]), "{losses:?}");

        let examples = studio().deck(2).unwrap();
        let found = judge(&fit.snapshot(&[THRESHOLD; N_CLASSES]).unwrap(), &examples[..3]);
        let n_true: usize = found.iter().map(|agreement| agreement.n_true).sum();
        assert_eq!(n_true, examples[..3].iter().map(|example| example.hits.len()).sum::<usize>());
    }
}
