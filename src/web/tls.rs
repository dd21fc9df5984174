//! HTTPS with rustls. A thread reloads certificates when their files change. It may hang with a disk:
//! connections never wait for it.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    time::Duration,
};

use jiff::Timestamp;
use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tracing::{info, warn};

use crate::{
    config,
    files::Stamp,
    threads::{self, SpawnError},
    web::certificate::{self, Certificate},
};

/// Time between checks of the files: certificates are renewed days before they expire.
const INTERVAL: Duration = Duration::from_secs(10);

/// HTTPS can't be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The certificate or its key can't be used.
    #[error(transparent)]
    Certificate(#[from] certificate::Error),
    /// The thread that looks for new certificates can't be spawned.
    #[error(transparent)]
    Thread(#[from] SpawnError),
}

/// Accepts TLS connections. The thread that looks for new certificates ends with it.
pub struct Tls {
    current: Arc<Mutex<TlsAcceptor>>,
    reloads: Sender<()>,
}

impl Tls {
    /// Loads the certificate and the key, and spawns the thread that loads new ones.
    ///
    /// # Errors
    /// The files can't be read or used, or the system has no thread left.
    pub fn open(files: config::Tls) -> Result<Self, Error> {
        let stamps = stamps(&files);
        let current = Arc::new(Mutex::new(acceptor(&files)?));
        let (reloads, requests) = mpsc::channel();
        let loaded = current.clone();
        threads::spawn("certificates", move || load_changed(&files, stamps, &loaded, &requests))?;
        Ok(Self { current, reloads })
    }

    /// Makes the thread read the files at once, changed or not. Does not wait for it.
    pub fn reload(&self) {
        // The thread ends only with this.
        let _ = self.reloads.send(());
    }

    /// Performs the handshake on `socket`.
    ///
    /// # Errors
    /// The client doesn't speak TLS, or no version that rustls supports.
    pub async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = self.current.lock().clone();
        acceptor.accept(socket).await
    }
}

/// Stamps of the certificate's and the key's files.
type Stamps = [Option<Stamp>; 2];

fn stamps(files: &config::Tls) -> Stamps {
    [&files.certificate, &files.key].map(|file| Stamp::of(file))
}

/// Replaces the `current` acceptor whenever the files have changed, or at a request, if they can be used.
/// Returns when the sender of `requests` is dropped.
fn load_changed(
    files: &config::Tls,
    mut loaded: Stamps,
    current: &Mutex<TlsAcceptor>,
    requests: &Receiver<()>,
) {
    loop {
        let is_requested = match requests.recv_timeout(INTERVAL) {
            Ok(()) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let stamps = stamps(files);
        if stamps == loaded && !is_requested {
            continue;
        }
        loaded = stamps;
        match acceptor(files) {
            Ok(acceptor) => {
                info!("{}: reloaded", files.certificate.display());
                *current.lock() = acceptor;
            }
            Err(error) => warn!("{error}; keeping the previous certificate"),
        }
    }
}

/// An acceptor for the files as they are now; warns if their dates make clients refuse it.
fn acceptor(files: &config::Tls) -> Result<TlsAcceptor, certificate::Error> {
    let certificate = Certificate::read(files)?;
    if let Some(fault) = certificate.fault(Timestamp::now()) {
        warn!("{}: the certificate {fault}", files.certificate.display());
    }
    Ok(TlsAcceptor::from(certificate.config))
}
