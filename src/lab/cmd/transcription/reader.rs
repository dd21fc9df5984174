//! Loads the transcription networks from their files.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    lab::{
        cmd::model,
        transcription::{
            drums::network::Network, note_creation::Thresholds, pitch_model::PitchModel,
            pitch_network::PitchNetwork, transcript::Reader,
        },
    },
    musicvae::net::weights::Weights,
    rng,
};

/// The reader with the models `notes` and `drums`, paths without extension, and a hash of their weights.
///
/// # Errors
/// A file does not exist, can't be read or holds another network.
pub fn reader(notes: &Path, drums: &Path) -> anyhow::Result<(Reader, u64)> {
    let ((pitches, thresholds), of_notes) = pitches(notes)?;
    let (drums, of_drums) = drum_network(drums)?;
    let hash = rng::fnv1a([of_notes, of_drums].map(u64::to_le_bytes).concat());
    Ok((Reader { pitches, thresholds, drums: Some(drums) }, hash))
}

/// Loads the network of notes `path`, without extension: the network, its thresholds, and a hash of both.
///
/// # Errors
/// The file does not exist, can't be read or holds another network.
pub fn pitches(path: &Path) -> anyhow::Result<((PitchNetwork, Thresholds), u64)> {
    let weights = model::read(path)?;
    let found = PitchModel::load(&weights)
        .with_context(|| format!("{}: expected a model of notes", path.display()))?;
    let usual = Thresholds::default();
    let thresholds = Thresholds {
        onset: found.onset_threshold.unwrap_or(usual.onset),
        frame: found.frame_threshold.unwrap_or(usual.frame),
        n_frames: found.shortest_frames.unwrap_or(usual.n_frames),
        harmonic_share: found.harmonic_share.unwrap_or(usual.harmonic_share),
        ..usual
    };
    let hash = hash(&weights)? ^ rng::fnv1a(format!("{thresholds:?}"));
    Ok(((PitchNetwork::new(&found.weights), thresholds), hash))
}

/// The drum network of the model `path`, and a hash of its weights.
///
/// # Errors
/// The file does not exist, can't be read or holds another network.
pub fn drum_network(path: &Path) -> anyhow::Result<(Network, u64)> {
    let (network, weights) = drum_weights(path)?;
    Ok((network, hash(&weights)?))
}

/// The drum network of the model `path`, and its weights.
///
/// # Errors
/// The file does not exist, can't be read or holds another network.
pub fn drum_weights(path: &Path) -> anyhow::Result<(Network, Weights)> {
    let weights = model::read(path)?;
    let network = Network::load(&weights)
        .with_context(|| format!("{}: expected a model of drum hits", path.display()))?;
    Ok((network, weights))
}

/// A hash of all weights.
fn hash(weights: &Weights) -> anyhow::Result<u64> {
    let mut names: Vec<&String> = weights.tensors().keys().collect();
    names.sort_unstable();
    let mut bytes = Vec::new();
    for name in names {
        bytes.extend(name.bytes());
        bytes.extend(weights.values(name)?.into_iter().flat_map(f32::to_le_bytes));
    }
    Ok(rng::fnv1a(&bytes))
}
