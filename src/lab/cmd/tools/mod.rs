//! The commands that answer a MIDI file, `continue`, `groove` and `drumify`, and `watch`, which answers
//! the files of a folder.

mod answer;
mod files;
mod settings;
pub mod studio;
pub mod watch;

use anyhow::Context as _;
use serde_json::json;

use crate::lab::{
    cli::{self, Answering},
    cmd::tools::{
        answer::{Models, answer},
        files::AnswerFiles,
        settings::{Continuing, Drumming, Grooving, Tool},
    },
    tools::variation::Variation,
};

/// Runs `continue`.
///
/// # Errors
/// The file or a model can't be read, the tool can't answer it, or an answer can't be written.
pub fn continue_file(args: &cli::Continue) -> anyhow::Result<()> {
    run(&Tool::Continue(Continuing::of(args)), &args.answering)
}

/// Runs `groove`.
///
/// # Errors
/// As [`continue_file`].
pub fn groove(args: &cli::Groove) -> anyhow::Result<()> {
    run(&Tool::Groove(Grooving::of(args)), &args.answering)
}

/// Runs `drumify`.
///
/// # Errors
/// As [`continue_file`].
pub fn drumify(args: &cli::Drumify) -> anyhow::Result<()> {
    run(&Tool::Drumify(Drumming::of(args)), &args.answering)
}

/// Writes the answers of `tool`.
///
/// # Errors
/// The file or a model can't be read, the tool can't answer it, or an answer can't be written.
fn run(tool: &Tool, args: &Answering) -> anyhow::Result<()> {
    let bytes = files::read(&args.file)?;
    let models = Models::default();
    // Short enough for file names.
    let seed = args.seed.unwrap_or_else(|| rand::random::<u32>().into());
    let mut files = AnswerFiles::open(args, tool.name().name(), seed)?;
    for number in 0..args.n {
        let variation = Variation { seed, number };
        let answer = answer(tool, &models, &bytes, &args.manner.map, variation);
        files.write(&answer.with_context(|| args.file.display().to_string())?)?;
    }
    let facts = json!({ "tool": tool.name().name(), "file": args.file, "seed": seed });
    files.report(args.json, facts);
    Ok(())
}
