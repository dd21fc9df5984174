//! The library as a whole: its rooms, its models beside Magenta's, its default programme.

#![allow(clippy::unwrap_used, clippy::float_cmp)] // A test may panic, and exact numbers are meant.

#[cfg(feature = "lab")]
mod checkpoints;
mod circles;
mod layers;
mod music;
mod parity;
mod radio_toml;
mod sources;
