//! Progress of a training run: a bar on a terminal, lines in a log file.

use std::{
    io::{Write as _, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::lab::train::fit::Measure;

/// Least time between two lines in a log file.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Reports a run's progress to standard error. A closed or full standard error does not end the run.
pub struct Progress {
    bar: ProgressBar,
    n_steps: u64,
    first_step: u64,
    started: Instant,
    last_line: Option<Instant>,
}

impl Progress {
    /// Progress of a run of `n_steps` that has taken `step` of them.
    ///
    /// # Errors
    /// Never; the template is constant.
    pub fn new(n_steps: u64, step: u64) -> anyhow::Result<Self> {
        let bar = ProgressBar::new(n_steps).with_position(step);
        let template = "{bar:24} {pos}/{len} {msg} {per_sec}, {eta} left";
        bar.set_style(ProgressStyle::with_template(template)?);
        Ok(Self { bar, n_steps, first_step: step, started: Instant::now(), last_line: None })
    }

    /// Moves the bar to `step`.
    pub fn advance(&self, step: u64) {
        self.bar.set_position(step);
    }

    /// Shows the loss of `step`; in a log file a line at most every ten seconds.
    pub fn measured(&mut self, step: u64, measure: &Measure) {
        self.bar.set_message(measure.to_string());
        let is_due = self.last_line.is_none_or(|last| BETWEEN_LINES <= last.elapsed());
        if self.bar.is_hidden() && is_due {
            self.last_line = Some(Instant::now());
            self.say(&self.line(step, measure));
        }
    }

    /// Prints a line, above the bar if there is one.
    pub fn say(&self, line: &str) {
        if self.bar.is_hidden() {
            let _ = writeln!(stderr(), "{line}");
        } else {
            self.bar.println(line);
        }
    }

    /// Ends the bar.
    pub fn finish(&self) {
        self.bar.finish();
    }

    fn line(&self, step: u64, measure: &Measure) -> String {
        let n_taken = step.saturating_sub(self.first_step) as f64;
        let rate = n_taken / self.started.elapsed().as_secs_f64().max(1e-3);
        let minutes_left = self.n_steps.saturating_sub(step) as f64 / rate.max(1e-9) / 60.0;
        let n_steps = self.n_steps;
        format!(
            "step {step} of {n_steps}: {measure}, {rate:.1} steps/s, {minutes_left:.0} min left"
        )
    }
}
