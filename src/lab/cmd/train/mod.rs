//! `electropunk train`: the loop around [`crate::lab::train`], with a bar, a log, and a way out.

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
    files,
    lab::{
        cli,
        cmd::train::{
            preview::Previews,
            setup::{HeldOut, Measures},
        },
        picture::{curve::svg, learning},
        train::{
            card::{self, Card, Training},
            checkpoint::{self, Run},
            fit::{Fit, Measure},
            network::Network,
        },
    },
};

/// Steps between lines of the log.
const LOG_STEPS: u64 = 50;

/// Runs the command.
///
/// # Errors
/// The data can't be read, the checkpoint is of another run, or the disk is full; what was learnt
/// up to the last checkpoint is kept.
pub fn run(args: &cli::Train) -> anyhow::Result<()> {
    // Not rayon's own count: asking for it would start the pool that is set up here.
    let n_cores = std::thread::available_parallelism()?.get();
    let n_threads = args.threads.map_or(n_cores, |n| n as usize);
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build_global()?;
    let (config, weights) = setup::network(args)?;
    let (examples, held_out) = setup::read_examples(args, &config)?;
    let n_windows = [&examples.real, &examples.themed].map(|pool| pool.windows.len());
    let run =
        Run { folder: args.out.with_extension("run"), n_kept: args.checkpoints_to_keep as usize };
    let network = match weights {
        None => Network::new(config, args.seed)?,
        Some(weights) => Network::from_tensors(config, weights.tensors())?,
    };
    let network = match args.device.gpu()? {
        Some(gpu) => network.on(&gpu)?,
        None => network,
    };
    // A GPU is fed best by a whole batch.
    let n_shares = if network.device().is_cpu() { n_threads } else { 1 };
    let settings = setup::settings(args, n_shares);
    let mut fit = setup::start(args, &run, Fit::new(network, examples, settings)?)?;
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    ctrlc::set_handler(move || seen.store(true, Ordering::Relaxed))?;
    let is_stopped = || stop.load(Ordering::Relaxed);
    let mut previews = Previews::new(&run.folder, args.preview_minutes, args.listen, args.seed)?;
    let mut last = learn(args, &run, &mut fit, &held_out, &mut previews, &is_stopped)?;
    if !args.no_whitening {
        fit.network = fit.whitened()?;
        last = validate_all(&fit, &held_out)?;
    }
    let model = args.out.with_extension("safetensors");
    checkpoint::export(&fit.network, &model)?;
    let card = Card {
        config: args.config.to_string(),
        sizes: card::sizes(&fit.network.config),
        training: training(args, fit.step, n_windows),
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

/// What the card tells of the run; `n_windows` are real and themed.
fn training(args: &cli::Train, steps: u64, n_windows: [usize; 2]) -> Training {
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

fn learn(
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
        let measure = fit.advance().context(format!("at step {}", fit.step))?;
        bar.set_position(fit.step);
        if fit.step.is_multiple_of(LOG_STEPS) {
            bar.set_message(measure.to_string());
            write_log(&mut log, fit.step, "train", &measure)?;
        }
        if previews.is_due() {
            previews.give(&fit.network, fit.step, &measure);
        }
        let is_last = fit.step == args.schedule.steps || is_stopped();
        if is_last || fit.step.is_multiple_of(args.checkpoint_steps) {
            last = validate_all(fit, held_out)?;
            for (name, measure) in &last {
                bar.println(format!("step {}, {name}: {measure}", fit.step));
                write_log(&mut log, fit.step, name, measure)?;
            }
            // Learning goes on without a picture of it.
            if let Err(error) = draw_curves(&run.folder, args.config.domain().parts()) {
                tracing::warn!("{error:#}");
            }
            run.save(&fit.network, &fit.adam, fit.step, &setup::describe(args)).with_context(
                || format!("what was learnt since the checkpoint before step {} is lost", fit.step),
            )?;
        }
    }
    bar.finish();
    // A resumed run that was over takes no step.
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

/// Draws the log so far, to be looked at while training goes on.
fn draw_curves(folder: &Path, parts: &[&str]) -> anyhow::Result<()> {
    let path = folder.join("curves.svg");
    let log = std::fs::read_to_string(folder.join("log.jsonl"));
    let log = log.with_context(|| format!("can't read the log in {}", folder.display()))?;
    let panels = learning::panels(&learning::read(&log), parts);
    let written = files::write(&path, svg(&panels).as_bytes());
    written.with_context(|| format!("can't draw {}", path.display()))
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
    writeln!(log, "{line}").context("can't write the log of the run")
}
