//! Arguments of `transcribe` and of `transcription evaluate notes`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    args::{at_least_one, not_negative, positive, share},
    lab::cli::values::{DRUM_HITS, NOTES},
};

/// What counts as a note.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Hearing {
    /// Model that finds pitched notes, without file extension
    #[arg(long, visible_alias = "notes", value_name = "MODEL", default_value = NOTES)]
    pub notes_model: PathBuf,
    /// Minimum probability of an onset, 0 to 1: a higher one finds fewer notes, and fewer wrong ones
    /// [default: the model's; with --line 0.1 more]
    #[arg(long, value_name = "P", value_parser = share)]
    pub onset_threshold: Option<f64>,
    /// Probability below which a note ends, 0 to 1 [default: the model's]
    #[arg(long, value_name = "P", value_parser = share)]
    pub frame_threshold: Option<f64>,
    /// Minimum length of a note in milliseconds [default: the model's; Basic Pitch's is 127]
    #[arg(long, value_name = "MS", value_parser = not_negative)]
    pub shortest: Option<f64>,
    /// Lowest MIDI pitch of a note
    #[arg(long, value_name = "PITCH", default_value_t = 21, value_parser = clap::value_parser!(u8).range(21..=108))]
    pub lowest: u8,
    /// Highest MIDI pitch of a note
    #[arg(long, value_name = "PITCH", default_value_t = 108, value_parser = clap::value_parser!(u8).range(21..=108))]
    pub highest: u8,
    /// The recording is of a bass or another line: harmonics of sounding notes are left out
    #[arg(long)]
    pub line: bool,
}

/// `electropunk transcribe`.
#[derive(Debug, Clone, PartialEq, Args)]
#[allow(clippy::struct_excessive_bools)] // Flags of a command.
pub struct Transcribe {
    /// Recording: wav, mp3, flac, ogg, m4a or aiff, of at most half an hour
    #[arg(value_name = "RECORDING")]
    pub source: PathBuf,
    /// MIDI file to write [default: the recording's name with .mid]
    #[arg(long, value_name = "X.mid")]
    pub out: Option<PathBuf>,
    /// Also draw the recording's first minute, its spectrum above the notes, beside the MIDI file
    #[arg(long)]
    pub picture: bool,
    /// Overwrite an existing file of that name
    #[arg(long)]
    pub overwrite: bool,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub hearing: Hearing,
    /// Model that finds drum hits, without file extension
    #[arg(long, value_name = "MODEL", default_value = DRUM_HITS)]
    pub drums_model: PathBuf,
    /// Don't look for drums
    #[arg(long)]
    pub no_drums: bool,
    /// Don't look for beats: all notes on one track, at the times of the recording
    #[arg(long, conflicts_with_all = ["tempo", "first_bar"])]
    pub no_beats: bool,
    /// The recording's tempo in beats per minute, roughly [default: found]
    #[arg(long, value_name = "BPM", value_parser = positive)]
    pub tempo: Option<f64>,
    /// Roughly when a bar begins, in seconds [default: found]
    #[arg(long, value_name = "SECONDS", value_parser = not_negative)]
    pub first_bar: Option<f64>,
    /// Print what was found as JSON
    #[arg(long)]
    pub json: bool,
    /// CPU threads [default: number of cores]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub threads: Option<u64>,
}

/// `electropunk transcription evaluate notes`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct NotesEvaluate {
    /// A recording, or another program's transcript of it as MIDI, and the MIDI file of its true notes.
    /// Repeatable
    #[arg(long, value_names = ["FOUND", "TRUE.mid"], num_args = 2, action = clap::ArgAction::Append)]
    pub pair: Vec<PathBuf>,
    /// MIDI files to play and transcribe: folders, archives and files; only titles that training holds out
    #[arg(long, value_name = "SOURCE", num_args = 1.., requires = "soundfont")]
    pub midi: Vec<PathBuf>,
    /// Play all titles of --midi, not only those that training holds out
    #[arg(long)]
    pub all: bool,
    /// SoundFont that plays --midi
    #[arg(long, value_name = "FILE")]
    pub soundfont: Option<PathBuf>,
    /// Maximum seconds of each title to play
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, value_parser = positive)]
    pub seconds: f64,
    /// Maximum number of titles to play
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = at_least_one)]
    pub titles: u64,
    /// Level of the drums relative to all others in decibels [default: no drums]
    #[arg(long, value_name = "DB", allow_negative_numbers = true)]
    pub drums: Option<f64>,
    /// Folder for the recordings and MIDI files of --midi, for other programs
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    #[command(flatten)]
    #[allow(missing_docs)] // clap lists its options in place.
    pub hearing: Hearing,
    /// Print the figures as JSON
    #[arg(long)]
    pub json: bool,
    /// CPU threads [default: number of cores]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub threads: Option<u64>,
}
