//! The encoder (Roberts et al. 2018, section 3.1): a sequence to the mean and deviation of z.

use crate::{
    musicvae::net::{
        Error,
        config::Config,
        domain::Sparse,
        latent::{self, Latent},
        linear::Linear,
        lstm::{Cell, CellState},
        math, names,
        skip::EncoderSkip,
        weights::Weights,
    },
    rng::Rng,
};

/// The posterior q(z|x) of a sequence: a diagonal normal distribution, each field (Z,).
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// Mean; the radio uses it as the sequence's z.
    pub mu: Vec<f32>,
    /// Standard deviation.
    pub sigma: Vec<f32>,
}

impl Posterior {
    /// KL divergence from the prior N(0, 1), in nats.
    pub fn kl(&self) -> f64 {
        let term = |(&mu, &sigma): (&f32, &f32)| {
            let (mu, sigma) = (f64::from(mu), f64::from(sigma));
            0.5 * (mu * mu + sigma * sigma - 1.0) - sigma.ln()
        };
        self.mu.iter().zip(&self.sigma).map(term).sum()
    }

    /// Samples a z.
    pub fn draw(&self, rng: &mut Rng) -> Latent {
        let noise = latent::prior(self.mu.len(), rng);
        let spread = self.sigma.iter().zip(noise).map(|(sigma, noise)| sigma * noise);
        self.mu.iter().zip(spread).map(|(mu, spread)| mu + spread).collect()
    }
}

/// Forward and backward cell of a bidirectional layer.
type Layer = [Cell; 2];

/// A bidirectional LSTM over the steps. A hierarchical encoder has a second level over the
/// embeddings of the segments.
#[derive(Debug, Clone)]
pub struct Encoder {
    levels: Vec<Vec<Layer>>,
    to_mu: Linear,
    to_sigma: Linear,
    skip: Option<EncoderSkip>,
}

impl Encoder {
    /// Reads the weights of `config`.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Self, Error> {
        let mut levels = Vec::new();
        let mut n_lookup = config.n_encoder_inputs();
        for layers in config.encoder_levels() {
            let mut level = Vec::new();
            for (layer, _) in layers {
                let load = |way| Cell::load(weights, &names::bidirectional(&layer, way), n_lookup);
                level.push([load("fw")?, load("bw")?]);
                // Only the first layer reads sparse inputs.
                n_lookup = 0;
            }
            levels.push(level);
        }
        let (to_mu, to_sigma) = (weights.linear(names::MU)?, weights.linear(names::SIGMA)?);
        Ok(Self { levels, to_mu, to_sigma, skip: EncoderSkip::load(weights, config)? })
    }

    /// Encodes a sequence, given as its segments; a flat encoder reads one segment.
    pub fn encode(&self, segments: &[Vec<Sparse>]) -> Posterior {
        let mut embeddings: Vec<Vec<f32>> =
            segments.iter().map(|steps| summarise(&self.levels[0], steps, look_up)).collect();
        if let Some(level) = self.levels.get(1) {
            embeddings = vec![summarise(level, &embeddings, |cell, inputs| cell.project(inputs))];
        }
        // softplus, in the form that doesn't overflow.
        let softplus = |x: f32| x.max(0.0) + libm::log1pf(math::exp(-x.abs()));
        let sigma = self.to_sigma.forward(&embeddings[0]).into_iter().map(softplus).collect();
        let mut mu = self.to_mu.forward(&embeddings[0]);
        if let Some(skip) = &self.skip {
            mu.iter_mut().zip(skip.mu(segments)).for_each(|(mu, added)| *mu += added);
        }
        Posterior { mu, sigma }
    }
}

fn look_up(cell: &Cell, inputs: &Sparse) -> Vec<f32> {
    let mut gates = cell.project(&[]);
    cell.look_up(&mut gates, inputs);
    gates
}

/// The final h of both directions of the top layer, concatenated (2H,); `gates` computes the
/// contribution of a step's inputs to the first layer's gates.
fn summarise<T>(layers: &[Layer], steps: &[T], gates: fn(&Cell, &T) -> Vec<f32>) -> Vec<f32> {
    let [first, rest @ ..] = layers else { return Vec::new() };
    let mut projected = first.each_ref().map(|cell| steps.iter().map(|x| gates(cell, x)).collect());
    let mut outputs = both_directions(first, &mut projected);
    for layer in rest {
        let pairs = outputs[0].iter().zip(&outputs[1]);
        let inputs: Vec<Vec<f32>> = pairs.map(|(fw, bw)| [&fw[..], bw].concat()).collect();
        projected = layer.each_ref().map(|cell| inputs.iter().map(|x| cell.project(x)).collect());
        outputs = both_directions(layer, &mut projected);
    }
    let [forward, backward] = outputs;
    let ends = forward.last().zip(backward.first());
    ends.map(|(fw, bw)| [&fw[..], bw].concat()).unwrap_or_default()
}

/// h of each direction at each step, both in order of time.
fn both_directions(layer: &Layer, gates: &mut [Vec<Vec<f32>>; 2]) -> [Vec<Vec<f32>>; 2] {
    let run = |cell: &Cell, gates: Vec<Vec<f32>>| -> Vec<Vec<f32>> {
        let mut state = CellState::zero(cell.n_hidden());
        let step = |mut gates: Vec<f32>| {
            cell.step(&mut gates, &mut state);
            state.h.clone()
        };
        gates.into_iter().map(step).collect()
    };
    let [forward, backward] = std::mem::take(gates);
    let mut reversed = run(&layer[1], backward.into_iter().rev().collect());
    reversed.reverse();
    [run(&layer[0], forward), reversed]
}
