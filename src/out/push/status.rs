//! How a push fares, for whoever shows it.

use std::{fmt, time::SystemTime};

use tokio::sync::watch;

/// What a push is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It asks the server to take the sound.
    Connecting,
    /// The server has the sound.
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

/// How a push fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What it is doing.
    pub state: State,
    /// How often it got on air; all but the first are reconnections.
    pub times_on_air: u64,
}

/// A push and how it fares; to be forgotten once the sender of its status is gone.
#[derive(Debug, Clone)]
pub struct Told {
    /// The station's name.
    pub station: String,
    /// The URL of the server's mount.
    pub server: String,
    /// How it fares.
    pub status: watch::Receiver<Status>,
}

impl Default for Status {
    fn default() -> Self {
        Self { state: State::Connecting, times_on_air: 0 }
    }
}

impl Status {
    pub(super) fn got_on_air(&mut self) {
        self.state = State::OnAir { since: SystemTime::now() };
        self.times_on_air += 1;
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
    /// Whether the push is still wanted.
    pub fn is_current(&self) -> bool {
        self.status.has_changed().is_ok()
    }
}
