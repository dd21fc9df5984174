//! The encodings: a network's inputs at each step, and what its outputs mean.

use crate::chorale::{
    bachbot,
    cue::Cue,
    inputs,
    past::Past,
    terms::{self, N_TERMS},
    token::N_TOKENS,
};

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Pitches, degrees, intervals, chords and motions: [`inputs`] and [`terms`].
    Relations,
    /// Last token in, tokens out: [`bachbot`].
    Tokens,
}

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 2] = [Self::Relations, Self::Tokens];

    /// Name of the configuration, in the metadata of weights and in the model card.
    pub fn config_name(self) -> &'static str {
        ["chorale", "chorale-bachbot"][self as usize]
    }

    /// Embedding rows summed per step.
    pub fn n_rows(self) -> usize {
        [inputs::N_ROWS, bachbot::N_ROWS][self as usize]
    }

    /// Rows of the embedding.
    pub fn n_embedded(self) -> usize {
        [inputs::N_EMBEDDED, bachbot::N_EMBEDDED][self as usize]
    }

    /// Outputs of the network.
    pub fn n_outputs(self) -> usize {
        [terms::N_OUTPUTS, bachbot::N_OUTPUTS][self as usize]
    }

    /// Appends the rows of the step after `past` at `cue` to `rows`.
    pub fn push(self, rows: &mut Vec<u32>, past: &Past, cue: Cue) {
        match self {
            Self::Relations => inputs::push(rows, past, cue),
            Self::Tokens => bachbot::push(rows, past, cue),
        }
    }

    /// Indices of the outputs that sum to each token's logit after `past`.
    pub fn terms(self, past: &Past) -> [[u16; N_TERMS]; N_TOKENS] {
        match self {
            Self::Relations => terms::terms(past),
            Self::Tokens => bachbot::terms(),
        }
    }

    /// The logits of all tokens, given the `outputs` of a step after `past`.
    pub fn logits(self, outputs: &[f32], past: &Past) -> [f32; N_TOKENS] {
        let sum = |terms: [u16; N_TERMS]| terms.iter().map(|&n| outputs[usize::from(n)]).sum();
        self.terms(past).map(sum)
    }
}
