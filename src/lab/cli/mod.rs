//! Arguments of the commands of `lab`.

mod bar_range;
mod chorale;
mod critique;
mod dataset;
mod drum_hits;
mod musician;
mod personalise;
mod run_options;
mod sampling;
mod tools;
mod training;
mod transcribe;
mod transcription;
mod values;

pub use self::{
    bar_range::BarRange,
    chorale::{Chorale, ChoraleEvaluate, ChoraleOutput, ChoraleSample, ChoraleTrain, Harmonise},
    critique::Critique,
    dataset::{Build, Dataset, Grammar, Lines, Patterns, Stats},
    drum_hits::{DrumsEvaluate, DrumsTrain, RecordingsEvaluate},
    musician::{AudioFormat, Decode, Encode, Import, Interpolate, Output, Sample, Touch},
    personalise::{Kind, Personalise},
    run_options::RunOptions,
    sampling::Sampling,
    tools::{Answering, Continue, DRUMS, Drumify, GROOVE, Groove, Manner, TRIO, ToolName, Watch},
    training::{Attributes, Eval, Priors, Schedule, Sizes, Train},
    transcribe::{Hearing, NotesEvaluate, Transcribe},
    transcription::{NotesTrain, Transcription, TranscriptionEvaluate, TranscriptionTrain},
};

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands of `lab`.
#[derive(Debug, Clone, PartialEq, Subcommand)]
#[allow(clippy::large_enum_variant)] // Parsed once per process.
pub enum Command {
    /// Write the built-in SoundFont, which is synthesised by code
    Soundfont(Soundfont),
    /// Build a data set from MIDI files, print its statistics, or write generated patterns
    #[command(subcommand)]
    Dataset(Dataset),
    /// Train a model, or continue its training
    Train(Train),
    /// Measure a model: how well it reconstructs held-out songs, and how good its samples are
    Eval(Eval),
    /// Add vectors to a model that steer it to more notes, more syncopation or higher notes
    Attributes(Attributes),
    /// Add priors to a model: where in its latent space each style and your songs lie
    Priors(Priors),
    /// Fit a prior of few dimensions to your songs: where in a model's latent space they lie
    Personalise(Personalise),
    /// Convert a checkpoint of Magenta or magenta-js to a model
    Import(Import),
    /// Write random samples of a model as MIDI files
    #[command(visible_alias = "generate")]
    Sample(Sample),
    /// Write an interpolation between two MIDI files, through a model's latent space
    Interpolate(Interpolate),
    /// Write bars that follow a MIDI file: its drums, melody and bass go on
    Continue(Continue),
    /// Give the drums of a MIDI file the velocities and the timing of a drummer
    Groove(Groove),
    /// Write drums for the rhythm of a MIDI file
    Drumify(Drumify),
    /// Answer the MIDI files that a DAW saves in a folder, with files beside them
    Watch(Watch),
    /// Encode a MIDI file to latent vectors of a model
    Encode(Encode),
    /// Decode latent vectors to MIDI files, or with --out NAME.npy to an array of tokens
    Decode(Decode),
    /// Compose chorales in four voices, harmonise a tune, or train a model of them
    #[command(subcommand)]
    Chorale(Chorale),
    /// Write the notes and drum hits of a recording as a MIDI file
    Transcribe(Transcribe),
    /// Train and measure the networks that read recordings
    #[command(subcommand)]
    Transcription(Transcription),
    /// Measure the music and the sound of a station, a MIDI file or a recording
    Critique(Critique),
}

/// `electropunk soundfont`.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct Soundfont {
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "soundfonts/electropunk.sf2")]
    pub out: PathBuf,
    /// Also draw every preset at three velocities, as spectrograms in a PNG file, and print a table
    /// of figures: movement of held notes, opening by velocity, tuning, width
    #[arg(long, value_name = "FILE")]
    pub sheet: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::patterns::style::Style;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }

    fn command(line: &str) -> Result<Command, clap::Error> {
        let words = ["electropunk"].into_iter().chain(line.split_whitespace());
        Line::try_parse_from(words).map(|line| line.command)
    }

    #[test]
    fn options_have_the_types_that_they_name() {
        let patterns = command("dataset patterns --style hip-hop --out there").unwrap();
        let Command::Dataset(Dataset::Patterns(patterns)) = patterns else { panic!() };
        assert_eq!((patterns.style, patterns.count), (Style::HipHop, 16));
    }

    #[test]
    fn training_defaults_are_magentas() {
        let line = "train --config cat-drums_2bar_small --data a b --out models/drums-2bar";
        let Command::Train(train) = command(line).unwrap() else { panic!() };

        let Schedule { learning_rate, decay_rate, min_learning_rate, .. } = train.schedule;
        assert_eq!((learning_rate, decay_rate, min_learning_rate), (1e-3, 0.9999, 1e-5));
        assert_eq!((train.schedule.max_beta, train.schedule.beta_rate), (None, None));
        assert_eq!((train.data.len(), train.run.checkpoints_to_keep), (2, 2));
    }

    #[test]
    fn invalid_values_are_usage_errors() {
        for line in [
            "dataset build --out x",
            "dataset patterns --style polka --out x",
            "train --config c --data d --out o --steps 0",
            "train --config c --data d --out o --decay-rate 1.5",
            "sample --model m --out o --audio ogg",
            "interpolate --model m a.mid --out o",
            "sample --model m --repeat ABBA",
            "sample --model m --repeat AABA --plain",
            "critique techno --minutes 0",
            "critique techno --target loud",
        ] {
            assert_eq!(command(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
