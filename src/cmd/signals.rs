//! Handles signals to the radio, and ends the process if a stop hangs.

use std::{
    process,
    sync::mpsc::Sender,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{WaitOptions, getpid, wait};
use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};
use tracing::{error, info, warn};

use crate::{
    log,
    station::studio::orders::ConfigOrder,
    threads::{self, Supervisor},
};

/// Longest time from SIGTERM to the end of the process, whatever a disk or a peer does: service managers
/// and users expect five seconds.
pub const STOP_LIMIT: Duration = Duration::from_millis(4700);

/// Signals that end a process by default, but have no meaning for a radio: logrotate and some supervisors
/// send USR1 or USR2. With SIGXFSZ ignored, writing to a log at its size limit fails.
const HARMLESS: [i32; 5] =
    [libc::SIGUSR1, libc::SIGUSR2, libc::SIGXFSZ, libc::SIGALRM, libc::SIGVTALRM];

/// The signals that the radio handles. One that can't be handled keeps its default action.
pub struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
    hang_up: Option<Signal>,
    child: Option<Signal>,
    /// Registered to have no effect.
    _harmless: Vec<Option<Signal>>,
}

/// The effects of signals.
pub struct Actions {
    /// A message requests a reload.
    pub reloads: Sender<ConfigOrder>,
    /// Stops all threads.
    pub supervisor: Supervisor,
    /// Set to the time of the signal that stops the radio.
    pub stopped: watch::Sender<Option<Instant>>,
}

impl Signals {
    /// Registers the signals. Call it within a runtime, before anything that may hang: process 1 of a
    /// container ignores signals that it does not handle.
    pub fn register() -> Self {
        let handle = |kind: SignalKind| {
            let handled = signal(kind);
            handled.inspect_err(|error| warn!("can't handle a signal: {error}")).ok()
        };
        Self {
            terminate: handle(SignalKind::terminate()),
            interrupt: handle(SignalKind::interrupt()),
            hang_up: handle(SignalKind::hangup()),
            // The radio starts no processes. As process 1 it inherits those of others.
            child: getpid().is_init().then(|| handle(SignalKind::child())).flatten(),
            _harmless: HARMLESS.map(|number| handle(SignalKind::from_raw(number))).into(),
        }
    }

    /// Reloads at each SIGHUP, and stops at the first SIGTERM or SIGINT (Ctrl-C).
    pub async fn follow(mut self, actions: Actions) {
        loop {
            select! {
                () = next(&mut self.terminate) => break,
                () = next(&mut self.interrupt) => break,
                () = next(&mut self.child) => reap(),
                () = next(&mut self.hang_up) => {
                    info!("SIGHUP: reading radio.toml, certificates and secrets again");
                    // Fails once the radio stops.
                    let _ = actions.reloads.send(ConfigOrder::Reload);
                }
            }
        }
        log::say(format_args!("shutting down"));
        let Actions { supervisor, stopped, .. } = actions;
        if let Err(error) = threads::spawn("last-resort", end_process) {
            warn!("{error}");
        }
        supervisor.stop();
        stopped.send_replace(Some(Instant::now()));
        // Later signals do nothing: dropping the handlers would not restore the default action.
    }
}

/// The next signal; never, if it is not handled.
async fn next(signal: &mut Option<Signal>) {
    let is_received = match signal {
        Some(signal) => signal.recv().await.is_some(),
        None => false,
    };
    if !is_received {
        std::future::pending::<()>().await;
    }
}

/// Reaps ended processes, which would remain as zombies otherwise.
fn reap() {
    while let Ok(Some(_)) = wait(WaitOptions::NOHANG) {}
}

/// Ends the process when a stop has taken too long. Threads that hang on a disk end with it.
fn end_process() {
    thread::sleep(STOP_LIMIT);
    error!("a disk or a peer holds up the end; exiting without it");
    log::finish();
    process::exit(0);
}
