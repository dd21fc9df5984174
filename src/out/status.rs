//! How pushes and uploads fare, for whoever shows it.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

/// How a station gets to a server of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As the source of a mount.
    Push,
    /// As HLS in a bucket.
    Upload,
}

/// What a push or an upload is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It asks the server to take the sound, or has nothing to bring yet.
    Connecting,
    /// The server has the sound, or takes each file.
    OnAir {
        /// When it began.
        since: SystemTime,
    },
    /// The next try has to wait.
    Waiting {
        /// What went wrong: the rest of a sentence about the server, without any secret.
        why: String,
        /// When it comes.
        until: SystemTime,
    },
}

/// How a push or an upload fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// How often it got on air; all but the first are reconnections.
    pub times_on_air: u64,
    /// Segments that never got there; none of a push, which has no segments.
    pub n_missed: u64,
}

/// A push or an upload and how it fares; to be forgotten once the sender of its status is gone.
#[derive(Debug, Clone)]
pub struct Told {
    /// How it gets there.
    pub way: Way,
    /// The station's name.
    pub station: String,
    /// The URL of the server's mount, or of the station's folder in the bucket.
    pub server: String,
    /// How it fares.
    pub status: watch::Receiver<Status>,
}

/// All that is told of; those that are over are forgotten.
#[derive(Debug, Default)]
pub struct Board(Mutex<Vec<Told>>);

impl Board {
    /// Adds what goes to `server`; tell it by what is returned, for as long as it is wanted.
    pub fn add(&self, way: Way, station: &str, server: String) -> watch::Sender<Status> {
        let (sender, status) = watch::channel(Status::default());
        self.change(|all| {
            // The one that it stands in for may still be on its way out. A station has one upload.
            let is_other = |told: &Told| {
                let is_there = way == Way::Upload || told.server == server;
                (told.way, told.station.as_str()) != (way, station) || !is_there
            };
            all.retain(is_other);
            all.push(Told { way, station: station.to_owned(), server, status });
        });
        sender
    }

    /// Puts all in the order of `key`.
    pub fn sort_by_key<K: Ord>(&self, key: impl FnMut(&Told) -> K) {
        self.change(|all| all.sort_by_key(key));
    }

    /// All.
    pub fn read(&self) -> Vec<Told> {
        self.change(|all| all.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Told>) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(Told::is_current);
        change(&mut all)
    }
}

impl Default for Status {
    fn default() -> Self {
        Self { state: State::Connecting, times_on_air: 0, n_missed: 0 }
    }
}

impl Status {
    /// It is on air, from now on if it was not.
    pub(super) fn is_on_air(&mut self) {
        if !matches!(self.state, State::OnAir { .. }) {
            self.state = State::OnAir { since: SystemTime::now() };
            self.times_on_air += 1;
        }
    }

    /// It is not, for it has `failed`; tried again after `wait`.
    pub(super) fn waits(&mut self, failed: &impl fmt::Display, wait: Duration) {
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
                write!(f, "not on air: {why}; again in {} s", wait.as_secs())
            }
        }
    }
}

impl Told {
    /// Whether it is still wanted.
    pub fn is_current(&self) -> bool {
        self.status.has_changed().is_ok()
    }
}
