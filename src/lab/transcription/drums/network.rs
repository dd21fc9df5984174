//! The drum network: bands to the onsets and velocities of nine drums.

use crate::{
    lab::transcription::drums::{
        bands::N_BANDS,
        shape::{
            AFTER, BANDS, BEFORE, CHANNELS, LAYERS, N_OUTPUTS, SIZES, THRESHOLDS, gather, pool,
            unfold,
        },
    },
    music::drums::N_CLASSES,
    musicvae::net::{Error, linear::Linear, names, weights::Weights},
};

/// Output frames computed at once, one second: their patches stay in the cache.
const CHUNK: usize = 100;

/// A network.
#[derive(Debug, Clone)]
pub struct Network {
    layers: [Linear; 5],
    /// How far each drum's onset must rise above its surroundings to be a hit.
    pub thresholds: [f32; N_CLASSES],
}

/// A network's outputs for T frames.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Activations {
    /// Onset activation of each frame, 0 to 1, by drum.
    pub onsets: Vec<[f32; N_CLASSES]>,
    /// Velocities, 0 to 1, valid at onsets.
    pub velocities: Vec<[f32; N_CLASSES]>,
}

/// Names and shapes of the tensors.
pub fn tensors() -> Vec<(String, Vec<usize>)> {
    let layer = |(name, (n_inputs, n_outputs)): (&&str, &(usize, usize))| {
        [(names::kernel(name), vec![*n_inputs, *n_outputs]), (names::bias(name), vec![*n_outputs])]
    };
    LAYERS.iter().zip(&SIZES).flat_map(layer).collect()
}

impl Network {
    /// A network with `weights`.
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn load(weights: &Weights) -> Result<Self, Error> {
        let thresholds = (THRESHOLDS.to_owned(), vec![N_CLASSES]);
        for (name, expected) in tensors().into_iter().chain([thresholds]) {
            let Some(tensor) = weights.tensors().get(&name) else {
                return Err(Error::Missing(name));
            };
            let found = tensor.dims().to_vec();
            if found != expected {
                return Err(Error::Shape { name, expected, found });
            }
        }
        let mut thresholds = [0.0; N_CLASSES];
        thresholds.copy_from_slice(&weights.values(THRESHOLDS)?);
        let [first, second, third, dense, head] = LAYERS.map(|name| weights.linear(name));
        Ok(Self { layers: [first?, second?, third?, dense?, head?], thresholds })
    }

    /// The activations of `bands` (T, 84).
    pub fn activations(&self, bands: &[f32]) -> Activations {
        let n_frames = bands.len() / N_BANDS;
        let mut padded = vec![0.0; BEFORE * N_BANDS];
        padded.extend_from_slice(&bands[..n_frames * N_BANDS]);
        padded.resize((n_frames + BEFORE + AFTER) * N_BANDS, 0.0);
        let mut found = Activations::default();
        for start in (0..n_frames).step_by(CHUNK) {
            let n = CHUNK.min(n_frames - start);
            let frames = &padded[start * N_BANDS..][..(n + BEFORE + AFTER) * N_BANDS];
            for row in self.outputs(frames).chunks_exact(N_OUTPUTS) {
                found.onsets.push(std::array::from_fn(|drum| sigmoid(row[drum])));
                found.velocities.push(std::array::from_fn(|drum| sigmoid(row[N_CLASSES + drum])));
            }
        }
        found
    }

    /// The outputs (T, 18) of `bands` (T + 26, 84), before the sigmoid.
    pub fn outputs(&self, bands: &[f32]) -> Vec<f32> {
        let mut x = bands.to_vec();
        for (number, layer) in self.layers[..CHANNELS.len()].iter().enumerate() {
            let (n_inputs, n_outputs) = CHANNELS[number];
            x = rectified(layer.forward(&unfold(&x, BANDS[number], n_inputs)));
            let size = BANDS[number] / BANDS[number + 1];
            if 1 < size {
                x = pool(&x, size, n_outputs).0;
            }
        }
        self.layers[4].forward(&rectified(self.layers[3].forward(&gather(&x))))
    }
}

fn rectified(mut values: Vec<f32>) -> Vec<f32> {
    for value in &mut values {
        *value = value.max(0.0);
    }
    values
}

/// The logistic function.
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
pub mod testing {
    //! Weights for tests.

    use candle_core::{Device, Tensor};
    use rand::RngExt as _;

    use super::tensors;
    use crate::{
        lab::transcription::drums::shape::THRESHOLDS, music::drums::N_CLASSES,
        musicvae::net::weights::Weights, rng,
    };

    /// Weights drawn from `seed`.
    pub fn weights(seed: u64) -> Weights {
        let mut rng = rng::stream(seed, "weights of a test");
        let thresholds = (THRESHOLDS.to_owned(), vec![N_CLASSES]);
        let tensors = tensors().into_iter().chain([thresholds]).map(|(name, shape)| {
            let n: usize = shape.iter().product();
            let limit = (6.0 / (shape[0] + 32) as f32).sqrt();
            let values: Vec<f32> = (0..n).map(|_| rng.random_range(-limit..limit)).collect();
            (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
        });
        Weights::new(tensors.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_do_not_depend_on_where_the_chunks_begin() {
        let network = Network::load(&testing::weights(1)).unwrap();
        let bands: Vec<f32> =
            (0..150 * N_BANDS).map(|n| ((n * 31) % 17) as f32 / 8.0 - 1.0).collect();
        let whole = network.activations(&bands);
        let later = network.activations(&bands[60 * N_BANDS..]);

        assert_eq!((whole.onsets.len(), later.onsets.len()), (150, 90));
        // From the first frame on whose surroundings both have.
        assert_eq!(whole.onsets[60 + BEFORE..], later.onsets[BEFORE..]);
        assert_eq!(whole.velocities[60 + BEFORE..], later.velocities[BEFORE..]);
        assert_ne!(whole.onsets[60], later.onsets[0]);
        assert_eq!(network.activations(&[]), Activations::default());
    }

    #[test]
    fn weights_that_do_not_fit_are_named() {
        let mut tensors = testing::weights(1).tensors().clone();
        let bias = tensors.remove("dense/bias").unwrap();
        let missing = Network::load(&Weights::new(tensors.clone())).unwrap_err();
        assert!(missing.to_string().contains("dense/bias"), "{missing}");

        tensors.insert("dense/bias".to_owned(), bias.narrow(0, 0, 9).unwrap());
        let narrow = Network::load(&Weights::new(tensors)).unwrap_err();
        assert!(narrow.to_string().contains("dense/bias"), "{narrow}");
    }
}
