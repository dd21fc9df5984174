//! Arguments of `critique`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    args::{number, positive},
    lab::cli::values::style,
    musicvae::net::device_choice::DeviceChoice,
    patterns::style::Style,
};

/// `electropunk critique`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Critique {
    /// Name of a station, a MIDI file (.mid), or a recording (.wav, .flac, .mp3, .ogg, .m4a, .aac,
    /// .aiff)
    #[arg(value_name = "STATION|FILE")]
    pub subject: String,
    /// Minutes of a station to play
    #[arg(long, value_name = "MINUTES", default_value_t = 10.0, value_parser = positive)]
    pub minutes: f64,
    /// Random seed of a station, in place of radio.toml's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Configuration file with the station [default: radio.toml in this folder, else the built-in
    /// stations]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Device that decodes the models, in place of radio.toml's: auto, cpu or cuda:0
    #[arg(long)]
    pub device: Option<DeviceChoice>,
    /// Target loudness in LUFS [default: the station's; -16 for recordings; none for MIDI files]
    #[arg(long, value_name = "LUFS", value_parser = number, allow_negative_numbers = true)]
    pub target: Option<f64>,
    /// Judge by the goals of this style [default: by the theme of a station; none for files]
    #[arg(long, value_parser = style())]
    pub style: Option<Style>,
    /// Also write the figures as a picture of one page
    #[arg(long, value_name = "FILE.png")]
    pub picture: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
}
