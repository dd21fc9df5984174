//! MusicVAE: tokens to latent z and back.

pub mod config;
pub mod lstm;
pub mod math;
