//! Connections to servers of others.

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
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

use crate::config::Remote;

/// For a name to be looked up, a connection to be accepted and TLS to be agreed on.
const PATIENCE: Duration = Duration::from_secs(10);

/// A vanished server's connection ends after so long without an acknowledgement. Less would cut who
/// is on a bad line; Icecast itself lets go of a silent source after 10 s.
#[cfg(target_os = "linux")]
const PEER_TIMEOUT: Duration = Duration::from_secs(15);

/// What the kernel holds for a server that takes nothing, in bytes; Linux doubles it. It is what
/// comes late once the server is well again, so no more than some seconds of sound.
const SEND_BUFFER: usize = 32 * 1024;

/// Bytes to and from a server, whatever they are wrapped in.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such host, or nobody who answers there.
    #[error("it can't be reached: {0}")]
    Unreachable(io::Error),
    /// TLS failed; more often than not nobody vouches for the server.
    #[error("no TLS connection: {0}")]
    Tls(io::Error),
    /// What should vouch for it can't be read.
    #[error("{}: {reason}", file.display())]
    Authorities {
        /// The file of certificates.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// It took too long.
    #[error("no connection within {} s", PATIENCE.as_secs())]
    Late,
}

/// Connects to the host of `to`, with TLS where its URL says so; `ca_file` holds certificates that
/// are trusted besides this machine's.
///
/// # Errors
/// See [`Error`].
pub async fn connect(to: &Remote, ca_file: Option<&Path>) -> Result<Box<dyn Stream>, Error> {
    timeout(PATIENCE, connect_at_last(to, ca_file)).await.unwrap_or(Err(Error::Late))
}

async fn connect_at_last(to: &Remote, ca_file: Option<&Path>) -> Result<Box<dyn Stream>, Error> {
    let socket = TcpStream::connect((to.host_name(), to.port)).await;
    let socket = socket.map_err(Error::Unreachable)?;
    prepare(&socket).map_err(Error::Unreachable)?;
    if !to.is_tls {
        return Ok(Box::new(socket));
    }
    let name = ServerName::try_from(to.host_name().to_owned());
    let name = name.map_err(|error| Error::Tls(io::Error::other(error)))?;
    let config =
        ClientConfig::builder().with_root_certificates(authorities(ca_file)?).with_no_client_auth();
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

/// Read anew for each connection, so that renewed certificates count.
fn authorities(ca_file: Option<&Path>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    // Some of a machine's own may be odd; those that are not do.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let Some(file) = ca_file else { return Ok(roots) };
    let wrong = |reason: String| Error::Authorities { file: file.to_owned(), reason };
    let found =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("expected certificates in PEM, found none".to_owned()));
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
    fn a_file_that_vouches_for_nobody_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for text in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            std::fs::write(&file, text).unwrap();
            let error = authorities(Some(&file)).unwrap_err().to_string();
            assert!(error.contains("ca.pem: "), "{error}");
        }
        assert!(authorities(Some(&folder.path().join("gone"))).is_err());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_a_sentence() {
        // Nobody listens on port 1.
        let nobody = "http://127.0.0.1:1/a".parse().unwrap();
        let error = connect(&nobody, None).await.err().unwrap().to_string();
        assert!(error.starts_with("it can't be reached: "), "{error}");
    }
}
