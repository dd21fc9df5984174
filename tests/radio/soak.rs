//! T22: a soak with listeners who connect and leave.
//!
//! The long form takes three minutes, or `ELECTROPUNK_SOAK_MINUTES`:
//!
//! ```text
//! ELECTROPUNK_LONG=1 ELECTROPUNK_SOAK_MINUTES=60 cargo test --release --test radio -- t22_long --nocapture
//! ```

use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use crate::common::{
    http::ask,
    mp3::{decode, whole_frames},
    radio::{ONE_STATION, Radio},
    tier::is_long,
    webhook::webhook,
};
use electropunk::rng;
use rand::RngExt as _;
use serde_json::Value;

const GET: &str = "GET /a.mp3 HTTP/1.0";

/// Bytes of a second of sound at 128 kbit/s.
const SECOND: usize = 16_000;

/// Sound that is decoded at a time; a whole night of it would not fit into memory.
const DECODED_AT_ONCE: usize = 600 * SECOND;

/// Connects repeatedly, for `stays` seconds each, until `is_over`; fails unless it receives whole frames.
fn visit(
    radio: &Radio,
    number: usize,
    stays: (f64, f64),
    is_over: &AtomicBool,
    n_visits: &AtomicU64,
) {
    let mut rng = rng::stream(number as u64, "visitor");
    while !is_over.load(Relaxed) {
        let stays = Duration::from_secs_f64(rng.random_range(stays.0..stays.1));
        let (begun, mut heard) = (Instant::now(), Vec::new());
        let mut answer = ask(radio.address, GET, "");
        assert_eq!(answer.status(), 200);
        while begun.elapsed() < stays && !is_over.load(Relaxed) {
            heard.extend(answer.read(SECOND));
        }
        // A visit that begins at the very end receives nothing.
        assert!(!whole_frames(&heard).is_empty() || is_over.load(Relaxed));
        n_visits.fetch_add(1, Relaxed);
    }
}

/// The slope of the regression line of `points`, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let along: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    along / points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>()
}

fn memory_megabytes(radio: &Radio) -> f64 {
    let status = fs::read_to_string(format!("/proc/{}/status", radio.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

/// Measurements of a listener who stays connected.
struct Measured {
    /// Seconds from the first to the last measured arrival.
    n_seconds: f64,
    /// By how many seconds the stream got ahead of the clock.
    drift: f64,
    /// By how many megabytes the radio's memory grew.
    growth: f64,
    /// The longest time that a second of sound took to arrive.
    gap: Duration,
    /// What was posted to the webhook of `[alerts]`.
    alerts: Vec<Value>,
}

/// Runs a radio for `length` with `n_visitors`, who reconnect after `stays` seconds each, and one steady
/// listener, who measures.
fn soak(length: Duration, n_visitors: usize, stays: (f64, f64)) -> Measured {
    let (url, posted) = webhook();
    let toml = format!(
        "{ONE_STATION}[server]\nmax_listeners = 1000\nlisteners_per_address = 0\n\
         [alerts]\nurl = \"{url}\"\n"
    );
    let radio = Arc::new(Radio::start_with(&toml, &["--seed", "1"]));
    let (is_over, n_visits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let visitors: Vec<_> = (0..n_visitors)
        .map(|number| {
            let (radio, is_over, n_visits) = (radio.clone(), is_over.clone(), n_visits.clone());
            thread::spawn(move || visit(&radio, number, stays, &is_over, &n_visits))
        })
        .collect();

    let mut steady = ask(radio.address, GET, "");
    let begun = Instant::now();
    let (mut heard, mut gap, mut last) = (Vec::new(), Duration::ZERO, begun);
    let (mut arrivals, mut memory) = (Vec::new(), Vec::new());
    let mut n_seconds = 0.0;
    while begun.elapsed() < length {
        heard.extend(steady.read(SECOND));
        n_seconds += 1.0;
        let now = begun.elapsed().as_secs_f64();
        gap = gap.max(last.elapsed());
        last = Instant::now();
        // The burst and the memory of the start are not measured.
        if 0.2 * length.as_secs_f64() < now {
            arrivals.push((now, n_seconds));
            memory.push((now, memory_megabytes(&radio)));
        }
        if DECODED_AT_ONCE < heard.len() {
            let n_whole = whole_frames(&heard).concat().len();
            decode(&heard[..n_whole]);
            heard.drain(..n_whole);
        }
    }
    decode(&heard);
    is_over.store(true, Relaxed);
    for visitor in visitors {
        visitor.join().unwrap();
    }
    let n_seconds = last.duration_since(begun).as_secs_f64() - arrivals[0].0;
    let drift = (slope(&arrivals) - 1.0) * n_seconds;
    let growth = slope(&memory) * n_seconds;
    eprintln!(
        "{n_visitors} visitors, {} visits in {length:?}: {:+.1} ppm of the clock, memory {:.1} MB, \
         {:+.2} MB/h, longest gap {:.2} s, every frame decoded",
        n_visits.load(Relaxed),
        1e6 * drift / n_seconds,
        memory[memory.len() - 1].1,
        3600.0 * growth / n_seconds,
        gap.as_secs_f64()
    );
    Measured { n_seconds, drift, growth, gap, alerts: posted.try_iter().collect() }
}

#[test]
fn t22_listeners_who_reconnect_receive_whole_frames() {
    let measured = soak(Duration::from_secs(15), 10, (0.5, 4.0));
    assert!(measured.growth < 20.0, "{} MB", measured.growth);
}

#[test]
fn t22_long_a_soak_shows_no_gap_no_drift_and_no_leak() {
    if !is_long() {
        return;
    }
    let minutes = env::var("ELECTROPUNK_SOAK_MINUTES").map_or(3, |text| text.parse().unwrap());
    let Measured { n_seconds, drift, growth, gap, alerts } =
        soak(Duration::from_mins(minutes), 200, (1.0, 60.0));

    assert!(gap < Duration::from_secs(3), "{gap:?}");
    assert!(alerts.is_empty(), "{alerts:?}");
    // 50 ppm and a megabyte an hour, plus the noise of a measurement: the fan-out writes to a listener
    // once a second.
    assert!(drift.abs() < 0.6 + 50e-6 * n_seconds, "{drift} s in {n_seconds} s");
    assert!(growth < 3.0 + n_seconds / 3600.0, "{growth} MB in {n_seconds} s");
}
