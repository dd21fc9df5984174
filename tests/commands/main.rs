//! The commands of the real binary, those of the workshop among them.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod cli;
mod critique;
mod import;
mod musician;
mod train;
