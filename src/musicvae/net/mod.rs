//! MusicVAE (Roberts et al. 2018, arXiv:1803.05428): lines of tokens to latent z and back.
//!
//! Weights keep the names and layout of the released checkpoints. candle reads them (and trains
//! them, in [`crate::lab::train`]); running the network for the radio is done here, on slices and in the
//! fixed order of [`matrix`], for two reasons: a seed must give the same bars on every processor, which
//! no matrix library promises; and a row at a time this is as fast as the memory that it reads.

pub mod attributes;
pub mod config;
pub mod decoder;
pub mod device;
pub mod device_choice;
pub mod domain;
pub mod encoder;
pub mod family;
pub mod head;
mod int8;
pub mod latent;
pub mod linear;
pub mod lstm;
pub mod math;
pub mod matrix;
pub mod music_vae;
pub mod names;
pub mod precision;
pub mod sampling;
pub mod stack;
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
        /// What the file system said.
        source: std::io::Error,
    },
    /// It is not a safetensors file, or a broken one.
    #[error("{file}: not a safetensors file of weights: {reason}")]
    NotWeights {
        /// Which file.
        file: String,
        /// What the reader said.
        reason: String,
    },
    /// A tensor that the network needs is not there.
    #[error("tensor {0} is missing")]
    Missing(String),
    /// A tensor has another shape than the sizes of the others make it.
    #[error("tensor {name}: expected shape {expected:?}, found {found:?}")]
    Shape {
        /// Its name.
        name: String,
        /// What fits the others.
        expected: Vec<usize>,
        /// What the file has.
        found: Vec<usize>,
    },
    /// A checkpoint that no configuration fits.
    #[error(
        "expected the tensors of one of Magenta's configurations, found others: name one with \
         --config to learn what does not fit"
    )]
    Unrecognised,
    /// A checkpoint of a network that wants to be told more than z.
    #[error("expected a network that z alone conditions, found one that is conditioned on {0}")]
    Conditioned(&'static str),
    /// Segments that no network of the family has.
    #[error(
        "expected 1 to 65536 steps, in one segment without a conductor, found {n_segments} segments \
         of {n_segment_steps} steps"
    )]
    Segments {
        /// How many segments the file claims.
        n_segments: usize,
        /// How many steps each.
        n_segment_steps: usize,
    },
    /// Lines of other columns or lengths than the model's.
    #[error("expected {expected} lines of {n_steps} numbers in range for {family}")]
    Lines {
        /// How many.
        expected: usize,
        /// How long.
        n_steps: usize,
        /// Whose.
        family: family::Family,
    },
    /// Inputs of another shape than the encoder's.
    #[error(
        "expected {n_steps} steps of {n_inputs} inputs, found {found} steps or an input beyond"
    )]
    Inputs {
        /// How many steps the encoder reads.
        n_steps: usize,
        /// How many inputs a step has.
        n_inputs: usize,
        /// How many steps were given.
        found: usize,
    },
    /// A GPU is lost, or out of memory.
    #[error("the device that computes: {0}")]
    Device(#[from] candle_core::Error),
    /// A z of another width than the model's.
    #[error("expected a z of {expected} numbers, found {found}")]
    Latent {
        /// Z.
        expected: usize,
        /// How many were given.
        found: usize,
    },
}
