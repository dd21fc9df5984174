//! What the musicians' commands can be told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{
    args::{at_least_one, not_negative, positive},
    musicvae::net::family::Family,
};

/// `electropunk import`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Import {
    /// Folder, manifest, index or archive (.tar, .tar.gz, .zip) of a checkpoint: TensorFlow.js,
    /// deeplearn.js, TensorFlow V2 or quick-beats
    #[arg(value_name = "SRC")]
    pub source: PathBuf,
    /// Model to write: NAME.safetensors and its card NAME.toml
    #[arg(long, value_name = "NAME")]
    pub out: PathBuf,
    /// Configuration that it is of [default: the one that its tensors fit]
    #[arg(long, value_name = "NAME")]
    pub config: Option<Family>,
    /// Write 16-bit floats, half as large, instead of the 32 bits that tell every last digit
    #[arg(long)]
    pub half: bool,
    /// Say what was found as JSON
    #[arg(long)]
    pub json: bool,
}

/// Where the musicians' commands write, and how.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Takes {
    /// Folder for the MIDI files; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "takes")]
    pub out: PathBuf,
    /// Beats a minute of what is written
    #[arg(long, value_name = "BPM", default_value_t = 120.0, value_parser = positive)]
    pub tempo: f64,
    /// Write also the sound of each file, played by the radio's own synthesizer
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub audio: Option<AudioFormat>,
    /// SoundFont that plays it [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
    /// Number that everything is drawn from [default: a new one, which --json tells]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Say what was written as JSON
    #[arg(long)]
    pub json: bool,
}

/// How sound is written.
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
    /// How its files end.
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
    /// Model to dream with, without its ending, such as models/drums-2bar
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// How many dreams
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one)]
    pub n: u64,
    /// How freely notes are chosen: 0 is always the likeliest
    #[arg(long, value_name = "T", default_value_t = 0.5, value_parser = not_negative)]
    pub temperature: f64,
    #[command(flatten)]
    #[allow(missing_docs)] // Its options show in the help as if they stood here.
    pub takes: Takes,
}

/// `electropunk interpolate`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Interpolate {
    /// Model whose latent space is crossed, without its ending
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// MIDI file to begin with
    #[arg(value_name = "A.mid")]
    pub from: PathBuf,
    /// MIDI file to end with
    #[arg(value_name = "B.mid")]
    pub to: PathBuf,
    /// How many stops, both ends included
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = at_least_one)]
    pub steps: u64,
    /// Go along the straight line instead of the arc
    #[arg(long)]
    pub lerp: bool,
    /// How freely notes are chosen: 0 is always the likeliest
    #[arg(long, value_name = "T", default_value_t = 0.0, value_parser = not_negative)]
    pub temperature: f64,
    #[command(flatten)]
    #[allow(missing_docs)] // Its options show in the help as if they stood here.
    pub takes: Takes,
}

/// `electropunk encode`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Encode {
    /// Model to encode with, without its ending
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// MIDI file; or the inputs of the encoder as an array (N, steps, inputs), NAME.npy
    #[arg(value_name = "A.mid")]
    pub source: PathBuf,
    /// Where to write z, the means of what the encoder says, an array (N, Z)
    #[arg(long, value_name = "Z.npy")]
    pub out: PathBuf,
    /// Draw z about its means instead, by this number
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Where to write the deviations of z
    #[arg(long, value_name = "S.npy")]
    pub sigma: Option<PathBuf>,
    /// Say which bars were encoded as JSON
    #[arg(long)]
    pub json: bool,
}

/// `electropunk decode`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Decode {
    /// Model to decode with, without its ending
    #[arg(long, value_name = "MODEL")]
    pub model: PathBuf,
    /// Array (N, Z) of points
    #[arg(long, value_name = "Z.npy")]
    pub z: PathBuf,
    /// Always choose the likeliest, as --temperature 0
    #[arg(long)]
    pub greedy: bool,
    /// How freely notes are chosen
    #[arg(long, value_name = "T", default_value_t = 0.5, value_parser = not_negative)]
    pub temperature: f64,
    /// Where to write what was chosen from, an array (N, steps, logits)
    #[arg(long, value_name = "L.npy")]
    pub logits: Option<PathBuf>,
    /// Folder, or NAME.npy for an array of tokens instead; and how
    #[command(flatten)]
    pub takes: Takes,
}
