//! A connection: requests and responses until it ends or becomes a stream.

use std::{io, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::watch,
    time::{Instant, sleep_until, timeout, timeout_at},
};

use crate::{
    stream::{fanout::Fanout, feed::Feed},
    web::{
        admission::{Answer, Life},
        answer::answer,
        client::Ends,
        download::{self, Download},
        limits::ConnectionPermit,
        listen::{self, StreamStart},
        response::sent,
        shutdown::Shutdown,
        site::{Site, Timeouts},
        tls::Tls,
    },
};

/// The longest request head in bytes: the least that hyper allows.
const MAX_HEAD: usize = 8 * 1024;

/// The most header lines of a request.
const MAX_HEADERS: usize = 64;

/// How long a stream waits for room before it is refused.
const ROOM_WAIT: Duration = Duration::from_millis(400);

/// A connection that has not become a stream after this time is closed, so that no client keeps its permit
/// by sending occasional requests or reading a response byte by byte.
const MAX_LIFE: Duration = Duration::from_mins(1);

/// State shared by all connections.
pub struct Shared {
    /// The current site.
    pub site: watch::Receiver<Arc<Site>>,
    /// Time limits.
    pub timeouts: Timeouts,
    /// The threads that write to the sockets of HTTP streams.
    pub fanout: Arc<Fanout>,
    /// Signals the shutdown.
    pub shutdown: Shutdown,
}

/// The error that makes hyper give up a connection whose socket becomes a stream: see [`serve_requests`].
#[derive(Debug, thiserror::Error)]
#[error("the socket is taken over")]
struct TakenOver;

/// What a socket is taken over for.
enum Taken {
    Stream(Box<StreamStart>),
    Download(Box<Download>),
}

/// Serves an HTTP connection. If it becomes a stream, the fan-out's threads take it over.
pub async fn http(socket: TcpStream, ends: Ends, shared: &Shared) {
    let Some((mut socket, feed)) = serve_requests(socket, ends, shared).await else { return };
    let Some(feed) = feed else {
        let _ = socket.shutdown().await;
        return;
    };
    match socket.into_std() {
        Ok(socket) => shared.fanout.carry(socket, feed),
        Err(error) => tracing::warn!("can't hand a stream to the fan-out: {error}"),
    }
}

/// Serves an HTTPS connection and its stream, which only this task can encrypt. Releases `permit` when the
/// stream begins.
pub async fn https(
    socket: TcpStream,
    tls: &Tls,
    ends: Ends,
    shared: &Shared,
    permit: ConnectionPermit,
) {
    let socket = match timeout(shared.timeouts.header, tls.accept(socket)).await {
        Ok(Ok(socket)) => socket,
        Ok(Err(error)) => return tracing::debug!("TLS handshake failed: {error}"),
        Err(_) => return tracing::debug!("TLS handshake timed out"),
    };
    let Some((mut socket, feed)) = serve_requests(socket, ends, shared).await else { return };
    drop(permit);
    let Some(feed) = feed else {
        let _ = socket.shutdown().await;
        return;
    };
    let (stall, shutdown) = (shared.timeouts.stall, shared.shutdown.clone());
    if let Err(error) = listen::play(socket, feed, stall, shutdown).await {
        tracing::debug!("listener disconnected: {error}");
    }
}

/// Answers requests until the connection ends or a stream or a download is requested, and then starts the
/// stream or sends the download. Returns the socket, and the rest of the stream if it has not ended.
///
/// hyper can't hand over a socket before it has written a response's head, except for upgrades, and its
/// head is not the one that players expect. But if the service fails, hyper writes nothing and returns the
/// socket. So for streams and downloads the service fails with [`TakenOver`] and stores them in
/// `requested`: the error can't carry them, since hyper only lends its cause. The lock is never contended;
/// it makes the future `Send`.
async fn serve_requests<S>(socket: S, ends: Ends, shared: &Shared) -> Option<(S, Option<Feed>)>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let requested = Mutex::new(None);
    let until = Instant::now() + MAX_LIFE;
    let service = service_fn(|request: Request<Incoming>| {
        let site = shared.site.borrow().clone();
        // Only `Answer::Later` reads the body.
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, ());
        let requested = &requested;
        async move {
            match answer_when_free(&site, &request, ends, shared).await {
                Answer::Full(response) => Ok(sent(response)),
                Answer::Refused { response, .. } => Ok(sent(*response)),
                Answer::Later(later) => {
                    let shutdown = shared.shutdown.clone();
                    Ok(later(body, Life { until, shutdown }).await)
                }
                Answer::Stream(start) => {
                    *requested.lock() = Some(Taken::Stream(start));
                    Err(TakenOver)
                }
                Answer::Download(download) => {
                    *requested.lock() = Some(Taken::Download(download));
                    Err(TakenOver)
                }
            }
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.timeouts.header)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(socket), service);
    let end = tokio::select! {
        end = &mut connection => Some(end),
        () = async {
            tokio::select! {
                () = shared.shutdown.clone().begun() => {}
                () = sleep_until(until) => {}
            }
        } => {
            Pin::new(&mut connection).graceful_shutdown();
            timeout(shared.timeouts.header, &mut connection).await.ok()
        }
    };
    let mut socket = connection.into_parts().io.into_inner();
    let Some(taken) = requested.into_inner() else {
        if let Some(Err(error)) = end {
            tracing::debug!("connection failed: {error}");
        }
        return None;
    };
    let begun = match taken {
        Taken::Stream(start) => begin(&mut socket, *start, shared).await,
        Taken::Download(download) => {
            let (stall, shutdown) = (shared.timeouts.stall, shared.shutdown.clone());
            download::send(&mut socket, *download, stall, shutdown).await.map(|()| None)
        }
    };
    match begun {
        Ok(feed) => Some((socket, feed)),
        Err(error) => {
            tracing::debug!("listener disconnected: {error}");
            None
        }
    }
}

/// Answers `request`. A stream that is refused for lack of room is retried whenever a listener leaves, for
/// [`ROOM_WAIT`]: the polls of the fan-out notice a closed socket within a tenth of a second, and players
/// reconnect in less.
async fn answer_when_free(
    site: &Arc<Site>,
    request: &Request<()>,
    ends: Ends,
    shared: &Shared,
) -> Answer {
    let deadline = Instant::now() + ROOM_WAIT;
    let mut changes = site.audience.changes();
    loop {
        changes.mark_unchanged();
        let answer = answer(site, request, ends);
        let Answer::Refused { refusal, address, .. } = answer else { return answer };
        let stall = shared.timeouts.stall_when_full;
        site.audience.make_room(refusal, request.uri().path(), address, stall);
        if !matches!(timeout_at(deadline, changes.changed()).await, Ok(Ok(()))) {
            return answer;
        }
    }
}

async fn begin(
    socket: &mut (impl AsyncWrite + Unpin),
    start: StreamStart,
    shared: &Shared,
) -> io::Result<Option<Feed>> {
    let begun = listen::begin(socket, start, shared.timeouts.stall).await?;
    Ok(begun.inspect_err(|ending| tracing::debug!("stream ended: {ending:?}")).ok())
}
