//! Pushes: a station as the source of a mount on another server (Icecast, Liquidsoap, `AzuraCast`).
//!
//! A push is a task that connects, sends the live audio, and reconnects after any failure for as long
//! as radio.toml wants it. It does not buffer: nothing accumulates while the server is down.

pub mod backoff;
pub mod connection;
pub mod failure;
pub mod handshake;
pub mod request;
pub mod target;
pub mod titles;

use std::{
    mem::{Discriminant, discriminant},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::watch, time::sleep};
use tracing::{debug, info, warn};

use crate::{
    out::{
        connect,
        push::{
            backoff::Backoff, connection::stream_to, failure::Failure, request::Method,
            target::Target,
        },
        status::{State, Status},
    },
    stream::mount::Mount,
};

/// A failure after this time on air resets backoff and warnings.
const STEADY: Duration = Duration::from_mins(1);

/// Keeps `mount` on air at the target until the station ends.
pub async fn run(target: Target, mount: Arc<Mount>, status: watch::Sender<Status>) {
    let mut backoff = Backoff::default();
    let mut log = Log { target: &target, warned: Vec::new() };
    let mut method = Method::Put;
    loop {
        status.send_modify(|status| status.state = State::Connecting);
        let on_air = || {
            log.on_air();
            status.send_modify(Status::set_on_air);
        };
        let Err(failure) = stream_to(&target, &mount, method, on_air).await else { return };
        if was_steady(&status.borrow().state) {
            backoff = Backoff::default();
            log.warned.clear();
        }
        if let Failure::NotUnderstood(_) = failure {
            method = other(method);
            if method == Method::Source {
                let (station, server) = (&target.station, &target.push.server);
                debug!(station, "{server}: {failure}; trying the SOURCE method");
                continue;
            }
        }
        let wait = backoff.next(rand::random());
        log.failed(&failure, wait);
        status.send_modify(|status| status.set_waiting(&failure, wait));
        sleep(wait).await;
    }
}

fn was_steady(state: &State) -> bool {
    match state {
        State::OnAir { since } => since.elapsed().is_ok_and(|on_air| STEADY <= on_air),
        State::Connecting | State::Waiting { .. } => false,
    }
}

fn other(method: Method) -> Method {
    match method {
        Method::Put => Method::Source,
        Method::Source => Method::Put,
    }
}

/// The kind of a failure: each kind is warned about once.
type Kind = (Discriminant<Failure>, Option<Discriminant<connect::Error>>);

/// Logs each kind of failure once as a warning, then at debug level.
struct Log<'a> {
    target: &'a Target,
    warned: Vec<Kind>,
}

impl Log<'_> {
    fn on_air(&self) {
        info!(station = self.target.station, "on air at {}", self.target.push.server);
    }

    fn failed(&mut self, failure: &Failure, wait: Duration) {
        let Target { station, push, .. } = self.target;
        let wait = wait.as_secs_f64();
        let connecting = match failure {
            Failure::Connect(error) => Some(discriminant(error)),
            _ => None,
        };
        let kind = (discriminant(failure), connecting);
        if self.warned.contains(&kind) {
            debug!(station, "push to {} failed: {failure}; retry in {wait:.0} s", push.server);
            return;
        }
        self.warned.push(kind);
        warn!(station, "push to {} failed: {failure}; retrying", push.server);
    }
}
