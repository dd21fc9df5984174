//! Arguments of `transcription`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{
    args::{at_least_one, positive, share},
    lab::cli::{
        drum_hits::{DrumsEvaluate, DrumsTrain, RecordingsEvaluate},
        run_options::RunOptions,
        transcribe::NotesEvaluate,
    },
};

/// `electropunk transcription`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[allow(clippy::large_enum_variant)] // Parsed once per process.
pub enum Transcription {
    /// Train a transcription network, or continue its training
    #[command(subcommand)]
    Train(TranscriptionTrain),
    /// Measure transcription on recordings whose notes are known
    #[command(subcommand)]
    Evaluate(TranscriptionEvaluate),
}

/// `electropunk transcription train`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum TranscriptionTrain {
    /// Train the network that finds pitched notes, on MIDI files played through SoundFonts
    Notes(NotesTrain),
    /// Train the network that finds drum hits, on MIDI files played through SoundFonts
    Drums(DrumsTrain),
}

/// `electropunk transcription evaluate`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum TranscriptionEvaluate {
    /// Pitched notes of recordings, or of MIDI files that a SoundFont plays
    Notes(NotesEvaluate),
    /// Drum hits of held-out performances, alone and in mixes, by drum
    Drums(DrumsEvaluate),
    /// Beats, bars, drum hits, and steps on the grid, of recordings with their MIDI files beside them
    Recordings(RecordingsEvaluate),
}

/// `electropunk transcription train notes`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct NotesTrain {
    /// MIDI files to play: folders, archives (.zip, .tar, .tar.gz, .tar.zst) and files; one title in ten is
    /// held out
    #[arg(long, value_name = "SOURCE", num_args = 1.., required = true)]
    pub midi: Vec<PathBuf>,
    /// SoundFont that plays them; several may be given
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub soundfont: Vec<PathBuf>,
    /// Model to write: NAME.safetensors and the model card NAME.toml; checkpoints go to NAME.run
    #[arg(long, value_name = "NAME", default_value = "models/my-notes")]
    pub out: PathBuf,
    /// Total number of training steps, those before --resume included
    #[arg(long, value_name = "N", default_value_t = 6000, value_parser = at_least_one)]
    pub steps: u64,
    /// Recordings of seven seconds per step
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_one)]
    pub batch_size: u64,
    /// Learning rate of the first step
    #[arg(long, value_name = "RATE", default_value_t = 3e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// Learning rate of the last step
    #[arg(long, value_name = "RATE", default_value_t = 1e-4, value_parser = positive)]
    pub min_learning_rate: f64,
    /// Label smoothing: how far below 1 targets are, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.05, value_parser = share)]
    pub smoothing: f64,
    /// How much more a missed onset costs than a false one
    #[arg(long, value_name = "FACTOR", default_value_t = 3.0, value_parser = positive)]
    pub onset_cost: f64,
    /// How much more a missed frame of a note costs than a false one
    #[arg(long, value_name = "FACTOR", default_value_t = 1.5, value_parser = positive)]
    pub note_cost: f64,
    /// Held-out recordings of seven seconds to evaluate checkpoints on
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = at_least_one)]
    pub held_out: u64,
    /// Random seed of the initial weights and the recordings
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub run: RunOptions,
}
