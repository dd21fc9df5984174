//! Waits for changes of a file, a bucket or a status, which no event reports.

use std::{
    thread,
    time::{Duration, Instant},
};

/// How long a condition may take to become true: generous, so that a loaded machine fails no test.
pub const PATIENCE: Duration = Duration::from_mins(3);

/// The pause between two polls.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits until `find` finds something, and returns that.
pub fn until_some<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "timed out: {what}");
        thread::sleep(PAUSE);
    }
}

/// Waits until `is_so`; returns how long that took.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    until_some(what, || is_so().then_some(()));
    began.elapsed()
}
