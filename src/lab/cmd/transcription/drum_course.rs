//! The steps of a training run of the drum network: losses, log, validation, checkpoints.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    lab::{
        cli::DrumsTrain,
        cmd::training_run::{self, LOG_STEPS, Options, RunLog, say},
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

/// Held-out recordings to evaluate a checkpoint on.
pub const N_WATCHED: usize = 16;

/// The value of each option that training depends on; not the number of steps.
fn describe(args: &DrumsTrain) -> Options {
    let names = |paths: &[PathBuf]| {
        let name =
            |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        paths.iter().filter_map(name).collect::<Vec<_>>().join(" ")
    };
    BTreeMap::from([
        ("--midi", names(&args.midi)),
        ("--music", names(&args.music)),
        ("--soundfont", names(&args.soundfont)),
        ("--from", names(args.from.as_slice())),
        ("--batch-size", args.batch_size.to_string()),
        ("--learning-rate", args.learning_rate.to_string()),
        ("--min-learning-rate", args.min_learning_rate.to_string()),
        ("--seed", args.seed.to_string()),
    ])
}

/// With `--resume`, restores the newest intact checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all are damaged.
pub fn restore(args: &DrumsTrain, run: &Run, fit: &mut Fit) -> anyhow::Result<()> {
    if !args.run.resume {
        return Ok(());
    }
    training_run::resume(run, &describe(args), |saved| {
        fit.restore(saved)?;
        Ok(fit.step)
    })
}

/// A run in progress.
pub struct Course<'a> {
    args: &'a DrumsTrain,
    run: Run,
    /// The network in training.
    pub fit: Fit,
    log: RunLog,
    bar: ProgressBar,
}

impl<'a> Course<'a> {
    /// Opens the log in the folder of the checkpoints.
    ///
    /// # Errors
    /// The folder can't be created or written to.
    pub fn new(args: &'a DrumsTrain, run: Run, fit: Fit) -> anyhow::Result<Self> {
        let log = RunLog::open(&run, fit.step)?;
        let template = "{bar:24} {pos}/{len} {msg} {per_sec}, {eta} left";
        let bar = ProgressBar::new(args.steps).with_position(fit.step);
        bar.set_style(ProgressStyle::with_template(template)?);
        Ok(Self { args, run, fit, log, bar })
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
        let n_steps = self.args.steps;
        let mut losses = Vec::new();
        while self.fit.step < n_steps {
            let loss = self.fit.advance()?;
            let step = self.fit.step;
            self.require_finite(loss)?;
            self.bar.set_position(step);
            losses.push(loss);
            if step.is_multiple_of(LOG_STEPS) {
                let n = losses.len() as f64;
                self.report(losses.drain(..).sum::<f64>() / n)?;
            }
            let is_last = step == n_steps || is_stopped() || self.log.is_over(&self.args.run);
            if is_last || step.is_multiple_of(self.args.run.checkpoint_steps) {
                self.judge_and_save(held_out)?;
            }
            if is_last {
                break;
            }
        }
        self.bar.finish_and_clear();
        Ok(())
    }

    fn require_finite(&self, loss: f64) -> anyhow::Result<()> {
        training_run::require_finite(loss, self.fit.step, self.args.learning_rate, &self.run)
    }

    fn report(&mut self, loss: f64) -> anyhow::Result<()> {
        let (step, n_steps) = (self.fit.step, self.args.steps);
        let pace = self.log.pace(step, n_steps);
        self.bar.set_message(format!("{loss:.4} nats a frame"));
        if self.bar.is_hidden() {
            self.say(&format!("step {step} of {n_steps}: {loss:.4} nats a frame, {pace}"));
        }
        self.log.write(&serde_json::json!({"step": step, "set": "train", "nats_a_frame": loss}))
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
        self.log.write(&serde_json::json!({"step": step, "set": "held out", "f": by_drum}))?;
        let settings = serde_json::to_string(&describe(self.args))?;
        let variables = &self.fit.variables;
        self.run
            .save((&variables.names, &variables.vars), &self.fit.adam, step, &settings)
            .with_context(|| format!("saving the checkpoint of step {step} failed"))
    }

    /// Prints a line, above the bar if there is one.
    fn say(&self, line: &str) {
        match self.bar.is_hidden() {
            true => say(line),
            false => self.bar.println(line),
        }
    }
}

/// The F of each drum.
fn line(found: &[Agreement; N_CLASSES]) -> String {
    let of = |drum: Drum| format!("{} {:.2}", drum.name(), found[drum as usize].f());
    Drum::ALL.map(of).join(", ")
}
