//! HTTPS by rustls. Certificates are reloaded when their files change.

use std::{
    fs, io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
    server::TlsStream,
};
use tracing::{info, warn};

use crate::{config, files::Stamp};

/// Least time between two checks of the files: certificates are renewed days before they expire.
const INTERVAL: Duration = Duration::from_secs(10);

/// HTTPS can't be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can't be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// Which file.
        file: String,
        /// Error of the system.
        source: io::Error,
    },
    /// A file has no PEM section of the expected kind.
    #[error("{file}: expected {expected} in PEM format, found none that can be read")]
    NotPem {
        /// Which file.
        file: String,
        /// The expected kind.
        expected: &'static str,
    },
    /// The certificate and the key don't fit together or can't be used.
    #[error("{file}: {source}")]
    Unusable {
        /// The certificate's file.
        file: String,
        /// Error of rustls.
        source: rustls::Error,
    },
}

/// Accepts TLS connections.
pub struct Tls {
    files: config::Tls,
    current: Mutex<Current>,
}

struct Current {
    acceptor: TlsAcceptor,
    stamps: Stamps,
    checked_at: Instant,
}

/// Stamps of the certificate's and the key's file.
type Stamps = [Option<Stamp>; 2];

impl Tls {
    /// Loads the certificate and the key.
    ///
    /// # Errors
    /// The files can't be read or used.
    pub fn open(files: config::Tls) -> Result<Self, Error> {
        let (stamps, checked_at) = (stamps(&files), Instant::now());
        let current = Current { acceptor: acceptor(&files)?, stamps, checked_at };
        Ok(Self { files, current: Mutex::new(current) })
    }

    /// Performs the handshake on `socket`.
    ///
    /// # Errors
    /// The client doesn't speak TLS, or no version that rustls supports.
    pub async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = self.acceptor(Instant::now());
        acceptor.accept(socket).await
    }

    /// An acceptor for the current files, or for the last ones that could be used.
    fn acceptor(&self, now: Instant) -> TlsAcceptor {
        let is_due = {
            let mut current = self.current.lock();
            let is_due = INTERVAL <= now.duration_since(current.checked_at);
            if is_due {
                current.checked_at = now;
            }
            is_due
        };
        if is_due && stamps(&self.files) != self.current.lock().stamps {
            self.reload();
        }
        self.current.lock().acceptor.clone()
    }

    /// Reads the files again. If they can't be used, the previous certificate is kept, with a warning.
    pub fn reload(&self) {
        let stamps = stamps(&self.files);
        let opened = acceptor(&self.files);
        let mut current = self.current.lock();
        current.stamps = stamps;
        match opened {
            Ok(acceptor) => {
                info!("{}: reloaded", self.files.certificate.display());
                current.acceptor = acceptor;
            }
            Err(error) => warn!("{error}; keeping the previous certificate"),
        }
    }
}

fn stamps(files: &config::Tls) -> Stamps {
    [&files.certificate, &files.key].map(|file| Stamp::of(file))
}

fn acceptor(files: &config::Tls) -> Result<TlsAcceptor, Error> {
    let file = |path: &Path| path.display().to_string();
    let not_pem = |path, expected| Error::NotPem { file: file(path), expected };
    let pem = |path: &Path| {
        fs::read(path).map_err(|source| Error::Unreadable { file: file(path), source })
    };
    let (certificate, key) = (&files.certificate, &files.key);
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem(certificate)?)
        .collect::<Result<_, _>>()
        .map_err(|_| not_pem(certificate, "certificates"))?;
    if certificates.is_empty() {
        return Err(not_pem(certificate, "certificates"));
    }
    let key =
        PrivateKeyDer::from_pem_slice(&pem(key)?).map_err(|_| not_pem(key, "a private key"))?;
    let unusable = |source| Error::Unusable { file: file(certificate), source };
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(unusable)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
