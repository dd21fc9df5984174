//! The steps of a training run: losses, log, held-out recordings, checkpoints.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context as _;

use crate::lab::{
    cli::NotesTrain,
    cmd::training_run::{self, LOG_STEPS, Options, RunLog, say},
    train::{
        checkpoint::Run,
        transcription::{backward::Losses, fit::Fit, held_out::HeldOut},
    },
    transcription::note_creation::Thresholds,
};

/// The value of each option that training depends on; not the number of steps.
fn describe(args: &NotesTrain) -> Options {
    let names = |paths: &[PathBuf]| {
        let names = paths.iter().map(|path| path.file_name().unwrap_or_default().to_string_lossy());
        names.collect::<Vec<_>>().join(" ")
    };
    BTreeMap::from([
        ("--midi", names(&args.midi)),
        ("--soundfont", names(&args.soundfont)),
        ("--batch-size", args.batch_size.to_string()),
        ("--learning-rate", args.learning_rate.to_string()),
        ("--min-learning-rate", args.min_learning_rate.to_string()),
        ("--smoothing", args.smoothing.to_string()),
        ("--onset-cost", args.onset_cost.to_string()),
        ("--note-cost", args.note_cost.to_string()),
        ("--seed", args.seed.to_string()),
    ])
}

/// With `--resume`, restores the newest intact checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all are damaged.
pub fn restore(args: &NotesTrain, run: &Run, fit: &mut Fit) -> anyhow::Result<()> {
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
    args: &'a NotesTrain,
    run: Run,
    /// The network in training.
    pub fit: Fit,
    log: RunLog,
}

impl<'a> Course<'a> {
    /// Opens the log in the folder of the checkpoints.
    ///
    /// # Errors
    /// The folder can't be created or written to.
    pub fn new(args: &'a NotesTrain, run: Run, fit: Fit) -> anyhow::Result<Self> {
        let log = RunLog::open(&run, fit.step)?;
        Ok(Self { args, run, fit, log })
    }

    /// Takes all steps, until `is_stopped` or the time is up.
    ///
    /// # Errors
    /// A loss is not finite, or a checkpoint can't be written.
    pub fn train(&mut self, judged: &HeldOut, is_stopped: &dyn Fn() -> bool) -> anyhow::Result<()> {
        let n_steps = self.args.steps;
        let (mut sum, mut n) = (Losses::default(), 0);
        while self.fit.step < n_steps {
            let losses = self.fit.advance()?;
            self.require_finite(losses.sum())?;
            (sum, n) = (sum.and(losses), n + 1);
            let step = self.fit.step;
            if step.is_multiple_of(LOG_STEPS) {
                self.report(sum.times(1.0 / f64::from(n)))?;
                (sum, n) = (Losses::default(), 0);
            }
            let is_last = step == n_steps || is_stopped() || self.log.is_over(&self.args.run);
            if is_last || step.is_multiple_of(self.args.run.checkpoint_steps) {
                self.judge_and_save(judged)?;
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }

    fn require_finite(&self, loss: f64) -> anyhow::Result<()> {
        training_run::require_finite(loss, self.fit.step, self.args.learning_rate, &self.run)
    }

    fn report(&mut self, losses: Losses) -> anyhow::Result<()> {
        let (step, n_steps) = (self.fit.step, self.args.steps);
        let pace = self.log.pace(step, n_steps);
        let Losses { note, onset, contour } = losses;
        say(&format!(
            "step {step} of {n_steps}: notes {note:.3}, onsets {onset:.3}, contours {contour:.3} nats a frame, \
             {pace}"
        ));
        self.log.write(&serde_json::json!({
            "step": step, "set": "train", "note": note, "onset": onset, "contour": contour,
        }))
    }

    fn judge_and_save(&mut self, judged: &HeldOut) -> anyhow::Result<()> {
        let step = self.fit.step;
        let activations = judged.activations(&self.fit.weights()?);
        let found = judged.agreement(&activations, &Thresholds::default());
        let (precision, recall, f) = (found.precision(), found.recall(), found.f());
        say(&format!(
            "step {step}, held-out songs: precision {precision:.3}, recall {recall:.3}, F {f:.3}"
        ));
        self.log.write(&serde_json::json!({
            "step": step, "set": "held out", "precision": precision, "recall": recall, "f": f,
        }))?;
        let settings = serde_json::to_string(&describe(self.args))?;
        self.run
            .save((&self.fit.names, &self.fit.vars), &self.fit.adam, step, &settings)
            .with_context(|| format!("saving the checkpoint of step {step} failed"))
    }
}
