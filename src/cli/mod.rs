//! Command-line arguments.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

#[cfg(feature = "lab")]
use crate::lab;
use crate::{
    args::{positive, sound, sound_or_mid, time},
    musicvae::net::device_choice::DeviceChoice,
};

/// An endless generative radio: MusicVAE models compose the music, a built-in server streams it.
///
/// Without a command it serves: the stations of radio.toml in this folder, else the built-in ones.
#[derive(Debug, Clone, PartialEq, Parser)]
#[command(version)]
pub struct Cli {
    /// The command; none means [`Command::Serve`] with its defaults.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[allow(clippy::large_enum_variant)] // Parsed once per process.
pub enum Command {
    /// Play all stations and serve them over HTTP (the default command)
    Serve(Serve),
    /// Check radio.toml: print its errors (the first 20), or what the stations would play
    Check(Check),
    /// Report what support needs first: version, files, clock, limits, ports, disks, servers
    Doctor(Doctor),
    /// Print a JSON Schema of radio.toml, for completion and checks in editors
    Schema,
    /// Render a station to a file, faster than real time
    Render(Render),
    /// Play any MIDI file with its own tempos and programs: to a file, or to a player behind a pipe
    Play(Play),
    #[allow(missing_docs)] // clap lists its commands in place.
    #[cfg(feature = "lab")]
    #[command(flatten)]
    Lab(lab::cli::Command),
}

impl Command {
    /// Whether the command serves listeners over sockets.
    pub fn serves(&self) -> bool {
        match self {
            Self::Serve(_) => true,
            #[cfg(feature = "lab")]
            Self::Lab(lab::cli::Command::Train(train)) => train.listen.is_some(),
            _ => false,
        }
    }
}

/// `electropunk serve`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Serve {
    /// Configuration file [default: radio.toml in this folder, else the built-in stations]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// IP address and port to listen on, in place of radio.toml's
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<SocketAddr>,
    /// Random seed, in place of radio.toml's: the same seed plays the same music
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Device that decodes the models, in place of radio.toml's: auto, cpu or cuda:0
    #[arg(long)]
    pub device: Option<DeviceChoice>,
}

/// `electropunk check`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Check {
    /// Configuration file [default: radio.toml in this folder, else the built-in stations]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `electropunk doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Doctor {
    /// Configuration file [default: radio.toml in this folder, else the built-in stations]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print a JSON array instead of lines
    #[arg(long)]
    pub json: bool,
}

/// `electropunk render`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Render {
    /// Configuration file [default: radio.toml in this folder, else the built-in stations]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Name of the station
    #[arg(long, value_name = "NAME")]
    pub station: String,
    /// Minutes to render
    #[arg(long, value_name = "MINUTES", default_value_t = 1.0, value_parser = positive)]
    pub minutes: f64,
    /// Random seed, in place of radio.toml's: the same seed gives the same file
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Device that decodes the models, in place of radio.toml's: auto, cpu or cuda:0
    #[arg(long)]
    pub device: Option<DeviceChoice>,
    /// Time to start from, as SS, MM:SS or HH:MM:SS; the music before is played but not written
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = time)]
    pub from: f64,
    /// File to write: .wav, .flac or .mp3 for audio, .mid for notes
    #[arg(long, value_name = "FILE", value_parser = sound_or_mid)]
    pub out: PathBuf,
    /// Folder for stems: a .wav file per part and one of the effects, before mastering
    #[arg(long, value_name = "DIR")]
    pub stems: Option<PathBuf>,
    /// Log of moves in a state folder, NAME.moves.jsonl: renders what was on air instead
    #[arg(long, value_name = "FILE")]
    pub moves: Option<PathBuf>,
    /// First bar of what was on air
    #[arg(long, value_name = "N", requires = "moves", default_value_t = 0)]
    pub from_bar: u64,
    /// Bars to render, in place of minutes
    #[arg(long, value_name = "N", requires = "moves", conflicts_with = "minutes",
        value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub bars: Option<u64>,
}

/// `electropunk play`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Play {
    /// MIDI file
    #[arg(value_name = "FILE.mid")]
    pub file: PathBuf,
    /// SoundFont [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
    /// File to write, .wav, .flac or .mp3 [default: WAV to standard output, as in `| mpv -`]
    #[arg(long, value_name = "FILE", value_parser = sound)]
    pub out: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn command(line: &str) -> Result<Option<Command>, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command)
    }

    #[test]
    fn the_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_means_serve() {
        assert_eq!(command("electropunk").unwrap(), None);
        let Some(Command::Serve(serve)) = command("electropunk serve").unwrap() else { panic!() };
        assert_eq!(serve, Serve::default());
    }

    #[test]
    fn options_have_the_types_that_they_name() {
        let line = "electropunk serve --config my.toml --bind 127.0.0.1:0 --seed 7";
        let Some(Command::Serve(serve)) = command(line).unwrap() else { panic!() };
        assert_eq!(serve.config, Some("my.toml".into()));
        assert_eq!(serve.bind, Some(SocketAddr::from(([127, 0, 0, 1], 0))));
        assert_eq!(serve.seed, Some(7));
    }

    #[cfg(feature = "lab")]
    #[test]
    fn a_training_with_listeners_serves_as_a_radio_does() {
        let serves = |line: &str| command(line).unwrap().unwrap().serves();
        let train = "electropunk train --config cat-drums_2bar_small --patterns 2";
        assert!(serves("electropunk serve") && serves(&format!("{train} --listen")));
        assert!(!serves(train) && !serves("electropunk check"));
    }

    #[test]
    fn invalid_values_are_usage_errors() {
        for line in [
            "electropunk dance",
            "electropunk serve --bind somewhere",
            "electropunk render --station techno --out x.ogg",
            "electropunk render --station techno --out x.wav --from soon",
            "electropunk render --station techno --out x.wav --minutes NaN",
        ] {
            assert_eq!(command(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
