//! The steps of a training run of the drum network: losses, log, validation, checkpoints.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Write as _, stderr},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    lab::{
        cli::DrumsTrain,
        measure::onsets::Agreement,
        train::{
            checkpoint::Run,
            transcription::drums::{
                deck::Example,
                fit::Fit,
                judgement::{THRESHOLD, judge, mean_f},
            },
        },
    },
    music::drums::{Drum, N_CLASSES},
};

/// Steps between log entries, which average their losses.
const LOG_STEPS: u64 = 20;

/// Held-out recordings that a checkpoint is judged by.
pub const N_WATCHED: usize = 16;

/// The value of each option that training depends on; not the number of steps.
fn describe(args: &DrumsTrain) -> BTreeMap<&'static str, String> {
    let names = |paths: &[PathBuf]| {
        let name =
            |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        paths.iter().filter_map(name).collect::<Vec<_>>().join(" ")
    };
    BTreeMap::from([
        ("--midi", names(&args.midi)),
        ("--music", names(&args.music)),
        ("--soundfont", names(&args.soundfont)),
        ("--batch-size", args.batch_size.to_string()),
        ("--learning-rate", args.learning_rate.to_string()),
        ("--min-learning-rate", args.min_learning_rate.to_string()),
        ("--seed", args.seed.to_string()),
    ])
}

/// With `--resume`, restores the newest sound checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all are damaged.
pub fn restore(args: &DrumsTrain, run: &Run, fit: &mut Fit) -> anyhow::Result<()> {
    if !args.resume {
        return Ok(());
    }
    let (saved, damaged) = run.load()?;
    for error in &damaged {
        eprintln!("{error}; the checkpoint before it is taken");
    }
    let Some(saved) = saved else {
        eprintln!("{}: no checkpoint to resume from; starting at step 0", run.folder.display());
        return Ok(());
    };
    let theirs: BTreeMap<String, String> = serde_json::from_str(&saved.settings)
        .with_context(|| format!("{}: settings of the checkpoint", run.folder.display()))?;
    for (option, ours) in describe(args) {
        let found = theirs.get(option).map_or("none", String::as_str);
        ensure!(
            found == ours,
            "{}: the checkpoint of step {} has {option} {found}, found {ours}; resume with its own \
             settings, or start another run with --out",
            run.folder.display(),
            saved.step
        );
    }
    fit.restore(saved)?;
    run.set_aside(&damaged)?;
    eprintln!("resuming from step {}", fit.step);
    Ok(())
}

/// A run in progress.
pub struct Course<'a> {
    args: &'a DrumsTrain,
    run: Run,
    /// The network in training.
    pub fit: Fit,
    log: File,
    bar: ProgressBar,
    started: Instant,
}

impl<'a> Course<'a> {
    /// Opens the log in the folder of the checkpoints.
    ///
    /// # Errors
    /// The folder can't be created or written to.
    pub fn new(args: &'a DrumsTrain, run: Run, fit: Fit) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&run.folder).with_context(|| run.folder.display().to_string())?;
        let path = run.folder.join("log.jsonl");
        let log = File::options().create(true).append(true).open(&path);
        let log = log.with_context(|| path.display().to_string())?;
        let template = "{bar:24} {pos}/{len} {msg} {per_sec}, {eta} left";
        let bar = ProgressBar::new(args.steps).with_position(fit.step);
        bar.set_style(ProgressStyle::with_template(template)?);
        Ok(Self { args, run, fit, log, bar, started: Instant::now() })
    }

    /// Takes all steps, until `is_stopped` or the time is up.
    ///
    /// # Errors
    /// A loss is not finite, or a checkpoint can't be written.
    pub fn train(
        &mut self,
        held_out: &[Example],
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<()> {
        let limit = self.args.minutes.map(|minutes| Duration::from_secs_f64(60.0 * minutes));
        let (first, n_steps) = (self.fit.step, self.args.steps);
        let mut losses = Vec::new();
        while self.fit.step < n_steps {
            let loss = self.fit.advance()?;
            let step = self.fit.step;
            self.require_finite(loss)?;
            self.bar.set_position(step);
            losses.push(loss);
            if step.is_multiple_of(LOG_STEPS) {
                let n = losses.len() as f64;
                self.report(losses.drain(..).sum::<f64>() / n, first)?;
            }
            let is_last = step == n_steps
                || is_stopped()
                || limit.is_some_and(|limit| limit <= self.started.elapsed());
            if is_last || step.is_multiple_of(self.args.checkpoint_steps) {
                self.judge_and_save(held_out)?;
            }
            if is_last {
                break;
            }
        }
        self.bar.finish_and_clear();
        Ok(())
    }

    /// No later step can mend weights whose loss is NaN or infinite.
    fn require_finite(&self, loss: f64) -> anyhow::Result<()> {
        ensure!(
            loss.is_finite(),
            "step {}: the loss is not finite; training has ended and no model is written: start anew \
             with a --learning-rate below {} and another --out; the checkpoints in {} are from before",
            self.fit.step,
            self.args.learning_rate,
            self.run.folder.display()
        );
        Ok(())
    }

    fn report(&mut self, loss: f64, first: u64) -> anyhow::Result<()> {
        let (step, n_steps) = (self.fit.step, self.args.steps);
        let rate = (step - first) as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        let left = (n_steps - step) as f64 / rate / 60.0;
        self.bar.set_message(format!("{loss:.4} nats a frame"));
        if self.bar.is_hidden() {
            self.say(&format!(
                "step {step} of {n_steps}: {loss:.4} nats a frame, {rate:.2} steps/s, {left:.0} min left"
            ));
        }
        self.write_log(&serde_json::json!({"step": step, "set": "train", "nats_a_frame": loss}))
    }

    fn judge_and_save(&mut self, held_out: &[Example]) -> anyhow::Result<()> {
        let step = self.fit.step;
        let found = judge(&self.fit.snapshot(&[THRESHOLD; N_CLASSES])?, held_out);
        let by_drum: BTreeMap<&str, f64> =
            Drum::ALL.into_iter().map(|drum| (drum.name(), found[drum as usize].f())).collect();
        self.say(&format!(
            "step {step}, held-out performances: F {:.3}: {}",
            mean_f(&found),
            line(&found)
        ));
        self.write_log(&serde_json::json!({"step": step, "set": "held out", "f": by_drum}))?;
        let settings = serde_json::to_string(&describe(self.args))?;
        let variables = &self.fit.variables;
        self.run
            .save((&variables.names, &variables.vars), &self.fit.adam, step, &settings)
            .with_context(|| format!("saving the checkpoint of step {step} failed"))
    }

    fn write_log(&mut self, line: &serde_json::Value) -> anyhow::Result<()> {
        writeln!(self.log, "{line}").context("log.jsonl: writing failed")
    }

    /// Prints a line, above the bar if there is one. A closed or full standard error does not end the run.
    fn say(&self, line: &str) {
        match self.bar.is_hidden() {
            true => drop(writeln!(stderr(), "{line}")),
            false => self.bar.println(line),
        }
    }
}

/// The F of each drum.
fn line(found: &[Agreement; N_CLASSES]) -> String {
    let of = |drum: Drum| format!("{} {:.2}", drum.name(), found[drum as usize].f());
    Drum::ALL.map(of).join(", ")
}
