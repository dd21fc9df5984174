//! Crowds, slow clients, invalid requests and attacks: the cases T1 to T21 of docs/reliability.md that are
//! about connections.

mod admin;
mod admission;
mod crowd;
mod tls;
mod words;

use std::{
    fs,
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::common::{
    mp3::{decode, whole_frames},
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
};
use serde_json::Value;
use socket2::{Domain, Socket, Type};

const GET: &str = "GET /a.mp3 HTTP/1.0\nHost: radio.example";

/// Bytes of a second of sound at 128 kbit/s.
const SECOND: usize = 16_000;

/// A radio of one station; `server` is the keys of `[server]` and any tables after it.
fn radio(server: &str) -> Radio {
    Radio::start_with(&format!("{ONE_STATION}[server]\n{server}\n"), &[])
}

/// Fails unless all that `listener` received decodes.
fn check(listener: &Recorder) {
    decode(&listener.audio);
}

/// Fails unless the stream of `listener` ends, on a whole frame.
fn check_ended(listener: Recorder) {
    let heard = listener.heard_to_end();
    assert_eq!(whole_frames(&heard).concat().len(), heard.len());
}

/// Connects to `radio` and sends `request`.
fn send(radio: &Radio, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(radio.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    socket
}

/// Like [`send`], with a small receive buffer, so that the server soon notices a stalled client.
fn send_slow(radio: &Radio, request: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&radio.address.into()).unwrap();
    let mut socket: TcpStream = socket.into();
    socket.write_all(request.replace('\n', "\r\n").as_bytes()).unwrap();
    socket.write_all(b"\r\n\r\n").unwrap();
    socket
}

/// The JSON at `path`.
fn json(radio: &Radio, path: &str) -> Value {
    serde_json::from_slice(&radio.get(path).rest()).unwrap()
}

/// How many listeners the first station has.
fn listeners(radio: &Radio) -> u64 {
    json(radio, "/api/stations")[0]["listeners"].as_u64().unwrap()
}

/// Waits until `is_so`, for `patience` at most; returns how long that took.
fn wait_until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < patience, "{what} within {patience:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    begun.elapsed()
}

/// Resident memory of `radio` in kilobytes.
fn memory_kb(radio: &Radio) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", radio.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How many files and sockets `radio` has open.
fn open_files(radio: &Radio) -> usize {
    fs::read_dir(format!("/proc/{}/fd", radio.pid())).unwrap().count()
}

const ADMIN: &str = "[admin]\npassword = \"hackme\"\nrelay_password = \"relayme\"\n";

/// Name and password of the admin, as a header line.
const AS_ADMIN: &str = "Authorization: Basic YWRtaW46aGFja21l"; // admin:hackme
const AS_RELAY: &str = "Authorization: Basic cmVsYXk6cmVsYXltZQ=="; // relay:relayme
const AS_GUESSER: &str = "Authorization: Basic YWRtaW46Z3Vlc3M="; // admin:guess
