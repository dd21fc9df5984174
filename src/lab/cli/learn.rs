//! What `electropunk train` and `electropunk eval` can be told.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use crate::{
    args::{at_least_one, not_negative, positive, share},
    lab::train::scheduled::Growth,
    musicvae::net::{device_choice::DeviceChoice, family::Family},
};

/// `electropunk train`; options are called as Magenta's where it has them.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Train {
    /// What to train, one of the named configurations
    #[arg(long, value_name = "NAME")]
    pub config: Family,
    /// Data sets to learn from, made by `dataset build`
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub data: Vec<PathBuf>,
    /// Data sets to validate on; then all songs of --data are learned from [default: one song in ten
    /// of --data]
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub held_out: Vec<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // Its options show in the help as if they stood here.
    pub sizes: Sizes,
    /// Themed patterns to learn from besides, of each style
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub patterns: u64,
    /// Share of a batch that is themed patterns, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub themed_share: f64,
    /// Share of examples whose parts are taken from different windows, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub recombined_share: f64,
    /// Keep the latent space as it was learnt, instead of moving it to where the prior draws from
    #[arg(long)]
    pub no_whitening: bool,
    /// Model to write: NAME.safetensors and its card NAME.toml; checkpoints lie beside it
    #[arg(long, value_name = "NAME", default_value = "models/mine")]
    pub out: PathBuf,
    /// Go on from the newest checkpoint beside --out, exactly as if there had been no break
    #[arg(long)]
    pub resume: bool,
    /// Begin with the weights of this model instead of random ones
    #[arg(long, value_name = "MODEL", conflicts_with = "resume")]
    pub from: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // Its options show in the help as if they stood here.
    pub schedule: Schedule,
    /// Draws the first weights, the order of examples and the noise on z
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Steps between checkpoints; a crash loses no more than these
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub checkpoint_steps: u64,
    /// How many of the newest checkpoints stay on disk
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_one)]
    pub checkpoints_to_keep: u64,
    /// Minutes between previews of 30 s, preview-STEP.mp3 beside the checkpoints; 0 for none
    #[arg(long, value_name = "MINUTES", default_value_t = 5.0, value_parser = not_negative)]
    pub preview_minutes: f64,
    /// Put the model on the air while it learns [default address: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "127.0.0.1:8000")]
    pub listen: Option<SocketAddr>,
    /// Say at the end what was learnt as JSON
    #[arg(long)]
    pub json: bool,
    /// Where to learn: auto, cpu or cuda:0
    #[arg(long, default_value_t)]
    pub device: DeviceChoice,
    /// CPU threads [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub threads: Option<u64>,
}

/// How large the network is; what is not given is as in the released checkpoints, or as in the model
/// that training begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Sizes {
    /// Bars of a sequence [default: those of the data]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub bars: Option<u64>,
    /// Width of the latent space
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub z_size: Option<u64>,
    /// Width of each direction of the encoder
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub enc_rnn_size: Option<u64>,
    /// Layers of an encoder that reads the sequence as a whole
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub enc_rnn_layers: Option<u64>,
    /// Width of the decoder's layers
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub dec_rnn_size: Option<u64>,
    /// How many layers the decoder has
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub dec_rnn_layers: Option<u64>,
    /// How many layers the conductor has
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub conductor_rnn_layers: Option<u64>,
    /// Width of the conductor's layers
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub conductor_rnn_size: Option<u64>,
}

/// How far, how fast and under which pressure a model learns.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Schedule {
    /// Steps to train in all, those before a resume included
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = at_least_one)]
    pub steps: u64,
    /// Examples in a step [default: the configuration's]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub batch_size: Option<u64>,
    /// Learning rate of the first step
    #[arg(long, value_name = "RATE", default_value_t = 1e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// What the rate above its minimum is multiplied by after each step
    #[arg(long, value_name = "FACTOR", default_value_t = 0.9999, value_parser = share)]
    pub decay_rate: f64,
    /// Learning rate that the decay ends at
    #[arg(long, value_name = "RATE", default_value_t = 1e-5, value_parser = positive)]
    pub min_learning_rate: f64,
    /// Bits of KL that cost nothing [default: the configuration's]
    #[arg(long, value_name = "BITS", value_parser = not_negative)]
    pub free_bits: Option<f64>,
    /// Weight of the KL beyond the free bits, once it has grown in full [default: the configuration's]
    #[arg(long, value_name = "BETA", value_parser = not_negative)]
    pub max_beta: Option<f64>,
    /// How slowly that weight grows: it is max-beta * (1 - beta-rate^step); 0 is at once [default:
    /// the configuration's]
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub beta_rate: Option<f64>,
    /// Share of steps at which the decoder is told the step before: fewer make it listen to z
    /// [default: the configuration's]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub keep_prob: Option<f64>,
    /// How the share of steps grows at which the decoder hears its own step instead
    #[arg(long, value_name = "SCHEDULE", value_enum, default_value = "constant")]
    pub sampling_schedule: Growth,
    /// Rate of that growth; with a constant schedule the share itself, 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, value_parser = not_negative)]
    pub sampling_rate: f64,
}

/// `electropunk eval`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Eval {
    /// Model to judge, without its ending, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// Data sets whose held-out songs it is judged on
    #[arg(long, required = true, num_args = 1.., value_name = "FILES")]
    pub data: Vec<PathBuf>,
    /// Judge it on all songs of the data sets, where they were kept apart from training
    #[arg(long)]
    pub all: bool,
    /// Data sets that it was trained on, to hold its inventions against: novelty and overlap
    #[arg(long, num_args = 1.., value_name = "FILES")]
    pub train_data: Vec<PathBuf>,
    /// Say everything as JSON
    #[arg(long)]
    pub json: bool,
    /// Draws from the prior that are looked at
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = at_least_one)]
    pub samples: u64,
    /// At most so many windows [default: all]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub examples: Option<u64>,
    /// Draws which windows, where there are more than --examples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

/// `electropunk attributes`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Attributes {
    /// Model to complete, such as models/trio-4bar
    #[arg(long, value_name = "NAME")]
    pub model: PathBuf,
    /// Data set of its configuration
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Windows of it to encode, at most
    #[arg(long, value_name = "N", default_value_t = 4000)]
    pub windows: usize,
}
