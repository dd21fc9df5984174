//! A station as the source of a mount on a server of others: Icecast, Liquidsoap, `AzuraCast`.
//!
//! A push is a task that connects, sends what is on air, and begins again whatever happens, for as
//! long as radio.toml wants it. It holds no sound back: while the server is away nothing piles up.

pub mod backoff;
pub mod connection;
pub mod failure;
pub mod handshake;
pub mod request;
pub mod titles;

use std::{
    mem::{Discriminant, discriminant},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::watch, time::sleep};
use tracing::{debug, info, warn};

use crate::{
    config::Push,
    out::{
        connect,
        push::{backoff::Backoff, connection::hold, failure::Failure, request::Method},
        status::{State, Status},
    },
    stream::mount::Mount,
};

/// On air for so long, all is well: the next failure is news, and tried again soon.
const STEADY: Duration = Duration::from_mins(1);

/// What a push is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The station's name, for the log.
    pub station: String,
    /// Whom to send it to.
    pub push: Push,
    /// The radio's own page, if the world knows it.
    pub home: Option<String>,
}

/// Keeps `mount` on air at the server until its station ends.
pub async fn follow(wish: Wish, mount: Arc<Mount>, status: watch::Sender<Status>) {
    let mut backoff = Backoff::default();
    let mut log = Log { wish: &wish, warned: Vec::new() };
    let mut method = Method::Put;
    loop {
        status.send_modify(|status| status.state = State::Connecting);
        let on_air = || {
            log.on_air();
            status.send_modify(Status::is_on_air);
        };
        let Err(failure) = hold(&wish, &mount, method, on_air).await else { return };
        if was_steady(&status.borrow().state) {
            backoff = Backoff::default();
            log.warned.clear();
        }
        if let Failure::NotUnderstood(_) = failure {
            method = other(method);
            if method == Method::Source {
                debug!(station = wish.station, "{}: {failure}; asking by SOURCE", wish.push.server);
                continue;
            }
        }
        let wait = backoff.next(rand::random());
        log.failed(&failure, wait);
        status.send_modify(|status| status.waits(&failure, wait));
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

/// What failures are told apart by.
type Kind = (Discriminant<Failure>, Option<Discriminant<connect::Error>>);

/// Tells the operator what is new, and repeats itself only to who debugs.
struct Log<'a> {
    wish: &'a Wish,
    warned: Vec<Kind>,
}

impl Log<'_> {
    fn on_air(&self) {
        info!(station = self.wish.station, "on air at {}", self.wish.push.server);
    }

    fn failed(&mut self, failure: &Failure, wait: Duration) {
        let Wish { station, push, .. } = self.wish;
        let wait = wait.as_secs_f64();
        let connecting = match failure {
            Failure::Connect(error) => Some(discriminant(error)),
            _ => None,
        };
        let kind = (discriminant(failure), connecting);
        if self.warned.contains(&kind) {
            debug!(station, "not on air at {}: {failure}; again in {wait:.0} s", push.server);
            return;
        }
        self.warned.push(kind);
        warn!(station, "not on air at {}: {failure}; trying again until it works", push.server);
    }
}
