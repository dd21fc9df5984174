//! Stations on air: threads, playout, supervision, checkpoints. All threads of the audio path are here.
//!
//! A [`radio`] runs one [`live`] station for each station of radio.toml. A station has three threads:
//!
//! - `compose-NAME` ([`composing`]) composes bars into the [`bar_queue`], which holds 32 s of music. The
//!   queue is usually full and blocks this thread; a theme change interrupts it and cuts the queue at the
//!   next phrase ([`orders`]).
//! - `render-NAME` ([`playout`]) takes bars, renders them with inserts ([`renderer`]), encodes each block
//!   for every mount ([`encoders`]) and writes chunks of half a second to the mounts' rings. It owns time
//!   ([`pacer`]): a chunk is due at `start + position - lead`, computed from the count of frames, so
//!   nothing drifts. If a bar is late, a fallback plays variations of the last phrase ([`bar_supply`]).
//! - `prefetch-NAME` ([`prefetch`]) opens the next recording of each insert list, so that the renderer
//!   never waits for a disk.
//!
//! Threads talk through channels that are read between chunks: changes of mounts and of inserts go to the
//! playout, bars on air and titles come back ([`on_air`], [`history`]). The only locks on the audio path
//! are those of the bar queue, the insert slots and the rings, each held for a move. The ring never waits
//! for its readers, so listeners can't delay the sound.
//!
//! A panic in the composer, the renderer or an encoder is caught and logged, and that part is replaced
//! after a delay that doubles up to 30 s ([`supervision`]); the streams continue meanwhile. One thread
//! for all stations, `state`, writes what a restart needs to disk ([`state`]).

pub mod ahead;
pub mod bar_queue;
pub mod bar_supply;
pub mod composing;
pub mod encoders;
pub mod history;
pub mod live;
pub mod load;
pub mod on_air;
pub mod orders;
pub mod pacer;
pub mod playout;
pub mod prefetch;
pub mod radio;
pub mod renderer;
pub mod renderer_setup;
pub mod state;
pub mod supervision;

use crate::{
    musicvae::net::{self, family::Family},
    sound,
    threads::SpawnError,
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
    /// Spawning a thread failed.
    #[error(transparent)]
    Thread(#[from] SpawnError),
}
