//! Accepts connections and serves them until the server stops.

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{
    stream::fanout::Fanout,
    web::{
        client::Ends,
        connection::{self, Shared},
        limits::{ConnectionLimits, ConnectionPermit},
        shutdown::Shutdown,
        site::{Site, Timeouts},
        summary::Summary,
        tls::Tls,
    },
};

/// Connections that the kernel queues until they are accepted: a wave of listeners after a restart.
const BACKLOG: i32 = 4096;

/// The kernel's receive buffer for a connection, in bytes; Linux doubles it. Enough for a request's head;
/// the few bodies are read more slowly.
const RECEIVE_BUFFER: usize = 8 * 1024;

/// The kernel's send buffer for a listener, in bytes; Linux doubles it. By default it grows to megabytes,
/// and a listener that stopped reading minutes ago would still seem connected.
const SEND_BUFFER: usize = 64 * 1024;

/// A connection to a vanished peer ends after this time without an acknowledgement, but not before the
/// stall timeout.
const PEER_TIMEOUT: Duration = Duration::from_secs(30);

/// Pause when `accept` fails, for lack of file descriptors or memory: connections may end meanwhile.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Time after the drain for the last writes.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// A bound address that accepts connections.
pub struct Endpoint {
    listener: TcpListener,
    /// For HTTPS.
    tls: Option<Arc<Tls>>,
}

impl Endpoint {
    /// An endpoint for HTTP.
    pub fn http(listener: TcpListener) -> Self {
        Self { listener, tls: None }
    }

    /// An endpoint for HTTPS.
    pub fn https(listener: TcpListener, tls: Arc<Tls>) -> Self {
        Self { listener, tls: Some(tls) }
    }
}

/// Binds `address` and listens with a backlog for waves of connections.
///
/// # Errors
/// The address is in use, not one of this machine, or not permitted.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Serves the current `site` until `shutdown` completes, then drains the streams.
///
/// A stream ends when its ring's writer is dropped, or when the drain time is over.
///
/// # Errors
/// Spawning the fan-out's threads failed.
pub async fn serve(
    endpoints: Vec<Endpoint>,
    site: watch::Receiver<Arc<Site>>,
    timeouts: Timeouts,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(None);
    let audience = site.borrow().audience.clone();
    let fanout = Arc::new(Fanout::start(timeouts.stall, timeouts.gather)?);
    let shutting_down = Shutdown(stopped);
    let shared =
        Arc::new(Shared { site, timeouts, fanout: fanout.clone(), shutdown: shutting_down });
    let limits = Arc::new(ConnectionLimits::default());
    let mut accepting: JoinSet<()> = endpoints
        .into_iter()
        .map(|endpoint| accept_all(endpoint, shared.clone(), limits.clone()))
        .collect();
    let mut shutdown = pin!(shutdown);
    tokio::select! {
        () = &mut shutdown => {}
        // Only a panic ends one of these early.
        Some(_) = accepting.join_next() => {}
    }
    let deadline = Instant::now() + timeouts.drain;
    stop.send_replace(Some(deadline));
    fanout.end_at(deadline.into_std());
    let all_gone = async {
        while accepting.join_next().await.is_some() {}
        audience.wait_until_empty().await;
    };
    if timeout(timeouts.drain + LAST_WRITES, all_gone).await.is_err() {
        tracing::info!("{} listeners still connected at the end of the drain", audience.len());
    }
    Ok(())
}

/// Accepts connections at `endpoint` until the shutdown, then waits for those that are not streams.
async fn accept_all(endpoint: Endpoint, shared: Arc<Shared>, limits: Arc<ConnectionLimits>) {
    let Endpoint { listener, tls } = endpoint;
    let mut connections = JoinSet::new();
    let mut stop = pin!(shared.shutdown.clone().begun());
    let mut failures = Summary::default();
    loop {
        tokio::select! {
            () = &mut stop => break,
            (socket, remote, permit) = accept(&listener, &limits, &mut failures) => {
                let Ok(local) = prepare(&socket, shared.timeouts.stall) else { continue };
                let ends = Ends { local, remote, is_secure: tls.is_some() };
                let (shared, tls) = (shared.clone(), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => {
                            connection::http(socket, ends, &shared).await;
                            drop(permit);
                        }
                        Some(tls) => connection::https(socket, &tls, ends, &shared, permit).await,
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The next connection, once the limits allow one.
async fn accept(
    listener: &TcpListener,
    limits: &ConnectionLimits,
    failures: &mut Summary,
) -> (TcpStream, SocketAddr, ConnectionPermit) {
    loop {
        let permit = limits.all.clone().acquire_owned().await;
        let permit = permit.expect("the semaphore is never closed");
        match listener.accept().await {
            Ok((socket, remote)) => {
                if let Some(permit) = limits.permit(remote.ip(), permit) {
                    return (socket, remote, permit);
                }
            }
            Err(error) => {
                match failures.note(std::time::Instant::now()) {
                    Some(1) => tracing::warn!("can't accept a connection: {error}"),
                    Some(n) => tracing::warn!("can't accept a connection, {n} times: {error}"),
                    None => {}
                }
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Sets a listener's socket options; returns the socket's local address.
fn prepare(socket: &TcpStream, stall: Duration) -> io::Result<SocketAddr> {
    let raw = SockRef::from(socket);
    raw.set_recv_buffer_size(RECEIVE_BUFFER)?;
    raw.set_send_buffer_size(SEND_BUFFER)?;
    raw.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    raw.set_tcp_user_timeout(Some(PEER_TIMEOUT.max(stall)))?;
    socket.local_addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_connection_takes_few_buffers_in_the_kernel() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap());
        let (accepted, _client) = tokio::join!(listener.accept(), client);
        let socket = accepted.unwrap().0;

        prepare(&socket, Duration::from_secs(30)).unwrap();

        let raw = SockRef::from(&socket);
        assert!(raw.recv_buffer_size().unwrap() <= 2 * RECEIVE_BUFFER);
        assert!(raw.send_buffer_size().unwrap() <= 2 * SEND_BUFFER);
    }
}
