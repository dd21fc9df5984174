//! Notifications to systemd for services of `Type=notify`; without systemd they do nothing.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// Reports that the radio is ready: all stations play.
pub fn ready() {
    notify(NotifyState::Ready);
}

/// Reports that the radio is shutting down.
pub fn stopping() {
    notify(NotifyState::Stopping);
}

/// Keep-alive for `WatchdogSec=`.
pub struct Watchdog {
    /// Interval of keep-alives, half of systemd's timeout; none if systemd asks for none.
    every: Option<Duration>,
    sent_at: Instant,
}

impl Watchdog {
    /// A watchdog with the timeout from systemd's environment variables.
    pub fn from_env() -> Self {
        let every = sd_notify::watchdog_enabled().map(|timeout| timeout / 2);
        Self { every, sent_at: Instant::now() }
    }

    /// Sends a keep-alive if it is due and the radio `is_well`. Without keep-alives systemd
    /// restarts the radio.
    pub fn pet(&mut self, is_well: bool) {
        let is_due = self.every.is_some_and(|every| every <= self.sent_at.elapsed());
        if is_due && is_well {
            self.sent_at = Instant::now();
            notify(NotifyState::Watchdog);
        }
    }
}

fn notify(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!("notifying systemd failed: {error}");
    }
}
