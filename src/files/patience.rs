//! Looks at files whose disk may hang: a network mount whose server is gone answers no call, for hours.

use std::{
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// The patience with any look while another one hangs: most likely with the same disk.
const LITTLE: Duration = Duration::from_millis(500);

/// Looks that have not been answered in time, nor since.
static N_HANGING: AtomicUsize = AtomicUsize::new(0);

/// Runs `look` on a thread of its own and waits up to `patience`. None if it has not answered by then,
/// or panicked, or no thread can be spawned; its thread then waits, detached, until its disk answers.
pub fn within<T: Send + 'static>(
    patience: Duration,
    look: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (sender, found) = mpsc::sync_channel(0);
    let look = move || {
        if sender.send(look()).is_err() {
            // Nobody has waited for it.
            N_HANGING.fetch_sub(1, Relaxed);
        }
    };
    thread::Builder::new().name("look".to_owned()).spawn(look).ok()?;
    let patience = if 0 < N_HANGING.load(Relaxed) { patience.min(LITTLE) } else { patience };
    let answer = found.recv_timeout(patience);
    if let Err(RecvTimeoutError::Timeout) = answer {
        N_HANGING.fetch_add(1, Relaxed);
    }
    answer.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_that_hangs_has_no_answer() {
        let (hold, release) = mpsc::channel::<()>();

        assert_eq!(within(Duration::from_mins(1), || 7), Some(7));
        assert_eq!(within(Duration::from_millis(10), move || release.recv().is_ok()), None);
        drop(hold);
    }
}
