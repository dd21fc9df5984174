//! An imported checkpoint and its format.

use std::{collections::HashMap, fmt};

use candle_core::Tensor;

use crate::musicvae::import::{converter::Converter, tensors::Tensors};

/// An imported checkpoint.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Its format.
    pub format: Format,
    /// The weights, f32, by TensorFlow's names.
    pub tensors: HashMap<String, Tensor>,
    /// The data converter, if the checkpoint names one.
    pub converter: Option<Converter>,
    /// Number of tensors that only training needs, which are skipped: optimiser slots, step
    /// counters.
    pub n_skipped: usize,
}

/// A checkpoint format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `weights_manifest.json` and shards; magenta-js since 1.0.
    TfJs,
    /// `manifest.json` and a file per tensor; magenta-js before 1.0.
    DeepLearnJs,
    /// `X.index` and `X.data-0000k-of-0000n`; Magenta's Python.
    TensorFlowV2,
    /// `meta.json` and `weights.bin`, 16-bit floats.
    QuickBeats,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TfJs => "TensorFlow.js weights",
            Self::DeepLearnJs => "deeplearn.js weights",
            Self::TensorFlowV2 => "a TensorFlow V2 checkpoint",
            Self::QuickBeats => "quick-beats weights",
        })
    }
}

/// Result of a format's reader.
pub type Contents = (Tensors, Option<Converter>);
