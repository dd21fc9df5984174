//! A listener that records what it receives and the longest gap.

use std::time::{Duration, Instant};

use super::{http::Answer, radio::Radio, wait::PATIENCE};

/// Bytes per read: half a second of sound at 128 kbit/s.
const CHUNK: usize = 8_000;

/// A listener of a mount.
pub struct Recorder {
    stream: Answer,
    /// What it has received.
    pub audio: Vec<u8>,
    /// The longest time that a read took.
    pub longest_gap: Duration,
}

impl Recorder {
    /// Connects to `path` of `radio`.
    pub fn join(radio: &Radio, path: &str) -> Self {
        Self::join_as(radio, path, "Connection: close")
    }

    /// Connects with the header lines `lines`.
    pub fn join_as(radio: &Radio, path: &str, lines: &str) -> Self {
        let stream = radio.ask("GET", path, lines);
        assert_eq!(stream.status(), 200, "{path}");
        Self { stream, audio: Vec::new(), longest_gap: Duration::ZERO }
    }

    /// Receives half a second of sound.
    pub fn hear(&mut self) {
        let asked = Instant::now();
        self.audio.extend(self.stream.read(CHUNK));
        self.longest_gap = self.longest_gap.max(asked.elapsed());
    }

    /// Receives `seconds` of sound.
    pub fn hear_seconds(&mut self, seconds: usize) {
        (0..2 * seconds).for_each(|_| self.hear());
    }

    /// Receives until the stream ends; returns all that it has received.
    pub fn heard_to_end(mut self) -> Vec<u8> {
        self.audio.extend(self.stream.rest());
        self.audio
    }

    /// Receives until the stream ends; returns only that part.
    pub fn rest(self) -> Vec<u8> {
        self.stream.rest()
    }

    /// Receives until `is_so`.
    pub fn until(&mut self, what: &str, mut is_so: impl FnMut() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "timed out: {what}");
            self.hear();
        }
    }
}
