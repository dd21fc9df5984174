//! `electropunk dataset`: MIDI files to a data set, patterns to MIDI files.

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{cli, dataset::build::build};

/// Runs the command.
///
/// # Errors
/// A source can't be read, or the result not be written.
pub fn run(command: &cli::Dataset) -> anyhow::Result<()> {
    match command {
        cli::Dataset::Build(args) => pack(args),
        cli::Dataset::Patterns(_) => Ok(()),
    }
}

fn pack(args: &cli::Build) -> anyhow::Result<()> {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {pos} files, {per_sec}")?);
    let (set, report) = build(&args.sources, args.config, |n| bar.set_position(n as u64))?;
    bar.finish_and_clear();
    set.save(&args.out).with_context(|| format!("can't keep {}", args.out.display()))?;
    print!("{report}");
    println!("{} songs, written to {}", set.songs.len(), args.out.display());
    Ok(())
}
