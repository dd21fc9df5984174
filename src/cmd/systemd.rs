//! What systemd hears of a service of `Type=notify`; nothing is said where there is no systemd.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// Says that listeners are served.
pub fn ready() {
    say(NotifyState::Ready);
}

/// Says that the end has begun.
pub fn stopping() {
    say(NotifyState::Stopping);
}

/// The sign of life that `WatchdogSec=` asks for.
pub struct Watchdog {
    /// How often to give it: twice in the time that systemd waits.
    every: Option<Duration>,
    given_at: Instant,
}

impl Watchdog {
    /// One as systemd asked for it.
    pub fn asked_for() -> Self {
        let every = sd_notify::watchdog_enabled().map(|patience| patience / 2);
        Self { every, given_at: Instant::now() }
    }

    /// Gives the sign if it is time and `is_well`; without it for long, systemd restarts the radio.
    pub fn pet(&mut self, is_well: bool) {
        let is_due = self.every.is_some_and(|every| every <= self.given_at.elapsed());
        if is_due && is_well {
            self.given_at = Instant::now();
            say(NotifyState::Watchdog);
        }
    }
}

fn say(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!("systemd can't be told: {error}");
    }
}
