//! `electropunk train`: the loop around [`crate::train`], with a bar, a log, and a way out.

use std::{
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context as _, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli,
    dataset::{packed::Dataset, window::Window},
    model::config::Config,
    train::{
        card::{self, Card, Training},
        checkpoint::{self, Run},
        examples::{Examples, FIRST_HELD_OUT_PATTERN, themed_windows},
        fit::{Fit, Measure, Settings},
        network::Network,
        schedule::Schedule,
    },
};

/// Steps between lines of the log.
const LOG_STEPS: u64 = 50;

/// Held-out windows looked at while training; all of them wait for `eval`.
const N_VALIDATED: usize = 256;

/// Held-out themed patterns of each style.
const N_HELD_OUT_PATTERNS: u64 = 20;

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
    let (examples, held_out) = read_examples(args)?;
    let n_windows = [examples.real.len(), examples.themed.len()];
    let settings = settings(args, n_threads);
    let run =
        Run { folder: args.out.with_extension("run"), n_kept: args.checkpoints_to_keep as usize };
    let mut fit = start(args, &run, examples, settings)?;
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    ctrlc::set_handler(move || seen.store(true, Ordering::Relaxed))?;
    let is_stopped = || stop.load(Ordering::Relaxed);
    let last = learn(args, &run, &mut fit, &held_out, &is_stopped)?;
    let model = args.out.with_extension("safetensors");
    checkpoint::export(&fit.network, &model)?;
    let card = Card {
        config: args.config.to_string(),
        sizes: card::sizes(&fit.network.config),
        training: training(args, fit.step, n_windows),
        validation: last.iter().map(|(name, measure)| ((*name).into(), measure.into())).collect(),
    };
    card.save(&args.out.with_extension("toml"))?;
    println!("step {}: {} and its card written", fit.step, model.display());
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

/// Held-out windows by what they are of.
type HeldOut = Vec<(&'static str, Vec<Window>)>;

/// What validations gave, by what they were of.
type Measures = Vec<(&'static str, Measure)>;

fn read_examples(args: &cli::Train) -> anyhow::Result<(Examples, HeldOut)> {
    let (mut real, mut held_out) = (Vec::new(), Vec::new());
    for path in &args.data {
        let set = Dataset::load(path)?;
        ensure!(
            set.family == args.config,
            "{}: expected windows for {}, found windows for {}",
            path.display(),
            args.config,
            set.family
        );
        let (train, held) = set.split();
        real.extend(train);
        held_out.extend(held);
    }
    let themed = themed_windows(args.config, 0..args.patterns);
    if real.is_empty() && themed.is_empty() {
        bail!("nothing to learn from: give --data, --patterns or both");
    }
    println!("{} real and {} themed windows to learn from", real.len(), themed.len());
    let mut sets = vec![("real", thin_out(held_out))];
    if !themed.is_empty() {
        let numbers = FIRST_HELD_OUT_PATTERN..FIRST_HELD_OUT_PATTERN + N_HELD_OUT_PATTERNS;
        sets.push(("themed", thin_out(themed_windows(args.config, numbers))));
    }
    sets.retain(|(_, windows)| !windows.is_empty());
    let themed_share = if real.is_empty() { 1.0 } else { args.themed_share };
    let recombined_share = args.recombined_share;
    Ok((Examples { real, themed, themed_share, recombined_share }, sets))
}

/// Every n-th window, so that few of them stand for all.
fn thin_out(windows: Vec<Window>) -> Vec<Window> {
    let every = windows.len().div_ceil(N_VALIDATED).max(1);
    windows.into_iter().step_by(every).collect()
}

fn settings(args: &cli::Train, n_threads: usize) -> Settings {
    let given = &args.schedule;
    let schedule = Schedule {
        learning_rate: given.learning_rate,
        decay_rate: given.decay_rate,
        min_learning_rate: given.min_learning_rate,
        free_bits: given.free_bits.unwrap_or(48.0),
        max_beta: given.max_beta,
        beta_rate: given.beta_rate,
    };
    let n_examples = given.batch_size.unwrap_or(64) as usize;
    Settings { schedule, seed: args.seed, n_examples, n_threads, keep_prob: given.keep_prob }
}

fn start(
    args: &cli::Train,
    run: &Run,
    examples: Examples,
    settings: Settings,
) -> anyhow::Result<Fit> {
    let official = Config::official(args.config);
    let or = |given: Option<u64>, official| given.map_or(official, |n| n as usize);
    let config = Config {
        n_latent: or(args.sizes.z_size, official.n_latent),
        n_encoder: or(args.sizes.enc_rnn_size, official.n_encoder),
        n_decoder: or(args.sizes.dec_rnn_size, official.n_decoder),
        n_conductor: or(args.sizes.conductor_rnn_size, official.n_conductor),
        ..official
    };
    let network = match &args.from {
        None => Network::new(config, args.seed)?,
        Some(model) => {
            let path = model.with_extension("safetensors");
            let tensors = candle_core::safetensors::load(&path, &candle_core::Device::Cpu);
            Network::from_tensors(config, &tensors.with_context(|| path.display().to_string())?)?
        }
    };
    let mut fit = Fit::new(network, examples, settings)?;
    match run.load()? {
        Some(saved) if args.resume => {
            let text = describe(args);
            ensure!(
                saved.settings == text,
                "the checkpoint in {} was made with other settings: expected\n  {text}\nfound\n  {}",
                run.folder.display(),
                saved.settings
            );
            fit.restore(saved)?;
            println!("going on from step {}", fit.step);
        }
        Some(saved) => bail!(
            "{} holds a run at step {}: go on with --resume, or remove it",
            run.folder.display(),
            saved.step
        ),
        None => {}
    }
    Ok(fit)
}

/// All that a run's steps depend on, but for how many there are.
fn describe(args: &cli::Train) -> String {
    let schedule = cli::Schedule { steps: 0, ..args.schedule.clone() };
    format!(
        "{} {:?} {:?} seed {} patterns {} share {} recombined {}",
        args.config,
        args.sizes,
        schedule,
        args.seed,
        args.patterns,
        args.themed_share,
        args.recombined_share
    )
}

fn learn(
    args: &cli::Train,
    run: &Run,
    fit: &mut Fit,
    held_out: &HeldOut,
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
        let is_last = fit.step == args.schedule.steps || is_stopped();
        if is_last || fit.step.is_multiple_of(args.checkpoint_steps) {
            last = validate_all(fit, held_out)?;
            for (name, measure) in &last {
                bar.println(format!("step {}, {name}: {measure}", fit.step));
                write_log(&mut log, fit.step, name, measure)?;
            }
            run.save(&fit.network, &fit.adam, fit.step, &describe(args)).with_context(|| {
                format!("what was learnt since the checkpoint before step {} is lost", fit.step)
            })?;
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

fn write_log(log: &mut File, step: u64, set: &str, measure: &Measure) -> anyhow::Result<()> {
    let line = serde_json::json!({
        "step": step,
        "set": set,
        "loss": measure.cross_entropy,
        "kl_bits": measure.kl_bits,
        "accuracy": measure.accuracy,
    });
    writeln!(log, "{line}").context("can't write the log of the run")
}
