//! What is on air and when.
//!
//! A station is two threads and a channel between them. The composer walks the latent space and
//! fills a channel of a few phrases; the renderer plays them, encodes, and owns time: chunk `k` is
//! due at `start + k * length - lead`, always from the count of frames, so nothing drifts. Listeners
//! join the ring that it writes and are no business of its.

pub mod anchors;
pub mod broadcast;
pub mod composer;
pub mod dreamer;
pub mod library;
pub mod on_air;
pub mod pacer;
pub mod pad;
pub mod phrase;
pub mod rehearsal;
pub mod renderer;
pub mod titles;
pub mod walk;

use crate::{
    model::{self, family::Family},
    sound,
};

/// Why a station can't go on air.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A model can't be read.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// A model is not what the theme needs it to be.
    #[error("{name} is no model of {family}: {source}")]
    WrongModel {
        /// Which model.
        name: String,
        /// What the theme needs.
        family: Family,
        /// What doesn't fit.
        source: model::Error,
    },
    /// A model reads and writes something else than the theme needs.
    #[error("{name}: expected a model such as {expected}, found one of {found}")]
    OtherModel {
        /// Which model.
        name: String,
        /// One that would do.
        expected: Family,
        /// What it is.
        found: Family,
    },
    /// A model's sequences are too short to make a phrase of.
    #[error("{name}: expected a model of at least {expected} bars, found one of {found}")]
    ShortModel {
        /// Which model.
        name: String,
        /// How many bars a phrase takes of it.
        expected: u64,
        /// How many it has.
        found: usize,
    },
    /// The SoundFont can't be read, or the encoder not be started.
    #[error(transparent)]
    Sound(#[from] sound::Error),
    /// An anchor's MIDI file can't be used.
    #[error("{file}: {reason}")]
    Anchor {
        /// Which file.
        file: String,
        /// What was expected and found.
        reason: String,
    },
    /// The system has no thread left.
    #[error("can't start a thread: {0}")]
    Thread(#[from] std::io::Error),
}
