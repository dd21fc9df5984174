//! radio.toml edited while people listen.

use std::{fs, process::Command, time::Duration};

use crate::common::{
    ELECTROPUNK,
    mp3::{decode, whole_frames},
    radio::Radio,
    recorder::Recorder,
};
use electropunk::stream::mp3::FrameHeader;

/// A listener hears nothing of a gap that is shorter than the burst, which is 4 s; on a machine that is
/// busy with other tests this much of it may be used.
const MOST_GAP: Duration = Duration::from_secs(3);

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
    let mut listener = Recorder::join(&radio, "/a.mp3");
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

    let mut of_b = radio.get("/b.mp3");
    let begun = of_b.read(4_000);
    radio.save(&programme("Second", 100, -9, ""));
    listener.until("the end of the other station", || radio.get("/b.mp3").status() == 404);
    assert!(!whole_frames(&[begun, of_b.rest()].concat()).is_empty());
    (0..10).for_each(|_| listener.hear());

    eprintln!("{} bytes, longest gap {:?}", listener.audio.len(), listener.longest_gap);
    assert!(listener.longest_gap < MOST_GAP, "{:?}", listener.longest_gap);
    assert!(0.02 < decode(&listener.audio));
}

#[test]
fn waypoints_that_come_while_on_air_lead_the_music_elsewhere_from_a_phrase_on() {
    let list = "[[stations.playlists]]\nfile = \"way.m3u8\"\n";
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    for folder in &folders {
        fs::write(folder.path().join("way.m3u8"), "").unwrap();
        fs::write(folder.path().join("radio.toml"), programme("Way", 150, -3, list)).unwrap();
    }
    let [radio, other] = folders.map(|folder| Radio::start_in(folder, &[]));
    let mut listener = Recorder::join(&radio, "/a.mp3");
    // What comes before a first bar is no gap.
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
    assert!(listener.longest_gap < MOST_GAP, "{:?}", listener.longest_gap);
    assert!(0.02 < decode(&listener.audio));
}

#[test]
fn mounts_come_change_and_go_beside_a_listener_of_another() {
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
    eprintln!("longest gap of the one beside {:?}", listener.longest_gap);
    assert!(listener.longest_gap < MOST_GAP, "{:?}", listener.longest_gap);
}
