//! Initial weights of the pitch network.

use rand_distr::{Distribution as _, StandardNormal};

use crate::{
    lab::transcription::pitch_network::{LAYERS, Weights},
    rng,
};

/// Scale and shift of the levels, which then range from about -1 to 1.5.
const INPUT_NORM: [f32; 2] = [2.5, -1.0];

/// Biases of layers that end in a probability: low, since pitches, notes and onsets are rare.
const RARE: [(&str, f32); 3] = [("contour_2", -4.0), ("note_2", -3.0), ("onset_2", -5.0)];

/// Random weights. Source: He et al., "Delving deep into rectifiers", ICCV 2015.
pub fn weights(seed: u64) -> Weights {
    let layers = LAYERS.map(|layer| {
        let mut rng = rng::stream(seed, &format!("initial {}", layer.name));
        let n_read = (layer.n_weights() / layer.n_out) as f32;
        let deviation = (2.0 / n_read).sqrt();
        let weight = |_| -> f32 {
            let drawn: f32 = StandardNormal.sample(&mut rng);
            deviation * drawn
        };
        let weights = (0..layer.n_weights()).map(weight).collect();
        let bias = RARE.iter().find(|(name, _)| *name == layer.name).map_or(0.0, |(_, bias)| *bias);
        (weights, vec![bias; layer.n_out])
    });
    Weights { input_norm: INPUT_NORM, layers }
}
