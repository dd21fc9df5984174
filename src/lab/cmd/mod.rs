//! The commands of `lab`, one file each.

pub mod attributes;
pub mod chorale;
mod clip;
pub mod critique;
pub mod dataset;
pub mod decode;
pub mod encode;
pub mod eval;
mod grammar;
pub mod import;
mod import_notes;
pub mod interpolate;
pub mod line_statistics;
mod model;
mod npy;
mod output;
pub mod personalise;
pub mod priors;
pub mod sample;
mod sampling;
pub mod soundfont;
pub mod stats;
pub mod tools;
mod touch;
pub mod train;
mod training_run;
pub mod transcribe;
pub mod transcription;

use crate::lab::cli::Command;

/// Runs a command of `lab`.
///
/// # Errors
/// Those of the command.
pub fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Soundfont(args) => soundfont::run(args),
        Command::Dataset(args) => dataset::run(args),
        Command::Train(args) => train::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Attributes(args) => attributes::run(args),
        Command::Priors(args) => priors::run(args),
        Command::Personalise(args) => personalise::run(args),
        Command::Import(args) => import::run(args),
        Command::Sample(args) => sample::run(args),
        Command::Interpolate(args) => interpolate::run(args),
        Command::Continue(args) => tools::continue_file(args),
        Command::Groove(args) => tools::groove(args),
        Command::Drumify(args) => tools::drumify(args),
        Command::Watch(args) => tools::watch::run(args),
        Command::Encode(args) => encode::run(args),
        Command::Decode(args) => decode::run(args),
        Command::Chorale(command) => chorale::run(command),
        Command::Transcribe(args) => transcribe::run(args),
        Command::Transcription(command) => transcription::run(command),
        Command::Critique(args) => critique::run(args),
    }
}
