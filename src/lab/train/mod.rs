//! Training: examples to weights.
//!
//! Magenta's objective (reconstruction cross-entropy plus beta times the KL beyond the free bits;
//! `base_model.py`), minimised with Adam. Each thread runs one graph on a part of the batch. A
//! step's random draws depend on the seed and the step's number alone.
//!
//! Reading order: [`pool`], [`examples`], `variation` and [`batch`] (data), [`network`] (weights), `forward` (the
//! function), [`loss`], [`fit`] (a step), [`schedule`] and [`scheduled`] (what changes over a run),
//! [`checkpoint`] and [`card`] (files), [`evaluation`], [`whiten`],
//! [`prior_windows`], [`mixture`] and [`personal`] (after training).

pub mod adam;
pub mod batch;
pub mod card;
pub mod checkpoint;
pub mod chorale;
pub mod cross_entropy;
pub mod defaults;
pub mod evaluation;
pub mod examples;
pub mod fit;
mod forward;
pub mod layout;
mod linear;
pub mod loss;
pub mod lstm;
mod lstm_tensors;
pub mod melodic;
pub mod mixture;
pub mod network;
mod passes;
pub mod personal;
pub mod pool;
pub mod prior_windows;
mod product;
pub mod reconstruction;
pub mod schedule;
pub mod scheduled;
mod skip;
pub mod transcription;
mod variation;
pub mod warm_start;
pub mod whiten;

use std::path::PathBuf;

use crate::{files, musicvae::net, sound};

/// Why training fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Shapes don't agree, or out of memory.
    #[error(transparent)]
    Tensors(#[from] candle_core::Error),
    /// A window doesn't fit the model.
    #[error(transparent)]
    Model(#[from] net::Error),
    /// A take can't be played or encoded.
    #[error(transparent)]
    Sound(#[from] sound::Error),
    /// A file can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file was not replaced.
    #[error(transparent)]
    NotWritten(#[from] files::NotWritten),
    /// A weight or moment is NaN or infinite.
    #[error("{tensor}: expected finite weights, found NaN or infinity")]
    NotFinite {
        /// The tensor.
        tensor: String,
    },
    /// A file is not a checkpoint of a run.
    #[error("{path}: not a training checkpoint: {reason}", path = path.display())]
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
