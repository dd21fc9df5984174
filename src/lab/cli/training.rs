//! Arguments of `train`, `eval`, `attributes` and `priors`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use crate::{
    args::{at_least_one, not_negative, positive, share},
    lab::{
        cli::{run_options::RunOptions, values::family},
        dataset::shares::Share,
        train::scheduled::Growth,
    },
    musicvae::net::{device_choice::DeviceChoice, family::Family},
};

/// `electropunk train`. Options that Magenta also has keep its names.
#[derive(Debug, Clone, PartialEq, Args)]
#[allow(clippy::struct_excessive_bools)] // Each is an option without a value.
pub struct Train {
    /// Configuration to train
    #[arg(long, value_name = "NAME", value_parser = family())]
    pub config: Family,
    /// Data sets to train on, made by `dataset build`
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub data: Vec<PathBuf>,
    /// Data sets to validate on, in place of one song in ten of --data
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub held_out: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub sizes: Sizes,
    /// Generated patterns of each style to train on as well
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub patterns: u64,
    /// Share of generated patterns in a batch, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub themed_share: f64,
    /// Share of a source of --data, or of a data set (its file's name without ending), among the
    /// examples of songs, 0 to 1; others share the rest by their number of windows. Repeatable
    /// [default: all by their number of windows]
    #[arg(long, value_name = "SOURCE=SHARE")]
    pub weights: Vec<Share>,
    /// Share of examples that combine parts of different songs, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub recombined_share: f64,
    /// Share of the examples of songs that are varied, 0 to 1: bars and drums of two songs in one line, the
    /// rhythm of one with the pitches of the other. A network learns fewer songs by heart and rebuilds others
    /// better. Not for multitrack and groove models
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub varied_share: f64,
    /// Skip the last step that shifts and scales the latent space so that random samples fall where
    /// the training songs are
    #[arg(long)]
    pub no_whitening: bool,
    /// Model to write: NAME.safetensors and the model card NAME.toml; checkpoints go to NAME.run
    #[arg(long, value_name = "NAME", default_value = "models/mine")]
    pub out: PathBuf,
    /// Start from the weights of this model instead of random ones; from a model of other sizes or of
    /// another configuration with the same parts and wiring, those that fit are used. With --resume
    /// the weights are those of the checkpoint
    #[arg(long, value_name = "MODEL")]
    pub from: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub schedule: Schedule,
    /// Random seed of the initial weights, the order of examples and the noise on z
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Minutes between preview files (30 s, NAME.run/preview-STEP.mp3); 0 for none
    #[arg(long, value_name = "MINUTES", default_value_t = 5.0, value_parser = not_negative)]
    pub preview_minutes: f64,
    /// Stream a live preview of the model in training, from the first step; it takes over the newest
    /// weights once a minute [default address: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:8000")]
    pub listen: Option<SocketAddr>,
    /// Device to train on: auto (the first GPU, if any), cpu or cuda:0
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub run: RunOptions,
}

/// Sizes of the network. Defaults are those of Magenta's released checkpoints, or of the model of
/// `--from`; skip connections are the configuration's if that model has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Sizes {
    /// Bars of a sequence, at most 1024 [default: as in the data]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1024))]
    pub bars: Option<u64>,
    /// Dimensions of the latent space [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub z_size: Option<u64>,
    /// Units of each direction of the encoder [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub enc_rnn_size: Option<u64>,
    /// Layers of the encoder, if it reads the sequence as a whole [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub enc_rnn_layers: Option<u64>,
    /// Units of each decoder layer [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub dec_rnn_size: Option<u64>,
    /// Layers of the decoder [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub dec_rnn_layers: Option<u64>,
    /// Layers of the conductor, in hierarchical models [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub conductor_rnn_layers: Option<u64>,
    /// Units of each conductor layer, in hierarchical models [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub conductor_rnn_size: Option<u64>,
    /// Dimensions of each bar's skip embedding, for electropunk-trio_4bar only; 0 for no skip
    /// connections [default: by configuration]
    #[arg(long, value_name = "N")]
    pub skip_size: Option<u64>,
}

/// Length of the training, learning rate and loss.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Schedule {
    /// Total number of training steps, those before --resume included
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = at_least_one)]
    pub steps: u64,
    /// Examples per step [default: 64]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub batch_size: Option<u64>,
    /// Learning rate of the first step
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// Factor per step by which the learning rate decays towards its minimum, 0 to 1
    #[arg(long, value_name = "FACTOR", default_value_t = 0.9999, value_parser = share)]
    pub decay_rate: f64,
    /// Minimum learning rate
    #[arg(long, value_name = "RATE", default_value_t = 1e-5, value_parser = positive)]
    pub min_learning_rate: f64,
    /// KL divergence, in bits per example, that is not penalised: higher values keep more detail in z,
    /// lower values make random samples better [default: by configuration, such as 48 for drums,
    /// 256 for trios]
    #[arg(long, value_name = "BITS", value_parser = not_negative)]
    pub free_bits: Option<f64>,
    /// Final weight of the KL divergence beyond --free-bits [default: by configuration, such as
    /// 0.2]
    #[arg(long, value_name = "BETA", value_parser = not_negative)]
    pub max_beta: Option<f64>,
    /// How slowly that weight grows, 0 to 1: it is max-beta * (1 - beta-rate^step); at 0 it is constant
    /// [default: by configuration]
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub beta_rate: Option<f64>,
    /// Share of steps at which the decoder sees the previous step, 0 to 1: lower values force it to
    /// rely on z [default: by configuration, mostly 1]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub keep_prob: Option<f64>,
    /// Scheduled sampling: how the share of steps grows at which the decoder sees its own output
    /// instead of the true previous step
    #[arg(long, value_name = "SCHEDULE", value_enum, default_value = "constant")]
    pub sampling_schedule: Growth,
    /// Rate of that schedule; for `constant` the share itself, 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = not_negative)]
    pub sampling_rate: f64,
}

/// `electropunk eval`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Eval {
    /// Model to evaluate, without file extension, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// Data sets whose held-out songs (one in ten) the model is evaluated on
    #[arg(long, required = true, num_args = 1.., value_name = "FILES")]
    pub data: Vec<PathBuf>,
    /// Also report the figures of each style, on held-out generated patterns
    #[arg(long)]
    pub by_style: bool,
    /// Evaluate on all songs of --data, for data sets that the model was not trained on
    #[arg(long)]
    pub all: bool,
    /// Data sets that the model was trained on, for novelty and overlap of its samples
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub train_data: Vec<PathBuf>,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
    /// Number of random samples to evaluate
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = at_least_one)]
    pub samples: u64,
    /// Draw the samples from the model's prior of this name, a style or `songs`, or from the personal
    /// prior in the file NAME.safetensors [default: from the whole latent space]
    #[arg(long, value_name = "NAME")]
    pub prior: Option<String>,
    /// Evaluate at most this many windows of each data set, chosen at random [default: all]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub examples: Option<u64>,
    /// Random seed of the samples and of the choice of --examples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

/// `electropunk attributes`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Attributes {
    /// Model to add the vectors to, without file extension, such as models/trio-4bar
    #[arg(long, value_name = "NAME")]
    pub model: PathBuf,
    /// Data set to compute the vectors from, of the model's configuration
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Use at most this many windows of the set, evenly spread
    #[arg(long, value_name = "N", default_value_t = 4000)]
    pub windows: usize,
}

/// `electropunk priors`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Priors {
    /// Model to add the priors to, without file extension, such as models/trio-4bar
    #[arg(long, value_name = "NAME")]
    pub model: PathBuf,
    /// Generate this many patterns of each style for its prior, which uses at most 128 windows; 0 for no styles
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub patterns: u64,
    /// Data sets of songs for the prior `songs`, of the model's configuration. In electropunk-trio_4bar, the
    /// priors of styles also take their melodies and basses from these songs
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub data: Vec<PathBuf>,
    /// Use at most this many windows of --data, chosen at random
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = at_least_one)]
    pub windows: u64,
}
