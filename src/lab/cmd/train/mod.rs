//! `electropunk train`: the training loop with progress bar, log, checkpoints and previews.

mod preview;
mod setup;

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    ffi, files,
    lab::{
        cli,
        cmd::{
            priors,
            train::{
                preview::Previews,
                setup::{HeldOut, Measures},
            },
        },
        picture::{curve::svg, learning},
        train::{
            card::{self, Card, Training},
            checkpoint::{self, Run},
            fit::{Fit, Measure},
        },
    },
};

/// Patterns of each style, and windows of songs, that priors are fitted to at most.
const N_PRIOR_PATTERNS: u64 = 400;
const N_PRIOR_SONGS: usize = 2000;

/// Steps between log entries.
const LOG_STEPS: u64 = 50;

/// Runs the command.
///
/// # Errors
/// The data can't be read, the checkpoint is of another run, or the disk is full; the last
/// checkpoint is kept.
pub fn run(args: &cli::Train) -> anyhow::Result<()> {
    ffi::keep_freed_memory();
    ffi::compute_on_one_thread();
    // Not rayon::current_num_threads: it would start the global pool before it is configured here.
    let n_cores = std::thread::available_parallelism()?.get();
    let n_threads = args.threads.map_or(n_cores, |n| n as usize);
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    let network = setup::network(args)?;
    let (examples, held_out) = setup::read_examples(args, &network.config)?;
    let n_windows = [&examples.real, &examples.themed].map(|pool| pool.windows.len());
    let run =
        Run { folder: args.out.with_extension("run"), n_kept: args.checkpoints_to_keep as usize };
    let network = match args.device.gpu()? {
        Some(gpu) => network.on(&gpu)?,
        None => network,
    };
    // A GPU computes a batch as a whole, a CPU splits it among threads.
    let n_shares = if network.device().is_cpu() { n_threads } else { 1 };
    let settings = setup::settings(args, n_shares);
    let mut fit = setup::start(args, &run, Fit::new(network, examples, settings)?)?;
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))?;
    let is_stopped = || stop.load(Ordering::Relaxed);
    let mut previews = Previews::new(&run.folder, args.preview_minutes, args.listen, args.seed)?;
    let mut last = train(args, &run, &mut fit, &held_out, &mut previews, &is_stopped)?;
    if !args.no_whitening {
        fit.network = fit.whitened()?;
        last = validate_all(&fit, &held_out)?;
    }
    let model = args.out.with_extension("safetensors");
    checkpoint::export(&fit.network, &model)?;
    add_priors(args, &fit)?;
    let card = Card {
        config: args.config.to_string(),
        sizes: card::sizes(&fit.network.config),
        training: card_of_run(args, fit.step, n_windows),
        validation: last.iter().map(|(name, measure)| ((*name).into(), measure.into())).collect(),
    };
    card.save(&args.out.with_extension("toml"))?;
    if args.json {
        let held_out: serde_json::Map<_, _> =
            last.iter().map(|(name, measure)| ((*name).to_owned(), facts(measure))).collect();
        let report = serde_json::json!({ "model": model, "step": fit.step, "held_out": held_out });
        println!("{report}");
    } else {
        println!("step {}: {} and its card written", fit.step, model.display());
    }
    Ok(())
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

fn train(
    args: &cli::Train,
    run: &Run,
    fit: &mut Fit,
    held_out: &HeldOut,
    previews: &mut Previews,
    is_stopped: &dyn Fn() -> bool,
) -> anyhow::Result<Measures> {
    let bar = ProgressBar::new(args.schedule.steps).with_position(fit.step);
    let template = "{bar:24} {pos}/{len} {msg} {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(template)?);
    let mut log = open_log(&run.folder)?;
    let mut last = Measures::new();
    while fit.step < args.schedule.steps && !is_stopped() {
        let measure = fit.advance().context(format!("step {}", fit.step))?;
        bar.set_position(fit.step);
        if fit.step.is_multiple_of(LOG_STEPS) {
            bar.set_message(measure.to_string());
            write_log(&mut log, fit.step, "train", &measure)?;
        }
        if previews.is_due() {
            previews.update(&fit.network, fit.step, &measure);
        }
        let is_last = fit.step == args.schedule.steps || is_stopped();
        if is_last || fit.step.is_multiple_of(args.checkpoint_steps) {
            last = validate_all(fit, held_out)?;
            for (name, measure) in &last {
                bar.println(format!("step {}, {name}: {measure}", fit.step));
                write_log(&mut log, fit.step, name, measure)?;
            }
            // Training continues without the picture.
            if let Err(error) = draw_curves(&run.folder, args.config.domain().parts()) {
                tracing::warn!("{error:#}");
            }
            run.save(&fit.network, &fit.adam, fit.step, &setup::describe(args))
                .with_context(|| format!("saving the checkpoint of step {} failed", fit.step))?;
        }
    }
    bar.finish();
    // A finished run that is resumed takes no step.
    if last.is_empty() { validate_all(fit, held_out) } else { Ok(last) }
}

fn validate_all(fit: &Fit, held_out: &HeldOut) -> anyhow::Result<Measures> {
    held_out.iter().map(|(name, windows)| Ok((*name, fit.validate(windows)?))).collect()
}

fn open_log(folder: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let path = folder.join("log.jsonl");
    let file = File::options().create(true).append(true).open(&path);
    file.with_context(|| path.display().to_string())
}

/// Draws the learning curves of the log so far.
fn draw_curves(folder: &Path, parts: &[&str]) -> anyhow::Result<()> {
    let path = folder.join("curves.svg");
    let log = std::fs::read_to_string(folder.join("log.jsonl"));
    let log = log.with_context(|| format!("{}: reading log.jsonl failed", folder.display()))?;
    let panels = learning::panels(&learning::read(&log), parts);
    let written = files::write(&path, svg(&panels).as_bytes());
    written.with_context(|| format!("{}: writing the learning curves failed", path.display()))
}

fn facts(measure: &Measure) -> serde_json::Value {
    serde_json::json!({
        "loss": measure.cross_entropy,
        "kl_bits": measure.kl_bits,
        "accuracy": measure.accuracy,
    })
}

fn write_log(log: &mut File, step: u64, set: &str, measure: &Measure) -> anyhow::Result<()> {
    let mut line = facts(measure);
    line["step"] = step.into();
    line["set"] = set.into();
    writeln!(log, "{line}").context("log.jsonl: writing failed")
}
