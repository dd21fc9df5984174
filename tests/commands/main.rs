//! The program's commands.

// Tests may panic.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod cli;
mod critique;
mod import;
mod musician;
mod train;
