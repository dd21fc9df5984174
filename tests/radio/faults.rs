//! Faults around a radio: a stopped process, no listeners, broken files, a clock that jumps.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::common::{
    hls::Playlist,
    mp3::{decode, whole_frames},
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    tier::is_long,
    tool::tool,
    wait::until,
};

/// A gap that is shorter than this is not heard, since a player has buffered the burst.
const MOST_GAP: Duration = Duration::from_secs(3);

/// Seconds of sound at 128 kbit/s in the burst that a new listener receives at once.
const BURST_SECONDS: f64 = 4.1;

/// The length of `audio`, at 1152 samples a frame.
fn seconds(audio: &[u8]) -> f64 {
    whole_frames(audio).len() as f64 * 1152.0 / 44_100.0
}

/// Stops a radio's process for `length`; returns the gap that its listener had.
fn pause(length: Duration) -> Duration {
    let radio = Radio::start_with(ONE_STATION, &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(5);
    let (before, last_bar) = (seconds(&listener.audio), last_bar(&radio));
    listener.longest_gap = Duration::ZERO;

    let hearing = thread::spawn(move || {
        listener.hear_seconds(12);
        listener
    });
    radio.pause();
    // No event to await: the test needs a pause of this length.
    thread::sleep(length);
    radio.resume();
    let woken = Instant::now();
    let listener = hearing.join().unwrap();
    let heard = seconds(&listener.audio) - before;
    let since = woken.elapsed().as_secs_f64();

    let gap = listener.longest_gap;
    eprintln!(
        "stopped for {length:?}: a gap of {gap:?}, then {heard:.1} s of sound in {since:.1} s"
    );
    // At most the rest of the ring and another burst at once, then real time.
    assert!(heard < since + 2.0 * BURST_SECONDS + 1.0, "{heard} s of sound in {since} s");
    assert!(last_bar < self::last_bar(&radio));
    assert_eq!(radio.get("/healthz").status(), 200);
    assert!(0.02 < decode(&listener.audio));
    gap
}

/// The number of the newest bar that the API shows.
fn last_bar(radio: &Radio) -> u64 {
    radio.bars("a").last_key_value().map_or(0, |(number, _)| *number)
}

#[test]
fn after_a_pause_of_eight_seconds_the_radio_sends_no_more_than_a_burst_at_once() {
    pause(Duration::from_secs(8));
}

#[test]
fn long_a_pause_is_heard_for_its_length_only() {
    if !is_long() {
        return;
    }
    for length in [8, 30].map(Duration::from_secs) {
        let (gap, a_second) = (pause(length), Duration::from_secs(1));
        assert!(length < gap + a_second && gap < length + 2 * a_second, "{length:?}: {gap:?}");
    }
}

#[test]
fn a_radio_without_listeners_plays_on() {
    leave_and_return();
}

#[test]
fn long_the_first_listener_after_a_while_without_any_is_served_at_once() {
    if is_long() {
        let waited = leave_and_return();
        assert!(waited < Duration::from_secs(2), "{waited:?}");
    }
}

/// Disconnects all listeners and connects one later; returns how long that one waits for three seconds of
/// sound.
fn leave_and_return() -> Duration {
    let radio = Radio::start_with(ONE_STATION, &[]);
    let listeners = |n: u64| {
        let text = radio.get("/api/stations").text();
        let stations: serde_json::Value = serde_json::from_str(&text).unwrap();
        stations[0]["listeners"] == n
    };
    let mut first: Vec<Recorder> = (0..8).map(|_| Recorder::join(&radio, "/a.mp3")).collect();
    for listener in &mut first {
        listener.hear_seconds(5);
    }
    assert!(listeners(8));
    let bar = last_bar(&radio);
    for listener in first {
        assert!(0.02 < decode(&listener.audio));
    }
    until("all have left", || listeners(0));
    let alone = until("three bars without listeners", || bar + 3 <= last_bar(&radio));
    let joined = Instant::now();
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(3);
    let waited = joined.elapsed();

    eprintln!("without listeners for {alone:?}, then 3 s of sound in {waited:?}");
    assert!(0.02 < decode(&listener.audio));
    waited
}

#[test]
fn files_that_break_on_air_are_not_heard_and_a_save_that_needs_them_is_refused() {
    break_files();
}

#[test]
fn long_files_that_break_on_air_cause_no_gap() {
    if is_long() {
        let gap = break_files();
        assert!(gap < MOST_GAP, "{gap:?}");
    }
}

/// Breaks the model and the SoundFont of a station on air and mends them; returns the longest gap that its
/// listener had.
fn break_files() -> Duration {
    let own = |tempo: u32, font: &str| {
        format!(
            "seed = 3\nsoundfont = \"{font}\"\n[admin]\npassword = \"hackme\"\n\
             [themes.a]\ntempo = {tempo}\ndrums_model = \"mine\"\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::copy(repository.join("models/drums-2bar.safetensors"), at("mine.safetensors")).unwrap();
    fs::copy(repository.join("soundfonts/electropunk.sf2"), at("mine.sf2")).unwrap();
    fs::write(at("radio.toml"), own(150, "mine.sf2")).unwrap();
    let (model, font, other_font) = (at("mine.safetensors"), at("mine.sf2"), at("other.sf2"));
    let radio = Radio::start_in(folder, &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(5);
    listener.longest_gap = Duration::ZERO;

    fs::write(&model, "no weights").unwrap();
    fs::remove_file(&font).unwrap();
    let bar = last_bar(&radio);
    listener.until("four bars more", || bar + 4 <= last_bar(&radio));

    // admin:hackme
    let as_admin = "Authorization: Basic YWRtaW46aGFja21l\nConnection: close";
    let says = |text: &str| radio.ask("GET", "/admin/", as_admin).text().contains(text);
    fs::write(&font, "no sound").unwrap();
    fs::write(&other_font, "no sound").unwrap();
    radio.save(&own(100, "mine.sf2"));
    listener.until("what is wrong with the model", || says("mine.safetensors"));
    fs::copy(repository.join("models/drums-2bar.safetensors"), &model).unwrap();
    radio.save(&own(150, "other.sf2"));
    listener.until("what is wrong with the font", || says("other.sf2"));
    let health = radio.get("/healthz");
    assert_eq!(health.status(), 200);
    eprintln!("{}", health.text());
    radio.save(&own(100, "mine.sf2"));
    listener
        .until("the new tempo", || radio.bars("a").values().any(|bar| bar["tempo_bpm"] == 100.0));

    eprintln!("longest gap {:?}", listener.longest_gap);
    assert!(0.02 < decode(&listener.audio));
    listener.longest_gap
}

/// Makes the time of day, and no other clock, jump: a year ahead once the file `ahead` is in the working
/// directory, and a year back once the file `back` is.
const JUMPING_CLOCK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *)) dlsym(RTLD_NEXT, "clock_gettime");
    int answer = real(id, now);
    if (id != CLOCK_REALTIME) return answer;
    if (access("back", F_OK) == 0) now->tv_sec -= 366 * 86400;
    else if (access("ahead", F_OK) == 0) now->tv_sec += 366 * 86400;
    return answer;
}
"#;

#[test]
fn a_clock_that_jumps_by_years_is_not_heard() {
    jump();
}

#[test]
fn long_a_clock_that_jumps_by_years_causes_no_gap() {
    if is_long()
        && let Some(gap) = jump()
    {
        assert!(gap < MOST_GAP, "{gap:?}");
    }
}

/// Path of the station's media playlist; the station has one variant.
const PLAYLIST: &str = "/hls/a/128k.m3u8";

fn playlist(radio: &Radio) -> Playlist {
    Playlist::read(&radio.get(PLAYLIST).text())
}

/// The recordings of the station.
fn recordings(radio: &Radio) -> Vec<PathBuf> {
    let entries = fs::read_dir(radio.folder().join("archive/a")).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|ending| ending == "mp3")).collect()
}

/// Plays while the clock jumps; returns the longest gap that a listener had, if there is a compiler for the
/// clock.
fn jump() -> Option<Duration> {
    let mut cc = tool("cc")?;
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("clock.c"), folder.path().join("clock.so"));
    fs::write(&source, JUMPING_CLOCK).unwrap();
    let toml = format!(
        "[archive]\nfolder = \"archive\"\nmin_free_gb = 0\n[hls]\nenabled = true\nsegment_seconds = 2\n\
         {ONE_STATION}"
    );
    fs::write(folder.path().join("radio.toml"), toml).unwrap();
    let built = cc.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(built.unwrap().success());
    let preload = [("LD_PRELOAD", library.to_str().unwrap())];
    let radio = Radio::start_with_env(folder, &[], &preload);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    // The server answers 503 until the first segment is complete.
    listener.until("a segment", || radio.get(PLAYLIST).status() == 200);
    listener.longest_gap = Duration::ZERO;

    let year = || -> i32 {
        let date = radio.get("/a.mp3").header("date").unwrap().to_owned();
        date.split(' ').nth(3).and_then(|year| year.parse().ok()).unwrap()
    };
    let mut dates = vec![year()];
    for file in ["ahead", "back"] {
        fs::write(radio.folder().join(file), "").unwrap();
        let last = dates[dates.len() - 1];
        listener.until(file, || year() != last);
        dates.push(year());
        // HLS segments have the new date, after a discontinuity.
        listener.until("segments of the new date", || {
            let newest = playlist(&radio).segments.pop();
            newest
                .is_some_and(|segment| segment.begins.to_string().starts_with(&year().to_string()))
        });
    }
    // The stream begins with a discontinuity, too.
    let Playlist { n_breaks, segments, .. } = playlist(&radio);
    assert_eq!(n_breaks as usize + segments.iter().filter(|segment| segment.is_break).count(), 3);
    // One file before the jumps and one after each: nothing is deleted.
    assert_eq!(recordings(&radio).len(), 3);

    let heard = seconds(&listener.audio);
    eprintln!("years {dates:?}, longest gap {:?}, {heard:.1} s heard", listener.longest_gap);
    assert!(dates[0] < dates[1] && dates[2] < dates[0], "{dates:?}");
    let elapsed = radio.started.elapsed().as_secs_f64();
    assert!(heard < elapsed + BURST_SECONDS + 1.0, "{heard} s in {elapsed} s");
    assert!(0.02 < decode(&listener.audio));
    Some(listener.longest_gap)
}
