//! The library as a whole: its layers, its agreement with Magenta, the built-in radio.toml.

#![allow(clippy::unwrap_used, clippy::float_cmp)] // Tests may panic and compare exact numbers.

mod built_in;
#[cfg(feature = "lab")]
mod checkpoints;
mod circles;
#[cfg(feature = "lab")]
mod hymns;
mod import_ids;
mod layers;
mod music;
#[cfg(feature = "lab")]
mod notes_parity;
mod parity;
#[path = "../common/parity.rs"]
mod parity_data;
mod radio_toml;
mod reference;
mod sources;
#[path = "../common/tier.rs"]
mod tier;
