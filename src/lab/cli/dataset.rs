//! What `electropunk dataset` can be told.

use std::path::PathBuf;

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser as _},
};

use crate::{args::at_least_one, musicvae::net::family::Family, patterns::style::Style};

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
    /// Say what became of the files as JSON
    #[arg(long)]
    pub json: bool,
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
    /// Style of the patterns
    #[arg(long, value_parser = PossibleValuesParser::new(Style::ALL.map(Style::name))
        .try_map(|name| name.parse::<Style>()))]
    pub style: Style,
    /// How many, numbered from 0
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub count: u64,
    /// Folder for the files STYLE-NUMBER.mid; made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
