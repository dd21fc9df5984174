//! All kinds of answers of a server.

use std::{fs, sync::Arc, time::Duration};

use tokio_rustls::rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
};

use super::{
    fake::{Fake, Got},
    lines_of_log, programme,
};
use crate::common::{mp3::decode, radio::Radio, wait::until};

const LOGIN: &str = "user = \"dj\"\npassword = \"hackme\"";

/// Bytes of three seconds of sound at 128 kbit/s.
const ENOUGH: usize = 48_000;

/// The sound that a station sends at once when it starts: its burst.
const LEAD: Duration = Duration::from_secs(4);

/// Fails unless the sound of connection `index` is whole frames that arrived in real time, apart from `lead`.
fn assert_live(got: &Got, index: usize, lead: Duration) {
    let (sound, times) = &got.sounds[index];
    assert!(0.02 < decode(sound));
    let took = times.last().unwrap().duration_since(times[0]);
    let sounds = Duration::from_secs_f64(sound.len() as f64 / 16_000.0);
    // On a machine under load the first sound may arrive late.
    let most = took + lead + Duration::from_secs(3);
    assert!(sounds < most, "{sounds:?} of sound in {took:?}");
}

#[test]
fn every_kind_of_acceptance_gets_sound_and_titles() {
    let fake = Fake::start(None);
    let mounts = ["/double.mp3", "/late.mp3", "/plain.mp3", "/old.mp3", "/gone.mp3"];
    let pushes = mounts.map(|mount| (format!("http://{}{mount}", fake.address), LOGIN));
    let radio = Radio::start_with(&programme(&pushes), &[]);

    for mount in ["/double.mp3", "/late.mp3", "/plain.mp3", "/old.mp3"] {
        until(mount, || ENOUGH < fake.n_bytes(mount));
        assert_live(&fake.got(mount), 0, LEAD);
    }
    // A new connection starts with the current sound, without a burst.
    until("another connection", || {
        fake.got("/late.mp3").sounds.get(1).is_some_and(|(s, _)| 30_000 < s.len())
    });
    assert_live(&fake.got("/late.mp3"), 1, Duration::ZERO);
    until("another try", || 1 < fake.got("/gone.mp3").heads.len());
    let titles = fake.got("/admin/metadata").heads;

    let head = &fake.got("/plain.mp3").heads[0];
    assert!(head.starts_with("PUT /plain.mp3 HTTP/1.1\r\n"), "{head}");
    for line in [
        "Expect: 100-continue",
        // Base64 of dj:hackme.
        "Authorization: Basic ZGo6aGFja21l",
        "Content-Type: audio/mpeg",
        "ice-public: 0",
        "ice-name: Test Tone's \u{fc}ber",
        "ice-bitrate: 128",
    ] {
        assert!(head.contains(&format!("\r\n{line}\r\n")), "{line}: {head}");
    }
    assert!(!head.to_lowercase().contains("transfer-encoding") && !head.contains("ontent-Length"));
    let methods: Vec<String> = fake.got("/old.mp3").heads;
    let methods: Vec<&str> = methods.iter().filter_map(|head| head.split(' ').next()).collect();
    assert_eq!(methods, ["PUT", "SOURCE"]);
    for mount in ["double", "late", "plain", "old"] {
        let begin = format!("GET /admin/metadata?mount=%2F{mount}.mp3&mode=updinfo&song=");
        let title = titles.iter().find(|head| head.starts_with(&begin)).expect(mount);
        assert!(title.contains("&charset=UTF-8 HTTP/1.1\r\n"), "{title}");
        assert!(title.contains("authorization: Basic ZGo6aGFja21l\r\n"), "{title}");
    }
    let (log, warnings) = lines_of_log(radio, "push to ");
    let count = |part: &str| warnings.iter().filter(|line| line.contains(part)).count();
    assert_eq!(count("/gone.mp3 failed: no such mount"), 1, "{log}");
    assert_eq!(count("/late.mp3 failed: "), 1, "{log}");
    assert_eq!(warnings.len(), 2, "{log}");
}

#[test]
fn over_tls_only_a_trusted_server_gets_sound() {
    let authority = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    fs::write(&ca_file, authority.cert.pem()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(authority.signing_key.serialize_pem().as_bytes());
    let tls = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![authority.cert.der().clone()], key.unwrap());
    let fake = Fake::start(Some(Arc::new(tls.unwrap())));
    let url = |mount: &str| format!("https://127.0.0.1:{}/{mount}.mp3", fake.address.port());
    let vouched = format!("{LOGIN}\nca_file = \"{}\"", ca_file.display());

    let pushes = [(url("known"), vouched.as_str()), (url("unknown"), LOGIN)];
    let radio = Radio::start_with(&programme(&pushes), &[]);
    until("sound by TLS", || ENOUGH < fake.n_bytes("/known.mp3"));
    until("a title by TLS", || !fake.got("/admin/metadata").heads.is_empty());

    assert_live(&fake.got("/known.mp3"), 0, LEAD);
    assert!(fake.got("/unknown.mp3").heads.is_empty());
    let (log, warnings) = lines_of_log(radio, "push to ");
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("/unknown.mp3 failed: TLS handshake failed: "), "{log}");
}
