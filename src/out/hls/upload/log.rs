//! What an upload logs: each problem once, then only at debug level.

use std::{
    fmt::Display,
    mem::{Discriminant, discriminant},
    time::{Duration, Instant},
};

use tracing::{debug, info, warn};

use crate::out::hls::{
    names::MAIN,
    upload::{failure::Failure, mirror::Progress, target::Target},
};

/// After this time without failure, warnings start afresh.
const STEADY: Duration = Duration::from_mins(1);

/// A problem, which is warned about once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Problem {
    /// An upload failed.
    Failed(Discriminant<Failure>),
    /// Uploads are slower than real time.
    Slow,
    /// Old segments can't be deleted.
    Expired,
}

/// The log of an upload.
pub struct Log<'a> {
    target: &'a Target,
    /// Since when uploads succeed, if they do.
    since: Option<Instant>,
    /// Whether the next success is logged.
    is_news: bool,
    warned: Vec<Problem>,
}

impl<'a> Log<'a> {
    /// The log of an upload that has not started.
    pub fn new(target: &'a Target) -> Self {
        Self { target, since: None, is_news: true, warned: Vec::new() }
    }

    /// Logs the first success, and skipped segments.
    pub fn progressed(&mut self, Progress { n_put, n_missed }: Progress) {
        if n_put == 0 {
            return;
        }
        let was_on = self.since.is_some();
        self.since.get_or_insert_with(Instant::now);
        if was_on && n_missed > 0 {
            self.warn_once(Problem::Slow, &"segments were skipped");
        }
        if std::mem::take(&mut self.is_news) {
            let (station, url) = (&self.target.station, self.target.url());
            let skipped = match n_missed {
                0 => String::new(),
                n => format!("; {n} segments were skipped"),
            };
            info!(station, "uploading HLS to {url}/{MAIN}{skipped}");
        }
    }

    /// Logs a failed upload that will be retried.
    pub fn failed(&mut self, failure: &Failure) {
        if self.since.take().is_some_and(|since| STEADY <= since.elapsed()) {
            self.warned.clear();
        }
        let sentence = format_args!("{failure}; retrying");
        self.warn_once(Problem::Failed(discriminant(failure)), &sentence);
    }

    /// Logs `problem` as a warning if it is new.
    pub fn warn_once(&mut self, problem: Problem, why: &dyn Display) {
        let what = match problem {
            Problem::Failed(_) => "HLS upload failed",
            Problem::Slow => "HLS upload is lagging",
            Problem::Expired => "deleting old segments failed",
        };
        let (station, url) = (&self.target.station, self.target.url());
        if self.warned.contains(&problem) {
            debug!(station, "{url}: {what}: {why}");
            return;
        }
        self.warned.push(problem);
        self.is_news |= matches!(problem, Problem::Failed(_));
        warn!(station, "{url}: {what}: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::out::hls::upload::testing::target;

    #[test]
    fn repeated_failures_are_logged_once_and_again_after_a_steady_minute() {
        let target = target(&[]);
        let mut log = Log::new(&target);
        let progress = || Progress { n_put: 1, n_missed: 0 };
        let failure = Failure::NoResponse("connection refused".to_owned());

        log.failed(&failure);
        log.failed(&failure);
        log.progressed(progress());
        log.failed(&failure);
        assert_eq!((log.warned.len(), log.is_news), (1, false));

        log.progressed(progress());
        log.since = Instant::now().checked_sub(STEADY);
        log.failed(&failure);
        assert!(log.warned.len() == 1 && log.is_news);
    }
}
