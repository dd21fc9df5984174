//! Model files, from bytes to a network.

#![no_main]

use electropunk::musicvae::net::{music_vae::MusicVae, weights::{Weights, named_family}};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let (Ok(weights), Some(family)) = (Weights::read(bytes, "weights"), named_family(bytes)) {
        let _ = MusicVae::load(family, &weights);
    }
});
