//! The steps of a training run: losses, log, validation, checkpoints.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::{
    chorale::frame::Chorale,
    lab::{
        cli::ChoraleTrain,
        cmd::training_run::{self, LOG_STEPS, Options, RunLog, say},
        train::{checkpoint::Run, chorale::fit::Fit},
    },
};

/// Held-out chorales evaluated per checkpoint.
const N_WATCHED: usize = 24;

/// The value of each option that training depends on; not the number of steps.
fn describe(args: &ChoraleTrain) -> Options {
    let (dropout, input_dropout) = args.dropouts();
    let sizes = args.sizes();
    let data = args.data.file_name().unwrap_or_default().to_string_lossy().into_owned();
    BTreeMap::from([
        ("--config", sizes.encoding.config_name().to_owned()),
        ("--data", data),
        ("--batch-size", args.batch_size.to_string()),
        ("--learning-rate", args.learning_rate.to_string()),
        ("--min-learning-rate", args.min_learning_rate.to_string()),
        ("--dropout", dropout.to_string()),
        ("--input-dropout", input_dropout.to_string()),
        ("--embedding-size", sizes.n_embedding.to_string()),
        ("--rnn-size", sizes.n_hidden.to_string()),
        ("--rnn-layers", sizes.n_layers.to_string()),
        ("--seed", args.seed.to_string()),
    ])
}

/// With `--resume`, restores the newest valid checkpoint in `run`.
///
/// # Errors
/// The checkpoint has other settings, or all are damaged.
pub fn restore(args: &ChoraleTrain, run: &Run, fit: &mut Fit) -> anyhow::Result<()> {
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
    args: &'a ChoraleTrain,
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
    pub fn new(args: &'a ChoraleTrain, run: Run, fit: Fit) -> anyhow::Result<Self> {
        let log = RunLog::open(&run, fit.step)?;
        Ok(Self { args, run, fit, log })
    }

    /// Takes all steps, until `is_stopped` or the time is up.
    ///
    /// # Errors
    /// A loss is not finite, or a checkpoint can't be written.
    pub fn train(
        &mut self,
        valid: &[Chorale],
        is_stopped: &dyn Fn() -> bool,
    ) -> anyhow::Result<()> {
        let n_steps = self.args.steps;
        let mut losses = Vec::new();
        while self.fit.step < n_steps {
            let loss = self.fit.advance()?;
            let step = self.fit.step;
            self.require_finite(loss)?;
            losses.push(loss);
            if step.is_multiple_of(LOG_STEPS) {
                self.report(losses.drain(..).sum::<f64>() / LOG_STEPS as f64)?;
            }
            let is_last = step == n_steps || is_stopped() || self.log.is_over(&self.args.run);
            if is_last || step.is_multiple_of(self.args.run.checkpoint_steps) {
                self.validate_and_save(valid)?;
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

    fn report(&mut self, loss: f64) -> anyhow::Result<()> {
        let (step, n_steps) = (self.fit.step, self.args.steps);
        let pace = self.log.pace(step, n_steps);
        say(&format!("step {step} of {n_steps}: {loss:.4} nats a token, {pace}"));
        self.log.write(&serde_json::json!({"step": step, "set": "train", "nats_a_token": loss}))
    }

    fn validate_and_save(&mut self, valid: &[Chorale]) -> anyhow::Result<()> {
        let step = self.fit.step;
        let found = self.fit.validate(&valid[..valid.len().min(N_WATCHED)])?;
        let (token, note) = (found.per_token(), found.per_note());
        say(&format!("step {step}, held-out chorales: {token:.4} nats a token, {note:.4} a note"));
        self.log.write(&serde_json::json!({
            "step": step, "set": "held out", "nats_a_token": token, "nats_a_note": note,
        }))?;
        let settings = serde_json::to_string(&describe(self.args))?;
        let variables = &self.fit.variables;
        self.run
            .save((&variables.names, &variables.vars), &self.fit.adam, step, &settings)
            .with_context(|| format!("saving the checkpoint of step {step} failed"))
    }
}
