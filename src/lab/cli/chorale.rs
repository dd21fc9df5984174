//! Arguments of `chorale`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::{
    args::{at_least_one, not_negative, positive, share},
    chorale::{encoding::Encoding, frame::Voice, network::Sizes},
    lab::cli::{
        musician::{AudioFormat, Output, Touch},
        run_options::RunOptions,
    },
    music::scale::{Key, Mode, NotAKey},
};

/// The default model.
const MODEL: &str = "models/chorale";

/// `electropunk chorale`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum Chorale {
    /// Train a chorale model, or continue its training
    Train(ChoraleTrain),
    /// Write new chorales as MIDI files
    Sample(ChoraleSample),
    /// Harmonise the tune of a MIDI file: keep the given voices, find the others
    Harmonise(Harmonise),
    /// Evaluate a model: likelihood of held-out chorales, and faults in sampled ones
    Evaluate(ChoraleEvaluate),
}

/// Options of the commands that write chorales.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ChoraleOutput {
    /// Folder for the MIDI files, created if needed
    #[arg(long, value_name = "DIR", default_value = "takes")]
    pub out: PathBuf,
    /// Tempo of the written files in beats per minute
    #[arg(long, value_name = "BPM", default_value_t = 76.0, value_parser = positive)]
    pub tempo: f64,
    /// Write an audio file beside each MIDI file, played by the radio's synthesizer
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub audio: Option<AudioFormat>,
    /// SoundFont for --audio [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
    /// Draw a piano roll beside each MIDI file, NAME.png, with a colour for each voice
    #[arg(long)]
    pub picture: bool,
    /// Print the list of written files as JSON
    #[arg(long)]
    pub json: bool,
}

impl ChoraleOutput {
    /// Converts to the options of other commands that write MIDI files, with `seed`.
    pub fn output(&self, seed: Option<u64>) -> Output {
        let Self { out, tempo, audio, soundfont, json, picture: _ } = self.clone();
        Output { out, tempo, audio, touch: Some(Touch::Plain), soundfont, seed, json }
    }
}

/// `electropunk chorale sample`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ChoraleSample {
    /// Model to sample from, without file extension
    #[arg(long, value_name = "MODEL", default_value = MODEL)]
    pub model: PathBuf,
    /// Number of chorales
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one)]
    pub n: u64,
    /// Key, such as "G major" or "D minor" [default: drawn]
    #[arg(long, value_name = "KEY", value_parser = major_or_minor)]
    pub key: Option<Key>,
    /// Lines of the hymn, each of them ending on a fermata
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = at_least_one)]
    pub lines: u64,
    /// Beats per line
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = at_least_one)]
    pub line_beats: u64,
    /// Randomness of pitches: 0 always takes the most likely note, 1 follows the model's probabilities
    #[arg(long, value_name = "T", default_value_t = 0.8, value_parser = not_negative)]
    pub temperature: f64,
    /// Randomness of the rhythm, likewise: lower values hold notes for longer
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = positive)]
    pub rhythm_temperature: f64,
    /// Penalty in nats on a note's log probability for each parallel fifth or octave, crossed voice, or line
    /// end without a root-position triad; 0 follows the model alone
    #[arg(long, value_name = "NATS", default_value_t = 6.0, value_parser = not_negative)]
    pub strictness: f64,
    /// Random seed: the same seed gives the same files; it is printed and in their names [default: a
    /// new one]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub output: ChoraleOutput,
}

/// `electropunk chorale harmonise`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Harmonise {
    /// MIDI file with a track for each given voice. Drums are ignored
    #[arg(value_name = "TUNE.mid")]
    pub tune: PathBuf,
    /// The given voices, highest first, separated by commas
    #[arg(long, value_name = "VOICES", default_value = "soprano", value_delimiter = ',')]
    #[arg(value_parser = voice)]
    pub voices: Vec<Voice>,
    /// Tracks of the given voices, in their order, by name, part of the name or number [default: for one
    /// voice the most melodic track, for several all tracks from the highest]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub track: Vec<String>,
    /// Model to harmonise with, without file extension
    #[arg(long, value_name = "MODEL", default_value = MODEL)]
    pub model: PathBuf,
    /// Key, such as "G major" or "D minor" [default: found from the notes]
    #[arg(long, value_name = "KEY", value_parser = major_or_minor)]
    pub key: Option<Key>,
    /// Beats per line; each line ends on a fermata [default: lines end with long notes and before rests]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub line_beats: Option<u64>,
    /// Beam width: a wider beam finds a better harmony and takes longer
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    pub beam: u64,
    /// Penalty in nats on a note's log probability for each parallel fifth or octave, crossed voice, or line
    /// end without a root-position triad; 0 follows the model alone
    #[arg(long, value_name = "NATS", default_value_t = 6.0, value_parser = not_negative)]
    pub strictness: f64,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub output: ChoraleOutput,
}

/// `electropunk chorale evaluate`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ChoraleEvaluate {
    /// Model to evaluate, without file extension
    #[arg(long, value_name = "MODEL", default_value = MODEL)]
    pub model: PathBuf,
    /// Corpus with the held-out chorales to evaluate on
    #[arg(long, value_name = "FILE.npz")]
    pub data: PathBuf,
    /// Number of chorales to sample, with the fermatas of held-out chorales
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub samples: u64,
    /// Temperature of the samples
    #[arg(long, value_name = "T", default_value_t = 0.8, value_parser = not_negative)]
    pub temperature: f64,
    /// Temperature of the rhythm
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = positive)]
    pub rhythm_temperature: f64,
    /// Penalty in nats on a note's log probability for each parallel fifth or octave, crossed voice, or line
    /// end without a root-position triad; 0 follows the model alone
    #[arg(long, value_name = "NATS", default_value_t = 6.0, value_parser = not_negative)]
    pub strictness: f64,
    /// Random seed of the samples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Print the results as JSON
    #[arg(long)]
    pub json: bool,
}

/// Parses a major or minor key.
fn major_or_minor(text: &str) -> Result<Key, String> {
    let key: Key = text.parse().map_err(|error: NotAKey| error.to_string())?;
    match key.mode {
        Mode::Major | Mode::Minor => Ok(key),
        _ => Err(format!("expected a major or minor key, found {text:?}")),
    }
}

/// Parses the name of a voice.
fn voice(name: &str) -> Result<Voice, String> {
    let known = Voice::ALL.into_iter().find(|voice| voice.name().eq_ignore_ascii_case(name.trim()));
    known.ok_or_else(|| format!("expected soprano, alto, tenor or bass, found {name:?}"))
}

/// A named configuration of a chorale model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChoraleConfig {
    /// The encoding and sizes of the shipped model.
    Electropunk,
    /// `BachBot`'s sizes, and its encoding adapted to four tokens per frame.
    Bachbot,
}

impl ChoraleConfig {
    /// The encoding.
    pub fn encoding(self) -> Encoding {
        match self {
            Self::Electropunk => Encoding::Relations,
            Self::Bachbot => Encoding::Tokens,
        }
    }
}

impl ChoraleTrain {
    /// Sizes of the network.
    pub fn sizes(&self) -> Sizes {
        let (embedding, layers) = match self.config {
            ChoraleConfig::Electropunk => (128, 2),
            ChoraleConfig::Bachbot => (32, 3),
        };
        Sizes {
            encoding: self.config.encoding(),
            n_embedding: self.embedding_size.unwrap_or(embedding) as usize,
            n_hidden: self.rnn_size.unwrap_or(256) as usize,
            n_layers: self.rnn_layers.unwrap_or(layers) as usize,
        }
    }

    /// Dropout of layers and of inputs.
    pub fn dropouts(&self) -> (f64, f64) {
        let (layers, inputs) = match self.config {
            ChoraleConfig::Electropunk => (0.4, 0.1),
            ChoraleConfig::Bachbot => (0.3, 0.0),
        };
        (self.dropout.unwrap_or(layers), self.input_dropout.unwrap_or(inputs))
    }
}

/// `electropunk chorale train`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct ChoraleTrain {
    /// Corpus to train on: an archive of arrays, described in docs/models.md
    #[arg(long, value_name = "FILE.npz")]
    pub data: PathBuf,
    /// Model to write: NAME.safetensors and the model card NAME.toml; checkpoints go to NAME.run
    #[arg(long, value_name = "NAME", default_value = "models/my-chorale")]
    pub out: PathBuf,
    /// Start from the weights of this model, which may be of an earlier version with fewer inputs
    /// [default: random weights]
    #[arg(long, value_name = "MODEL")]
    pub from: Option<PathBuf>,
    /// Total number of training steps, those before --resume included
    #[arg(long, value_name = "N", default_value_t = 4000, value_parser = at_least_one)]
    pub steps: u64,
    /// Windows of four bars per step
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one)]
    pub batch_size: u64,
    /// Learning rate of the first step
    #[arg(long, value_name = "RATE", default_value_t = 2e-3, value_parser = positive)]
    pub learning_rate: f64,
    /// Learning rate of the last step
    #[arg(long, value_name = "RATE", default_value_t = 1e-4, value_parser = positive)]
    pub min_learning_rate: f64,
    /// Encoding, and defaults of the options below: electropunk reads relations of voices, bachbot only the
    /// last token
    #[arg(long, value_name = "CONFIG", value_enum, default_value_t = ChoraleConfig::Electropunk)]
    pub config: ChoraleConfig,
    /// Dropout on the inputs of each layer in training, 0 to 1 [default: 0.4; bachbot: 0.3]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub dropout: Option<f64>,
    /// Share of the inputs dropped in training, 0 to 1 [default: 0.1; bachbot: 0]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub input_dropout: Option<f64>,
    /// Width of the embedding [default: 128; bachbot: 32]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub embedding_size: Option<u64>,
    /// Units of each layer [default: 256]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub rnn_size: Option<u64>,
    /// Number of layers [default: 2; bachbot: 3]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub rnn_layers: Option<u64>,
    /// Random seed of the initial weights, the windows and the dropout
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub run: RunOptions,
}
