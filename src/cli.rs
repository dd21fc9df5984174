//! What can be typed on the command line; nothing else.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{model::family::Family, music::style::Style, train::scheduled::Growth};

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
    /// Write the default SoundFont, which is made by code
    Soundfont(Soundfont),
    /// Turn MIDI files into a data set, or write themed patterns as MIDI files
    #[command(subcommand)]
    Dataset(Dataset),
    /// Train a model, or go on training one
    Train(Train),
    /// Say how well a model rebuilds songs that it has not been trained on
    Eval(Eval),
    /// Turn a checkpoint of Magenta's or magenta-js's into a model
    Import(Import),
    /// Write what a model dreams on its own as MIDI files
    Sample(Sample),
    /// Write the way from one MIDI file to another, as a model sees it
    Interpolate(Interpolate),
    /// Turn a MIDI file into points of a model's latent space
    Encode(Encode),
    /// Turn points of a model's latent space into MIDI files
    Decode(Decode),
    /// Play a station into a file, as fast as the machine can
    Render(Render),
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
}

/// `electropunk check`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Check {
    /// Programme to check [default: radio.toml here, else the built-in one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `electropunk soundfont`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Soundfont {
    /// Where to write it
    #[arg(long, value_name = "FILE", default_value = "soundfonts/electropunk.sf2")]
    pub out: PathBuf,
}

/// `electropunk dataset`.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Dataset {
    /// Pack MIDI files into a data set without doubles, split by song; goes on after a break
    Build(Build),
    /// Say what is in a data set, in numbers and as a picture
    Stats(Stats),
    /// Write themed patterns as MIDI files, to look at and listen to
    Patterns(Patterns),
}

/// `electropunk dataset build`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Build {
    /// Folders, MIDI files, .zip, .tar or .tar.zst archives
    #[arg(required = true, value_name = "SRC")]
    pub sources: Vec<PathBuf>,
    /// Configuration that will learn from it
    #[arg(long, value_name = "NAME")]
    pub config: Family,
    /// Bars of a window [default: the configuration's]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub bars: Option<u64>,
    /// Keep also windows that lack some parts, for training with --recombined-share
    #[arg(long)]
    pub partial: bool,
    /// Where to write the data set; FILE.rejected.txt lists the MIDI files that are not in it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `electropunk dataset stats`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Stats {
    /// Data set, made by `dataset build`
    #[arg(value_name = "FILE")]
    pub set: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Draw windows of the set as piano rolls into this PNG
    #[arg(long, value_name = "FILE")]
    pub sheet: Option<PathBuf>,
    /// How many windows to draw
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    pub windows: u64,
    /// Draws which windows
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

/// `electropunk dataset patterns`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Patterns {
    /// techno, house, dub, hip-hop, punk or ambient
    #[arg(long)]
    pub style: Style,
    /// How many, numbered from 0
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub count: u64,
    /// Folder for the files STYLE-NUMBER.mid; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

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
}

impl AudioFormat {
    /// How its files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
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
    /// Where to write the means of z, an array (N, Z)
    #[arg(long, value_name = "Z.npy")]
    pub out: PathBuf,
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
    /// File to write: .wav for sound, .mid for notes
    #[arg(long, value_name = "FILE", value_parser = wav_or_mid)]
    pub out: PathBuf,
}

fn at_least_one(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|&n| n > 0).ok_or("expected a whole number from 1 up".to_owned())
}

fn number_where(text: &str, is_good: impl Fn(f64) -> bool, expected: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|&number: &f64| number.is_finite() && is_good(number));
    number.ok_or_else(|| format!("expected {expected}"))
}

fn positive(text: &str) -> Result<f64, String> {
    number_where(text, |number| number > 0.0, "a number above 0")
}

fn not_negative(text: &str) -> Result<f64, String> {
    number_where(text, |number| number >= 0.0, "a number from 0 up")
}

fn share(text: &str) -> Result<f64, String> {
    number_where(text, |number| (0.0..=1.0).contains(&number), "a number from 0 to 1")
}

fn wav_or_mid(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = path.extension().is_some_and(|ending| ending == "wav" || ending == "mid");
    is_known.then_some(path).ok_or("expected a file that ends in .wav or .mid".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

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
        let Some(Command::Dataset(Dataset::Patterns(patterns))) = command(line).unwrap() else {
            panic!()
        };
        assert_eq!((patterns.style, patterns.count), (Style::HipHop, 16));
    }

    #[test]
    fn training_defaults_are_magentas() {
        let line =
            "electropunk train --config cat-drums_2bar_small --data a b --out models/drums-2bar";
        let Some(Command::Train(train)) = command(line).unwrap() else { panic!() };

        let Schedule { learning_rate, decay_rate, min_learning_rate, .. } = train.schedule;
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
            "electropunk render --station techno --out x.mp3",
            "electropunk render --station techno --out x.wav --minutes NaN",
        ] {
            assert_eq!(command(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
