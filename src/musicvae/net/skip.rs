//! Linear skip connections around the LSTMs of encoder and decoder.
//!
//! An LSTM that reads a bar of tokens into one state, or writes one from it, learns slowly which pitch sounds
//! at which step. A linear map from all tokens of a segment to z, and from z to the logits of all steps of a
//! segment, has a weight for each step and token, as an autoencoder without recurrence has; the LSTMs add what
//! depends on context. Skip connections: He et al. 2016, "Deep Residual Learning", arXiv:1512.03385.
//!
//! On either side of z, each segment has a skip embedding: the encoder's is a sum over its tokens, the decoder's
//! is read from z.
//!
//! In shapes: B sequences, S segments of T steps, K inputs and P outputs of a step, E width of a skip embedding,
//! Z latent.

use crate::musicvae::net::{
    Error,
    config::{Config, Core},
    domain::Sparse,
    linear::Linear,
    names,
    weights::Weights,
};

/// The encoder's connection: the tokens of each segment to its skip embedding, all embeddings to the mean of z.
#[derive(Debug, Clone)]
pub struct EncoderSkip {
    n_inputs: usize,
    table: Vec<f32>, // (T * K, E)
    bias: Vec<f32>,  // (E,)
    to_mu: Linear,
}

impl EncoderSkip {
    /// Reads the weights; none if `config` has no skip connections.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Option<Self>, Error> {
        if config.n_skip == 0 {
            return Ok(None);
        }
        Ok(Some(Self {
            n_inputs: config.n_encoder_inputs(),
            table: weights.values(&names::kernel(names::ENCODER_SKIP))?,
            bias: weights.values(&names::bias(names::ENCODER_SKIP))?,
            to_mu: weights.linear(names::MU_SKIP)?,
        }))
    }

    /// The connection's addend to the mean of z (Z,).
    pub fn mu(&self, segments: &[Vec<Sparse>]) -> Vec<f32> {
        let summaries: Vec<f32> = segments.iter().flat_map(|steps| self.summarise(steps)).collect();
        self.to_mu.forward(&summaries)
    }

    /// The skip embedding (E,) of a segment.
    fn summarise(&self, steps: &[Sparse]) -> Vec<f32> {
        let mut sum = self.bias.clone();
        for (step, inputs) in steps.iter().enumerate() {
            for &(input, value) in inputs {
                let row = (step * self.n_inputs + input as usize) * sum.len();
                let row = &self.table[row..][..self.bias.len()];
                sum.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * weight);
            }
        }
        sum
    }
}

/// The decoder's connection as far as the cores: z to the skip embedding of each segment.
#[derive(Debug, Clone)]
pub struct DecoderSkip(Linear);

impl DecoderSkip {
    /// Reads the weights; none if `config` has no skip connections.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config) -> Result<Option<Self>, Error> {
        let has_skip = 0 < config.n_skip;
        has_skip.then(|| weights.linear(names::DECODER_SKIP).map(Self)).transpose()
    }

    /// The skip embeddings (B, E) of each of `n_segments`, from `zs` (B, Z).
    pub fn segments(&self, zs: &[&[f32]], n_segments: usize) -> Vec<Vec<f32>> {
        let all: Vec<Vec<f32>> = zs.iter().map(|z| self.0.forward(z)).collect();
        let segment = |s: usize| {
            let of_sequence = |all: &Vec<f32>| {
                let n = all.len() / n_segments;
                all[s * n..(s + 1) * n].to_vec()
            };
            all.iter().flat_map(of_sequence).collect()
        };
        (0..n_segments).map(segment).collect()
    }
}

/// A core's connection: a segment's skip embedding to an addend of the head's inputs at each step.
#[derive(Debug, Clone)]
pub struct CoreSkip {
    n_steps: usize,
    n_outputs: usize,
    to_outputs: Linear,
}

impl CoreSkip {
    /// Reads the weights of `core`; none if `config` has no skip connections.
    ///
    /// # Errors
    /// A tensor is missing.
    pub fn load(weights: &Weights, config: &Config, core: &Core) -> Result<Option<Self>, Error> {
        if config.n_skip == 0 {
            return Ok(None);
        }
        let to_outputs = weights.linear(&names::core_skip(&core.prefix))?;
        let (n_steps, n_outputs) = (config.n_segment_steps, core.head.n_outputs());
        Ok(Some(Self { n_steps, n_outputs, to_outputs }))
    }

    /// Addends of all steps (B, T * P), from the skip embeddings `segment` (B, E).
    pub fn outputs(&self, segment: &[f32]) -> Vec<f32> {
        self.to_outputs.forward(segment)
    }

    /// Adds the addends of `step` in `all` (B, T * P) to the head's inputs `out` (B, P).
    pub fn add(&self, all: &[f32], step: usize, out: &mut [f32]) {
        let rows = all.chunks_exact(self.n_steps * self.n_outputs);
        for (out, all) in out.chunks_exact_mut(self.n_outputs).zip(rows) {
            let added = &all[step * self.n_outputs..][..self.n_outputs];
            out.iter_mut().zip(added).for_each(|(out, added)| *out += added);
        }
    }
}
