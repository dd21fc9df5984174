//! The network (Roberts et al. 2018, arXiv:1803.05428): lines of tokens to latent z and back.
//!
//! Weights keep the names and layout of Magenta's checkpoints. candle reads them, and trains them
//! in [`crate::lab::train`]. For the radio the network runs here, on slices and in the fixed order
//! of [`matrix`], for two reasons: a seed must give the same bars on every CPU, which no matrix
//! library guarantees; and with one row at a time this is already bound by memory bandwidth.
//!
//! Reading order: [`family`] and [`domain`] (what a network reads and writes), [`config`] (sizes), `shapes`
//! (tensors), [`weights`] (files), [`lstm`] and [`stack`] (cells), [`encoder`], [`decoder`], [`skip`] and
//! [`head`], [`sampling`], [`decode_rule`] and [`track_rule`] (logits to tokens), [`generator`] (the decoding
//! half, on CPU or [`device`]), [`music_vae`] (the whole network); [`attributes`], [`personal`] and [`prior`]
//! (where music lies in the latent space).

pub mod attributes;
pub mod config;
pub mod decode_rule;
pub mod decoder;
pub mod device;
pub mod device_choice;
pub mod domain;
pub mod encoder;
pub mod family;
pub mod generator;
pub mod head;
mod int8;
pub mod latent;
pub mod linear;
mod lines;
pub mod lstm;
pub mod math;
pub mod matrix;
pub mod music_vae;
pub mod names;
mod panel;
pub mod part_set;
pub mod personal;
pub mod precision;
pub mod prior;
pub mod repeat;
pub mod rhythm_and_pitch;
pub mod sampling;
mod shapes;
pub mod skip;
pub mod stack;
pub mod track_rule;
pub mod weights;

/// Why a model can't be loaded or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be read.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: std::path::PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is not a safetensors file, or is broken.
    #[error("{file}: not a safetensors file: {reason}")]
    NotWeights {
        /// Which file.
        file: String,
        /// The parser's message.
        reason: String,
    },
    /// A tensor is missing.
    #[error("tensor {0} is missing")]
    Missing(String),
    /// A tensor's shape doesn't fit the others.
    #[error("tensor {name}: expected shape {expected:?}, found {found:?}")]
    Shape {
        /// The tensor's name.
        name: String,
        /// The shape that fits.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// The file claims segments that the family can't have.
    #[error(
        "expected 1 to 65536 steps (in one segment for flat networks), \
         found {n_segments} segments of {n_segment_steps} steps"
    )]
    Segments {
        /// Number of segments.
        n_segments: usize,
        /// Steps in each.
        n_segment_steps: usize,
    },
    /// Lines don't have the model's columns, length or ranges.
    #[error("expected {expected} line(s) of {n_steps} tokens in range for {family}")]
    Lines {
        /// Number of columns.
        expected: usize,
        /// Steps of a line.
        n_steps: usize,
        /// The model's family.
        family: family::Family,
    },
    /// Encoder inputs of another shape.
    #[error(
        "expected {n_steps} steps of {n_inputs} inputs, \
         found {found} steps or an input out of range"
    )]
    Inputs {
        /// T.
        n_steps: usize,
        /// Width of the encoder's input.
        n_inputs: usize,
        /// Number of steps given.
        found: usize,
    },
    /// The device failed or is out of memory.
    #[error("device: {0}")]
    Device(#[from] candle_core::Error),
    /// A file holds no personal prior.
    #[error("{file}: expected a personal prior, {reason}")]
    NotPersonal {
        /// Which file.
        file: String,
        /// What was found.
        reason: String,
    },
    /// A personal prior belongs to another model.
    #[error("{file}: expected a personal prior of the model {expected}, found one of {found}")]
    OtherSpace {
        /// Which file.
        file: String,
        /// The model in use.
        expected: String,
        /// The model that the prior was fitted to.
        found: String,
    },
    /// A z has another width than the model's.
    #[error("expected a z of {expected} numbers, found {found}")]
    Latent {
        /// Z, the model's.
        expected: usize,
        /// Width of the z given.
        found: usize,
    },
}
