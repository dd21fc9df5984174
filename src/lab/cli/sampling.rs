//! Options of commands that draw tokens.

use clap::Args;

use crate::{
    args::{not_negative, share},
    lab::cli::values::repeat,
    musicvae::net::repeat::Repeat,
};

/// Default of `--repeat-pitches`.
const REPEAT_PITCHES: f64 = 0.5;

/// Sampling options; the default is that of the command line.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Sampling {
    /// Randomness of the notes: 0 always takes the most likely, 1 follows the model's probabilities
    /// [default: 0.9 for melodies and basses; else 0.5, or 0 when interpolating]
    #[arg(long, value_name = "T", value_parser = not_negative)]
    pub temperature: Option<f64>,
    /// The same for the rhythm of melodies and basses [default: as --temperature]
    #[arg(long, value_name = "T", value_parser = not_negative, conflicts_with = "plain")]
    pub rhythm_temperature: Option<f64>,
    /// The same for the pitches of melodies and basses [default: as --temperature]
    #[arg(long, value_name = "T", value_parser = not_negative, conflicts_with = "plain")]
    pub pitch_temperature: Option<f64>,
    /// The same for the instruments of multitrack models [default: 1]
    #[arg(long, value_name = "T", value_parser = not_negative, conflicts_with = "plain")]
    pub program_temperature: Option<f64>,
    /// Which of four bars of a melody or bass repeat, by letter; riff is ABAB with all pitches kept
    #[arg(long, value_name = "BARS", default_value = "ABAB", value_parser = repeat())]
    #[arg(conflicts_with = "plain")]
    pub repeat: Repeat,
    /// Share of the notes of a repeating bar that keep their pitch, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = REPEAT_PITCHES, value_parser = share)]
    #[arg(conflicts_with = "plain")]
    pub repeat_pitches: f64,
    /// Draw rhythm and pitch of melodies and basses together, without repeats, like Magenta
    #[arg(long)]
    pub plain: bool,
}

impl Default for Sampling {
    fn default() -> Self {
        Self {
            temperature: None,
            rhythm_temperature: None,
            pitch_temperature: None,
            program_temperature: None,
            repeat: Repeat::default(),
            repeat_pitches: REPEAT_PITCHES,
            plain: false,
        }
    }
}
