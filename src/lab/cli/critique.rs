//! What `electropunk critique` can be told.

use std::path::PathBuf;

use clap::Args;

use crate::{
    args::{number, positive},
    musicvae::net::device_choice::DeviceChoice,
};

/// `electropunk critique`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Critique {
    /// Name of a station; or a file that ends in .mid for notes, in .wav, .flac, .mp3, .ogg, .m4a,
    /// .aac or .aiff for sound
    #[arg(value_name = "STATION|FILE")]
    pub subject: String,
    /// How much of a station
    #[arg(long, value_name = "MINUTES", default_value_t = 10.0, value_parser = positive)]
    pub minutes: f64,
    /// Number that everything is drawn from, instead of radio.toml's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Programme that the station is in [default: radio.toml here, else the built-in one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What decodes the models, auto, cpu or cuda:0, instead of radio.toml's
    #[arg(long)]
    pub device: Option<DeviceChoice>,
    /// Loudness that is wanted [default: -16; of a MIDI file, whatever it has]
    #[arg(long, value_name = "LUFS", value_parser = number, allow_negative_numbers = true)]
    pub target: Option<f64>,
    /// Write the figures as a picture of one page, too
    #[arg(long, value_name = "FILE.png")]
    pub picture: Option<PathBuf>,
    /// Say the figures as JSON
    #[arg(long)]
    pub json: bool,
}
