//! Arguments of `import`, `sample`, `interpolate`, `encode` and `decode`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{
    args::{at_least_one, positive},
    lab::cli::{
        bar_range::BarRange,
        sampling::Sampling,
        values::{bars, family},
    },
    musicvae::net::family::Family,
};

/// `electropunk import`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Import {
    /// Checkpoint: a folder, manifest, index or archive (.tar, .tar.gz, .zip) in the format of
    /// TensorFlow.js, deeplearn.js, TensorFlow V2 or quick-beats; or Basic Pitch's network, nmp.onnx
    #[arg(value_name = "SRC")]
    pub source: PathBuf,
    /// Model to write: NAME.safetensors and the model card NAME.toml
    #[arg(long, value_name = "NAME")]
    pub out: PathBuf,
    /// Configuration of the checkpoint [default: recognised by its tensors]
    #[arg(long, value_name = "NAME", value_parser = family())]
    pub config: Option<Family>,
    /// Bars of a sequence, which TensorFlow's checkpoints don't hold [default: as config.json says, or
    /// as usual for the configuration]
    #[arg(long, value_name = "N", value_parser = bars())]
    pub bars: Option<u64>,
    /// Overwrite an existing model of that name
    #[arg(long)]
    pub overwrite: bool,
    /// Write 16-bit instead of 32-bit floats: half the size, slightly less exact
    #[arg(long)]
    pub half: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of all commands that write MIDI files.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Output {
    /// Folder for the MIDI files, created if needed
    #[arg(long, value_name = "DIR", default_value = "takes")]
    pub out: PathBuf,
    /// Tempo of the written files in beats per minute
    #[arg(long, value_name = "BPM", default_value_t = 120.0, value_parser = positive)]
    pub tempo: f64,
    /// Write an audio file beside each MIDI file, played by the radio's synthesizer
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub audio: Option<AudioFormat>,
    /// How melodies, basses and drums are played [default: radio; plain for `decode` without --audio]
    #[arg(long, value_name = "TOUCH", value_enum)]
    pub touch: Option<Touch>,
    /// SoundFont for --audio [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
    /// Random seed: the same seed gives the same files; it is printed and in their names [default: a
    /// new one]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print the list of written files as JSON
    #[arg(long)]
    pub json: bool,
}

/// How notes are played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Touch {
    /// As the radio plays: accents, humanised timing and velocities
    Radio,
    /// On the grid, all at velocity 100
    Plain,
}

/// Format of audio files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AudioFormat {
    /// MP3, 128 kbit/s
    Mp3,
    /// WAV, 32-bit float
    Wav,
    /// FLAC, 16-bit
    Flac,
}

impl AudioFormat {
    /// The file extension.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }
}

/// `electropunk sample`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Sample {
    /// Model to sample from, without file extension, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// Number of samples
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one)]
    pub n: u64,
    /// Bars of each sample; bars beyond the model's are variations of the first [default: the model's]
    #[arg(long, value_name = "N", value_parser = bars())]
    pub bars: Option<u64>,
    /// Draw from the model's prior of this name, a style or `songs`, or from the personal prior in the
    /// file NAME.safetensors [default: from the whole latent space]
    #[arg(long, value_name = "NAME")]
    pub prior: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub sampling: Sampling,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub output: Output,
}

/// `electropunk interpolate`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Interpolate {
    /// Model to interpolate with, without file extension, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// MIDI file to start from
    #[arg(value_name = "A.mid")]
    pub from: PathBuf,
    /// MIDI file to end with
    #[arg(value_name = "B.mid")]
    pub to: PathBuf,
    /// Bars of A.mid, as N or N-M from 1 on, repeated to fill whole windows of the model [default: the first
    /// window in which all parts play]
    #[arg(long, value_name = "BARS")]
    pub from_bars: Option<BarRange>,
    /// The same for B.mid
    #[arg(long, value_name = "BARS")]
    pub to_bars: Option<BarRange>,
    /// Number of files along the way, both ends included
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = at_least_one)]
    pub steps: u64,
    /// Interpolate along a straight line (lerp) instead of an arc (slerp)
    #[arg(long)]
    pub lerp: bool,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub sampling: Sampling,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub output: Output,
}

/// `electropunk encode`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Encode {
    /// Model to encode with, without file extension, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// MIDI file, or NAME.npy with encoder inputs as an array (N, steps, inputs)
    #[arg(value_name = "A.mid")]
    pub source: PathBuf,
    /// File for the latent vectors z, an array (N, Z): the means of the posterior
    #[arg(long, value_name = "Z.npy")]
    pub out: PathBuf,
    /// Sample z from the posterior with this random seed, instead of writing its means
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// File for the standard deviations of the posterior, an array (N, Z)
    #[arg(long, value_name = "S.npy")]
    pub sigma: Option<PathBuf>,
    /// Print as JSON which bars were encoded
    #[arg(long)]
    pub json: bool,
}

/// `electropunk decode`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Decode {
    /// Model to decode with, without file extension, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// Latent vectors to decode, an array (N, Z)
    #[arg(long, value_name = "Z.npy")]
    pub z: PathBuf,
    /// Always take the most likely token, as --plain --temperature 0
    #[arg(long, conflicts_with_all = ["temperature", "rhythm_temperature", "pitch_temperature"])]
    pub greedy: bool,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub sampling: Sampling,
    /// Also write the decoder's outputs before sampling, an array (N, steps, logits)
    #[arg(long, value_name = "L.npy")]
    pub logits: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub output: Output,
}
