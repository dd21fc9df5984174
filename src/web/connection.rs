//! A connection: requests and answers until it ends or becomes a stream.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
    time::{sleep, timeout},
};

use crate::{
    stream::{fanout::Fanout, feed::Feed},
    web::{
        answer::{Answer, answer},
        client::Ends,
        listen::{self, Admission},
        server::{Place, Stopping},
        site::{Patience, Site},
        tls::Tls,
    },
};

/// The longest request head in bytes, the least that hyper allows; and the most header lines.
const MAX_HEAD: usize = 8 * 1024;
const MAX_HEADERS: usize = 64;

/// A connection that has not become a stream for so long is asked to end: nobody keeps a place by
/// asking now and then, or by reading an answer letter by letter.
const LIFE: Duration = Duration::from_mins(1);

/// What all connections share.
pub struct House {
    /// What is served, at each moment.
    pub site: watch::Receiver<Arc<Site>>,
    /// What is put up with.
    pub patience: Patience,
    /// Carries streams.
    pub fanout: Arc<Fanout>,
    /// Says when to end.
    pub stopping: Stopping,
}

/// hyper's error for a request whose socket we take over.
#[derive(Debug, thiserror::Error)]
#[error("the socket is taken over")]
struct TakenOver;

/// Serves a connection of plain HTTP; its stream is carried by the fan-out's threads.
pub async fn plain(socket: TcpStream, ends: Ends, house: &House) {
    let Some((mut socket, feed)) = converse(socket, ends, house).await else { return };
    let Some(feed) = feed else {
        let _ = socket.shutdown().await;
        return;
    };
    match socket.into_std() {
        Ok(socket) => house.fanout.carry(socket, feed),
        Err(error) => tracing::warn!("can't carry a stream: {error}"),
    }
}

/// Serves a connection of HTTPS, its stream included: only who encrypts can write to it. `place` is
/// given up once it is one.
pub async fn secure(socket: TcpStream, tls: &Tls, ends: Ends, house: &House, place: Place) {
    let socket = match timeout(house.patience.header, tls.accept(socket)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return tracing::debug!("a TLS handshake failed: {error}"),
        Err(_) => return tracing::debug!("a TLS handshake took too long"),
    };
    let Some((mut socket, feed)) = converse(socket, ends, house).await else { return };
    drop(place);
    if let Some(feed) = feed {
        let played = listen::play(&mut socket, feed, house.patience.stall, house.stopping.clone());
        if let Err(error) = played.await {
            return tracing::debug!("a listener left: {error}");
        }
    }
    let _ = socket.shutdown().await;
}

/// Answers requests until the connection ends, or begins the stream that was asked for. Gives the
/// socket, and what is still to be carried to it if the stream has not ended.
async fn converse<S>(socket: S, ends: Ends, house: &House) -> Option<(S, Option<Feed>)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let admission = Mutex::new(None);
    let service = service_fn(|request| {
        let site = house.site.borrow().clone();
        let result = match answer(&site, &request, ends) {
            Answer::Whole(response) => Ok(response),
            Answer::Stream(admitted) => {
                *admission.lock().unwrap_or_else(PoisonError::into_inner) = Some(admitted);
                Err(TakenOver)
            }
        };
        async { result }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(house.patience.header)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(socket), service);
    let end = tokio::select! {
        end = &mut connection => Some(end),
        () = async {
            tokio::select! {
                () = house.stopping.clone().begun() => {}
                () = sleep(LIFE) => {}
            }
        } => {
            Pin::new(&mut connection).graceful_shutdown();
            timeout(house.patience.header, &mut connection).await.ok()
        }
    };
    let mut socket = connection.into_parts().io.into_inner();
    let Some(admission) = admission.into_inner().unwrap_or_else(PoisonError::into_inner) else {
        if let Some(Err(error)) = end {
            tracing::debug!("a connection ended: {error}");
        }
        return None;
    };
    match begin(&mut socket, *admission, house).await {
        Ok(feed) => Some((socket, feed)),
        Err(error) => {
            tracing::debug!("a listener left: {error}");
            None
        }
    }
}

async fn begin(
    socket: &mut (impl AsyncWrite + Unpin),
    admission: Admission,
    house: &House,
) -> io::Result<Option<Feed>> {
    let begun = listen::begin(socket, admission, house.patience.stall);
    Ok(begun.await?.inspect_err(|ending| tracing::debug!("a stream ended: {ending:?}")).ok())
}
