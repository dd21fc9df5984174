//! Arguments of `dataset`.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

use crate::{
    args::{at_least_one, share},
    lab::cli::values::{DRUM_HITS, NOTES, family, style},
    music::part_map::Rule,
    musicvae::net::family::Family,
    patterns::style::Style,
};

/// `electropunk dataset`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
pub enum Dataset {
    /// Build a data set from MIDI files, without duplicates, split by song; resumes if interrupted
    Build(Build),
    /// Print statistics of a data set, and draw windows of it
    Stats(Stats),
    /// Compute the statistics of melodies and basses that `critique` compares with
    Lines(Lines),
    /// Write generated patterns of a style as MIDI files
    Patterns(Patterns),
    /// Count the intervals of melodies: the grammar that the patterns' melodies follow
    Grammar(Grammar),
}

/// `electropunk dataset build`.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Build {
    /// MIDI files (.mid, .midi, .kar, .rmi, also .gz), recordings (.wav, .mp3, .flac and others that the
    /// radio plays), folders of them, or archives of MIDI files (.zip, .tar, .tar.gz, .tar.zst)
    #[arg(required = true, value_name = "SRC")]
    pub sources: Vec<PathBuf>,
    /// Configuration that the set is for
    #[arg(long, value_name = "NAME", value_parser = family())]
    pub config: Family,
    /// Bars of a window [default: by configuration]
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub bars: Option<u64>,
    /// Also keep windows that lack a part; `train --recombined-share` combines them with others
    #[arg(long)]
    pub partial: bool,
    /// Most windows of a song, chosen at random, so that no song outweighs all others; 0 takes all
    /// [default: Magenta's 5, or 20 of grooves]
    #[arg(long, value_name = "N", alias = "max-per-file")]
    pub max_tensors_per_notesequence: Option<u64>,
    /// Split songs where the time signature changes and count bars from there; `false` leaves out songs
    /// with changes
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set)]
    pub presplit_on_time_changes: bool,
    /// What instruments play: PART=track:NAME, PART=program:0-127 or PART=channel:1-16; PART is
    /// melody, bass, drums or none. Repeatable; the last one that fits counts
    #[arg(long, value_name = "RULE")]
    pub map: Vec<Rule>,
    /// Folder that keeps the transcripts of recordings, so that none is read twice [default:
    /// FILE.transcripts]
    #[arg(long, value_name = "FOLDER")]
    pub transcripts: Option<PathBuf>,
    /// Leave out bars of recordings whose onsets fit the beats less than this: 0 takes all, 1 only bars
    /// with every onset on the grid
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub confidence: f64,
    /// Model that finds the notes of recordings, without file extension
    #[arg(long, value_name = "MODEL", default_value = NOTES)]
    pub notes_model: PathBuf,
    /// Model that finds the drum hits of recordings, without file extension
    #[arg(long, value_name = "MODEL", default_value = DRUM_HITS)]
    pub drums_model: PathBuf,
    /// Data set to write; FILE.rejected.txt lists the rejected MIDI files
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `electropunk dataset stats`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Stats {
    /// Data set made by `dataset build`
    #[arg(value_name = "FILE")]
    pub set: PathBuf,
    /// Print the statistics as JSON
    #[arg(long)]
    pub json: bool,
    /// Draw random windows as piano rolls into this PNG file
    #[arg(long, value_name = "FILE")]
    pub sheet: Option<PathBuf>,
    /// Number of windows for --sheet
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    pub windows: u64,
    /// Random seed for --sheet
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

/// `electropunk dataset lines`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Lines {
    /// Data sets of windows of four bars; half of the songs give the statistics, the rest are
    /// compared with them
    #[arg(required = true, value_name = "FILES")]
    pub sets: Vec<PathBuf>,
    /// Use at most this many distinct lines of each part and set, evenly spread, so that no set
    /// outweighs the others
    #[arg(long, value_name = "N", default_value_t = 2500)]
    pub lines: usize,
    /// Credits of the songs. Repeatable
    #[arg(long = "credit", value_name = "TEXT")]
    pub credits: Vec<String>,
    /// JSON file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `electropunk dataset patterns`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Patterns {
    /// Style of the patterns
    #[arg(long, value_parser = style())]
    pub style: Style,
    /// Number of patterns, numbered from 0
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub count: u64,
    /// Folder for the files STYLE-NUMBER.mid, created if needed
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// `electropunk dataset grammar`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Grammar {
    /// Data sets with melodies, made by `dataset build`
    #[arg(required = true, value_name = "FILE")]
    pub sets: Vec<PathBuf>,
    /// Authors and licence of the music in the data sets: the first lines of the table
    #[arg(long, value_name = "TEXT")]
    pub credit: String,
    /// Table to write; the built-in one is src/patterns/grammar/grammar.txt
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
