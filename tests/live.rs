//! radio.toml edited while people listen.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::{
    http::Answer,
    mp3::{decode, whole_frames},
    radio::Radio,
};

/// Half a second of sound at 128 kbit/s: what comes at a time.
const CHUNK: usize = 8_000;

/// A listener hears nothing of a gap that is shorter than the burst; this is a quarter of it.
const MOST_GAP: Duration = Duration::from_millis(1_500);

/// However slow the machine, an edit is on air by then.
const PATIENCE: Duration = Duration::from_mins(2);

/// A listener who writes down what is heard and how long there was nothing.
struct Recorder {
    stream: Answer,
    audio: Vec<u8>,
    longest_gap: Duration,
}

impl Recorder {
    fn join(radio: &Radio) -> Self {
        let stream = radio.get("/a.mp3");
        Self { stream, audio: Vec::new(), longest_gap: Duration::ZERO }
    }

    fn hear(&mut self) {
        let asked = Instant::now();
        self.audio.extend(self.stream.read(CHUNK));
        self.longest_gap = self.longest_gap.max(asked.elapsed());
    }

    /// Listens on until `is_so`.
    fn until(&mut self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
            self.hear();
        }
    }
}

fn programme(title: &str, tempo: u32, gain_db: i32, more: &str) -> String {
    format!(
        "seed = 5\n[themes.a]\ntempo = {tempo}\nbass = {{ gain_db = {gain_db} }}\n\
         [[stations]]\nname = \"a\"\ntheme = \"a\"\ntitle = \"{title}\"\n{more}"
    )
}

#[test]
fn a_listener_stays_through_five_edits_one_of_them_broken() {
    const MORE: &str = "[[stations]]\nname = \"b\"\ntheme = \"a\"\n";
    let radio = Radio::start_with(&programme("First", 150, -3, ""), &[]);
    let mut listener = Recorder::join(&radio);
    (0..10).for_each(|_| listener.hear());
    let says = |path: &str, text: &str| radio.get(path).text().contains(text);

    radio.save(&programme("Second", 150, -9, ""));
    listener.until("the new title", || says("/api/stations", "Second"));

    radio.save(&programme("Third", 1500, -9, ""));
    listener.until("the mistake", || says("/healthz", "radio.toml:3: tempo: expected"));
    assert!(says("/api/stations", "Second") && radio.get("/healthz").status() == 200);

    radio.save(&programme("Second", 100, -9, ""));
    listener.until("the new tempo", || says("/api/stations/a/bars", "\"tempo_bpm\":100.0"));
    assert!(!says("/healthz", "radio.toml"));

    radio.save(&programme("Second", 100, -9, MORE));
    listener.until("another station", || radio.get("/b.mp3").status() == 200);

    let of_b = radio.get("/b.mp3");
    radio.save(&programme("Second", 100, -9, ""));
    listener.until("the end of the other station", || radio.get("/b.mp3").status() == 404);
    assert!(!whole_frames(&of_b.rest()).is_empty());
    (0..10).for_each(|_| listener.hear());

    eprintln!("{} bytes, longest gap {:?}", listener.audio.len(), listener.longest_gap);
    assert!(listener.longest_gap < MOST_GAP, "{:?}", listener.longest_gap);
    assert!(0.02 < decode(&listener.audio));
}
