//! A training run from its first step to its last: losses, log, validation, checkpoints, previews.

use std::{fs::File, io::Write as _, path::Path};

use anyhow::{Context as _, ensure};

use crate::{
    files,
    lab::{
        cli,
        cmd::{
            model,
            train::{
                preview::Previews,
                progress::Progress,
                resume,
                settings::{self, Described},
                setup::{self, HeldOut, Measures},
            },
            training_run,
        },
        picture::{curve::svg, learning},
        train::{
            checkpoint::Run,
            fit::{Fit, Measure},
        },
    },
};

/// Steps between log entries.
const LOG_STEPS: u64 = 50;

/// A run in progress.
pub struct Course<'a> {
    args: &'a cli::Train,
    /// Its checkpoints.
    run: Run,
    /// Its settings by option.
    pub settings: Described,
    /// The network in training.
    pub fit: Fit,
    /// Held-out windows for validation.
    pub held_out: HeldOut,
    /// Training windows of songs and of generated patterns.
    pub n_windows: [usize; 2],
    previews: Previews,
    /// The display of its progress.
    pub progress: Progress,
    /// Loss of the newest step of this process.
    pub newest: Option<Measure>,
}

impl<'a> Course<'a> {
    /// Reads the data, and restores the newest checkpoint with `--resume`.
    ///
    /// # Errors
    /// The data or the checkpoint can't be read, or do not fit; an address is in use.
    pub fn prepare(args: &'a cli::Train, n_threads: usize) -> anyhow::Result<Self> {
        let network = setup::network(args)?;
        let (examples, held_out) = setup::read_examples(args, &network.config)?;
        let n_windows = [&examples.real, &examples.themed].map(|pool| pool.windows.len());
        let run = training_run::checkpoints(&args.out, &args.run);
        let network = match args.device.gpu()? {
            Some(gpu) => network.on(&gpu)?,
            None => network,
        };
        // A GPU computes a batch as a whole, a CPU splits it among threads.
        let n_shares = if network.device().is_cpu() { n_threads } else { 1 };
        let of_fit = setup::settings(args, n_shares);
        let settings = settings::describe(args, &network.config, &of_fit, n_windows);
        let fit = resume::start(args, &run, Fit::new(network, examples, of_fit)?, &settings)?;
        let previews = Previews::new(&run.folder, args.preview_minutes, args.listen, args.seed)?;
        let progress = Progress::new(args.schedule.steps, fit.step)?;
        Ok(Self { args, run, settings, fit, held_out, n_windows, previews, progress, newest: None })
    }

    /// Takes all steps, until `is_stopped`; returns the last validation.
    ///
    /// # Errors
    /// A loss is not finite, or a checkpoint can't be written.
    pub fn train(&mut self, is_stopped: &dyn Fn() -> bool) -> anyhow::Result<Measures> {
        let n_steps = self.args.schedule.steps;
        let mut log = open_log(&self.run.folder)?;
        let mut last = Measures::new();
        self.previews.start(&self.fit.network, self.fit.step);
        while self.fit.step < n_steps {
            let measure = self.step(&mut log)?;
            self.previews.update(&self.fit.network, self.fit.step, &measure);
            self.newest = Some(measure);
            let is_last = self.fit.step == n_steps || is_stopped();
            if is_last || self.fit.step.is_multiple_of(self.args.run.checkpoint_steps) {
                last = self.validate_and_save(&mut log)?;
            }
            if is_last {
                break;
            }
        }
        self.progress.finish();
        // A finished run that is resumed takes no step.
        if last.is_empty() { validate_all(&self.fit, &self.held_out) } else { Ok(last) }
    }

    /// Takes a step.
    fn step(&mut self, log: &mut File) -> anyhow::Result<Measure> {
        let fit = &mut self.fit;
        let measure = fit.advance().context(format!("step {}", fit.step))?;
        require_finite(self.args, fit.step, &measure)?;
        self.progress.advance(fit.step);
        if fit.step.is_multiple_of(LOG_STEPS) {
            self.progress.measured(fit.step, &measure);
            write_log(log, fit.step, "train", &measure)?;
        }
        Ok(measure)
    }

    fn validate_and_save(&mut self, log: &mut File) -> anyhow::Result<Measures> {
        let step = self.fit.step;
        let measures = validate_all(&self.fit, &self.held_out)?;
        for (name, measure) in &measures {
            require_finite(self.args, step, measure)?;
            self.progress.say(&format!("step {step}, {name}: {measure}"));
            write_log(log, step, name, measure)?;
        }
        // Training continues without the picture.
        if let Err(error) = draw_curves(&self.run.folder, self.args.config.domain().parts()) {
            tracing::warn!("{error:#}");
        }
        let settings = serde_json::to_string(&self.settings)?;
        let network = &self.fit.network;
        self.run
            .save((&network.names, &network.vars), &self.fit.adam, step, &settings)
            .with_context(|| format!("saving the checkpoint of step {step} failed"))?;
        Ok(measures)
    }
}

/// Fails if a loss is NaN or infinite: no later step can repair the weights.
fn require_finite(args: &cli::Train, step: u64, measure: &Measure) -> anyhow::Result<()> {
    ensure!(
        measure.cross_entropy.is_finite() && measure.kl_bits.is_finite(),
        "step {step}: the loss is not finite ({measure}); training has ended and no model is written: \
         start anew with a --learning-rate below {} and another --out; the checkpoints in {} are from \
         before",
        args.schedule.learning_rate,
        model::file(&args.out, "run").display()
    );
    Ok(())
}

/// Validates the current weights on each held-out set.
///
/// # Errors
/// Out of memory.
pub fn validate_all(fit: &Fit, held_out: &HeldOut) -> anyhow::Result<Measures> {
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

/// A measure as JSON.
pub fn facts(measure: &Measure) -> serde_json::Value {
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
