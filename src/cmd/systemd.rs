//! Notifications to systemd for services of `Type=notify`; without systemd they do nothing.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sd_notify::NotifyState;
use tokio::sync::watch;

use crate::{
    threads::Supervisor,
    web::{api, site::Site},
};

/// Interval of checks of the stations.
const INTERVAL: Duration = Duration::from_millis(500);

/// Reports the state of the stations until the radio stops. Runs on its own thread, which uses no file: a
/// disk that hangs must not make systemd kill a radio that plays.
pub fn report(sites: &watch::Receiver<Arc<Site>>, supervisor: &Supervisor) {
    let mut watchdog = Watchdog::from_env();
    let mut is_ready = false;
    while !supervisor.is_stopping_within(INTERVAL) {
        let is_well = api::silent_stations(&sites.borrow()).is_empty();
        if is_well && !is_ready {
            ready();
            is_ready = true;
        }
        watchdog.pet(is_well);
    }
    stopping();
}

/// Reports that the radio is ready: all stations play.
fn ready() {
    notify(NotifyState::Ready);
}

/// Reports that the radio is shutting down.
fn stopping() {
    notify(NotifyState::Stopping);
}

/// Keep-alive for `WatchdogSec=`.
struct Watchdog {
    /// Interval of keep-alives, half of systemd's timeout; none if systemd asks for none.
    every: Option<Duration>,
    sent_at: Instant,
}

impl Watchdog {
    /// A watchdog with the timeout from systemd's environment variables.
    fn from_env() -> Self {
        let every = sd_notify::watchdog_enabled().map(|timeout| timeout / 2);
        Self { every, sent_at: Instant::now() }
    }

    /// Sends a keep-alive if it is due and the radio `is_well`. Without keep-alives systemd
    /// restarts the radio.
    fn pet(&mut self, is_well: bool) {
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
