//! Access to the studio: the key of this run, the sessions, and the limits on requests.

use std::{sync::Arc, time::Instant};

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::web::studio::{
    rate::Rate,
    session::{self, Sessions},
};

/// The most streams of events at a time.
pub const MAX_EVENT_STREAMS: usize = 64;

/// The most calls with their body in memory at a time, at most 1 MiB each; further ones wait.
const MAX_BODIES: usize = 32;

/// The most calls in progress at a time.
const MAX_WORK: usize = 8;

/// Access control, one per process.
pub struct Access {
    /// The key of this run, printed at the start.
    pub key: String,
    /// All sessions.
    pub sessions: Sessions,
    /// A permit for each stream of events.
    pub event_streams: Arc<Semaphore>,
    /// A permit for each call whose body is in memory.
    pub bodies: Arc<Semaphore>,
    /// A permit for each call that occupies a thread.
    pub work: Arc<Semaphore>,
    /// Changes by programs, which send a key or a password with each request.
    changes: Mutex<Rate>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            key: session::token(),
            sessions: Sessions::default(),
            event_streams: Arc::new(Semaphore::new(MAX_EVENT_STREAMS)),
            bodies: Arc::new(Semaphore::new(MAX_BODIES)),
            work: Arc::new(Semaphore::new(MAX_WORK)),
            changes: Mutex::default(),
        }
    }
}

impl Access {
    /// Counts a change by the session of `token`, or by a program; false if there are too many.
    pub fn may_change(&self, token: Option<&str>, now: Instant) -> bool {
        match token {
            Some(token) => self.sessions.may_change(token, now),
            None => self.changes.lock().allows(now),
        }
    }
}
