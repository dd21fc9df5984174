//! Icecast 2.4 as the target of a push and as a relay.

use std::{
    fs,
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{lines_of_log, programme};
use crate::common::{
    http::Answer,
    icecast::{Icecast, free_address},
    mp3::{decode, frames_from_the_first},
    process::run,
    radio::Radio,
    tier::is_long,
    tool::tool,
    wait::until,
};

/// Bytes of a second of sound at 128 kbit/s.
const SECOND: usize = 16_000;

/// Peak that sound exceeds and silence does not.
const AUDIBLE: f32 = 0.02;

/// The line of `/metrics` for a push that is not connected.
const DOWN: &str = "electropunk_push_up{station=\"a\",push=\"1\"} 0\n";

const LOGIN: &str = "password = \"hackme\"";

/// Decodes the next `n_seconds` of a stream that may begin within a frame; returns the loudest sample.
fn hear(stream: &mut Answer, n_seconds: usize) -> f32 {
    decode(frames_from_the_first(&stream.read(n_seconds * SECOND)))
}

/// Whether `mount` has a source.
fn on_air(icecast: &Icecast, mount: &str) -> bool {
    icecast.source(mount)["listenurl"].is_string()
}

#[test]
fn icecast_gets_sound_name_and_titles_by_push_and_as_a_relay() {
    let address = free_address();
    let radio =
        Radio::start_with(&programme(&[(format!("http://{address}/live.mp3"), LOGIN)]), &[]);
    // The radio starts first and must retry.
    let more = format!(
        "<mount><mount-name>/live.mp3</mount-name><charset>UTF-8</charset></mount>
         <mount><mount-name>/relayed.mp3</mount-name><charset>UTF-8</charset></mount>
         <relay><server>127.0.0.1</server><port>{}</port><mount>/a.mp3</mount>
           <local-mount>/relayed.mp3</local-mount>
           <relay-shoutcast-metadata>1</relay-shoutcast-metadata></relay>",
        radio.address.port()
    );
    let Some(icecast) = Icecast::start(address, &more) else { return };

    let to_air = until("both mounts", || {
        ["/live.mp3", "/relayed.mp3"].iter().all(|mount| on_air(&icecast, mount))
    });
    until("titles on both", || {
        ["/live.mp3", "/relayed.mp3"].iter().all(|mount| icecast.source(mount)["title"].is_string())
    });
    let pushed = icecast.source("/live.mp3");
    let shown: serde_json::Value =
        serde_json::from_str(&radio.get("/status-json.xsl").text()).unwrap();
    eprintln!("on air after {to_air:.1?}: {pushed}");
    assert_eq!(pushed["server_name"], "Test Tone's \u{fc}ber");
    assert_eq!((&pushed["genre"], &pushed["bitrate"]), (&"Testing".into(), &128.into()));
    assert_eq!(pushed["audio_info"], "bitrate=128;samplerate=44100;channels=2");
    let ours = shown["icestats"]["source"]["title"].as_str().unwrap();
    assert_eq!(pushed["title"], ours);
    // A relay passes on the titles of players, in which an apostrophe would end the title.
    assert_eq!(icecast.source("/relayed.mp3")["title"], ours.replace('\'', "\u{2019}"));

    for mount in ["/live.mp3", "/relayed.mp3"] {
        let loudest = hear(&mut icecast.get(mount, ""), 12);
        assert!(AUDIBLE < loudest, "{mount}: {loudest}");
        let Some(mut ffmpeg) = tool("ffmpeg") else { return };
        let url = format!("http://{address}{mount}");
        let options = ["-nostdin", "-v", "info", "-i", &url, "-t", "6", "-f", "null", "-"];
        let heard = run(ffmpeg.args(options), Duration::from_mins(1));
        assert_eq!(heard.code, Some(0), "{}", heard.stderr);
        assert!(heard.stderr.contains("StreamTitle"), "{}", heard.stderr);
        let complaint = ["rror", "nvalid", "missing", "discard"];
        let lines = heard.stderr.lines().skip_while(|line| !line.starts_with("Output #0"));
        let complaints: Vec<_> =
            lines.filter(|line| complaint.iter().any(|word| line.contains(word))).collect();
        assert!(complaints.is_empty(), "{mount}: {complaints:?}");
    }
}

#[test]
fn long_a_wrong_password_and_a_taken_mount_are_logged_once_and_retried() {
    if !is_long() {
        return;
    }
    let address = free_address();
    let Some(icecast) = Icecast::start(address, "") else { return };
    let mut other = TcpStream::connect(address).unwrap();
    // Base64 of source:hackme.
    let request = "PUT /taken.mp3 HTTP/1.1\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\n\
                   Content-Type: audio/mpeg\r\nExpect: 100-continue\r\n\r\n";
    other.write_all(request.as_bytes()).unwrap();
    until("another source", || on_air(&icecast, "/taken.mp3"));
    let pushes = |password: &'static str| {
        programme(&[
            (format!("http://{address}/live.mp3"), password),
            (format!("http://{address}/taken.mp3"), LOGIN),
        ])
    };
    let radio = Radio::start_with(&pushes("password = \"forgotten\""), &[]);
    // Time for more than one try; Icecast drops a source that is silent for 10 s.
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(12) {
        other.write_all(&[0; 64]).unwrap();
        std::thread::sleep(Duration::from_secs(1));
    }
    assert!(!on_air(&icecast, "/live.mp3"));
    let is_up = |n: u8| {
        let line = format!("electropunk_push_up{{station=\"a\",push=\"1\"}} {n}\n");
        radio.get("/metrics").text().contains(&line)
    };
    assert!(is_up(0));

    radio.save(&pushes(LOGIN));
    let corrected = until("the right password", || on_air(&icecast, "/live.mp3"));
    until("a figure of it", || is_up(1));
    drop(other);
    let freed = until("the free mount", || {
        icecast.source("/taken.mp3")["server_name"] == "Test Tone's \u{c3}\u{bc}ber"
    });
    assert!(AUDIBLE < hear(&mut icecast.get("/live.mp3", ""), 2));
    radio.save(&programme(&[]));
    until("the end of what is no longer wanted", || {
        ["/live.mp3", "/taken.mp3"].iter().all(|mount| !on_air(&icecast, mount))
    });

    eprintln!("on air {corrected:.1?} after the correction, {freed:.1?} after the mount was freed");
    assert!(freed < Duration::from_secs(35), "{freed:?}");
    let (log, warnings) = lines_of_log(radio, "push to ");
    let count = |part: &str| warnings.iter().filter(|line| line.contains(part)).count();
    assert_eq!(count("/live.mp3 failed: wrong user or password"), 1, "{log}");
    assert_eq!(count("/taken.mp3 failed: the mount is in use by another source"), 1, "{log}");
    assert_eq!(warnings.len(), 2, "{log}");
    // The station itself did not change.
    assert!(!log.contains("next phrase"), "{log}");
}

/// The radio's resident memory in KiB.
fn resident_kib(radio: &Radio) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", radio.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn long_a_push_resumes_when_a_killed_server_is_back() {
    if !is_long() {
        return;
    }
    let address = free_address();
    let Some(icecast) = Icecast::start(address, "") else { return };
    let radio =
        Radio::start_with(&programme(&[(format!("http://{address}/live.mp3"), LOGIN)]), &[]);
    let mut listener = radio.get("/a.mp3");
    until("the mount", || on_air(&icecast, "/live.mp3"));
    listener.read(6 * SECOND);

    drop(icecast);
    let before = resident_kib(&radio);
    listener.read(10 * SECOND);
    let after = resident_kib(&radio);
    let icecast = Icecast::start(address, "").unwrap();
    let back = until("the mount again", || on_air(&icecast, "/live.mp3"));

    eprintln!("back after {back:.1?}; {before} KiB before, {after} KiB after 10 s without it");
    assert!(back < Duration::from_secs(35), "{back:?}");
    assert!(after < before + 8 * 1024, "{before} KiB, {after} KiB");
    assert!(AUDIBLE < hear(&mut icecast.get("/live.mp3", ""), 3));
    let (log, warnings) = lines_of_log(radio, "push to ");
    assert!(
        warnings[0].contains("closed the connection") || warnings[0].contains("connection lost"),
        "{log}"
    );
    assert!(warnings.len() <= 3, "{log}");
}

#[test]
fn long_a_push_to_a_frozen_server_times_out_and_resumes() {
    if !is_long() {
        return;
    }
    let address = free_address();
    let Some(icecast) = Icecast::start(address, "") else { return };
    let radio =
        Radio::start_with(&programme(&[(format!("http://{address}/live.mp3"), LOGIN)]), &[]);
    until("the mount", || on_air(&icecast, "/live.mp3"));
    let mut listener = radio.get("/a.mp3");

    icecast.pause();
    // The sockets' buffers take some seconds of audio, as many as the system allows, and then nothing.
    until("the end of the push", || radio.get("/metrics").text().contains(DOWN));
    listener.read(10 * SECOND);
    icecast.resume();
    // Icecast's status still shows the old source, so the radio's own counter is read.
    let back = until("the mount again", || {
        let line = "electropunk_push_times_total{station=\"a\",push=\"1\"} 2\n";
        radio.get("/metrics").text().contains(line)
    });
    assert!(AUDIBLE < hear(&mut icecast.get("/live.mp3", ""), 2));

    eprintln!("back {back:.1?} after it moved again");
    assert!(back < Duration::from_secs(35), "{back:?}");
    let (log, warnings) = lines_of_log(radio, "stalled: nothing accepted for 10 s");
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(log.matches("on air at http").count() > 1, "{log}");
}
