//! Training steps of the pitch network.

use std::collections::HashMap;

use candle_core::{Tensor, Var};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    lab::{
        train::{
            Error,
            adam::Adam,
            checkpoint::Saved,
            transcription::{
                backward::{Costs, Gradient, Losses, Transposed, add_loss, zeros},
                example::{Material, draw_sound, examples},
                initial,
            },
        },
        transcription::{
            cqt::Cqt,
            pitch_model::{self, PitchModelError},
            pitch_network::{PitchNetwork, Weights},
        },
    },
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
    /// Takes per step.
    pub n_takes: usize,
    /// Windows per take.
    pub n_windows: usize,
    /// Costs of errors.
    pub costs: Costs,
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

/// The state of a training run after a whole number of steps.
pub struct Fit {
    /// Names of the tensors.
    pub names: Vec<String>,
    /// The weights, in the order of the names.
    pub vars: Vec<Var>,
    /// The optimiser's state.
    pub adam: Adam,
    /// Steps taken.
    pub step: u64,
    settings: Settings,
    material: Material,
    cqt: Cqt,
}

impl Fit {
    /// Starts a run.
    ///
    /// # Errors
    /// Out of memory.
    pub fn new(material: Material, settings: Settings) -> Result<Self, Error> {
        let tensors = tensors(&initial::weights(settings.seed))?;
        let (mut names, mut vars) = (Vec::new(), Vec::new());
        for (name, _) in pitch_model::shapes() {
            vars.push(Var::from_tensor(&tensors[&name])?);
            names.push(name);
        }
        let adam = Adam::new(&vars)?;
        Ok(Self { names, vars, adam, step: 0, settings, material, cqt: Cqt::new() })
    }

    /// Restores the state of a checkpoint.
    ///
    /// # Errors
    /// The checkpoint is of another network.
    pub fn restore(&mut self, mut saved: Saved) -> Result<(), Error> {
        pitch_model::weights_of(&saved.weights).map_err(not_ours)?;
        for (n, name) in self.names.iter().enumerate() {
            self.vars[n].set(&saved.weights[name])?;
            if let Some(moments) = saved.moments.remove(name) {
                self.adam.moments[n] = moments;
            }
        }
        self.step = saved.step;
        Ok(())
    }

    /// The current weights.
    ///
    /// # Errors
    /// Out of memory.
    pub fn weights(&self) -> Result<Weights, Error> {
        let tensors = self.names.iter().cloned().zip(self.vars.iter());
        let tensors = tensors.map(|(name, var)| (name, var.as_tensor().clone())).collect();
        pitch_model::weights_of(&tensors).map_err(not_ours)
    }

    /// Takes a step; returns the mean losses of its windows.
    ///
    /// # Errors
    /// A take can't be played, or out of memory.
    pub fn advance(&mut self) -> Result<Losses, Error> {
        let weights = self.weights()?;
        let network = PitchNetwork::new(&weights);
        let transposed = Transposed::new(&weights);
        let takes = (0..self.settings.n_takes).into_par_iter();
        let parts: Vec<(Gradient, Losses)> = takes
            .map(|number| self.take(number, &network, &transposed))
            .collect::<Result<_, Error>>()?;
        let share = 1.0 / (self.settings.n_takes * self.settings.n_windows) as f64;
        let losses = parts.iter().fold(Losses::default(), |sum, (_, losses)| sum.and(*losses));
        let grads = self.mean(&parts, share as f32)?;
        let rate = self.settings.learning_rate_at(self.step);
        self.adam.step(&self.vars, &grads, self.step + 1, rate)?;
        self.step += 1;
        Ok(losses.times(share))
    }

    /// Gradient and losses of a take.
    fn take(
        &self,
        number: usize,
        network: &PitchNetwork,
        transposed: &Transposed,
    ) -> Result<(Gradient, Losses), Error> {
        let name = format!("notes step {} take {number}", self.step);
        let mut rng = rng::stream(self.settings.seed, &name);
        let n_windows = self.settings.n_windows;
        let sound = draw_sound(&self.material, n_windows, &mut rng)?;
        let (mut gradient, mut losses) = (zeros(), Losses::default());
        for example in examples(&sound, n_windows, &self.cqt) {
            let pass = network.run(&example.levels);
            let costs = self.settings.costs;
            let found = add_loss(&pass, &example.targets, transposed, costs, &mut gradient);
            losses = losses.and(found);
        }
        Ok((gradient, losses))
    }

    /// The mean gradient by variable. The input norm is not trained.
    fn mean(&self, parts: &[(Gradient, Losses)], share: f32) -> Result<Vec<Tensor>, Error> {
        let mut sum = zeros();
        for (gradient, _) in parts {
            for ((weights, bias), (w, b)) in sum.iter_mut().zip(gradient) {
                weights.iter_mut().zip(w).for_each(|(sum, x)| *sum += share * x);
                bias.iter_mut().zip(b).for_each(|(sum, x)| *sum += share * x);
            }
        }
        let tensors = tensors(&Weights { input_norm: [0.0; 2], layers: sum })?;
        Ok(self.names.iter().map(|name| tensors[name].clone()).collect())
    }
}

fn tensors(weights: &Weights) -> Result<HashMap<String, Tensor>, Error> {
    pitch_model::tensors_of(weights).map_err(not_ours)
}

fn not_ours(error: PitchModelError) -> Error {
    match error {
        PitchModelError::Tensors(error) => Error::Tensors(error),
        other => Error::Tensors(candle_core::Error::Msg(other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        lab::train::{
            checkpoint::Run,
            transcription::{
                piece::{Piece, PieceNote},
                pieces::Pieces,
            },
        },
        sound::testing::tiny_font,
    };

    fn fit() -> Fit {
        let note = |n: u8| PieceNote {
            start_s: 0.4 * f64::from(n),
            end_s: 0.4 * f64::from(n) + 0.3,
            pitch: 50 + n,
            velocity: 100,
            program: 5,
            is_drum: n % 4 == 3,
            instrument: u16::from(n % 4 == 3),
        };
        let piece = Piece { title: "scale".to_owned(), notes: (0..20).map(note).collect() };
        let pieces = Pieces { titles: vec![vec![piece]] };
        let settings = Settings {
            learning_rate: 1e-3,
            min_learning_rate: 1e-4,
            n_steps: 10,
            n_takes: 1,
            n_windows: 1,
            costs: Costs { smoothing: 0.05, onset: 3.0, note: 1.5 },
            seed: 4,
        };
        Fit::new(Material { pieces, fonts: vec![tiny_font()] }, settings).unwrap()
    }

    #[test]
    fn a_resumed_run_is_an_uninterrupted_one() {
        let mut whole = fit();
        whole.advance().unwrap();
        let first = whole.weights().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let run = Run { folder: folder.path().to_owned(), n_kept: 1 };
        run.save((&whole.names, &whole.vars), &whole.adam, whole.step, "{}").unwrap();
        whole.advance().unwrap();

        let mut resumed = fit();
        resumed.restore(run.load().unwrap().0.unwrap()).unwrap();
        resumed.advance().unwrap();

        assert_eq!(resumed.step, 2);
        assert_eq!(resumed.weights().unwrap(), whole.weights().unwrap());
        assert_ne!(first.layers, whole.weights().unwrap().layers);
        assert_eq!(first.input_norm, whole.weights().unwrap().input_norm);
    }
}
