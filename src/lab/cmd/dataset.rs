//! `electropunk dataset`: builds a data set from MIDI files, prints its statistics, computes those of
//! lines, writes generated patterns as MIDI files, and fits their grammar.

use std::fs;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    interrupt,
    lab::{
        cli,
        cmd::{grammar, line_statistics, stats, transcription::reader},
        dataset::{
            build::build_with,
            extraction::WindowSpec,
            recordings::{self, Recordings},
            report::rejected_path,
            stream,
        },
    },
    music::{
        meter::STEPS_PER_BAR,
        midi,
        sequence::{self, TRIO_PARTS},
    },
    musicvae::net::config::Config,
    patterns,
};

/// Runs the command.
///
/// # Errors
/// A source can't be read, or the result can't be written.
pub fn run(command: &cli::Dataset) -> anyhow::Result<()> {
    match command {
        cli::Dataset::Build(args) => pack(args),
        cli::Dataset::Stats(args) => stats::run(args),
        cli::Dataset::Lines(args) => line_statistics::run(args),
        cli::Dataset::Patterns(args) => write_patterns(args),
        cli::Dataset::Grammar(args) => grammar::run(args),
    }
}

fn pack(args: &cli::Build) -> anyhow::Result<()> {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {pos} files, {per_sec}")?);
    let stop = interrupt::flag()?;
    let reader = match recordings::are_in(&args.sources) {
        true => Some(reader(&args.notes_model, &args.drums_model)?),
        false => None,
    };
    let goes_on = || {
        bar.tick();
        !stop.is_set()
    };
    let recordings = reader.as_ref().map(|(reader, models)| {
        let folder = args.transcripts.clone();
        let folder = folder.unwrap_or_else(|| stream::beside(&args.out, ".transcripts"));
        Recordings::new(reader, *models, folder, args.confidence, &goes_on)
    });
    let watch = |n_files: usize| {
        bar.set_position(n_files as u64);
        !stop.is_set()
    };
    let report = build_with(&args.sources, spec(args)?, recordings.as_ref(), &args.out, &watch);
    bar.finish_and_clear();
    let report =
        report.with_context(|| format!("{}: building the data set failed", args.out.display()))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    print!("{report}");
    if !report.left_out.is_empty() {
        println!("rejected files are listed in {}", rejected_path(&args.out).display());
    }
    println!("written to {}", args.out.display());
    Ok(())
}

fn spec(args: &cli::Build) -> anyhow::Result<WindowSpec> {
    let mut config = Config::official(args.config);
    if let Some(bars) = args.bars {
        let longer = config.with_steps(bars as usize * STEPS_PER_BAR);
        config = longer
            .with_context(|| format!("{} does not support windows of {bars} bars", args.config))?;
    }
    let usual = WindowSpec::new(config);
    Ok(WindowSpec {
        with_absent: args.partial,
        max_per_file: match args.max_tensors_per_notesequence {
            None => usual.max_per_file,
            Some(0) => usize::MAX,
            Some(n) => n as usize,
        },
        presplit: args.presplit_on_time_changes,
        rules: args.map.clone(),
        ..usual
    })
}

fn write_patterns(args: &cli::Patterns) -> anyhow::Result<()> {
    let folder = args.out.display();
    fs::create_dir_all(&args.out)
        .with_context(|| format!("{folder}: creating the folder failed"))?;
    for number in 0..args.count {
        let pattern = patterns::pattern(args.style, number);
        let piece = sequence::from_trio(&pattern.trio, pattern.tempo);
        let bytes = midi::write(&piece, |note| TRIO_PARTS[usize::from(note.instrument)]);
        let path = args.out.join(format!("{}-{number}.mid", args.style));
        fs::write(&path, bytes).with_context(|| format!("{}: writing failed", path.display()))?;
    }
    println!("{} {} patterns written to {folder}", args.count, args.style);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::trio::Trio, musicvae::convert::extract::Lines, patterns::style::Style};

    #[test]
    fn patterns_survive_a_round_trip_through_midi_files() {
        let folder = tempfile::tempdir().unwrap();
        for style in Style::ALL {
            let args = cli::Patterns { style, count: 20, out: folder.path().join("new") };
            write_patterns(&args).unwrap();

            for number in 0..args.count {
                let bytes = fs::read(args.out.join(format!("{style}-{number}.mid"))).unwrap();
                let mut lines = Lines::extract(&midi::read(&bytes).unwrap()).unwrap();
                let trio = Trio {
                    melody: lines.melodies.remove(0),
                    bass: lines.basses.remove(0),
                    drums: lines.drums.unwrap(),
                };
                assert_eq!(trio, patterns::pattern(style, number).trio, "{style} {number}");
            }
        }
    }
}
