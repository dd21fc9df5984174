//! `train --listen`: the live preview of a model in training.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::Stdio,
};

use super::{newest_checkpoint, train};
use crate::common::{
    mp3,
    process::{Signal, Watched, signal},
    wait::{PATIENCE, until, until_some},
};

/// A run with a live stream; also the stream's address and path.
fn train_with_listeners(folder: &Path, more: &str) -> (Watched, String, String) {
    let mut command = train(folder, &format!("--steps 1000000 --listen 127.0.0.1:0 {more}"));
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let run = Watched::new(child);
    let announced = lines.find_map(|line| {
        let line = line.unwrap();
        Some(line.strip_prefix("live preview: http://")?.to_owned())
    });
    // From here on the pipe is not read.
    drop(lines);
    let announced = announced.unwrap();
    let (address, path) = announced.split_once('/').unwrap();
    (run, address.to_owned(), path.to_owned())
}

#[test]
fn listeners_that_hang_up_dont_end_the_training() {
    let folder = tempfile::tempdir().unwrap();
    let (mut run, address, path) = train_with_listeners(folder.path(), "--preview-minutes 0");

    for _ in 0..3 {
        let mut listener = TcpStream::connect(&address).unwrap();
        listener.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(listener, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
        listener.read_exact(&mut vec![0; 20_000]).unwrap();
        // Unread bytes make the kernel reset the connection: the next write fails.
        drop(listener);
    }
    let step = until_some("a checkpoint", || newest_checkpoint(folder.path()));
    until("another checkpoint", || {
        assert!(run.is_running(), "the training has ended");
        newest_checkpoint(folder.path()).is_some_and(|newest| step + 200 <= newest)
    });
    signal(run.pid, Signal::INT);

    assert!(run.wait(PATIENCE).unwrap().success());
    assert!(folder.path().join("models/tiny.safetensors").exists());
}

#[test]
fn listeners_hear_a_model_in_training() {
    let folder = tempfile::tempdir().unwrap();
    let (run, address, path) = train_with_listeners(folder.path(), "");

    // The socket opens before the first sample is ready, so the request waits.
    let mut listener = TcpStream::connect(address).unwrap();
    listener.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(listener, "GET /{path} HTTP/1.0\r\n\r\n").unwrap();
    let mut heard = vec![0; 60_000];
    listener.read_exact(&mut heard).unwrap();
    let file = folder.path().join("models/tiny.run/preview-1.mp3");
    until("a preview file", || file.exists());
    drop(run);

    let body = heard.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    assert!(heard.starts_with(b"HTTP/1.0 200 OK"));
    assert!(0.0 < mp3::decode(&heard[body..]));
    let preview = fs::read(folder.path().join("models/tiny.run/preview-1.mp3")).unwrap();
    // Eight times two bars at 120 bpm, 32 s, and a tail of 2 s, at 128 kbit/s.
    assert!((preview.len() as f64 / (34.0 * 16_000.0) - 1.0).abs() < 0.02, "{}", preview.len());
    assert!(0.0 < mp3::decode(&preview));
}
