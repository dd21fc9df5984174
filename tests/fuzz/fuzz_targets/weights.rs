//! Model files, from bytes to a network of every kind.

#![no_main]

use electropunk::{
    chorale::network as chorale,
    lab::transcription::{drums::network as drum_hits, pitch_model::PitchModel},
    musicvae::net::{music_vae::MusicVae, personal::Personal, weights::Weights},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(weights) = Weights::read(bytes, "weights") else { return };
    let _ = Personal::load(&weights, "weights");
    let _ = PitchModel::load(&weights);
    let _ = drum_hits::Network::load(&weights);
    let _ = chorale::Network::load(&weights);
    if let Some(family) = weights.family() {
        let _ = MusicVae::load(family, &weights);
    }
});
