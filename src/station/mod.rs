//! Stations on air: threads, playout, supervision, checkpoints. All threads of the audio path are here.
//!
//! A [`radio`] runs one [`live`] station for each station of radio.toml. A station has three threads:
//!
//! - `compose-NAME` ([`composing`]) composes bars into the [`bar_queue`], which holds 32 s of music. The
//!   queue is usually full and blocks this thread; a theme change interrupts it and cuts the queue at the
//!   next phrase ([`changes`]).
//! - `render-NAME` ([`playout`]) takes bars, renders them with inserts ([`renderer`]), encodes each block
//!   for every mount ([`encoders`]) and writes chunks of half a second to the mounts' rings. It keeps time
//!   ([`pacer`]): a chunk is due at `start + position - lead`, computed from the count of frames, so
//!   nothing drifts. If a bar is late, a fallback plays variations of the last phrase ([`bar_supply`]).
//! - `prefetch-NAME` ([`prefetch`]) opens the next recording of each insert list, so that the renderer
//!   never waits for a disk.
//!
//! Threads communicate through channels that are read between chunks: changes of mounts and of inserts go to
//! the playout, bars on air and titles come back ([`on_air`], [`history`]). Moves of the desk, jingles and
//! titles set by hand ([`playout_orders`]) are read between blocks. Recent sound can be saved ([`takes`]).
//! The only locks on the audio path are those of the bar queue, the insert slots and the rings, each held for
//! a move. The ring never waits for its readers, so listeners can't delay the sound.
//!
//! A panic in the composer, the renderer or an encoder is caught and logged, and that part is replaced
//! after a delay that doubles up to 30 s; the streams continue meanwhile. Each thread is started again
//! after any other panic, with what it owns ([`crate::threads::Supervisor`]). One thread for all
//! stations, `state`, writes what a restart needs to disk ([`state`]).

pub mod ahead;
pub mod audible;
pub mod bar_queue;
pub mod bar_supply;
pub mod changes;
pub mod composing;
pub mod desk_moves;
pub mod encoders;
pub mod history;
pub mod likes;
pub mod live;
pub mod live_desk;
pub mod load;
pub mod mounts;
pub mod on_air;
pub mod pacer;
pub mod playout;
pub mod playout_orders;
pub mod position;
pub mod prefetch;
pub mod radio;
pub mod renderer;
pub mod renderer_setup;
pub mod shift;
pub mod state;
pub mod studio;
pub mod takes;
pub mod title;
pub mod waypoint_watch;

use crate::{sound, threads::SpawnError};

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
    /// Spawning a thread failed.
    #[error(transparent)]
    Thread(#[from] SpawnError),
}
