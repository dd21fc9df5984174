//! Floods, oversized and slow requests, and many open studios.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use super::{AS_ADMIN, AS_NOBODY, radio, send, session, state};
use crate::common::{
    http::{Answer, ask},
    mp3::decode,
    radio::Radio,
    recorder::Recorder,
    wait::until,
};

/// Resident memory of `radio` in kilobytes.
fn memory_kb(radio: &Radio) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", radio.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_flood_of_moves_is_refused_and_forgotten() {
    let radio = radio();
    let session = format!("{}\nOrigin: http://{}", session(&radio), radio.address);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(2);
    let status = |body: &str| send(&radio, &session, "POST", "/studio/api/a/moves", body).status();
    let began = Instant::now();
    let statuses: Vec<u16> = (0..600).map(|_| status(r#"{"move": "undo"}"#)).collect();
    let seconds = began.elapsed().as_secs() + 1;
    let n_judged = statuses.iter().filter(|status| **status == 409).count() as u64;

    assert!(statuses.iter().all(|status| [409, 429].contains(status)), "{statuses:?}");
    assert!(n_judged <= 50 * (seconds + 1), "{n_judged} in {seconds} s");
    let long = format!(r#"{{"move": "title", "text": "{}"}}"#, "x".repeat(60_000));
    let flood = || (0..600).for_each(|_| assert!([400, 429].contains(&status(&long))));
    flood();
    let before = memory_kb(&radio);
    flood();
    let after = memory_kb(&radio);
    assert!(after < before + 20_000, "{before} kB, then {after} kB");
    assert_eq!(state(&radio)["n_undo"], 0);
    listener.hear_seconds(2);
    decode(&listener.audio);
}

#[test]
fn long_and_slow_bodies_are_refused() {
    let radio = radio();
    let path = "/studio/api/a/moves";
    let long = format!(r#"{{"move": "title", "text": "{}"}}"#, "x".repeat(70_000));
    let answer = send(&radio, AS_ADMIN, "POST", path, &long);
    assert_eq!((answer.status(), answer.header("connection")), (413, Some("close")));
    let midi = format!("{AS_ADMIN}\nContent-Type: audio/midi");
    let corner = "/studio/api/a/corner/0";
    let answer = announce(&radio, &midi, corner, 2 << 20);
    assert_eq!(answer.status(), 413);
    until("a bar is on air", || state(&radio)["on_air"].is_object());
    let answer = send(&radio, &midi, "POST", corner, &"x".repeat(70_000));
    assert_eq!(answer.status(), 400, "no MIDI file, but short enough for one");
    let answer = send(&radio, &midi, "POST", path, "MThd");
    assert_eq!(answer.status(), 400, "moves are JSON");
    let form = format!("user=admin&password={}", "x".repeat(5000));
    assert_eq!(send(&radio, AS_NOBODY, "POST", "/studio/login", &form).status(), 413);

    // Chunked, so that the length is not known in advance.
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a\r\n{AS_ADMIN}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let mut socket = TcpStream::connect(radio.address).unwrap();
    socket.write_all(head.as_bytes()).unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    // The server may close it before all is sent.
    let _ = (0..64).try_for_each(|_| socket.write_all(chunk.as_bytes()));
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.contains("413 Payload Too Large"), "{answer}");

    // Without a key or a password the body is not read.
    let answer = announce(&radio, AS_NOBODY, path, 60_000);
    assert_eq!(answer.status(), 401);
    let began = Instant::now();
    let slow = announce(&radio, AS_ADMIN, path, 1000);
    assert_eq!(slow.status(), 408);
    assert!(slow.what_follows().ends_with(b"}"));
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    assert_eq!(state(&radio)["n_undo"], 0);
}

/// Announces a body of `length` bytes, and sends one of them.
fn announce(radio: &Radio, who: &str, path: &str, length: usize) -> Answer {
    let head =
        format!("POST {path} HTTP/1.1\nHost: {}\n{who}\nContent-Length: {length}", radio.address);
    ask(radio.address, &head, "{")
}

#[test]
fn fifty_open_studios_disturb_nobody() {
    let radio = radio();
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(4);
    listener.longest_gap = Duration::ZERO;
    let open = || send(&radio, AS_ADMIN, "GET", "/studio/events?station=a", "");
    let mut streams: Vec<Answer> = (0..64).map(|_| open()).collect();
    assert!(streams.iter().all(|stream| stream.status() == 200));
    assert_eq!(open().status(), 503);
    // A few are never read.
    let read = streams.split_off(14);
    let readers: Vec<_> =
        read.into_iter().map(|stream| thread::spawn(move || stream.rest())).collect();

    for n in 0..20 {
        let body = format!(
            r#"{{"move": "desk", "part": "bass", "fader": {{"level_db": {}}}}}"#,
            -f64::from(n)
        );
        assert_eq!(send(&radio, AS_ADMIN, "POST", "/studio/api/a/moves", &body).status(), 200);
        listener.hear();
    }
    listener.hear_seconds(4);

    assert!(listener.longest_gap < Duration::from_secs(3), "{:?}", listener.longest_gap);
    decode(&listener.audio);
    for reader in readers {
        let text = String::from_utf8(reader.join().unwrap()).unwrap();
        assert_eq!(text.matches("\"type\":\"moved\"").count(), 20);
        assert!(text.ends_with("0\r\n\r\n"));
    }
    drop(streams);
    assert_eq!(open().status(), 200, "an ended stream makes room");
    radio.stop();
}
