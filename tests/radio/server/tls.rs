//! HTTPS.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use super::SECOND;
use crate::common::{
    icecast::free_address,
    mp3::decode,
    process::{Finished, run},
    radio::{ONE_STATION, Radio},
    tool::tool,
    wait::{PATIENCE, until},
};

/// Writes a self-signed certificate for localhost and its key into `folder`; false if openssl is not
/// installed.
fn certify(folder: &Path) -> bool {
    let Some(mut openssl) = tool("openssl") else { return false };
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-batch"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    openssl.args(["-keyout", "key.pem", "-out", "cert.pem"]).current_dir(folder);
    assert_eq!(run(&mut openssl, PATIENCE).code, Some(0));
    true
}

/// A radio that serves HTTPS on the returned port.
fn radio(folder: &Path) -> (Radio, u16) {
    let port = free_address().port();
    let file = |name: &str| folder.join(name).display().to_string();
    let tls = format!(
        "[server.tls]\nbind = \"127.0.0.1:{port}\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
        file("cert.pem"),
        file("key.pem")
    );
    (Radio::start_with(&format!("{ONE_STATION}{tls}"), &[]), port)
}

/// Requests `url` for at most `max_seconds`, trusting the certificate `ca`.
fn curl(ca: &Path, url: &str, max_seconds: &str, out: &Path) -> Finished {
    let mut curl = tool("curl").expect("looked for before");
    curl.args(["--silent", "--max-time", max_seconds, "--cacert"]).arg(ca);
    run(curl.arg("--output").arg(out).arg(url), PATIENCE)
}

#[test]
fn a_stream_is_served_over_https() {
    let folder = tempfile::tempdir().unwrap();
    if tool("curl").is_none() || !certify(folder.path()) {
        return;
    }
    let (radio, port) = radio(folder.path());
    // curl's time limit must not include the start of the station.
    radio.get("/a.mp3").read(1);

    let (ca, out) = (folder.path().join("cert.pem"), folder.path().join("a.mp3"));
    curl(&ca, &format!("https://localhost:{port}/a.mp3"), "8", &out);

    let heard = fs::read(out).unwrap();
    assert!(8 * SECOND < heard.len(), "{} bytes", heard.len());
    decode(&heard);
}

#[test]
fn a_renewed_certificate_is_loaded_and_a_broken_one_is_ignored() {
    let (folder, newer) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    if tool("curl").is_none() || !certify(folder.path()) || !certify(newer.path()) {
        return;
    }
    let (radio, port) = radio(folder.path());
    let url = format!("https://localhost:{port}/healthz");
    let old = folder.path().join("old.pem");
    fs::copy(folder.path().join("cert.pem"), &old).unwrap();
    let out = folder.path().join("answer");
    let is_trusted = |ca: &Path| curl(ca, &url, "8", &out).code == Some(0);
    assert!(is_trusted(&old));

    // Half a file, as while it is being written; the radio checks it every ten seconds.
    fs::write(folder.path().join("cert.pem"), "-----BEGIN CERTIFICATE-----\nMII").unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(12) {
        assert!(is_trusted(&old));
    }
    for name in ["cert.pem", "key.pem"] {
        fs::copy(newer.path().join(name), folder.path().join(name)).unwrap();
    }
    let renewed = newer.path().join("cert.pem");
    let after = until("the new one", || is_trusted(&renewed));

    eprintln!("loaded after {after:.1?}");
    assert!(!is_trusted(&old));
    let log = radio.stop();
    assert_eq!(log.matches("keeping the previous certificate").count(), 1, "{log}");
}
