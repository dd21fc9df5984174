//! Accepts connections and carries them from their first byte to their last.

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{
    stream::{audience::household, fanout::Fanout},
    web::{
        client::Ends,
        connection::{self, House},
        site::{Patience, Site},
        tls::Tls,
    },
};

/// How we call ourselves in answers.
pub const SERVER: &str = concat!("electropunk/", env!("CARGO_PKG_VERSION"));

/// Connections that the kernel holds until we accept them: a wave of listeners after a restart.
const BACKLOG: i32 = 4096;

/// Connections that are not yet streams. Those that say nothing are cut in time; the others are
/// answered in a moment.
const N_CONNECTIONS: usize = 8192;

/// Of these, how many from one address.
const N_OF_ADDRESS: usize = 1024;

/// The kernel's part of a slow listener's delay, in bytes. Left alone it grows to megabytes, and who
/// stopped reading minutes ago would still look well. Linux doubles what it is told.
const SEND_BUFFER: usize = 64 * 1024;

/// A vanished peer's connection ends after so long without an acknowledgement; not before one who
/// stands still is given up.
const PEER_TIMEOUT: Duration = Duration::from_secs(30);

/// Out of file descriptors or memory: time for connections to end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// After the drain, for the last writes.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// Tells connections that the server stops, and when it loses its patience.
#[derive(Clone)]
pub struct Stopping(watch::Receiver<Option<Instant>>);

impl Stopping {
    /// Comes when the server begins to stop.
    pub async fn begun(mut self) {
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

/// An address that is listened at.
pub struct Door {
    listener: TcpListener,
    /// What makes its connections HTTPS, if they are.
    tls: Option<Arc<Tls>>,
}

impl Door {
    /// A door for plain HTTP.
    pub fn plain(listener: TcpListener) -> Self {
        Self { listener, tls: None }
    }

    /// A door for HTTPS.
    pub fn secure(listener: TcpListener, tls: Tls) -> Self {
        Self { listener, tls: Some(Arc::new(tls)) }
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
/// long as `patience` says.
///
/// A stream ends when its ring's writer is dropped, or when the drain time is over.
///
/// # Errors
/// The system has no thread left.
pub async fn serve(
    doors: Vec<Door>,
    site: watch::Receiver<Arc<Site>>,
    patience: Patience,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (stop, stopping) = watch::channel(None);
    let audience = site.borrow().audience.clone();
    let fanout = Arc::new(Fanout::start(patience.stall, patience.gather)?);
    let house =
        Arc::new(House { site, patience, fanout: fanout.clone(), stopping: Stopping(stopping) });
    let reception = Arc::new(Reception::default());
    let mut doors: JoinSet<()> =
        doors.into_iter().map(|door| attend(door, house.clone(), reception.clone())).collect();
    let mut shutdown = pin!(shutdown);
    tokio::select! {
        () = &mut shutdown => {}
        // They have no end of their own.
        Some(_) = doors.join_next() => {}
    }
    // Their listeners and the connections that have not become streams.
    let deadline = Instant::now() + patience.drain;
    stop.send_replace(Some(deadline));
    fanout.end_at(deadline.into_std());
    let all_gone = async {
        while doors.join_next().await.is_some() {}
        audience.emptied().await;
    };
    if timeout(patience.drain + LAST_WRITES, all_gone).await.is_err() {
        tracing::info!("{} listeners did not leave in time", audience.len());
    }
    Ok(())
}

/// Takes in whoever comes to `door` until the server stops, then waits for them to be answered.
async fn attend(door: Door, house: Arc<House>, reception: Arc<Reception>) {
    let Door { listener, tls } = door;
    let mut connections = JoinSet::new();
    let mut stop = pin!(house.stopping.clone().begun());
    loop {
        tokio::select! {
            () = &mut stop => break,
            (socket, remote, place) = accept(&listener, &reception) => {
                let Ok(local) = prepare(&socket, house.patience.stall) else { continue };
                let ends = Ends { local, remote, is_secure: tls.is_some() };
                let (house, tls) = (house.clone(), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => {
                            connection::plain(socket, ends, &house).await;
                            drop(place);
                        }
                        Some(tls) => connection::secure(socket, &tls, ends, &house, place).await,
                    }
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Room for connections that are not yet streams.
struct Reception {
    places: Arc<Semaphore>,
    of_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place there; free again when dropped.
pub struct Place {
    address: IpAddr,
    of_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Default for Reception {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(N_CONNECTIONS)), of_address: Arc::default() }
    }
}

impl Reception {
    /// A place for one from `address`, unless there are too many from there.
    fn take(&self, address: IpAddr, permit: OwnedSemaphorePermit) -> Option<Place> {
        let address = household(address);
        let mut counts = self.of_address.lock().unwrap_or_else(PoisonError::into_inner);
        let n = counts.entry(address).or_default();
        if N_OF_ADDRESS <= *n {
            return None;
        }
        *n += 1;
        Some(Place { address, of_address: self.of_address.clone(), _permit: permit })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.of_address.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&self.address) {
            Some(n) if 1 < *n => *n -= 1,
            _ => drop(counts.remove(&self.address)),
        }
    }
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, reception: &Reception) -> (TcpStream, SocketAddr, Place) {
    loop {
        let permit = reception.places.clone().acquire_owned().await;
        let permit = permit.expect("nobody closes the semaphore");
        match listener.accept().await {
            Ok((socket, remote)) => {
                if let Some(place) = reception.take(remote.ip(), permit) {
                    return (socket, remote, place);
                }
            }
            Err(error) => {
                tracing::warn!("can't accept a connection: {error}");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Sets what a listener's socket needs; answers with its local address.
fn prepare(socket: &TcpStream, stall: Duration) -> io::Result<SocketAddr> {
    let raw = SockRef::from(socket);
    raw.set_send_buffer_size(SEND_BUFFER)?;
    raw.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    raw.set_tcp_user_timeout(Some(PEER_TIMEOUT.max(stall)))?;
    socket.local_addr()
}
