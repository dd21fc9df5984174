//! The status of pushes and uploads, for the admin pages and metrics.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use parking_lot::Mutex;
use tokio::sync::watch;

/// The kind of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A mount on another server, fed as its source.
    Push,
    /// A bucket that receives HLS.
    Upload,
}

/// The state of a push or an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Connecting, or no audio to send yet.
    Connecting,
    /// The server receives the stream, or each file.
    OnAir {
        /// Start time.
        since: SystemTime,
    },
    /// It failed and will be retried.
    Waiting {
        /// The error, without any secret.
        why: String,
        /// Time of the next try.
        until: SystemTime,
    },
}

/// State and counters of a push or an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The current state.
    pub state: State,
    /// Number of times that it went on air; all but the first are reconnections.
    pub times_on_air: u64,
    /// Segments that were skipped; 0 for a push.
    pub n_missed: u64,
}

/// A registered target with its status.
#[derive(Debug, Clone)]
pub struct RegisteredTarget {
    /// Push or upload.
    pub kind: TargetKind,
    /// The station's name.
    pub station: String,
    /// The URL of the server's mount, or of the station's folder in the bucket.
    pub server: String,
    /// The current status; closed when the target is no longer wanted.
    pub status: watch::Receiver<Status>,
}

/// All targets of one kind. Targets are removed when their status sender is dropped.
#[derive(Debug, Default)]
pub struct Registry(Mutex<Vec<RegisteredTarget>>);

impl Registry {
    /// Registers a target. Its status is set through the returned sender; dropping that removes it.
    pub fn add(&self, kind: TargetKind, station: &str, server: String) -> watch::Sender<Status> {
        let (sender, status) = watch::channel(Status::default());
        self.change(|all| {
            // A predecessor may still be ending. A station has at most one upload.
            let is_other = |target: &RegisteredTarget| {
                let is_there = kind == TargetKind::Upload || target.server == server;
                (target.kind, target.station.as_str()) != (kind, station) || !is_there
            };
            all.retain(is_other);
            all.push(RegisteredTarget { kind, station: station.to_owned(), server, status });
        });
        sender
    }

    /// Sorts the targets.
    pub fn sort_by_key<K: Ord>(&self, key: impl FnMut(&RegisteredTarget) -> K) {
        self.change(|all| all.sort_by_key(key));
    }

    /// All targets.
    pub fn read(&self) -> Vec<RegisteredTarget> {
        self.change(|all| all.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<RegisteredTarget>) -> T) -> T {
        let mut all = self.0.lock();
        all.retain(RegisteredTarget::is_current);
        change(&mut all)
    }
}

impl Default for Status {
    fn default() -> Self {
        Self { state: State::Connecting, times_on_air: 0, n_missed: 0 }
    }
}

impl Status {
    /// Sets the state to on air, from now unless it was on air already.
    pub(super) fn set_on_air(&mut self) {
        if !matches!(self.state, State::OnAir { .. }) {
            self.state = State::OnAir { since: SystemTime::now() };
            self.times_on_air += 1;
        }
    }

    /// Sets the state to waiting: it has `failed` and is retried after `wait`.
    pub(super) fn set_waiting(&mut self, failed: &impl fmt::Display, wait: Duration) {
        self.state = State::Waiting { why: failed.to_string(), until: SystemTime::now() + wait };
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::OnAir { since } => {
                let minutes = since.elapsed().unwrap_or_default().as_secs() / 60;
                write!(f, "on air for {minutes} min")
            }
            Self::Waiting { why, until } => {
                let wait = until.duration_since(SystemTime::now()).unwrap_or_default();
                write!(f, "failed: {why}; retry in {} s", wait.as_secs())
            }
        }
    }
}

impl RegisteredTarget {
    /// Whether the target is still wanted.
    pub fn is_current(&self) -> bool {
        self.status.has_changed().is_ok()
    }
}
