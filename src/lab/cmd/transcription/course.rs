//! The steps of a training run: losses, log, held-out recordings, checkpoints.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Write as _, stderr},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};

use crate::lab::{
    cli::NotesTrain,
    train::{
        checkpoint::Run,
        transcription::{
            backward::Losses,
            fit::{Fit, HeldOut},
        },
    },
    transcription::note_creation::Thresholds,
};

/// Steps between log entries, which average their losses.
const LOG_STEPS: u64 = 20;

/// The value of each option that training depends on; not the number of steps.
fn describe(args: &NotesTrain) -> BTreeMap<&'static str, String> {
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

/// With `--resume`, restores the newest sound checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all are damaged.
pub fn restore(args: &NotesTrain, run: &Run, fit: &mut Fit) -> anyhow::Result<()> {
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
    args: &'a NotesTrain,
    run: Run,
    /// The network in training.
    pub fit: Fit,
    log: File,
    started: Instant,
}

impl<'a> Course<'a> {
    /// Opens the log in the folder of the checkpoints.
    ///
    /// # Errors
    /// The folder can't be created or written to.
    pub fn new(args: &'a NotesTrain, run: Run, fit: Fit) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&run.folder).with_context(|| run.folder.display().to_string())?;
        let path = run.folder.join("log.jsonl");
        let log = File::options().create(true).append(true).open(&path);
        let log = log.with_context(|| path.display().to_string())?;
        Ok(Self { args, run, fit, log, started: Instant::now() })
    }

    /// Takes all steps, until `is_stopped` or the time is up.
    ///
    /// # Errors
    /// A loss is not finite, or a checkpoint can't be written.
    pub fn train(&mut self, judged: &HeldOut, is_stopped: &dyn Fn() -> bool) -> anyhow::Result<()> {
        let limit = self.args.minutes.map(|minutes| Duration::from_secs_f64(60.0 * minutes));
        let (first, n_steps) = (self.fit.step, self.args.steps);
        let (mut sum, mut n) = (Losses::default(), 0);
        while self.fit.step < n_steps {
            let losses = self.fit.advance()?;
            self.require_finite(&losses)?;
            (sum, n) = (sum.and(losses), n + 1);
            let step = self.fit.step;
            if step.is_multiple_of(LOG_STEPS) {
                self.report(sum.times(1.0 / f64::from(n)), first)?;
                (sum, n) = (Losses::default(), 0);
            }
            let is_last = step == n_steps
                || is_stopped()
                || limit.is_some_and(|limit| limit <= self.started.elapsed());
            if is_last || step.is_multiple_of(self.args.checkpoint_steps) {
                self.judge_and_save(judged)?;
            }
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// No later step can mend weights whose loss is NaN or infinite.
    fn require_finite(&self, losses: &Losses) -> anyhow::Result<()> {
        ensure!(
            losses.sum().is_finite(),
            "step {}: the loss is not finite; training has ended and no model is written: start anew \
             with a --learning-rate below {} and another --out; the checkpoints in {} are from before",
            self.fit.step,
            self.args.learning_rate,
            self.run.folder.display()
        );
        Ok(())
    }

    fn report(&mut self, losses: Losses, first: u64) -> anyhow::Result<()> {
        let (step, n_steps) = (self.fit.step, self.args.steps);
        let rate = (step - first) as f64 / self.started.elapsed().as_secs_f64().max(1e-3);
        let left = (n_steps - step) as f64 / rate / 60.0;
        let Losses { note, onset, contour } = losses;
        say(&format!(
            "step {step} of {n_steps}: notes {note:.3}, onsets {onset:.3}, contours {contour:.3} nats a frame, \
             {rate:.2} steps/s, {left:.0} min left"
        ));
        self.write_log(&serde_json::json!({
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
        self.write_log(&serde_json::json!({
            "step": step, "set": "held out", "precision": precision, "recall": recall, "f": f,
        }))?;
        let settings = serde_json::to_string(&describe(self.args))?;
        self.run
            .save((&self.fit.names, &self.fit.vars), &self.fit.adam, step, &settings)
            .with_context(|| format!("saving the checkpoint of step {step} failed"))
    }

    fn write_log(&mut self, line: &serde_json::Value) -> anyhow::Result<()> {
        writeln!(self.log, "{line}").context("log.jsonl: writing failed")
    }
}

/// Prints a line of progress. A closed or full standard error does not end the run.
fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
