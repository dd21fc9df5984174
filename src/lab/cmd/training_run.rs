//! Common parts of training runs: checkpoints, resuming, the log, the check of the loss.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write as _, stderr},
    path::Path,
    thread,
    time::Instant,
};

use anyhow::{Context as _, bail, ensure};

use crate::lab::{
    cli::RunOptions,
    cmd::model,
    train::checkpoint::{Run, Saved},
};

/// Steps between entries of the log; an entry has the mean loss of these steps.
pub const LOG_STEPS: u64 = 20;

/// The value of each option that training depends on, except the number of steps.
pub type Options = BTreeMap<&'static str, String>;

/// The number of threads to compute with.
///
/// # Errors
/// The number of cores is unknown.
pub fn n_threads(options: &RunOptions) -> io::Result<usize> {
    let n_cores = thread::available_parallelism()?.get();
    Ok(options.threads.map_or(n_cores, |n| n as usize))
}

/// The checkpoints of the model `out`.
pub fn checkpoints(out: &Path, options: &RunOptions) -> Run {
    Run { folder: model::file(out, "run"), n_kept: options.checkpoints_to_keep as usize }
}

/// Checks that neither the model `out` nor its checkpoints in `run` are overwritten without an option.
///
/// # Errors
/// Checkpoints exist and `--resume` is not given, or a model exists and `--overwrite` is not given.
pub fn require_new(out: &Path, options: &RunOptions, run: &Run) -> anyhow::Result<()> {
    if let Some(step) = run.newest_step().filter(|_| !options.resume) {
        bail!(
            "{}: found a run at step {step}: continue it with --resume, or remove the folder",
            run.folder.display()
        );
    }
    model::require_new(out, options.overwrite || options.resume)
}

/// Passes the newest intact checkpoint in `run` to `restore`, which returns its step. Without a checkpoint
/// training starts at step 0.
///
/// # Errors
/// The checkpoint was made with other `options`, all checkpoints are damaged, or `restore` fails.
pub fn resume(
    run: &Run,
    options: &Options,
    restore: impl FnOnce(Saved) -> anyhow::Result<u64>,
) -> anyhow::Result<()> {
    let folder = run.folder.display();
    let (saved, damaged) = run.load()?;
    for error in &damaged {
        eprintln!("{error}; the checkpoint before it is taken");
    }
    let Some(saved) = saved else {
        eprintln!("{folder}: no checkpoint to resume from; starting at step 0");
        return Ok(());
    };
    let of_checkpoint: BTreeMap<String, String> = serde_json::from_str(&saved.settings)
        .with_context(|| format!("{folder}: settings of the checkpoint"))?;
    for (option, ours) in options {
        let found = of_checkpoint.get(*option).map_or("none", String::as_str);
        ensure!(
            found == ours,
            "{folder}: the checkpoint of step {} has {option} {found}, found {ours}; resume with its own \
             settings, or start another run with --out",
            saved.step
        );
    }
    let step = restore(saved)?;
    run.set_aside(&damaged)?;
    eprintln!("resuming from step {step}");
    Ok(())
}

/// Whether the time limit of `--minutes` has passed for a run that started at `started`.
pub fn is_over(options: &RunOptions, started: Instant) -> bool {
    options.minutes.is_some_and(|minutes| 60.0 * minutes <= started.elapsed().as_secs_f64())
}

/// The log of a run, and its pace.
pub struct RunLog {
    file: File,
    started: Instant,
    first_step: u64,
}

impl RunLog {
    /// Opens `log.jsonl` in the folder of the checkpoints; training continues after `step`.
    ///
    /// # Errors
    /// The folder can't be created or written to.
    pub fn open(run: &Run, step: u64) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&run.folder).with_context(|| run.folder.display().to_string())?;
        let path = run.folder.join("log.jsonl");
        let file = File::options().create(true).append(true).open(&path);
        let file = file.with_context(|| path.display().to_string())?;
        Ok(Self { file, started: Instant::now(), first_step: step })
    }

    /// Appends a line.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&mut self, line: &serde_json::Value) -> anyhow::Result<()> {
        writeln!(self.file, "{line}").context("log.jsonl: writing failed")
    }

    /// Steps per second so far, and the minutes left until step `n_steps`.
    pub fn pace(&self, step: u64, n_steps: u64) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-3);
        let rate = (step - self.first_step) as f64 / seconds;
        let left = (n_steps - step) as f64 / rate / 60.0;
        format!("{rate:.2} steps/s, {left:.0} min left")
    }

    /// Whether the time limit of `--minutes` has passed.
    pub fn is_over(&self, options: &RunOptions) -> bool {
        is_over(options, self.started)
    }
}

/// Checks the loss of a step: no later step can repair weights whose loss is NaN or infinite.
///
/// # Errors
/// The loss is not finite.
pub fn require_finite(loss: f64, step: u64, learning_rate: f64, run: &Run) -> anyhow::Result<()> {
    ensure!(
        loss.is_finite(),
        "step {step}: the loss is not finite; training has ended and no model is written: start anew \
         with a --learning-rate below {learning_rate} and another --out; the checkpoints in {} are from \
         before",
        run.folder.display()
    );
    Ok(())
}

/// Prints a line of progress. A closed or full standard error does not end the run.
pub fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
