//! The same over HTTPS.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    SECOND,
    common::{
        mp3::decode,
        process::{Finished, run},
        radio::{ONE_STATION, Radio},
        tool::tool,
    },
    wait_until,
};

/// Puts a certificate for localhost that vouches for itself, and its key, into `folder`; false where
/// there is no openssl.
fn certify(folder: &Path) -> bool {
    let Some(mut openssl) = tool("openssl") else { return false };
    openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-batch"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    openssl.args(["-keyout", "key.pem", "-out", "cert.pem"]).current_dir(folder);
    assert_eq!(run(&mut openssl, Duration::from_mins(1)).code, Some(0));
    true
}

/// A radio that speaks HTTPS on the port.
fn radio(folder: &Path) -> (Radio, u16) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let file = |name: &str| folder.join(name).display().to_string();
    let tls = format!(
        "[server.tls]\nbind = \"127.0.0.1:{port}\"\ncertificate = \"{}\"\nkey = \"{}\"\n",
        file("cert.pem"),
        file("key.pem")
    );
    (Radio::start_with(&format!("{ONE_STATION}{tls}"), &[]), port)
}

/// Asks for `url`, for so many seconds at most, as one who trusts the certificate `ca`.
fn curl(ca: &Path, url: &str, max_seconds: &str, out: &Path) -> Finished {
    let mut curl = tool("curl").expect("looked for before");
    curl.args(["--silent", "--max-time", max_seconds, "--cacert"]).arg(ca);
    run(curl.arg("--output").arg(out).arg(url), Duration::from_mins(1))
}

#[test]
fn the_stream_comes_over_https_too() {
    let folder = tempfile::tempdir().unwrap();
    if tool("curl").is_none() || !certify(folder.path()) {
        return;
    }
    let (_radio, port) = radio(folder.path());

    let (ca, out) = (folder.path().join("cert.pem"), folder.path().join("a.mp3"));
    curl(&ca, &format!("https://localhost:{port}/a.mp3"), "8", &out);

    let heard = fs::read(out).unwrap();
    assert!(8 * SECOND < heard.len(), "{} bytes", heard.len());
    decode(&heard);
}

#[test]
fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
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

    // Half a file, as one that is being written; looked at within ten seconds.
    fs::write(folder.path().join("cert.pem"), "-----BEGIN CERTIFICATE-----\nMII").unwrap();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(12) {
        assert!(is_trusted(&old));
    }
    for name in ["cert.pem", "key.pem"] {
        fs::copy(newer.path().join(name), folder.path().join(name)).unwrap();
    }
    let renewed = newer.path().join("cert.pem");
    let after = wait_until("the new one", Duration::from_mins(1), || is_trusted(&renewed));

    eprintln!("taken up after {after:.1?}");
    assert!(!is_trusted(&old));
    radio.signal("TERM");
    let (_, log) = radio.wait(Duration::from_secs(10));
    assert_eq!(log.matches("keeping the previous certificate").count(), 1, "{log}");
}
