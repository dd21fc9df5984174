//! A listener who writes down what is heard and how long there was nothing.

use std::time::{Duration, Instant};

use super::{http::Answer, radio::Radio};

/// Half a second of sound at 128 kbit/s: what comes at a time.
const CHUNK: usize = 8_000;

/// However slow the machine, what is waited for is so by then.
const PATIENCE: Duration = Duration::from_mins(2);

/// A listener of one mount.
pub struct Recorder {
    stream: Answer,
    /// All that was heard.
    pub audio: Vec<u8>,
    /// The longest time for which nothing came.
    pub longest_gap: Duration,
}

impl Recorder {
    /// Listens to `path` of `radio`.
    pub fn join(radio: &Radio, path: &str) -> Self {
        Self::join_as(radio, path, "Connection: close")
    }

    /// The same with more header lines.
    pub fn join_as(radio: &Radio, path: &str, lines: &str) -> Self {
        let stream = radio.ask("GET", path, lines);
        assert_eq!(stream.status(), 200, "{path}");
        Self { stream, audio: Vec::new(), longest_gap: Duration::ZERO }
    }

    /// Listens for half a second.
    pub fn hear(&mut self) {
        let asked = Instant::now();
        self.audio.extend(self.stream.read(CHUNK));
        self.longest_gap = self.longest_gap.max(asked.elapsed());
    }

    /// Listens for so many seconds.
    pub fn hear_seconds(&mut self, seconds: usize) {
        (0..2 * seconds).for_each(|_| self.hear());
    }

    /// All that was heard, and what still comes until the stream ends.
    pub fn heard_to_end(mut self) -> Vec<u8> {
        self.audio.extend(self.stream.rest());
        self.audio
    }

    /// Listens on until `is_so`.
    pub fn until(&mut self, what: &str, mut is_so: impl FnMut() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
            self.hear();
        }
    }
}
