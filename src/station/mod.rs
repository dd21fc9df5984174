//! What is on air and when.
//!
//! A station is two threads and a queue between them. The composer asks the [`form`] for the next
//! [`phrase`] (which section of which [`piece`], how tense, who plays), dreams its [`drums`] and
//! [`lines`], lays them over its chords ([`accompaniment`]) and keeps half a minute of bars in the
//! [`bar_queue`]. The renderer plays them, encodes for all mounts ([`outlets`]), and owns time: chunk
//! `k` is due at `start + k * length - lead`, always from the count of frames, so nothing drifts.
//! Listeners join the rings that it writes and are no business of its.
//!
//! Nothing of this ends a stream: where the composer is late, an [`understudy`] varies what was heard;
//! a panic in either thread is an error line and a fresh start ([`supervision`]). What is to survive
//! the process is written down by [`state`], from [`snapshot`]s of the composer between phrases.

pub mod ahead;
pub mod bar_queue;
pub mod broadcast;
pub mod composing;
pub mod encoders;
pub mod history;
pub mod load;
pub mod on_air;
pub mod orders;
pub mod pacer;
pub mod playout;
pub mod radio;
pub mod renderer;
pub mod stage;
pub mod state;
pub mod supervision;
pub mod supply;

use crate::{
    musicvae::net::{self, family::Family},
    sound,
};

/// Why a station can't go on air.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A model can't be read.
    #[error(transparent)]
    Model(#[from] net::Error),
    /// A model is not what the theme needs it to be.
    #[error("{name} is no model of {family}: {source}")]
    WrongModel {
        /// Which model.
        name: String,
        /// What the theme needs.
        family: Family,
        /// What doesn't fit.
        source: net::Error,
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
