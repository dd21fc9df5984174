//! The program's commands.

// Tests may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod attributes;
mod chorale;
mod cli;
mod critique;
mod import;
mod moves;
mod musician;
mod personalise;
mod program;
mod tools;
mod train;
mod transcription;
