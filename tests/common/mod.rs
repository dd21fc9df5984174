//! What the tests of the real binary share.

// Each test file is a crate of its own that uses a part of this.
#![allow(dead_code)]

pub mod browser;
pub mod disk;
pub mod hls;
pub mod http;
pub mod icecast;
pub mod moto;
pub mod mp3;
pub mod process;
pub mod radio;
pub mod recorder;
pub mod tool;

/// The binary under test.
pub const ELECTROPUNK: &str = env!("CARGO_BIN_EXE_electropunk");
