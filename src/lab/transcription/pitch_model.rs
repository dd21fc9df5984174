//! A model of the pitch network: its weights by name, and the thresholds chosen for them.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};

use crate::{
    lab::transcription::{
        convolution::Layer,
        cqt::N_FRAMES,
        pitch_network::{LAYERS, N_LAYERS, Weights},
    },
    musicvae::net::weights,
};

/// The value of `config` in the metadata of a model's file.
pub const CONFIG: &str = "notes";

/// Metadata keys: thresholds of onsets and of frames, the length that a note must exceed, and the least
/// relative amplitude at which a harmonic counts as a note.
const ONSET: &str = "onset_threshold";
const FRAME: &str = "frame_threshold";
const SHORTEST: &str = "shortest_frames";
const HARMONICS: &str = "harmonic_share";

/// Names of the scale and the shift of the input.
const INPUT_NORM: [&str; 2] = ["input_norm.scale", "input_norm.shift"];

/// Why a file is not a model of the pitch network.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PitchModelError {
    /// A tensor is missing.
    #[error("expected the tensor {name} of a model of notes, found none")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape.
    #[error("{name}: expected the shape {expected:?}, found {found:?}")]
    Shape {
        /// Its name.
        name: String,
        /// What the network needs.
        expected: Vec<usize>,
        /// What the file has.
        found: Vec<usize>,
    },
    /// A threshold is not a number from 0 to 1.
    #[error("{key}: expected a number from 0 to 1, found {found:?}")]
    Threshold {
        /// Its key in the metadata.
        key: &'static str,
        /// What the file has.
        found: String,
    },
    /// The minimum note length is not a number of frames of a window.
    #[error("{SHORTEST}: expected a whole number from 0 to {N_FRAMES}, found {found:?}")]
    Shortest {
        /// What the file has.
        found: String,
    },
    /// candle can't read a tensor.
    #[error(transparent)]
    Tensors(#[from] candle_core::Error),
}

/// A model.
#[derive(Debug, Clone, PartialEq)]
pub struct PitchModel {
    /// The network's weights.
    pub weights: Weights,
    /// The onset threshold chosen for them, if the file has one.
    pub onset_threshold: Option<f32>,
    /// The frame threshold chosen for them, if the file has one.
    pub frame_threshold: Option<f32>,
    /// Number of frames that a note must exceed, if the file has one.
    pub shortest_frames: Option<usize>,
    /// The least amplitude at which a harmonic counts as a note, as a share of the lower note's amplitude, if
    /// the file has one.
    pub harmonic_share: Option<f32>,
}

impl PitchModel {
    /// The model in a file.
    ///
    /// # Errors
    /// A tensor is missing or has another shape, or a threshold or length is not a number in range.
    pub fn load(file: &weights::Weights) -> Result<Self, PitchModelError> {
        Ok(Self {
            weights: weights_of(file.tensors())?,
            onset_threshold: threshold(file, ONSET)?,
            frame_threshold: threshold(file, FRAME)?,
            shortest_frames: shortest_frames(file)?,
            harmonic_share: threshold(file, HARMONICS)?,
        })
    }

    /// The model file's metadata.
    pub fn metadata(&self) -> HashMap<String, String> {
        let notes = [
            (ONSET, self.onset_threshold.map(|x| x.to_string())),
            (FRAME, self.frame_threshold.map(|x| x.to_string())),
            (SHORTEST, self.shortest_frames.map(|n| n.to_string())),
            (HARMONICS, self.harmonic_share.map(|x| x.to_string())),
            ("config", Some(CONFIG.to_owned())),
        ];
        notes.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }
}

/// Names and shapes of the tensors, in the order of the network.
pub fn shapes() -> Vec<(String, Vec<usize>)> {
    let norm = INPUT_NORM.map(|name| (name.to_owned(), vec![1]));
    norm.into_iter().chain(LAYERS.iter().flat_map(layer_shapes)).collect()
}

fn layer_shapes(layer: &Layer) -> [(String, Vec<usize>); 2] {
    let [weight, bias] = names(layer);
    [(weight, layer.shape().to_vec()), (bias, vec![layer.n_out])]
}

fn names(layer: &Layer) -> [String; 2] {
    ["weight", "bias"].map(|part| format!("{}.{part}", layer.name))
}

/// The weights in `tensors`.
///
/// # Errors
/// A tensor is missing or has another shape.
#[allow(clippy::implicit_hasher)] // As candle gives them.
pub fn weights_of(tensors: &HashMap<String, Tensor>) -> Result<Weights, PitchModelError> {
    for (name, expected) in shapes() {
        let Some(tensor) = tensors.get(&name) else {
            return Err(PitchModelError::Missing { name });
        };
        if tensor.dims() != expected {
            let found = tensor.dims().to_vec();
            return Err(PitchModelError::Shape { name, expected, found });
        }
    }
    let values = |name: &str| -> Result<Vec<f32>, PitchModelError> {
        Ok(tensors[name].flatten_all()?.to_dtype(DType::F32)?.to_vec1()?)
    };
    let [factor, summand] = [values(INPUT_NORM[0])?[0], values(INPUT_NORM[1])?[0]];
    let mut layers: [(Vec<f32>, Vec<f32>); N_LAYERS] = Default::default();
    for (layer, of) in layers.iter_mut().zip(&LAYERS) {
        let [weight, bias] = names(of);
        *layer = (values(&weight)?, values(&bias)?);
    }
    Ok(Weights { input_norm: [factor, summand], layers })
}

/// The tensors of `weights`, by name.
///
/// # Errors
/// A layer has the wrong number of weights.
pub fn tensors_of(weights: &Weights) -> Result<HashMap<String, Tensor>, PitchModelError> {
    let mut values: Vec<&[f32]> = weights.input_norm.chunks(1).collect();
    values.extend(weights.layers.iter().flat_map(|(kernel, bias)| [&kernel[..], bias]));
    let tensors = shapes().into_iter().zip(values).map(|((name, shape), values)| {
        Ok((name, Tensor::from_slice(values, shape, &Device::Cpu)?))
    });
    tensors.collect()
}

fn threshold(file: &weights::Weights, key: &'static str) -> Result<Option<f32>, PitchModelError> {
    let Some(text) = file.note(key) else { return Ok(None) };
    let number = text.parse().ok().filter(|x| (0.0..=1.0).contains(x));
    let number =
        number.ok_or_else(|| PitchModelError::Threshold { key, found: text.to_owned() })?;
    Ok(Some(number))
}

fn shortest_frames(file: &weights::Weights) -> Result<Option<usize>, PitchModelError> {
    let Some(text) = file.note(SHORTEST) else { return Ok(None) };
    let number = text.parse().ok().filter(|n| *n <= N_FRAMES);
    let number = number.ok_or_else(|| PitchModelError::Shortest { found: text.to_owned() })?;
    Ok(Some(number))
}
