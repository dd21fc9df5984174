//! `electropunk transcription`: networks that transcribe recordings.

mod course;
mod drum_course;
mod evaluate_drums;
mod evaluate_notes;
mod evaluate_recordings;
mod hearing;
pub mod picture;
mod reader;
mod train;
mod train_drums;

pub use self::{
    hearing::{hearing, threads},
    reader::{drum_network, reader},
};

use crate::lab::cli::{Transcription, TranscriptionEvaluate, TranscriptionTrain};

/// Runs a command of `transcription`.
///
/// # Errors
/// Those of the command.
pub fn run(command: &Transcription) -> anyhow::Result<()> {
    match command {
        Transcription::Train(TranscriptionTrain::Notes(args)) => train::run(args),
        Transcription::Train(TranscriptionTrain::Drums(args)) => train_drums::run(args),
        Transcription::Evaluate(TranscriptionEvaluate::Notes(args)) => evaluate_notes::run(args),
        Transcription::Evaluate(TranscriptionEvaluate::Drums(args)) => evaluate_drums::run(args),
        Transcription::Evaluate(TranscriptionEvaluate::Recordings(args)) => {
            evaluate_recordings::run(args)
        }
    }
}
