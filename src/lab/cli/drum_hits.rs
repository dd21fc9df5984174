//! Arguments of `transcription` about drum hits.

use std::path::PathBuf;

use clap::Args;

use crate::{
    args::{at_least_one, positive},
    lab::cli::{
        run_options::RunOptions,
        values::{DRUM_HITS, NOTES},
    },
};

/// `electropunk transcription train drums`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct DrumsTrain {
    /// MIDI files of drums: folders, archives (.zip, .tar, .tar.gz, .tar.zst) and files; an info.csv in a
    /// folder, as in Groove's, marks its held-out files; otherwise one title in ten each is for validation
    /// and for the test
    #[arg(long, value_name = "SOURCE", num_args = 1.., required = true)]
    pub midi: Vec<PathBuf>,
    /// MIDI files of songs: their instruments accompany the drums, and their drums are trained on, too
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub music: Vec<PathBuf>,
    /// SoundFont whose kits and instruments play them; several may be given
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub soundfont: Vec<PathBuf>,
    /// Model to write: NAME.safetensors and the model card NAME.toml; checkpoints go to NAME.run
    #[arg(long, value_name = "NAME", default_value = "models/my-drum-hits")]
    pub out: PathBuf,
    /// Model to start from, without file extension, instead of random weights
    #[arg(long, value_name = "MODEL")]
    pub from: Option<PathBuf>,
    /// Total number of training steps, those before --resume included
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = at_least_one)]
    pub steps: u64,
    /// Windows of two seconds per step
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = at_least_one)]
    pub batch_size: u64,
    /// Learning rate of the first step
    #[arg(long, value_name = "RATE", default_value_t = 1.5e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// Learning rate of the last step
    #[arg(long, value_name = "RATE", default_value_t = 1e-4, value_parser = positive)]
    pub min_learning_rate: f64,
    /// Random seed of the initial weights and the recordings
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub run: RunOptions,
}

/// `electropunk transcription evaluate drums`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct DrumsEvaluate {
    /// Model to measure, without file extension
    #[arg(long, value_name = "MODEL", default_value = DRUM_HITS)]
    pub model: PathBuf,
    /// MIDI files of drums, as for training; their test share is played
    #[arg(long, value_name = "SOURCE", num_args = 1.., required = true)]
    pub midi: Vec<PathBuf>,
    /// MIDI files of songs; their test share accompanies the drums
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub music: Vec<PathBuf>,
    /// SoundFont that plays them: one that was not trained on
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub soundfont: Vec<PathBuf>,
    /// Minutes of drums alone, and of the mix
    #[arg(long, value_name = "MINUTES", default_value_t = 5.0, value_parser = positive)]
    pub minutes: f64,
    /// Level of the drums relative to the other instruments in the mix, in decibels
    #[arg(long, value_name = "DB", default_value_t = 3.0, allow_negative_numbers = true)]
    pub balance: f64,
    /// Random seed of the excerpts
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
}

/// `electropunk transcription evaluate recordings`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct RecordingsEvaluate {
    /// Recordings, each with its notes in a MIDI file of the same name beside it, as `render` writes both
    #[arg(value_name = "RECORDING", required = true)]
    pub recordings: Vec<PathBuf>,
    /// Model that finds pitched notes, without file extension
    #[arg(long, value_name = "MODEL", default_value = NOTES)]
    pub notes_model: PathBuf,
    /// Model that finds drum hits, without file extension
    #[arg(long, value_name = "MODEL", default_value = DRUM_HITS)]
    pub drums_model: PathBuf,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
}
