//! Examples to weights.
//!
//! Magenta's loss (cross-entropy plus beta times the KL beyond some free bits) by Adam, one graph a
//! core and a share of the batch each. What a step draws depends on the seed and its number alone.

pub mod adam;
pub mod batch;
pub mod card;
pub mod checkpoint;
pub mod cross_entropy;
pub mod defaults;
pub mod evaluation;
pub mod examples;
pub mod fit;
mod forward;
mod layout;
pub mod lstm;
mod lstm_tensors;
pub mod network;
pub mod objective;
mod passes;
pub mod schedule;
pub mod scheduled;
pub mod whiten;

use std::path::PathBuf;

use crate::{files, musicvae::net};

/// Why a training run stops.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Tensors don't fit, or memory is out.
    #[error(transparent)]
    Tensors(#[from] candle_core::Error),
    /// A window doesn't fit the model.
    #[error(transparent)]
    Model(#[from] net::Error),
    /// The file system says no.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// A file was not replaced.
    #[error(transparent)]
    NotWritten(#[from] files::NotWritten),
    /// A checkpoint can't be gone on from.
    #[error("{path}: not a checkpoint to go on from: {reason}", path = path.display())]
    Checkpoint {
        /// Which file.
        path: PathBuf,
        /// What was expected and found.
        reason: String,
    },
}

impl Error {
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
