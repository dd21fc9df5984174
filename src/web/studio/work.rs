//! A call of the API from its request to its response: authorisation, body, work.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hyper::{Method, StatusCode, body::Incoming, header::CONTENT_TYPE};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    station::studio::Studio,
    threads,
    web::{
        body,
        request::ClientRequest,
        response::FullResponse,
        site::Site,
        studio::{
            api::{OPERATIONS, Operation, Parts},
            call::Call,
            identity::{Visitor, identify},
            lab::Lab,
            reply::{self, Failure, Reply},
            session::Role,
        },
    },
};

/// How long a call waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// A call whose body has not been read yet.
pub struct Work {
    operation: &'static Operation,
    site: Arc<Site>,
    studio: Arc<Studio>,
    lab: Arc<Lab>,
    visitor: Visitor,
    station: String,
    argument: String,
    query: String,
    is_midi: bool,
}

impl Work {
    /// The call that `request` makes with `path`, which is the part after `/studio`.
    ///
    /// # Errors
    /// There is no such operation or station, or the user may not call it, or not now.
    pub fn of<B>(
        site: &Arc<Site>,
        path: &str,
        request: &ClientRequest<B>,
    ) -> Result<Self, Failure> {
        // First, so that a denial reveals no paths and stations.
        let visitor = identify(site, request)?;
        let (operation, parts) = operation(path, request.method())?;
        if operation.method == Method::POST {
            if visitor.role < Role::Operator {
                let sentence = "a viewer may change nothing";
                return Err(Failure::new(StatusCode::FORBIDDEN, sentence));
            }
            if !site.studio_access.may_change(visitor.token.as_deref(), Instant::now()) {
                let sentence = "too many changes; expected at most 50 a second";
                return Err(Failure::new(StatusCode::TOO_MANY_REQUESTS, sentence));
            }
        }
        if operation.path.contains("{station}") && site.station(parts.station).is_none() {
            return Err(Failure::missing(format!("no station {:?}", parts.station)));
        }
        let both = site.studio.clone().zip(site.lab.clone());
        let (studio, lab) = both.ok_or_else(|| Failure::missing("the studio is off"))?;
        Ok(Self {
            operation,
            site: site.clone(),
            studio,
            lab,
            visitor,
            station: parts.station.to_owned(),
            argument: parts.argument.to_owned(),
            query: request.request.uri().query().unwrap_or_default().to_owned(),
            is_midi: is_midi(request),
        })
    }

    /// Reads the body and does the work.
    pub async fn answer(self, body: Incoming) -> FullResponse {
        reply::respond(self.reply(body).await)
    }

    async fn reply(self, body: Incoming) -> Result<Reply, Failure> {
        let access = self.site.studio_access.clone();
        let in_memory = turn(&access.bodies).await?;
        let body = if self.operation.method == Method::POST {
            let max = self.operation.max_body(self.is_midi);
            body::read(body, max, body::PATIENCE).await?
        } else {
            Bytes::new()
        };
        let at_work = turn(&access.work).await?;
        let operation = self.operation;
        let call = self.with(body);
        let working = threads::blocking(move || {
            // Held to the end, even if the client has gone.
            let _permits = (in_memory, at_work);
            operation.answer(&call)
        });
        working.await.unwrap_or_else(|reason| {
            tracing::error!("a call of the studio failed: {reason}");
            let sentence = "the call failed; the log says why";
            Err(Failure::new(StatusCode::INTERNAL_SERVER_ERROR, sentence))
        })
    }

    fn with(self, body: Bytes) -> Call {
        Call {
            site: self.site,
            studio: self.studio,
            lab: self.lab,
            visitor: self.visitor,
            station: self.station,
            argument: self.argument,
            query: self.query,
            is_midi: self.is_midi,
            body,
        }
    }
}

/// The operation of `path` and `method`; HEAD is a GET whose body hyper omits.
fn operation<'a>(
    path: &'a str,
    method: &Method,
) -> Result<(&'static Operation, Parts<'a>), Failure> {
    let of_path = || OPERATIONS.iter().filter_map(|known| Some((known, known.parts(path)?)));
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    of_path().find(|(known, _)| known.method == *method).ok_or_else(|| match of_path().next() {
        Some((known, _)) => {
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, format!("expected {}", known.method))
        }
        None => Failure::missing("no such function of the studio"),
    })
}

/// Whether the body is a MIDI file; none of its content types is registered.
fn is_midi<B>(request: &ClientRequest<B>) -> bool {
    let found = request.headers().get(CONTENT_TYPE).and_then(|found| found.to_str().ok());
    let name = found.and_then(|found| found.split(';').next()).unwrap_or_default().trim();
    ["audio/midi", "audio/mid", "audio/x-midi", "application/x-midi"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

async fn turn(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Failure> {
    let sentence = "the studio is busy; try again";
    let busy = || Failure::new(StatusCode::SERVICE_UNAVAILABLE, sentence);
    let permit = timeout(PATIENCE, permits.clone().acquire_owned()).await;
    permit.ok().and_then(Result::ok).ok_or_else(busy)
}
