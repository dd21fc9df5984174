//! Progress of a command that may take longer than a second: a bar on a terminal, lines elsewhere.

use std::{
    cell::{Cell, OnceCell},
    io::{Write as _, stderr},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

/// Commands that end sooner print nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Least time between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Counts finished items. Write errors on standard error are ignored.
pub struct Progress {
    what: &'static str,
    n: u64,
    done: Cell<u64>,
    started: Instant,
    bar: OnceCell<ProgressBar>,
    last_line: Cell<Option<Instant>>,
}

impl Progress {
    /// None of `n` items called `what` is done.
    pub fn new(what: &'static str, n: usize) -> Self {
        let (done, bar, last_line) = (Cell::new(0), OnceCell::new(), Cell::new(None));
        Self { what, n: n as u64, done, started: Instant::now(), bar, last_line }
    }

    /// Counts one more.
    pub fn advance(&self) {
        self.advance_by(1);
    }

    /// Counts `n` more.
    pub fn advance_by(&self, n: usize) {
        self.done.set(self.done.get() + n as u64);
        if self.started.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_init(|| self.bar());
        bar.set_position(self.done.get());
        let is_due = self.last_line.get().is_none_or(|last| BETWEEN_LINES <= last.elapsed());
        if bar.is_hidden() && is_due {
            self.last_line.set(Some(Instant::now()));
            let _ = writeln!(stderr(), "{} of {} {}", self.done.get(), self.n, self.what);
        }
    }

    fn bar(&self) -> ProgressBar {
        let bar = ProgressBar::new(self.n).with_message(self.what);
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} {msg}, {eta} left");
        match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
