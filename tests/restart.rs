//! A radio that is killed in the middle of a piece, and starts again.

// Helpers of tests too stop at what they can't go on from.
#![allow(clippy::unwrap_used)]

mod common;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use common::{mp3::decode, radio::Radio, recorder::Recorder};
use serde_json::Value;

/// A station at 150 bpm, a bar of which is 1.6 seconds.
fn programme(more: &str) -> String {
    format!("{more}[themes.a]\ntempo = 150\n[[stations]]\nname = \"a\"\ntheme = \"a\"\n")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn last(bars: &BTreeMap<u64, Value>) -> u64 {
    bars.last_key_value().map_or(0, |(number, _)| *number)
}

#[test]
fn a_radio_that_is_killed_goes_on_with_the_next_bar_of_the_piece() {
    let radio = Radio::start_with(&programme("state = \"kept\"\n"), &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    let mut before = BTreeMap::new();
    listener.until("bar 10", || {
        before.extend(radio.bars("a"));
        last(&before) >= 10
    });
    assert!(0.02 < decode(&listener.audio));
    let folder = radio.kill();
    let kept = folder.path().join("kept");
    let place = json(&kept.join("a.bar.json"));
    let (heard, stood_in) = (place["bar"].as_u64().unwrap(), place["stood_in"].as_u64().unwrap());
    let seed = json(&kept.join("radio.seed.json"))["seed"].to_string();
    let history = fs::read_to_string(kept.join("a.history.jsonl")).unwrap();
    assert_eq!(history.lines().count(), 1, "{history}");
    assert!(before.contains_key(&heard) && heard + 3 >= last(&before), "{heard} of {before:?}");

    let again = Radio::start_in(folder, &[]);
    let whole = Radio::start_with(&programme(""), &["--seed", &seed]);
    let mut listener = Recorder::join(&again, "/a.mp3");
    let (mut after, mut all) = (BTreeMap::new(), BTreeMap::new());
    listener.until("six bars more, and all of them in one go", || {
        after.extend(again.bars("a"));
        all.extend(whole.bars("a"));
        last(&after) >= heard + 6 && last(&all) >= heard + 6
    });

    let first = after.first_key_value().map(|(number, _)| *number);
    eprintln!("killed in bar {heard}, bar {first:?} came next; {stood_in} stood in");
    assert_eq!(first, Some(heard + 1));
    // Where no understudy had to step in, note for note.
    if stood_in == 0 {
        for (number, bar) in before.iter().chain(&after) {
            assert!(all.get(number).is_none_or(|one| one == bar), "bar {number}");
        }
    }
    assert_eq!(after[&(heard + 1)]["title"], before[&heard]["title"]);
    assert_eq!(fs::read_to_string(kept.join("a.history.jsonl")).unwrap(), history);
    assert!(0.02 < decode(&listener.audio));
}

#[test]
fn a_state_that_can_t_be_used_is_told_and_the_radio_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).unwrap();
    for name in ["radio.seed.json", "a.json", "a.bar.json"] {
        fs::write(kept.join(name), "{\"version\":1,\"half of").unwrap();
    }
    fs::write(folder.path().join("radio.toml"), programme("state = \"kept\"\n")).unwrap();

    let radio = Radio::start_in(folder, &[]);
    let mut listener = Recorder::join(&radio, "/a.mp3");
    listener.hear_seconds(1);

    assert!(radio.bars("a").contains_key(&0));
    radio.signal("TERM");
    let (status, log) = radio.wait(Duration::from_secs(20));
    assert!(status.is_some_and(|status| status.success()), "{log}");
    for name in ["radio.seed.json", "a.json"] {
        let is_told = |line: &&str| line.contains(name) && line.contains("ignoring saved state");
        assert_eq!(log.lines().filter(is_told).count(), 1, "{log}");
    }
}

#[test]
fn a_folder_that_can_t_be_written_stops_no_radio() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    fs::write(folder.path().join("radio.toml"), programme("state = \"file/state\"\n")).unwrap();

    let radio = Radio::start_in(folder, &[]);
    Recorder::join(&radio, "/a.mp3").hear_seconds(1);
    radio.signal("TERM");
    let (_, log) = radio.wait(Duration::from_secs(20));

    let is_told = |line: &&str| line.contains("state will not be saved");
    assert_eq!(log.lines().filter(is_told).count(), 1, "{log}");
}
