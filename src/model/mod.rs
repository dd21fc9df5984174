//! MusicVAE: tokens to latent z and back.

pub mod lstm;
pub mod math;
