//! electropunk: an endless generative radio.
//!
//! One program walks the latent space of MusicVAE models, plays what it dreams through a SoundFont
//! and broadcasts it. Sound flows one way:
//!
//! ```text
//! latent::Walk ─z─► decoder ─tokens─► lines ─► arrange ─► humanise ─► Bar
//!      composer thread                                                  │ bounded channel
//! Bar ─► events ─► synths ─► mix ─► limiter ─► encode ─► pacer ─► ring  ▼
//!      renderer thread                                             │ Tap
//! Reader ─► icy ─► listener
//!      tokio tasks
//! ```
//!
//! Modules in reading order, from what everything stands on to what the user meets; each imports
//! only from those above it (`tests/house/layers.rs` checks that):
//!
//! - [`units`], [`rng`], [`files`], [`threads`], [`args`]: numbers with units, seeded random streams,
//!   durable file writes, thread spawning, parsers of command-line values.
//! - [`music`]: notes, steps, bars, keys, chords. No audio, no tensors.
//! - [`stream`]: coded sound to listeners. No HTTP, no music.
//! - [`patterns`]: hand-written generators of patterns, by style.
//! - [`sound`]: bars to PCM to MP3 and Opus.
//! - [`musicvae`]: MusicVAE; notes to tokens to latent z and back.
//! - [`config`]: radio.toml as checked types.
//! - [`compose`]: progress in, the next phrase of bars out. No clock, no thread, no file.
//! - [`inserts`]: recorded items (jingles, idents, adverts, guest tracks) placed in the music.
//! - [`station`]: threads, playout, supervision, checkpoints.
//! - [`out`]: sinks of a mount's sound besides its listeners: archive, HLS, push, upload.
//! - [`web`]: hyper; the only module that serves HTTP.
//! - [`lab`]: the workshop (feature `lab`): train, import, evaluate, critique, draw.
//! - [`cli`], [`cmd`]: the command line and the radio's own commands.
//!
//! Words: a *step* is a sixteenth, a *bar* 16 steps of 4/4; a *line* is one part's tokens, a step
//! each; a *theme* is a mood from radio.toml, a *station* plays one, a *mount* is its URL.

// Tests compare with exact values.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod args;
pub mod files;
pub mod rng;
pub mod threads;
pub mod units;

pub mod music;
pub mod stream;

pub mod patterns;
pub mod sound;

pub mod musicvae;

pub mod config;

pub mod compose;
pub mod inserts;

pub mod station;

pub mod out;

pub mod web;

#[cfg(feature = "lab")]
pub mod lab;

pub mod cli;
pub mod cmd;
