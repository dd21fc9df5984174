//! Arguments of `personalise`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::RangedU64ValueParser, value_parser};

use crate::{
    args::{at_least_one, not_negative},
    musicvae::net::personal::MOST_DIMS,
};

/// `electropunk personalise`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Personalise {
    /// Model to personalise, without file extension, such as models/trio-4bar; it is not changed
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// Data sets of your songs, made by `dataset build` for the model's configuration
    #[arg(long, required = true, num_args = 1.., value_name = "FILES")]
    pub data: Vec<PathBuf>,
    /// Prior to write: NAME.safetensors and the card NAME.toml
    #[arg(long, value_name = "NAME", default_value = "mine")]
    pub out: PathBuf,
    /// Overwrite an existing prior of that name
    #[arg(long)]
    pub overwrite: bool,
    /// Dimensions of the prior, 1 to 4: the sliders of the studio
    #[arg(long, value_name = "N", default_value_t = MOST_DIMS as u64, value_parser = dims())]
    pub dims: u64,
    /// How to fit the prior
    #[arg(long, value_name = "KIND", value_enum, default_value_t = Kind::Components)]
    pub kind: Kind,
    /// Weight of the KL divergence of a vae: lower keeps more of each song, higher makes draws safer
    #[arg(long, value_name = "BETA", default_value_t = 0.2, value_parser = not_negative)]
    pub beta: f64,
    /// Training steps of a vae; with more steps, more of its draws copy songs
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_one)]
    pub steps: u64,
    /// Also learn from the songs transposed up and down by up to this many semitones, 0 to 6
    #[arg(long, value_name = "SEMITONES", default_value_t = 0, value_parser = semitones())]
    pub transpose: u64,
    /// Use at most this many windows of the songs, evenly spread
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = at_least_one)]
    pub windows: u64,
    /// Random seed of the fit and of the draws that are measured
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Compare draws with the model's own priors: likeness to held-out songs, copies, monotony. Without
    /// --held-out every fifth song of --data is held out
    #[arg(long)]
    pub report: bool,
    /// Data sets of other songs of the same band for --report
    #[arg(long, num_args = 1.., value_name = "FILES", requires = "report")]
    pub held_out: Vec<PathBuf>,
    /// Data sets of other bands for --report
    #[arg(long, num_args = 1.., value_name = "FILES", requires = "report")]
    pub others: Vec<PathBuf>,
    /// Models to compare with in --report, such as one fine-tuned on the same songs
    #[arg(long, num_args = 1.., value_name = "MODELS", requires = "report")]
    pub against: Vec<PathBuf>,
    /// Draws of each prior for --report
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = at_least_one)]
    pub samples: u64,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
}

/// How a personal prior is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A normal distribution over the songs' principal components
    Components,
    /// A small variational autoencoder over the songs' latents
    Vae,
}

fn dims() -> RangedU64ValueParser {
    value_parser!(u64).range(1..=MOST_DIMS as u64)
}

fn semitones() -> RangedU64ValueParser {
    value_parser!(u64).range(0..=6)
}
