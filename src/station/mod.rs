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

use crate::sound;

/// Why a station can't go on air.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that the station names can't be used.
    #[error(transparent)]
    Load(#[from] load::Error),
    /// The synthesizer or an encoder can't start.
    #[error(transparent)]
    Sound(#[from] sound::Error),
    /// The system has no thread left.
    #[error("can't start a thread: {0}")]
    Thread(#[from] std::io::Error),
}
