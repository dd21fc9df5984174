//! Faults of a trained model: an unused z, empty samples.

use anyhow::Context as _;

use crate::{
    lab::{cmd::train::settings::Described, train::fit::Measure},
    musicvae::{
        convert::notes::piece,
        net::{decode_rule::DecodeRule, latent, music_vae::MusicVae},
    },
    rng,
    units::Bpm,
};

/// Samples that are checked for being empty.
pub const N_SAMPLES: usize = 32;

/// Least number of empty samples that is reported.
const MOST_EMPTY: usize = N_SAMPLES / 4;

/// Sampling temperature, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// KL divergence in bits per example below which z is unused.
const LEAST_KL_BITS: f64 = 1.0;

/// Number of empty samples among [`N_SAMPLES`] random ones.
///
/// # Errors
/// The model can't decode.
pub fn n_empty(model: &MusicVae, seed: u64) -> anyhow::Result<usize> {
    let config = model.config();
    let mut n_empty = 0;
    for number in 0..N_SAMPLES {
        let mut rng = rng::stream(seed, &format!("health {number}"));
        let z = latent::prior(config.n_latent, &mut rng);
        let mut pick = DecodeRule::of_tracks_or_plain(config.family.domain(), TEMPERATURE, rng);
        let window = model.decode(&z, &mut *pick);
        let window = window.context("decoding a sample failed")?;
        n_empty += usize::from(piece(config, &[window], Bpm::DEFAULT).notes.is_empty());
    }
    Ok(n_empty)
}

/// A sentence for each fault, with what to change. `measure` is of the held-out windows or, without
/// them, of the last step.
pub fn complaints(measure: Option<&Measure>, n_empty: usize, settings: &Described) -> Vec<String> {
    let value = |key: &str| settings.get(key).map_or("", String::as_str);
    let mut found = Vec::new();
    if let Some(measure) = measure.filter(|measure| measure.kl_bits < LEAST_KL_BITS) {
        found.push(format!(
            "z is not used (KL {:.2} bits): all points of the latent space sound alike; raise \
             --free-bits ({}), lower --max-beta ({}) or --keep-prob ({}), or train for more --steps",
            measure.kl_bits,
            value("--free-bits"),
            value("--max-beta"),
            value("--keep-prob")
        ));
    }
    if MOST_EMPTY <= n_empty {
        found.push(format!(
            "{n_empty} of {N_SAMPLES} samples are empty: train for more --steps, on more songs or \
             with --patterns, or sample with a --temperature above {TEMPERATURE}"
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collapse_and_silence_are_reported_with_what_to_change() {
        let settings = [("--free-bits".to_owned(), "0".to_owned())].into();
        let measure = |kl_bits| Measure { cross_entropy: 1.0, kl_bits, accuracy: vec![] };

        assert!(complaints(Some(&measure(40.0)), 7, &settings).is_empty());
        let found = complaints(Some(&measure(0.2)), 26, &settings);
        assert!(found[0].starts_with("z is not used (KL 0.20 bits)"), "{found:?}");
        assert!(found[0].contains("raise --free-bits (0)"), "{found:?}");
        assert!(found[1].starts_with("26 of 32 samples are empty: "), "{found:?}");
        assert_eq!(complaints(None, 0, &settings), Vec::<String>::new());
    }
}
