//! TCP and TLS connections to other servers.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::spawn_blocking,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

use crate::{config::Remote, files};

/// The largest file of authorities in bytes; Debian's has 220,000.
const MOST_BYTES: u64 = 16 << 20;

/// Limit for DNS, TCP and TLS together.
const TIMEOUT: Duration = Duration::from_secs(10);

/// `TCP_USER_TIMEOUT`: a connection to a vanished server ends after this time without acknowledgement. A
/// shorter time would cut bad lines; Icecast itself drops a silent source after 10 s.
#[cfg(target_os = "linux")]
const PEER_TIMEOUT: Duration = Duration::from_secs(15);

/// Send buffer in bytes; Linux doubles it. A server that recovers from a stall gets it late, so it holds
/// only a few seconds of audio.
const SEND_BUFFER: usize = 32 * 1024;

/// A bidirectional byte stream, TCP or TLS.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Why a connection failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name does not resolve or the host refuses.
    #[error("failed to connect: {0}")]
    Unreachable(io::Error),
    /// TLS failed; usually the certificate is not trusted.
    #[error("TLS handshake failed: {0}")]
    Tls(io::Error),
    /// The file of certificate authorities can't be used.
    #[error("{}: {reason}", file.display())]
    Authorities {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// Connecting took too long.
    #[error("connection timed out after {} s", TIMEOUT.as_secs())]
    Timeout,
}

/// Connects to the host of `to`, with TLS for https. The authorities in `ca_file` are trusted in
/// addition to the system's.
///
/// # Errors
/// See [`Error`].
pub async fn connect(to: &Remote, ca_file: Option<&Path>) -> Result<Box<dyn Stream>, Error> {
    timeout(TIMEOUT, open(to, ca_file)).await.unwrap_or(Err(Error::Timeout))
}

async fn open(to: &Remote, ca_file: Option<&Path>) -> Result<Box<dyn Stream>, Error> {
    let socket = TcpStream::connect((to.host_name(), to.port)).await;
    let socket = socket.map_err(Error::Unreachable)?;
    prepare(&socket).map_err(Error::Unreachable)?;
    if !to.is_tls {
        return Ok(Box::new(socket));
    }
    let name = ServerName::try_from(to.host_name().to_owned());
    let name = name.map_err(|error| Error::Tls(io::Error::other(error)))?;
    // A disk that hangs must not block this worker of the runtime.
    let ca_file = ca_file.map(Path::to_owned);
    let roots = spawn_blocking(move || authorities(ca_file.as_deref())).await;
    let roots = roots.map_err(|error| Error::Tls(io::Error::other(error)))??;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await;
    Ok(Box::new(stream.map_err(Error::Tls)?))
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    let raw = SockRef::from(socket);
    raw.set_send_buffer_size(SEND_BUFFER)?;
    raw.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    raw.set_tcp_user_timeout(Some(PEER_TIMEOUT))?;
    Ok(())
}

/// The trusted authorities. Read for each connection, so that renewed files take effect.
fn authorities(ca_file: Option<&Path>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    // Certificates of the system that don't parse are skipped.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let Some(file) = ca_file else { return Ok(roots) };
    let wrong = |reason: String| Error::Authorities { file: file.to_owned(), reason };
    let pem =
        files::read_small(file, MOST_BYTES).map_err(|error| wrong(error.reason.to_string()))?;
    let found = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("expected PEM certificates, found none".to_owned()));
    }
    for certificate in found {
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for text in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            std::fs::write(&file, text).unwrap();
            let error = authorities(Some(&file)).unwrap_err().to_string();
            assert!(error.contains("ca.pem: "), "{error}");
        }
        assert!(authorities(Some(&folder.path().join("gone"))).is_err());
        let folder = authorities(Some(folder.path())).unwrap_err().to_string();
        assert!(folder.ends_with(": expected a regular file, found a folder"), "{folder}");
    }

    #[tokio::test]
    async fn a_refused_connection_has_a_sentence() {
        // Port 1 is closed.
        let nobody = "http://127.0.0.1:1/a".parse().unwrap();
        let error = connect(&nobody, None).await.err().unwrap().to_string();
        assert!(error.starts_with("failed to connect: "), "{error}");
    }
}
