//! Accepts connections and carries them from their first byte to their last.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::web::{
    answer::{Answer, answer},
    listen,
    site::Site,
};

/// How we call ourselves in answers.
pub const SERVER: &str = concat!("electropunk/", env!("CARGO_PKG_VERSION"));

/// Connections that the kernel holds until we accept them: a wave of listeners after a restart.
const BACKLOG: i32 = 1024;

/// Connections beside the listeners', so that pages and status answer when all seats are taken.
const N_PAGE_CONNECTIONS: usize = 512;

/// The kernel's part of a slow listener's delay, in bytes. Left alone it grows to megabytes, and who
/// stopped reading minutes ago would still look well. Linux doubles what it is told.
const SEND_BUFFER: usize = 64 * 1024;

/// A vanished peer's connection ends after so long without an acknowledgement.
const PEER_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest request head in bytes, and the most header lines.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// Out of file descriptors or memory: time for connections to end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// After the drain, for the last writes.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// Tells connections that the server stops, and when it loses its patience.
#[derive(Clone)]
pub struct Stopping(watch::Receiver<Option<Instant>>);

/// hyper's error for a request whose socket we take over.
#[derive(Debug, thiserror::Error)]
#[error("the socket is taken over")]
struct TakenOver;

impl Stopping {
    /// Comes when the server begins to stop.
    async fn begun(mut self) {
        self.deadline_once_known().await;
    }

    /// Comes when the streams must have ended.
    pub async fn deadline(mut self) {
        sleep_until(self.deadline_once_known().await).await;
    }

    async fn deadline_once_known(&mut self) -> Instant {
        let known = self.0.wait_for(Option::is_some).await;
        // A server that is gone can't be waited for.
        known.ok().and_then(|deadline| *deadline).unwrap_or_else(Instant::now)
    }
}

/// Listens at `address`, ready for waves of connections.
///
/// # Errors
/// The address is taken, not ours or not allowed.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Serves whatever `site` is at each request until `shutdown` comes, then lets streams end for as
/// long as the site's limits say.
///
/// Limits are those of the beginning.
/// A stream ends when its ring's writer is dropped, or with the first chunk after the drain time.
pub async fn serve(
    listener: TcpListener,
    site: watch::Receiver<Arc<Site>>,
    shutdown: impl Future<Output = ()>,
) {
    let (stop, stopping) = watch::channel(None);
    let limits = site.borrow().limits;
    let n_connections = limits.max_listeners.saturating_add(N_PAGE_CONNECTIONS);
    let slots = Arc::new(Semaphore::new(n_connections.min(Semaphore::MAX_PERMITS)));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (socket, slot) = accept(&listener, &slots) => {
                let (site, stopping) = (site.clone(), Stopping(stopping.clone()));
                connections.spawn(async move {
                    converse(socket, &site, stopping).await;
                    drop(slot);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stop.send_replace(Some(Instant::now() + limits.drain));
    let all_gone = async { while connections.join_next().await.is_some() {} };
    if timeout(limits.drain + LAST_WRITES, all_gone).await.is_err() {
        tracing::info!("{} connections did not end in time", connections.len());
    }
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let slot = slots.clone().acquire_owned().await.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((socket, _)) => return (socket, slot),
            Err(error) => {
                tracing::warn!("can't accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Answers requests until the connection ends or becomes a stream.
async fn converse(socket: TcpStream, site: &watch::Receiver<Arc<Site>>, stopping: Stopping) {
    let Ok(local) = prepare(&socket) else { return };
    let limits = site.borrow().limits;
    let admission = Mutex::new(None);
    let service = service_fn(|request| {
        let result = match answer(&site.borrow().clone(), &request, local) {
            Answer::Whole(response) => Ok(response),
            Answer::Stream(admitted) => {
                *admission.lock().expect("no holder panics") = Some(admitted);
                Err(TakenOver)
            }
        };
        async { result }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(socket), service);
    let end = tokio::select! {
        end = &mut connection => end,
        () = stopping.clone().begun() => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    let mut socket = connection.into_parts().io.into_inner();
    let Some(admission) = admission.into_inner().expect("no holder panics") else {
        if let Err(error) = end {
            tracing::debug!("a connection ended: {error}");
        }
        return;
    };
    let path = admission.listener.mount.about.path.clone();
    match listen::play(&mut socket, admission, limits.max_stall, stopping).await {
        Ok(ending) => tracing::debug!("{path}: a listener's stream ended: {ending:?}"),
        Err(error) => tracing::debug!("{path}: a listener left: {error}"),
    }
    // Sent bytes are still on their way; only an end that we announce leaves them whole.
    let _ = socket.shutdown().await;
}

/// Sets what a listener's socket needs; answers with its local address.
fn prepare(socket: &TcpStream) -> io::Result<SocketAddr> {
    let raw = SockRef::from(socket);
    raw.set_send_buffer_size(SEND_BUFFER)?;
    raw.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    raw.set_tcp_user_timeout(Some(PEER_TIMEOUT))?;
    socket.local_addr()
}
