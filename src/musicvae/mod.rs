//! MusicVAE: notes to tokens, tokens to latent z and back, checkpoints of Magenta's.

pub mod convert;
#[cfg(feature = "lab")]
pub mod import;
pub mod net;
pub mod shared_model;
