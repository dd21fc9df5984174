//! Log lines about events that clients can cause at any rate: one line for many.

use std::time::{Duration, Instant};

/// Shortest time between two lines.
const INTERVAL: Duration = Duration::from_secs(10);

/// Events since the last line.
#[derive(Debug, Default)]
pub struct Summary {
    n_since: u64,
    logged_at: Option<Instant>,
}

impl Summary {
    /// Counts an event at `now`. Returns the number of events to log in one line, if one is due.
    pub fn note(&mut self, now: Instant) -> Option<u64> {
        self.n_since += 1;
        if self.logged_at.is_some_and(|at| now.saturating_duration_since(at) < INTERVAL) {
            return None;
        }
        self.logged_at = Some(now);
        Some(std::mem::take(&mut self.n_since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stands_for_all_events_since_the_last() {
        let (mut summary, start) = (Summary::default(), Instant::now());

        assert_eq!(summary.note(start), Some(1));
        assert!((0..1000).all(|_| summary.note(start).is_none()));
        assert_eq!(summary.note(start + INTERVAL), Some(1001));
    }
}
