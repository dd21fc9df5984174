//! Crowds and slow clients, which no other listener may notice.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
    time::{Duration, Instant},
};

use super::{
    GET, SECOND, check, listeners, memory_kb, open_files, radio, send, send_slow, wait_until,
};
use crate::common::{
    ELECTROPUNK,
    http::ask,
    process::{Signal, Watched, signal},
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    tier::is_long,
    tool::tool,
};

#[test]
fn t01_long_five_hundred_stuck_listeners_are_dropped_and_cost_little_memory() {
    if !is_long() {
        return;
    }
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let radio = radio("lag_seconds = 5\nmax_listeners = 1000\nlisteners_per_address = 0");
    let mut good = Recorder::join(&radio, "/a.mp3");
    good.hear_seconds(1);
    let before = memory_kb(&radio);

    let stuck: Vec<TcpStream> = (0..500).map(|_| send_slow(&radio, GET)).collect();
    wait_until("all are connected", Duration::from_secs(30), || listeners(&radio) == 501);
    let grown = memory_kb(&radio).saturating_sub(before);
    let gone = wait_until("all are dropped", Duration::from_mins(1), || listeners(&radio) == 1);

    eprintln!("dropped after {gone:?}; memory grew by {grown} kB for 500");
    assert!(grown < 500 * 100, "{grown} kB");
    drop(stuck);
    good.hear_seconds(10);
    check(&good);
}

#[test]
fn t02_long_a_listener_at_half_the_rate_is_dropped_and_not_noticed() {
    if !is_long() {
        return;
    }
    let radio = radio("lag_seconds = 5\nburst_bytes = 16000");
    let mut good = Recorder::join(&radio, "/a.mp3");
    let mut slow = send_slow(&radio, GET);
    let (begun, mut gap, mut last) = (Instant::now(), Duration::ZERO, Instant::now());
    let reading = std::thread::spawn(move || {
        let mut bytes = [0; SECOND / 2];
        // Too slow on purpose: half a second of sound each second.
        while slow.read_exact(&mut bytes).is_ok() {
            std::thread::sleep(Duration::from_secs(1));
        }
        begun.elapsed()
    });
    while !reading.is_finished() {
        good.hear();
        gap = gap.max(last.elapsed());
        last = Instant::now();
    }
    eprintln!("dropped after {:?}; the other's longest gap {gap:?}", reading.join().unwrap());
    assert!(gap < Duration::from_secs(3), "{gap:?}");
}

#[test]
fn t03_long_two_thousand_unfinished_requests_time_out_and_are_not_noticed() {
    if !is_long() {
        return;
    }
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let radio = radio("");
    let mut good = Recorder::join(&radio, "/a.mp3");
    good.hear_seconds(1);
    let idle = open_files(&radio);

    let begun = Instant::now();
    let silent: Vec<TcpStream> = (0..1000).map(|_| send(&radio, "")).collect();
    let mut slow: Vec<TcpStream> =
        (0..1000).map(|_| send(&radio, "GET /a.mp3 HTTP/1.1\r\nx: ")).collect();
    let gone = wait_until("all have timed out", Duration::from_secs(40), || {
        // One byte a second each.
        for socket in &mut slow {
            let _ = socket.write(b"x");
        }
        std::thread::sleep(Duration::from_millis(900));
        open_files(&radio) <= idle + 8
    });

    eprintln!("all timed out {gone:?} after the last began, {:?} after the first", begun.elapsed());
    good.hear_seconds(10);
    check(&good);
    drop(silent);
    assert_eq!(radio.get("/healthz").status(), 200);
}

#[test]
fn t06_long_two_thousand_listeners_at_once_are_served() {
    if !is_long() {
        return;
    }
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let radio = radio("max_listeners = 5000\nlisteners_per_address = 0");
    ask(radio.address, GET, "").read(SECOND);

    let begun = Instant::now();
    let crowd: Vec<TcpStream> =
        (0..2000).map(|_| send(&radio, "GET /a.mp3 HTTP/1.0\r\n\r\n")).collect();
    let connected = begun.elapsed();
    for mut socket in crowd {
        let mut first = [0; 1];
        socket.read_exact(&mut first).unwrap();
    }

    eprintln!(
        "2000 connected in {connected:?}, all had their first byte after {:?}",
        begun.elapsed()
    );
    wait_until("all leave", Duration::from_secs(30), || listeners(&radio) == 0);
}

#[test]
fn t07_reconnecting_leaks_nothing() {
    let radio = radio("");
    ask(radio.address, GET, "").read(SECOND);
    let rounds = 10;
    let round = || {
        let begun = Instant::now();
        for _ in 0..100 {
            ask(radio.address, GET, "").read(1);
        }
        // At most a hundred a second.
        std::thread::sleep(Duration::from_secs(1).saturating_sub(begun.elapsed()));
    };
    (0..3).for_each(|_| round());
    wait_until("all leave", Duration::from_secs(10), || listeners(&radio) == 0);
    let (files, memory) = (open_files(&radio), memory_kb(&radio));

    (0..rounds).for_each(|_| round());
    wait_until("all leave", Duration::from_secs(10), || listeners(&radio) == 0);

    let (files_after, memory_after) = (open_files(&radio), memory_kb(&radio));
    eprintln!("{rounds} s: {files} to {files_after} files, {memory} to {memory_after} kB");
    assert!(files_after <= files + 4, "{files} to {files_after} files");
    assert!(memory_after <= memory + 20_000, "{memory} to {memory_after} kB");
}

#[test]
fn t08_long_a_frozen_listener_is_dropped() {
    if !is_long() {
        return;
    }
    let Some(mut curl) = tool("curl") else { return };
    let radio = radio("lag_seconds = 5");
    curl.args(["--silent", "--output", "/dev/null"]).arg(radio.url("/a.mp3"));
    let mut player = Watched::new(curl.spawn().unwrap());
    wait_until("curl is connected", Duration::from_secs(30), || listeners(&radio) == 1);

    signal(player.pid, Signal::STOP);
    let gone = wait_until("curl is dropped", Duration::from_mins(2), || listeners(&radio) == 0);

    eprintln!("dropped after {gone:?}");
    signal(player.pid, Signal::CONT);
    assert!(player.wait(Duration::from_secs(10)).is_some(), "the stream did not end");
}

#[test]
fn t21_out_of_sockets_the_server_waits_and_recovers() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" \"$@\"", ELECTROPUNK]);
    let radio = Radio::start_by(command, ONE_STATION, &[]);
    let mut good = Recorder::join(&radio, "/a.mp3");
    good.hear_seconds(1);

    let crowd: Vec<TcpStream> =
        (0..200).map(|_| send(&radio, "GET /a.mp3 HTTP/1.0\r\n\r\n")).collect();
    good.hear_seconds(7);
    drop(crowd);
    let mut next = Recorder::join(&radio, "/a.mp3");
    next.hear_seconds(2);
    check(&next);

    let log = radio.stop();
    let n_tries = log.matches("can't accept a connection").count();
    eprintln!("{n_tries} tries while out of sockets");
    // Ten a second and one for each of the crowd: about 220; 6,000 without the pause.
    assert!((1..1000).contains(&n_tries), "busy loop: {n_tries} tries");
}
