//! Helpers of the tests that run the real binary.

// Each crate of tests uses a part of this.
#![allow(dead_code)]

pub mod browser;
pub mod disk;
pub mod hls;
pub mod http;
pub mod icecast;
pub mod levels;
pub mod midi;
pub mod moto;
pub mod mp3;
pub mod opus;
pub mod parity;
pub mod process;
pub mod radio;
pub mod recorder;
pub mod tier;
pub mod tool;
pub mod wait;
pub mod webhook;

/// The binary under test.
pub const ELECTROPUNK: &str = env!("CARGO_BIN_EXE_electropunk");
