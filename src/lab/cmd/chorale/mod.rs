//! `electropunk chorale`: four-voice chorales.

mod course;
mod evaluate;
mod harmonise;
mod model;
mod progress;
mod sample;
mod tracks;
mod train;

use crate::lab::cli::Chorale;

/// Runs a command of `chorale`.
///
/// # Errors
/// Those of the command.
pub fn run(command: &Chorale) -> anyhow::Result<()> {
    match command {
        Chorale::Train(args) => train::run(args),
        Chorale::Sample(args) => sample::run(args),
        Chorale::Harmonise(args) => harmonise::run(args),
        Chorale::Evaluate(args) => evaluate::run(args),
    }
}
