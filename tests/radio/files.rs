//! Files of the wrong type, and folders that two radios use.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::fs::{CWD, Mode, mkfifoat};

use crate::common::{
    ELECTROPUNK,
    icecast::free_address,
    process::{Finished, run},
    radio::{ONE_STATION, Radio},
    wait::PATIENCE,
};

/// The documented limit after SIGTERM.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);

fn pipe(path: &Path) {
    mkfifoat(CWD, path, Mode::RWXU).unwrap();
}

/// Runs a radio that is expected to end by itself.
fn failing(folder: &Path) -> Finished {
    let mut command = Command::new(ELECTROPUNK);
    run(command.args(["serve", "--bind", "127.0.0.1:0"]).current_dir(folder), PATIENCE)
}

#[test]
fn a_second_radio_on_a_state_folder_is_told_who_holds_it() {
    let first = Radio::start_with(&format!("state = \"kept\"\n{ONE_STATION}"), &[]);

    let second = failing(first.folder());

    assert_eq!(second.code, Some(1), "{}", second.stderr);
    let holder = format!("in use by another radio, process {}", first.pid());
    assert!(second.stderr.contains(&holder), "{}", second.stderr);
    // The system releases the lock of a killed process on the folder.
    Radio::start_in(first.kill(), &[]).stop();
}

#[test]
fn the_start_tells_which_file_and_which_time_zone_count() {
    let log = |zone: &str| {
        let folder = tempfile::tempdir().unwrap();
        // As in a slim container.
        let env = [("TZ", zone), ("TZDIR", "/nonexistent")];
        Radio::start_with_env(folder, &[], &env).stop()
    };

    let right = log("Asia/Tokyo");
    assert!(right.contains("time zone Asia/Tokyo, from TZ=Asia/Tokyo: UTC+09"), "{right}");
    assert!(right.contains("no radio.toml in "), "{right}");
    let wrong = log("Asia/Tokio");
    assert!(wrong.contains("did you mean Asia/Tokyo? UTC counts"), "{wrong}");
}

#[test]
fn a_pipe_or_device_in_a_playlist_stops_neither_saves_nor_the_end() {
    let folder = tempfile::tempdir().unwrap();
    pipe(&folder.path().join("pipe.mid"));
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("endless.mid")).unwrap();
    fs::write(folder.path().join("list.m3u8"), "pipe.mid\nendless.mid\n").unwrap();
    let playlists = "[[stations.playlists]]\nfile = \"list.m3u8\"\n";
    let config = format!("{ONE_STATION}{playlists}");
    fs::write(folder.path().join("radio.toml"), &config).unwrap();
    let radio = Radio::start_in(folder, &[]);
    radio.get("/a.mp3").read(1);

    radio.save(&config.replace("Test Tone", "Saved Tone"));
    let began = Instant::now();
    while !radio.get("/api/stations").text().contains("Saved Tone") {
        assert!(began.elapsed() < PATIENCE, "the save is ignored");
    }

    let began = Instant::now();
    let log = radio.stop();
    assert!(began.elapsed() < STOPPED_WITHIN, "{:?}", began.elapsed());
    assert!(log.contains("pipe.mid: expected a regular file, found a named pipe"), "{log}");
    assert!(log.contains("endless.mid: expected a regular file, found a device"), "{log}");
}

#[test]
fn a_pipe_in_place_of_the_certificate_stops_no_connection() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(at("cert.pem"), certified.cert.pem()).unwrap();
    fs::write(at("key.pem"), certified.signing_key.serialize_pem()).unwrap();
    let secure = free_address();
    let tls = format!(
        "[server.tls]\nbind = \"{secure}\"\ncertificate = \"cert.pem\"\nkey = \"key.pem\"\n"
    );
    fs::write(at("radio.toml"), format!("{ONE_STATION}{tls}")).unwrap();
    let certificate = at("cert.pem");
    let radio = Radio::start_in(folder, &[]);
    radio.get("/a.mp3").read(1);
    fs::remove_file(&certificate).unwrap();
    pipe(&certificate);

    // The radio checks it every ten seconds. Connections that send nothing wait for their handshake.
    let mut waiting = Vec::new();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(12) {
        waiting.push(TcpStream::connect(secure).unwrap());
        assert_eq!(radio.get("/healthz").status(), 200);
        thread::sleep(Duration::from_millis(100));
    }

    let began = Instant::now();
    let log = radio.stop();
    assert!(began.elapsed() < STOPPED_WITHIN, "{:?}", began.elapsed());
    assert!(
        log.contains("cert.pem: expected a regular file, found a named pipe; keeping"),
        "{log}"
    );
}
