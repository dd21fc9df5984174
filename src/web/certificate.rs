//! Certificates and their keys: reads PEM files into rustls's configuration, with a sentence for each kind
//! of failure.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use tokio_rustls::rustls::{
    self, ServerConfig,
    crypto::ring::{self, sign::any_supported_type},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::{
    config,
    files::{self, NotRead},
};

/// The largest file of certificates or of a key in bytes; a chain has less than 20,000.
const MOST_BYTES: u64 = 1 << 20;

/// The byte order mark that some editors put before the first line.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The object identifier of the curve P-521 as encoded in a key. Source: RFC 5480, section 2.1.1.1.
const P521: [u8; 7] = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];

/// A certificate and its key can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can't be read.
    #[error(transparent)]
    Unreadable(#[from] NotRead),
    /// A file has no PEM section of the expected kind.
    #[error("{file}: expected {expected} in PEM format, found {found}")]
    NotPem {
        /// The file.
        file: String,
        /// The expected kind.
        expected: &'static str,
        /// What it has.
        found: String,
    },
    /// The key has a passphrase, for which the server can't ask.
    #[error(
        "{file}: expected a key without a passphrase, found an encrypted one; `openssl pkey -in \
         {file} -out NEW` removes the passphrase"
    )]
    Encrypted {
        /// The key's file.
        file: String,
    },
    /// TLS libraries or browsers don't support the kind of key.
    #[error(
        "{file}: expected a key of RSA (2048 bits or more), P-256, P-384 or Ed25519, found {found}"
    )]
    UnknownKey {
        /// The key's file.
        file: String,
        /// The kind, if known.
        found: &'static str,
    },
    /// The certificate is for another key.
    #[error(
        "{certificate}: expected the certificate of the key in {key}, found that of another key"
    )]
    OtherKey {
        /// The certificate's file.
        certificate: String,
        /// The key's file.
        key: String,
    },
    /// The certificate is damaged.
    #[error("{file}: {source}")]
    Unusable {
        /// The certificate's file.
        file: String,
        /// Error of rustls.
        source: rustls::Error,
    },
}

/// A certificate that can be served, with its key and the intermediate certificates.
pub struct Certificate {
    /// TLS configuration that presents it.
    pub config: Arc<ServerConfig>,
    /// Start and end of its validity; none if the dates can't be read.
    pub validity: Option<[Timestamp; 2]>,
}

impl Certificate {
    /// Reads the files of a certificate and its key. Blocks as long as the disk does.
    ///
    /// # Errors
    /// The files can't be read or used, or don't belong together. Dates are not checked.
    pub fn read(files: &config::Tls) -> Result<Self, Error> {
        let certificates = read_certificates(&files.certificate)?;
        let key = read_key(&files.key)?;
        let validity = validity(&certificates[0]);
        let file = || files.certificate.display().to_string();
        let unusable = |source| match source {
            rustls::Error::InconsistentKeys(_) => {
                Error::OtherKey { certificate: file(), key: files.key.display().to_string() }
            }
            source => Error::Unusable { file: file(), source },
        };
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .map_err(unusable)?;
        Ok(Self { config: Arc::new(config), validity })
    }

    /// A sentence if the certificate is not valid at `now`, so that clients refuse it.
    pub fn fault(&self, now: Timestamp) -> Option<String> {
        let [begins, ends] = self.validity?;
        if ends < now {
            return Some(format!("expired at {ends}; clients will refuse it"));
        }
        let sentence =
            || format!("is valid from {begins}, and the clock says {now}; clients will refuse it");
        (now < begins).then(sentence)
    }
}

/// The certificates in the file at `path`: at least one.
fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let pem = read_pem(path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or_else(|| Error::NotPem {
        file: path.display().to_string(),
        expected: "certificates",
        found: sections(&pem),
    })
}

/// The private key in the file at `path`.
fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, Error> {
    let pem = read_pem(path)?;
    let file = || path.display().to_string();
    // In OpenSSL 1.0's traditional format a header line marks encryption, not the label.
    let is_encrypted = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"]
        .iter()
        .any(|mark| pem.windows(mark.len()).any(|bytes| bytes == mark.as_bytes()));
    if is_encrypted {
        return Err(Error::Encrypted { file: file() });
    }
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| Error::NotPem {
        file: file(),
        expected: "a private key",
        found: sections(&pem),
    })?;
    if any_supported_type(&key).is_err() {
        let is_p521 = key.secret_der().windows(P521.len()).any(|bytes| bytes == P521);
        let found = if is_p521 { "P-521" } else { "another kind or size, or a damaged key" };
        return Err(Error::UnknownKey { file: file(), found });
    }
    Ok(key)
}

fn read_pem(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = files::read_small(path, MOST_BYTES)?;
    Ok(bytes.strip_prefix(BOM).map_or_else(|| bytes.clone(), <[u8]>::to_vec))
}

/// The labels of the PEM sections in `pem`, for a sentence.
fn sections(pem: &[u8]) -> String {
    let text = String::from_utf8_lossy(pem);
    let begin = |line: &str| Some(line.trim().strip_prefix("-----BEGIN ")?.to_owned());
    let labels: Vec<String> = text.lines().filter_map(begin).collect();
    match labels.first().map(|label| label.trim_end_matches('-').to_lowercase()) {
        Some(label) if label.contains("key") => format!("a {label}"),
        Some(label) => format!("a damaged section: {}", label.escape_debug()),
        None if pem.starts_with(&[0x30]) => "DER, the binary form".to_owned(),
        None if pem.iter().take(16).any(|byte| *byte == 0) => "UTF-16 or binary data".to_owned(),
        None => "none".to_owned(),
    }
}

/// Start and end of the certificate's validity.
fn validity(certificate: &CertificateDer) -> Option<[Timestamp; 2]> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let dates = [parsed.validity().not_before, parsed.validity().not_after];
    let [begins, ends] = dates.map(|date| Timestamp::from_second(date.timestamp()).ok());
    Some([begins?, ends?])
}

#[cfg(test)]
mod tests {
    use std::fs;

    use base64::Engine as _;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};
    use tempfile::TempDir;

    use super::*;

    /// A certificate from 2020 and its key.
    fn old() -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut about = CertificateParams::new(["localhost".to_owned()]).unwrap();
        about.not_before = date_time_ymd(2020, 1, 1);
        about.not_after = date_time_ymd(2020, 12, 31);
        (about.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    fn files(certificate: &[u8], key: &[u8]) -> (TempDir, config::Tls) {
        let folder = tempfile::tempdir().unwrap();
        let [certificate, key] =
            [("cert.pem", certificate), ("key.pem", key)].map(|(name, bytes)| {
                let path = folder.path().join(name);
                fs::write(&path, bytes).unwrap();
                path
            });
        (folder, config::Tls { bind: "127.0.0.1:0".parse().unwrap(), certificate, key })
    }

    fn sentence(certificate: &[u8], key: &[u8]) -> String {
        let (folder, files) = files(certificate, key);
        let Err(error) = Certificate::read(&files) else { panic!("expected a mistake") };
        error.to_string().replace(&folder.path().display().to_string(), "HERE")
    }

    #[test]
    fn an_expired_certificate_is_served_with_a_sentence() {
        let (certificate, key) = old();
        let (_folder, files) = files(certificate.as_bytes(), key.as_bytes());

        let read = Certificate::read(&files).unwrap();

        let fault = |now: &str| read.fault(now.parse().unwrap());
        assert_eq!(fault("2020-06-01T00:00:00Z"), None);
        let late = fault("2026-01-01T00:00:00Z").unwrap();
        assert_eq!(late, "expired at 2020-12-31T00:00:00Z; clients will refuse it");
        assert!(fault("2000-01-01T00:00:00Z").unwrap().contains("valid from 2020-01-01"));
    }

    #[test]
    fn a_byte_order_mark_is_no_mistake() {
        let (certificate, key) = old();
        let with_mark = |text: &str| [BOM, text.as_bytes()].concat();
        let (_folder, files) = files(&with_mark(&certificate), &with_mark(&key));

        assert!(Certificate::read(&files).is_ok());
    }

    #[test]
    fn each_mistake_has_its_sentence() {
        let (certificate, key) = old();
        let (certificate, key) = (certificate.as_bytes(), key.as_bytes());
        let encrypted =
            b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIH\n-----END ENCRYPTED PRIVATE KEY-----\n";
        // `openssl ecparam -genkey -name secp521r1 -noout`, cut: only the curve counts.
        let p521 = [&[0x30, 0x0c, 0x02, 0x01, 0x01, 0xa0, 0x07], &P521[..]].concat();
        let p521 = base64::engine::general_purpose::STANDARD.encode(p521);
        let p521 =
            format!("-----BEGIN EC PRIVATE KEY-----\n{p521}\n-----END EC PRIVATE KEY-----\n");
        let (_, others) = old();

        for (certificate, key, expected) in [
            (key, key, "HERE/cert.pem: expected certificates in PEM format, found a private key"),
            (&b""[..], key, "HERE/cert.pem: expected certificates in PEM format, found none"),
            (
                certificate,
                &b"\x30\x82"[..],
                "HERE/key.pem: expected a private key in PEM format, found DER, the binary form",
            ),
            (
                certificate,
                encrypted,
                "HERE/key.pem: expected a key without a passphrase, found an encrypted one; `openssl pkey -in HERE/key.pem -out NEW` removes the passphrase",
            ),
            (
                certificate,
                p521.as_bytes(),
                "HERE/key.pem: expected a key of RSA (2048 bits or more), P-256, P-384 or Ed25519, found P-521",
            ),
            (
                certificate,
                others.as_bytes(),
                "HERE/cert.pem: expected the certificate of the key in HERE/key.pem, found that of another key",
            ),
        ] {
            assert_eq!(sentence(certificate, key), expected);
        }
    }
}
