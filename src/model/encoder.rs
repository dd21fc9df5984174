//! Lines of tokens to the mean and deviation of z.

use super::{
    Error,
    config::{self, Config, Family},
    lstm::{Cell, CellState},
    math,
    weights::{Linear, Weights},
};
use crate::music::trio::Line;

/// Where a sequence lies in the latent space: a normal distribution, each (Z,).
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// Its middle; what the radio uses.
    pub mu: Vec<f32>,
    /// Its deviation.
    pub sigma: Vec<f32>,
}

impl Posterior {
    /// How far it is from the prior, in nats.
    pub fn kl(&self) -> f64 {
        let term = |(&mu, &sigma): (&f32, &f32)| {
            let (mu, sigma) = (f64::from(mu), f64::from(sigma));
            0.5 * (mu * mu + sigma * sigma - 1.0) - sigma.ln()
        };
        self.mu.iter().zip(&self.sigma).map(term).sum()
    }
}

/// Bidirectional layers: one, or one over the steps of a segment and one over the segments.
#[derive(Debug, Clone)]
pub struct Encoder {
    family: Family,
    levels: Vec<[Cell; 2]>,
    to_mu: Linear,
    to_sigma: Linear,
}

impl Encoder {
    /// Reads the weights of `config`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Self, Error> {
        let mut levels = Vec::new();
        for (level, (prefix, n_inputs)) in config.encoder_levels().iter().enumerate() {
            let n_lookup = if level == 0 { *n_inputs } else { 0 };
            let load = |way| Cell::load(weights, &config::bidirectional(prefix, way), n_lookup);
            levels.push([load("fw")?, load("bw")?]);
        }
        let (to_mu, to_sigma) = (weights.linear("encoder/mu")?, weights.linear("encoder/sigma")?);
        Ok(Self { family: config.family, levels, to_mu, to_sigma })
    }

    /// Encodes lines that are known to be of the family's parts, length and range.
    pub fn encode(&self, lines: &[Line]) -> Posterior {
        let n_steps = self.family.n_segment_steps();
        let segments = (0..self.family.n_segments()).map(|segment| {
            let steps = (segment * n_steps..(segment + 1) * n_steps).map(|step| {
                let tokens: Vec<u16> = lines.iter().map(|line| line[step]).collect();
                self.family.hot_inputs(&tokens)
            });
            let hot: Vec<Vec<u32>> = steps.collect();
            both_directions(&self.levels[0], hot.len(), |cell, step| {
                let mut gates = cell.project(&[]);
                cell.look_up(&mut gates, &hot[step]);
                gates
            })
        });
        let segments: Vec<Vec<f32>> = segments.collect();
        let heard = match self.levels.get(1) {
            Some(level) => {
                both_directions(level, segments.len(), |cell, step| cell.project(&segments[step]))
            }
            None => segments.into_iter().next().expect("a sequence has a segment"),
        };
        // softplus, in the form that doesn't overflow.
        let softplus = |x: f32| x.max(0.0) + libm::log1pf(math::exp(-x.abs()));
        let sigma = self.to_sigma.forward(&heard).into_iter().map(softplus).collect();
        Posterior { mu: self.to_mu.forward(&heard), sigma }
    }
}

/// What both directions say in the end, side by side; `gates` gives the inputs' share of a step.
fn both_directions(
    [forward, backward]: &[Cell; 2],
    n_steps: usize,
    gates: impl Fn(&Cell, usize) -> Vec<f32>,
) -> Vec<f32> {
    let run = |cell: &Cell, steps: &mut dyn Iterator<Item = usize>| {
        let mut state = CellState::zero(cell.n_hidden());
        steps.for_each(|step| cell.step(gates(cell, step), &mut state));
        state.h
    };
    let mut heard = run(forward, &mut (0..n_steps));
    heard.extend(run(backward, &mut (0..n_steps).rev()));
    heard
}
