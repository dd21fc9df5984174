//! Edits of radio.toml while a listener is connected.

use std::time::Duration;
#[cfg(feature = "lab")]
use std::{fs, process::Command};

#[cfg(feature = "lab")]
use crate::common::ELECTROPUNK;
use crate::common::{
    mp3::{decode, whole_frames},
    radio::Radio,
    recorder::Recorder,
    tier::is_long,
};
use electropunk::stream::mp3::FrameHeader;

/// A gap that is shorter than the burst, which is four seconds, is not heard.
const MOST_GAP: Duration = Duration::from_secs(3);

fn programme(title: &str, tempo: u32, gain_db: i32, more: &str) -> String {
    format!(
        "seed = 5\n[themes.a]\ntempo = {tempo}\nbass = {{ gain_db = {gain_db} }}\n\
         [[stations]]\nname = \"a\"\ntheme = \"a\"\ntitle = \"{title}\"\n{more}"
    )
}

/// Runs `edit` in the long tier, and fails if its listener had a gap.
fn assert_no_gap(edit: fn() -> Duration) {
    if is_long() {
        let gap = edit();
        assert!(gap < MOST_GAP, "{gap:?}");
    }
}

#[test]
fn a_listener_stays_through_five_edits_one_of_them_broken() {
    edit_five_times();
}

#[test]
fn long_five_edits_cause_no_gap() {
    assert_no_gap(edit_five_times);
}

/// Edits titles, tempos and stations; returns the longest gap that a listener had.
fn edit_five_times() -> Duration {
    const MORE: &str = "[[stations]]\nname = \"b\"\ntheme = \"a\"\n";
    let radio = Radio::start_with(&programme("First", 150, -3, ""), &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    (0..10).for_each(|_| listener.hear());
    let says = |path: &str, text: &str| radio.get(path).text().contains(text);

    radio.save(&programme("Second", 150, -9, ""));
    listener.until("the new title", || says("/api/stations", "Second"));

    radio.save(&programme("Third", 1500, -9, ""));
    listener.until("the mistake", || says("/healthz", "radio.toml has 1 mistake"));
    assert!(says("/api/stations", "Second") && radio.get("/healthz").status() == 200);

    radio.save(&programme("Second", 100, -9, ""));
    listener.until("the new tempo", || says("/api/stations/a/bars", "\"tempo_bpm\":100.0"));
    assert!(!says("/healthz", "radio.toml"));

    radio.save(&programme("Second", 100, -9, MORE));
    listener.until("another station", || radio.get("/b.mp3").status() == 200);

    let mut of_b = radio.get("/b.mp3");
    let begun = of_b.read(4_000);
    radio.save(&programme("Second", 100, -9, ""));
    listener.until("the end of the other station", || radio.get("/b.mp3").status() == 404);
    assert!(!whole_frames(&[begun, of_b.rest()].concat()).is_empty());
    (0..10).for_each(|_| listener.hear());

    eprintln!("{} bytes, longest gap {:?}", listener.audio.len(), listener.longest_gap);
    assert!(0.02 < decode(&listener.audio));
    listener.longest_gap
}

#[cfg(feature = "lab")]
#[test]
fn new_waypoints_change_the_music_from_a_later_phrase_on() {
    add_waypoints();
}

#[cfg(feature = "lab")]
#[test]
fn long_new_waypoints_cause_no_gap() {
    assert_no_gap(add_waypoints);
}

/// Adds waypoints to one of two radios with the same seed; returns the longest gap that its listener had.
#[cfg(feature = "lab")]
fn add_waypoints() -> Duration {
    let list = "[[stations.playlists]]\nfile = \"way.m3u8\"\n";
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for folder in &folders {
        fs::write(folder.path().join("way.m3u8"), "").unwrap();
        fs::write(folder.path().join("radio.toml"), programme("Way", 150, -3, list)).unwrap();
    }
    let [radio, other] = folders.map(|folder| Radio::start_in(folder, &[]));
    let mut listener = Recorder::join(&radio, "/a.mp3");
    // The wait for the first bar doesn't count.
    listener.hear_seconds(4);
    listener.longest_gap = Duration::ZERO;
    let args = ["dataset", "patterns", "--style", "dub", "--count", "2", "--out", "."];
    let patterns = Command::new(ELECTROPUNK).args(args).current_dir(radio.folder()).output();
    assert!(patterns.unwrap().status.success());

    fs::write(radio.folder().join("way.m3u8"), "dub-0.mid\ndub-1.mid\n").unwrap();
    let mut first = None;
    listener.until("other music", || {
        let (bars, others) = (radio.bars("a"), other.bars("a"));
        let differs = |(number, bar): (&u64, &serde_json::Value)| {
            others.get(number).is_some_and(|other| other != bar).then_some(*number)
        };
        first = bars.iter().find_map(differs);
        first.is_some()
    });

    eprintln!("bar {first:?} is the first, longest gap {:?}", listener.longest_gap);
    assert!(first.is_some_and(|first| first >= 4), "{first:?}");
    assert!(0.02 < decode(&listener.audio));
    listener.longest_gap
}

#[test]
fn mounts_are_added_changed_and_removed() {
    edit_mounts();
}

#[test]
fn long_edits_of_mounts_cause_no_gap_on_another_mount() {
    assert_no_gap(edit_mounts);
}

/// Adds a mount, changes its bitrate and removes it; returns the longest gap on another mount.
fn edit_mounts() -> Duration {
    let low = |kbps: u32| {
        format!(
            "[[stations.mounts]]\npath = \"/a.mp3\"\n\
             [[stations.mounts]]\npath = \"/low/a.mp3\"\nbitrate_kbps = {kbps}\n"
        )
    };
    let radio = Radio::start_with(&programme("First", 150, -3, ""), &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(4);
    listener.longest_gap = Duration::ZERO;

    radio.save(&programme("First", 150, -3, &low(96)));
    listener.until("the other mount", || radio.get("/low/a.mp3").status() == 200);
    let mut other = Recorder::join(&radio, "/low/a.mp3");
    other.hear_seconds(2);
    radio.save(&programme("First", 150, -3, &low(320)));
    listener.until("its other bitrate", || radio.get("/low/a.mp3").header("icy-br") == Some("320"));
    other.hear_seconds(16);
    radio.save(&programme("First", 150, -3, ""));
    listener.until("its end", || radio.get("/low/a.mp3").status() == 404);
    listener.hear_seconds(2);

    let of_other = [other.audio.clone(), other.rest()].concat();
    let rate = |frame: &&[u8]| FrameHeader::parse(frame).unwrap().kbps;
    let rates: Vec<u32> = whole_frames(&of_other).iter().map(rate).collect();
    assert_eq!((rates[0], rates[rates.len() - 1]), (96, 320));
    assert!(rates.is_sorted());
    assert!(0.02 < decode(&of_other) && 0.02 < decode(&listener.audio));
    eprintln!("longest gap on the other mount {:?}", listener.longest_gap);
    listener.longest_gap
}
