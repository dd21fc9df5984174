//! Threads that are started again after a panic, and the list of those that are down.

use std::{
    collections::BTreeMap,
    panic::AssertUnwindSafe,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use parking_lot::{Condvar, Mutex};
use tokio::time::sleep;
use tracing::error;

use crate::threads::{SpawnError, catch_panic, panic::message, retry_delay, spawn};

/// A thread that has worked for this long since its last panic counts as healthy.
const STEADY: Duration = Duration::from_secs(10);

/// Work on a disk that takes longer than this counts as stuck.
const STUCK: Duration = Duration::from_secs(20);

/// Supervises the threads of a radio. Clones share the list.
#[derive(Clone, Default)]
pub struct Supervisor(Arc<Shared>);

#[derive(Default)]
struct Shared {
    inner: Mutex<Inner>,
    stopping: Condvar,
}

#[derive(Default)]
struct Inner {
    is_stopping: bool,
    /// The threads that have panicked, by name.
    panicked: BTreeMap<String, Panicked>,
    /// Since when a thread has been at work on a disk.
    busy: BTreeMap<String, Instant>,
}

/// Marks a thread as at work on a disk, until it is dropped.
pub struct Busy {
    supervisor: Supervisor,
    name: String,
}

/// The record of a thread that has panicked.
#[derive(Default)]
struct Panicked {
    n_restarts: u64,
    /// Why it is down, until it is started again.
    down: Option<String>,
}

impl Supervisor {
    /// Runs `work` on a new thread called `name` until it returns. After a panic `work` is called
    /// again, at once the first time, then after 1, 2, 4 ... 30 s; its data may be half changed.
    ///
    /// # Errors
    /// The system is out of threads or memory.
    pub fn spawn(
        &self,
        name: impl Into<String>,
        work: impl FnMut() + Send + 'static,
    ) -> Result<JoinHandle<()>, SpawnError> {
        let (supervisor, name) = (self.clone(), name.into());
        spawn(name.clone(), move || supervisor.run(&name, work))
    }

    /// As [`Self::spawn`], on this thread.
    pub fn run(&self, name: &str, mut work: impl FnMut()) {
        let mut n_failures = 0;
        loop {
            let began = Instant::now();
            let Err(reason) = catch_panic(&mut work) else { return };
            n_failures = if STEADY < began.elapsed() { 1 } else { n_failures + 1 };
            self.note_down(name, &reason);
            error!(thread = name, "thread panicked; starting it again: {reason}");
            if self.is_stopping_within(retry_delay(n_failures)) {
                return;
            }
            self.note_restart(name);
        }
    }

    /// As [`Self::run`], for a task: `start` makes its future, and after a panic another one.
    pub async fn run_task<F: Future<Output = ()>>(&self, name: &str, mut start: impl FnMut() -> F) {
        let mut n_failures = 0;
        loop {
            let began = Instant::now();
            let Err(panic) = AssertUnwindSafe(start()).catch_unwind().await else { return };
            let reason = message(&*panic);
            n_failures = if STEADY < began.elapsed() { 1 } else { n_failures + 1 };
            self.note_down(name, &reason);
            error!(task = name, "task panicked; starting it again: {reason}");
            sleep(retry_delay(n_failures)).await;
            self.note_restart(name);
        }
    }

    /// Records that `name` is down because of `reason`, for work that restarts itself.
    pub fn note_down(&self, name: &str, reason: &str) {
        let mut inner = self.0.inner.lock();
        inner.panicked.entry(name.to_owned()).or_default().down = Some(reason.to_owned());
    }

    /// Records that `name` was restarted.
    pub fn note_restart(&self, name: &str) {
        let mut inner = self.0.inner.lock();
        let thread = inner.panicked.entry(name.to_owned()).or_default();
        thread.down = None;
        thread.n_restarts += 1;
    }

    /// The names of the threads that are down at this moment, in order, each with the reason.
    pub fn down(&self) -> Vec<(String, String)> {
        let inner = self.0.inner.lock();
        let threads = inner.panicked.iter();
        threads.filter_map(|(name, thread)| Some((name.clone(), thread.down.clone()?))).collect()
    }

    /// Marks `name` as working on a disk, which may hang.
    pub fn busy(&self, name: &str) -> Busy {
        self.0.inner.lock().busy.insert(name.to_owned(), Instant::now());
        Busy { supervisor: self.clone(), name: name.to_owned() }
    }

    /// The names of the threads that have waited for a disk for more than 20 s, in order.
    pub fn stuck(&self) -> Vec<String> {
        self.busy_for(STUCK)
    }

    /// The names of the threads that have waited for a disk for more than `least`, in order.
    fn busy_for(&self, least: Duration) -> Vec<String> {
        let inner = self.0.inner.lock();
        let is_stuck = |since: &Instant| least < since.elapsed();
        let stuck = inner.busy.iter().filter(|(_, since)| is_stuck(since));
        stuck.map(|(name, _)| name.clone()).collect()
    }

    /// Restarts of all threads so far.
    pub fn n_restarts(&self) -> u64 {
        self.0.inner.lock().panicked.values().map(|thread| thread.n_restarts).sum()
    }

    /// Asks all threads to end: those that play see it at their next chunk, those that look at files
    /// at their next file.
    pub fn stop(&self) {
        self.0.inner.lock().is_stopping = true;
        self.0.stopping.notify_all();
    }

    /// Whether [`Self::stop`] was called.
    pub fn is_stopping(&self) -> bool {
        self.0.inner.lock().is_stopping
    }

    /// Waits for `timeout` or until [`Self::stop`] is called; returns whether it was.
    pub fn is_stopping_within(&self, timeout: Duration) -> bool {
        let mut inner = self.0.inner.lock();
        self.0.stopping.wait_while_for(&mut inner, |inner| !inner.is_stopping, timeout);
        inner.is_stopping
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.supervisor.0.inner.lock().busy.remove(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_panicked_thread_is_down_at_once_and_started_again() {
        let supervisor = Supervisor::default();
        let (sender, begun) = mpsc::channel();
        let (goes_on, waits) = mpsc::channel::<bool>();
        let work = move || {
            sender.send(()).unwrap();
            assert!(waits.recv().unwrap(), "no more");
        };
        let thread = supervisor.spawn("state", work).unwrap();

        begun.recv().unwrap();
        goes_on.send(false).unwrap();
        begun.recv().unwrap();
        assert_eq!((supervisor.down(), supervisor.n_restarts()), (vec![], 1));
        // The second restart in a row waits for a second.
        goes_on.send(false).unwrap();
        while supervisor.down().is_empty() {
            std::thread::yield_now();
        }
        assert_eq!(supervisor.down(), [("state".to_owned(), "no more".to_owned())]);
        begun.recv().unwrap();
        goes_on.send(true).unwrap();
        thread.join().unwrap();
        assert_eq!((supervisor.down(), supervisor.n_restarts()), (vec![], 2));
    }

    #[tokio::test]
    async fn a_panicked_task_is_down_and_started_again() {
        let supervisor = Supervisor::default();
        let mut n_starts = 0;
        let task = supervisor.run_task("push /a.mp3", || {
            n_starts += 1;
            let panics = n_starts < 3;
            async move {
                tokio::task::yield_now().await;
                assert!(!panics, "a bad answer");
            }
        });
        // The second restart in a row waits for a second.
        let looks = async {
            while supervisor.down().is_empty() || supervisor.n_restarts() == 0 {
                tokio::task::yield_now().await;
            }
            supervisor.down()
        };

        let ((), down) = tokio::join!(task, looks);

        assert_eq!(down, [("push /a.mp3".to_owned(), "a bad answer".to_owned())]);
        assert_eq!((n_starts, supervisor.down(), supervisor.n_restarts()), (3, vec![], 2));
    }

    #[test]
    fn a_thread_that_waits_for_a_disk_is_named_until_the_disk_answers() {
        let supervisor = Supervisor::default();
        let busy = supervisor.busy("state");

        while supervisor.busy_for(Duration::ZERO) != ["state"] {}
        assert!(supervisor.stuck().is_empty());
        drop(busy);

        assert!(supervisor.busy_for(Duration::ZERO).is_empty());
    }

    #[test]
    fn a_stop_ends_the_wait_before_a_restart() {
        let supervisor = Supervisor::default();
        let thread = supervisor.spawn("state", || panic!("again and again")).unwrap();
        supervisor.stop();

        thread.join().unwrap();

        assert!(supervisor.is_stopping() && supervisor.is_stopping_within(Duration::from_mins(1)));
    }
}
