//! Arguments of the workshop's commands.

mod critique;
mod dataset;
mod learn;
mod musician;

pub use self::{
    critique::Critique,
    dataset::{Build, Dataset, Patterns, Stats},
    learn::{Attributes, Eval, Schedule, Sizes, Train},
    musician::{AudioFormat, Decode, Encode, Import, Interpolate, Sample, Takes},
};

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What the workshop can do.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[allow(clippy::large_enum_variant)] // There is one, once.
pub enum Command {
    /// Write the default SoundFont, which is made by code
    Soundfont(Soundfont),
    /// Turn MIDI files into a data set, or write themed patterns as MIDI files
    #[command(subcommand)]
    Dataset(Dataset),
    /// Train a model, or go on training one
    Train(Train),
    /// Say how well a model rebuilds songs that it has not been trained on
    Eval(Eval),
    /// Find the ways in a model's latent space that lead to more notes, more syncopation, higher notes
    Attributes(Attributes),
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
    /// Say in figures, and draw, how good a station, a MIDI file or a recording is
    Critique(Critique),
}

/// `electropunk soundfont`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Soundfont {
    /// Where to write it
    #[arg(long, value_name = "FILE", default_value = "soundfonts/electropunk.sf2")]
    pub out: PathBuf,
}
