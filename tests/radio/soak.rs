//! T22: a radio left alone with listeners who come and go. A minute as a test; for a soak set
//! `ELECTROPUNK_SOAK_MINUTES`, and take a release build:
//!
//! ```text
//! ELECTROPUNK_SOAK_MINUTES=60 cargo test --release --test soak -- --nocapture
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
};
use electropunk::rng;
use rand::RngExt as _;

const GET: &str = "GET /a.mp3 HTTP/1.0";

/// Bytes of a second of sound at 128 kbit/s.
const SECOND: usize = 16_000;

/// Seconds that a visitor stays, at least and at most.
const STAY: (f64, f64) = (1.0, 60.0);

/// Sound that is decoded at a time; a whole night of it would not fit the memory.
const DECODED_AT_ONCE: usize = 600 * SECOND;

/// Comes and goes until `is_over`; whatever is heard must be whole frames.
fn visit(radio: &Radio, number: usize, is_over: &AtomicBool, n_visits: &AtomicU64) {
    let mut rng = rng::stream(number as u64, "visitor");
    while !is_over.load(Relaxed) {
        let stays = Duration::from_secs_f64(rng.random_range(STAY.0..STAY.1));
        let (begun, mut heard) = (Instant::now(), Vec::new());
        let mut answer = ask(radio.address, GET, "");
        assert_eq!(answer.status(), 200);
        while begun.elapsed() < stays && !is_over.load(Relaxed) {
            heard.extend(answer.read(SECOND));
        }
        // One who came at the very end has heard nothing yet.
        assert!(!whole_frames(&heard).is_empty() || is_over.load(Relaxed));
        n_visits.fetch_add(1, Relaxed);
    }
}

/// The slope of the line that lies nearest to `points`.
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

#[test]
fn t22_listeners_who_come_and_go_for_long_leave_no_trace() {
    let minutes = env::var("ELECTROPUNK_SOAK_MINUTES").ok().map(|text| text.parse().unwrap());
    let (is_soak, minutes) = (minutes.is_some(), minutes.unwrap_or(1.0_f64));
    let n_visitors = if is_soak { 200 } else { 40 };
    let toml = format!("{ONE_STATION}[server]\nmax_listeners = 1000\n");
    let radio = Arc::new(Radio::start_with(&toml, &["--seed", "1"]));
    let (is_over, n_visits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let visitors: Vec<_> = (0..n_visitors)
        .map(|number| {
            let (radio, is_over, n_visits) = (radio.clone(), is_over.clone(), n_visits.clone());
            thread::spawn(move || visit(&radio, number, &is_over, &n_visits))
        })
        .collect();

    // One who stays hears every byte and keeps the time.
    let mut steady = ask(radio.address, GET, "");
    let begun = Instant::now();
    let (mut heard, mut gap, mut last) = (Vec::new(), Duration::ZERO, begun);
    let (mut arrivals, mut memory) = (Vec::new(), Vec::new());
    let mut n_bytes = 0;
    while begun.elapsed().as_secs_f64() < 60.0 * minutes {
        // A chunk is nearly half of it, so that arrivals are of one kind.
        heard.extend(steady.read(SECOND));
        n_bytes += SECOND;
        let now = begun.elapsed().as_secs_f64();
        gap = gap.max(last.elapsed());
        last = Instant::now();
        // The burst is behind us, and what the start left in memory.
        if 15.0 < now {
            arrivals.push((now, n_bytes as f64));
        }
        if 0.2 * 60.0 * minutes < now {
            memory.push((now / 3600.0, memory_megabytes(&radio)));
        }
        if DECODED_AT_ONCE < heard.len() {
            let n_whole = whole_frames(&heard).concat().len();
            decode(&heard[..n_whole]);
            heard.drain(..n_whole);
        }
    }
    decode(&heard);
    let ppm = (slope(&arrivals) / SECOND as f64 - 1.0) * 1e6;
    let growth = slope(&memory);
    let now = memory.last().unwrap().1;
    eprintln!(
        "{minutes} min, {n_visitors} visitors, {} visits: {ppm:+.1} ppm of the clock, memory {now:.1} \
         MB, {growth:+.2} MB/h, longest gap {:.2} s, every frame decoded",
        n_visits.load(Relaxed),
        gap.as_secs_f64()
    );
    is_over.store(true, Relaxed);
    for visitor in visitors {
        visitor.join().unwrap();
    }
    assert!(gap < Duration::from_secs(3), "{gap:?}");
    // In a minute neither can be told from noise.
    if is_soak {
        assert!(ppm.abs() < 50.0, "{ppm} ppm");
        assert!(growth < 1.0, "{growth} MB/h");
    }
}
