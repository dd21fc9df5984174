//! `electropunk train`: the training loop with its progress, log, checkpoints and previews.

mod course;
mod health;
mod preview;
mod progress;
mod resume;
mod settings;
mod setup;

use std::{io::Write as _, path::PathBuf, time::Instant};

use crate::{
    ffi, interrupt,
    lab::{
        cli,
        cmd::{
            model, priors,
            train::{
                course::{Course, facts, validate_all},
                setup::Measures,
            },
            training_run,
        },
        train::{
            card::{self, Card, Training},
            checkpoint,
            fit::{Fit, Measure},
            mixture,
        },
    },
};

/// Most patterns of each style, and most windows of songs, that priors are made from.
const N_PRIOR_PATTERNS: u64 = mixture::MOST as u64;
const N_PRIOR_SONGS: usize = 2000;

/// Runs the command.
///
/// # Errors
/// The data can't be read, the model exists, the checkpoint is of another run, a loss is not finite, or
/// the disk is full; the last checkpoint is kept.
pub fn run(args: &cli::Train) -> anyhow::Result<()> {
    ffi::keep_freed_memory();
    ffi::compute_on_one_thread();
    // Not rayon::current_num_threads: it would start the global pool before it is configured here.
    let n_threads = training_run::n_threads(&args.run)?;
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    let run = training_run::checkpoints(&args.out, &args.run);
    training_run::require_new(&args.out, &args.run, &run)?;
    let mut course = Course::prepare(args, n_threads)?;
    let stop = interrupt::flag()?;
    let started = Instant::now();
    let is_over = || stop.is_set() || training_run::is_over(&args.run, started);
    let mut last = course.train(&is_over)?;
    let n_empty = health::n_empty(&checkpoint::snapshot(&course.fit.network)?, args.seed)?;
    let measure = last.first().map(|(_, measure)| measure).or(course.newest.as_ref());
    for complaint in health::complaints(measure, n_empty, &course.settings) {
        course.progress.say(&complaint);
    }
    if !args.no_whitening {
        course.fit.network = course.fit.whitened()?;
        last = validate_all(&course.fit, &course.held_out)?;
    }
    write_model(args, &course, &last)?;
    report(args, &course, &last, n_empty);
    Ok(())
}

/// Prints what was written, to standard output.
fn report(args: &cli::Train, course: &Course, last: &Measures, n_empty: usize) {
    let path = model::file(&args.out, "safetensors");
    let step = course.fit.step;
    let text = if args.run.json {
        let held_out: serde_json::Map<_, _> =
            last.iter().map(|(name, measure)| ((*name).to_owned(), facts(measure))).collect();
        serde_json::json!({
            "model": path,
            "step": step,
            "held_out": held_out,
            "empty_samples": n_empty,
        })
        .to_string()
    } else {
        format!("step {step}: {} and its card written", path.display())
    };
    // A closed standard output is no error: the model is written.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Adds priors of the styles and songs that the model was trained on to its file.
fn add_priors(args: &cli::Train, fit: &Fit) -> anyhow::Result<()> {
    let network = checkpoint::snapshot(&fit.network)?;
    let n_patterns = args.patterns.min(N_PRIOR_PATTERNS);
    let fitted = priors::fit(&network, n_patterns, &fit.songs(N_PRIOR_SONGS))?;
    priors::write(&args.out, &fitted)
}

/// The run as the model card records it; `n_windows` are those of songs and of generated patterns.
fn card_of_run(args: &cli::Train, steps: u64, n_windows: [usize; 2]) -> Training {
    let file_name = |path: &PathBuf| path.file_name().unwrap_or_default().display().to_string();
    Training {
        command: card::command_line(),
        seed: args.seed,
        steps,
        data: args.data.iter().map(file_name).collect(),
        real_windows: n_windows[0],
        themed_windows: n_windows[1],
        themed_share: args.themed_share,
    }
}

/// Writes weights, priors and card.
fn write_model(args: &cli::Train, course: &Course, last: &Measures) -> anyhow::Result<()> {
    let fit = &course.fit;
    checkpoint::export(&fit.network, &model::file(&args.out, "safetensors"))?;
    add_priors(args, fit)?;
    let figures = |(name, measure): &(&str, Measure)| ((*name).into(), measure.into());
    let card = Card {
        config: args.config.to_string(),
        sizes: card::sizes(&fit.network.config),
        training: card_of_run(args, fit.step, course.n_windows),
        validation: last.iter().map(figures).collect(),
    };
    Ok(card.save(&model::file(&args.out, "toml"))?)
}
