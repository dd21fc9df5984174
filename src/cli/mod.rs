//! What can be typed on the command line; nothing else.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

#[cfg(feature = "lab")]
use crate::lab;
use crate::{
    args::{positive, sound_or_mid, time},
    musicvae::net::device_choice::DeviceChoice,
};

/// An endless generative radio: dreams music in MusicVAE's latent space and broadcasts it.
///
/// Without a command it goes on the air, with radio.toml of the working folder or, where there is
/// none, with the built-in programme.
#[derive(Debug, Clone, PartialEq, Parser)]
#[command(version)]
pub struct Cli {
    /// What to do; none is [`Command::Serve`] with its defaults.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[allow(clippy::large_enum_variant)] // There is one, once.
pub enum Command {
    /// Go on the air; this is also what no command does
    Serve(Serve),
    /// Check radio.toml and say everything that is wrong with it, or what would play
    Check(Check),
    /// Print a JSON Schema of radio.toml, with which editors help to write it
    Schema,
    /// Play a station into a file, as fast as the machine can
    Render(Render),
    /// A command of the workshop
    #[cfg(feature = "lab")]
    #[command(flatten)]
    Lab(lab::cli::Command),
}

/// `electropunk serve`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct Serve {
    /// Programme to play [default: radio.toml here, else the built-in one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on, instead of radio.toml's
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<SocketAddr>,
    /// Number that everything is drawn from, instead of radio.toml's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// What decodes the models, auto, cpu or cuda:0, instead of radio.toml's
    #[arg(long)]
    pub device: Option<DeviceChoice>,
}

/// `electropunk check`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Check {
    /// Programme to check [default: radio.toml here, else the built-in one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `electropunk render`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Render {
    /// Programme that the station is in [default: radio.toml here, else the built-in one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Name of the station
    #[arg(long, value_name = "NAME")]
    pub station: String,
    /// How much of it
    #[arg(long, value_name = "MINUTES", default_value_t = 1.0, value_parser = positive)]
    pub minutes: f64,
    /// Number that everything is drawn from, instead of radio.toml's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// What decodes the models, auto, cpu or cuda:0, instead of radio.toml's
    #[arg(long)]
    pub device: Option<DeviceChoice>,
    /// Where in the programme it begins: what comes before is played, but not written
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = time)]
    pub from: f64,
    /// File to write: .wav, .flac or .mp3 for sound, .mid for notes
    #[arg(long, value_name = "FILE", value_parser = sound_or_mid)]
    pub out: PathBuf,
    /// Folder for a .wav file of each part and one of the effects, as they are before the master
    #[arg(long, value_name = "DIR")]
    pub stems: Option<PathBuf>,
}

#[cfg(all(test, feature = "lab"))]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::patterns::style::Style;

    fn command(line: &str) -> Result<Option<Command>, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command)
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_is_allowed_and_means_serve() {
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

        let line = "electropunk dataset patterns --style hip-hop --out there";
        let Some(Command::Lab(lab::cli::Command::Dataset(lab::cli::Dataset::Patterns(patterns)))) =
            command(line).unwrap()
        else {
            panic!()
        };
        assert_eq!((patterns.style, patterns.count), (Style::HipHop, 16));
    }

    #[test]
    fn training_defaults_are_magentas() {
        let line =
            "electropunk train --config cat-drums_2bar_small --data a b --out models/drums-2bar";
        let Some(Command::Lab(lab::cli::Command::Train(train))) = command(line).unwrap() else {
            panic!()
        };

        let lab::cli::Schedule { learning_rate, decay_rate, min_learning_rate, .. } =
            train.schedule;
        assert_eq!((learning_rate, decay_rate, min_learning_rate), (1e-3, 0.9999, 1e-5));
        assert_eq!((train.schedule.max_beta, train.schedule.beta_rate), (None, None));
        assert_eq!((train.data.len(), train.checkpoints_to_keep), (2, 2));
    }

    #[test]
    fn what_makes_no_sense_is_a_usage_error() {
        for line in [
            "electropunk dance",
            "electropunk serve --bind somewhere",
            "electropunk dataset build --out x",
            "electropunk dataset patterns --style polka --out x",
            "electropunk train --config c --data d --out o --steps 0",
            "electropunk train --config c --data d --out o --decay-rate 1.5",
            "electropunk train --config c --data d --out o --resume --from m",
            "electropunk sample --model m --out o --audio ogg",
            "electropunk interpolate --model m a.mid --out o",
            "electropunk render --station techno --out x.ogg",
            "electropunk render --station techno --out x.wav --from soon",
            "electropunk render --station techno --out x.wav --minutes NaN",
            "electropunk critique techno --minutes 0",
            "electropunk critique techno --target loud",
        ] {
            assert_eq!(command(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
