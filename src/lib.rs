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
//! only from those above it (`tests/layers.rs` checks that):
//!
//! - [`units`], [`rng`]: numbers with units, one seed for everything.
//! - [`music`]: notes, steps, bars, keys, tokens. No audio, no tensors.
//! - [`stream`]: coded sound to listeners. No HTTP, no music.
//! - [`sound`]: bars to air pressure to MP3 and Opus.
//! - [`model`]: MusicVAE; tokens to latent z and back.
//! - [`patterns`]: hand-written generators of themed patterns.
//! - [`picture`]: piano rolls as PNG, learning curves as SVG.
//! - [`measure`]: figures about music, as tokens, as it is played and as it is heard.
//! - [`dataset`]: folders of MIDI files as examples to learn from.
//! - [`config`]: radio.toml as checked types.
//! - [`train`]: examples to weights.
//! - [`station`]: what is on air and when.
//! - [`out`]: where a mount's sound goes besides its listeners.
//! - [`web`]: hyper; the only module that serves HTTP.
//!
//! Words: a *step* is a sixteenth, a *bar* 16 steps of 4/4; a *line* is one part's tokens, a step
//! each; a *theme* is a mood from radio.toml, a *station* plays one, a *mount* is its URL.

// Tests compare with exact values.
#![cfg_attr(test, allow(clippy::float_cmp))]

pub mod rng;
pub mod units;

pub mod music;
pub mod stream;

pub mod measure;
pub mod model;
pub mod patterns;
pub mod picture;
pub mod sound;

pub mod dataset;

pub mod config;
pub mod train;

pub mod station;

pub mod out;

pub mod web;

pub mod cli;
pub mod cmd;
