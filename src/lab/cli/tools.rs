//! Arguments of `continue`, `groove`, `drumify` and `watch`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::{
    args::{at_least_one, not_negative, share},
    lab::cli::{
        musician::AudioFormat,
        sampling::Sampling,
        values::{bars, style},
    },
    music::part_map::Rule,
    patterns::style::Style,
};

/// Options of commands that answer a MIDI file.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Answering {
    /// MIDI file in 4/4
    #[arg(value_name = "IN.mid")]
    pub file: PathBuf,
    /// Number of answers, all different
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_one)]
    pub n: u64,
    /// File to write, NAME.mid (with --n NAME-000.mid and so on), or a folder, created if needed, for files
    /// named by number and seed
    #[arg(long, value_name = "OUT", default_value = "takes")]
    pub out: PathBuf,
    /// Replace an existing file NAME.mid
    #[arg(long)]
    pub overwrite: bool,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub manner: Manner,
    /// Random seed: the same seed gives the same files; it is printed [default: a new one]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print the list of written files as JSON
    #[arg(long)]
    pub json: bool,
}

/// How files are read, and what is written beside their answers.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Manner {
    /// What instruments play: PART=track:NAME, PART=program:0-127 or PART=channel:1-16; PART is
    /// melody, bass, drums or none. Repeatable; the last one that fits counts
    #[arg(long, value_name = "RULE")]
    pub map: Vec<Rule>,
    /// Write an audio file beside each answer, played by the radio's synthesizer
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true)]
    pub audio: Option<AudioFormat>,
    /// SoundFont for --audio [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
}

/// `electropunk continue`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Continue {
    /// Bars to add
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = bars())]
    pub bars: u64,
    /// Move away from the file's last bars, window by window, instead of staying near them
    #[arg(long)]
    pub far: bool,
    /// Model of drums or of trios that continues the file [default: models/drums-2bar for drums alone,
    /// else models/trio-4bar]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub sampling: Sampling,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub answering: Answering,
}

/// `electropunk groove`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Groove {
    /// Mix of the file's velocities and timing with the drummer's, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    pub amount: f64,
    /// Spread of the drummers: 0 is the model's mean drummer for every seed
    #[arg(long, value_name = "T", default_value_t = 1.0, value_parser = not_negative)]
    pub temperature: f64,
    /// Model of grooves, without file extension
    #[arg(long, value_name = "MODEL", default_value = GROOVE)]
    pub model: PathBuf,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub answering: Answering,
}

/// The shipped model of grooves.
pub const GROOVE: &str = "models/groove-2bar";

/// The shipped model of drums.
pub const DRUMS: &str = "models/drums-2bar";

/// The shipped model of melody, bass and drums.
pub const TRIO: &str = "models/trio-4bar";

/// `electropunk drumify`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Drumify {
    /// Model of drums, or one trained on taps, without file extension
    #[arg(long, value_name = "MODEL", default_value = DRUMS)]
    pub model: PathBuf,
    /// Start from beats of this style, with a model of drums [default: of all styles]
    #[arg(long, value_parser = style())]
    pub style: Option<Style>,
    /// Randomness of the drums: 0 always takes the most likely, 1 follows the model's probabilities
    #[arg(long, value_name = "T", default_value_t = 0.5, value_parser = not_negative)]
    pub temperature: f64,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub answering: Answering,
}

/// `electropunk watch`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Watch {
    /// Folder to watch; answers are written beside its files
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Tools to run: continue, groove, drumify
    #[arg(long, value_name = "NAMES", value_enum, value_delimiter = ',')]
    #[arg(default_values_t = [ToolName::Continue, ToolName::Groove, ToolName::Drumify])]
    pub tools: Vec<ToolName>,
    /// Bars that `continue` adds
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = bars())]
    pub bars: u64,
    /// Lets `continue` move away from the file's last bars
    #[arg(long)]
    pub far: bool,
    /// Share of the drummer in `groove`, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    pub amount: f64,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub manner: Manner,
    /// Random seed of all answers [default: a new one for each time a file is saved]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// A tool that answers MIDI files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[allow(missing_docs)] // As the commands.
pub enum ToolName {
    Continue,
    Groove,
    Drumify,
}

impl ToolName {
    /// All tools.
    pub const ALL: [Self; 3] = [Self::Continue, Self::Groove, Self::Drumify];

    /// The name of the command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Groove => "groove",
            Self::Drumify => "drumify",
        }
    }
}

impl std::fmt::Display for ToolName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
