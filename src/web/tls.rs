//! HTTPS by rustls; certificates are read again when their files change.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

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

use crate::config;

/// How often the files are looked at, at most: whoever renews certificates does so days ahead.
const LOOK: Duration = Duration::from_secs(10);

/// Why HTTPS can't be served.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can't be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// Which.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{file}: expected {expected} as PEM, found none that can be read")]
    NotPem {
        /// Which.
        file: String,
        /// What should be in it.
        expected: &'static str,
    },
    /// Both can be read but not used together.
    #[error("{file}: {source}")]
    Unusable {
        /// The certificate's.
        file: String,
        /// Why.
        source: rustls::Error,
    },
}

/// What carries out handshakes.
pub struct Tls {
    files: config::Tls,
    current: Mutex<Current>,
}

struct Current {
    acceptor: TlsAcceptor,
    changed: Changed,
    looked_at: Instant,
}

/// When both files last changed.
type Changed = [Option<SystemTime>; 2];

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// They can't be used.
    pub fn open(files: config::Tls) -> Result<Self, Error> {
        let changed = changed(&files);
        let current = Current { acceptor: acceptor(&files)?, changed, looked_at: Instant::now() };
        Ok(Self { files, current: Mutex::new(current) })
    }

    /// Carries out a handshake.
    ///
    /// # Errors
    /// The client speaks no TLS, or none that we do.
    pub async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = self.acceptor(Instant::now());
        acceptor.accept(socket).await
    }

    /// What is in the files now, or the last of it that could be used.
    fn acceptor(&self, now: Instant) -> TlsAcceptor {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if LOOK <= now.duration_since(current.looked_at) {
            current.looked_at = now;
            let changed = changed(&self.files);
            if changed != current.changed {
                current.changed = changed;
                match acceptor(&self.files) {
                    Ok(acceptor) => {
                        info!("{}: read again", self.files.certificate.display());
                        current.acceptor = acceptor;
                    }
                    Err(error) => warn!("{error}; the certificate read before is used on"),
                }
            }
        }
        current.acceptor.clone()
    }
}

fn changed(files: &config::Tls) -> Changed {
    [&files.certificate, &files.key]
        .map(|file| fs::metadata(file).and_then(|of| of.modified()).ok())
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
