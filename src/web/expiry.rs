//! When a certificate expires.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
    time::{Duration, SystemTime},
};

use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject as _};
use x509_parser::parse_x509_certificate;

/// Longest file of certificates in bytes.
const MOST: u64 = 1 << 20;

/// The earliest expiry of the certificates in `file` (PEM).
///
/// # Errors
/// The file can't be read or holds no certificate.
pub fn of_certificate(file: &Path) -> io::Result<SystemTime> {
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    // Opening a pipe would block.
    if !fs::metadata(file)?.is_file() {
        return Err(wrong("expected a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(MOST).read_to_end(&mut bytes)?;
    let mut first: Option<SystemTime> = None;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        let (_, parsed) =
            parse_x509_certificate(&certificate).map_err(|error| wrong(error.to_string()))?;
        let seconds = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or(0);
        let end = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        first = Some(first.map_or(end, |first| first.min(end)));
    }
    first.ok_or_else(|| wrong("expected a certificate (PEM), found none".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_that_ends_first_counts() {
        let pem = |year: i32| {
            let key = rcgen::KeyPair::generate().unwrap();
            let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, 1, 2);
            params.self_signed(&key).unwrap().pem()
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chain.pem");
        fs::write(&file, pem(2040) + &pem(2031)).unwrap();

        let seconds = of_certificate(&file)
            .unwrap()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_secs();
        // 2031-01-02
        assert_eq!(seconds, 1_925_078_400);
        fs::write(&file, "no certificate").unwrap();
        assert!(of_certificate(&file).is_err() && of_certificate(folder.path()).is_err());
    }
}
