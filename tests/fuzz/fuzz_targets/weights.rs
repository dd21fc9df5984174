//! Model files, from bytes to a network.

#![no_main]

use electropunk::musicvae::net::{music_vae::MusicVae, personal::Personal, weights::Weights};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(weights) = Weights::read(bytes, "weights") else { return };
    let _ = Personal::load(&weights, "weights");
    if let Some(family) = weights.family() {
        let _ = MusicVae::load(family, &weights);
    }
});
